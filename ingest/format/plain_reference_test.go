package format

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gumshoe/ingest"
)

// The plain path: the formats that most lines are of, read as anybody would read
// them, with package regexp, time.Parse and netip.ParseAddr. It knows a line in
// its strict form alone, as a stock server writes it for a client that plays no
// tricks; there the parsers must agree with it.

// extent says how much the plain path knows of a line.
type extent uint8

const (
	foreign   extent = iota // not in a strict form
	refused                 // in a strict form, but the date or the address is none
	enveloped               // its stamp, host, program and process
	partly                  // all but what earlier lines of the process decide: kind, account and count
	whole
)

const (
	plainHost   = `([A-Za-z][\w.-]*)`
	plainAddr   = `([0-9A-Fa-f:.]+)`
	plainUser   = `([A-Za-z][\w.@-]*|-)`
	plainQuoted = `((?:[^"\\]|\\.)*)`
	plainCLF    = `\[(\d\d/[A-Z][a-z][a-z]/[12]\d{3}:\d\d:\d\d:[0-5]\d [+-](?:0\d|1[0-4])[0-5]\d)\]`
	plainISO    = `([12]\d{3}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))`
	plainBSD    = `([A-Z][a-z][a-z] [ \d]\d \d\d:\d\d:[0-5]\d)`
	plainTag    = ` ` + plainHost + ` ([A-Za-z][\w./-]{0,40})(?:\[(\d+)\])?: (.*)$`
)

var (
	plainNumbers = ` (\d{3}|-) (\d{1,18}|-)(?: "` + plainQuoted + `" "` + plainQuoted + `")?$`
	plainCommon  = regexp.MustCompile(`^()(\S+) - ` + plainUser + ` ` + plainCLF + ` "` + plainQuoted + `"` + plainNumbers)
	plainVHost   = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9.-]*)(?::\d+)? ` + plainAddr + ` - ` + plainUser + ` ` + plainCLF + ` "` + plainQuoted + `"` + plainNumbers)
	plainRequest = regexp.MustCompile(`^([A-Za-z_-]{1,24}) (.*) (HTTP/\S*)$`)

	plain3164 = regexp.MustCompile(`^(?:<\d{1,3}>)?` + plainBSD + plainTag)
	plainRFC  = regexp.MustCompile(`^(?:<\d{1,3}>)?` + plainISO + plainTag)
	plain5424 = regexp.MustCompile(`^<\d{1,3}>1 ` + plainISO + ` (\S+) (\S+) (\S+) \S+ ` +
		`(?:-|(?:\[[^ =\]"\\]+(?: [^ =\]"\\]+="(?:[^"\\\]]|\\.)*")*\])+)(?: (?:\x{feff})?(.*))?$`)

	plainPadded = regexp.MustCompile(`(?:^|[.:])0\d+(?:\.|$)`) // octets that are decimal here and nothing for package netip
	plainName   = regexp.MustCompile(`^\w[\w.-]{0,252}$`)
)

// plainly reads one line.
func plainly(line string, ctx ingest.Context) (ev ingest.Event, known extent) {
	if strings.ContainsAny(line, "\r\n") {
		return ev, foreign
	}
	ev.Reset()
	for _, form := range []*regexp.Regexp{plainCommon, plainVHost} {
		if m := form.FindStringSubmatch(line); m != nil {
			return plainAccess(m)
		}
	}
	var stamp string
	var read func(string, ingest.Context) (time.Time, bool)
	var fields []string
	if m := plain3164.FindStringSubmatch(line); m != nil {
		stamp, read, fields = m[1], plainYearless, m[2:]
	} else if m := plainRFC.FindStringSubmatch(line); m != nil {
		stamp, read, fields = m[1], plainStamp, m[2:]
	} else if m := plain5424.FindStringSubmatch(line); m != nil {
		stamp, read, fields = m[1], plainStamp, m[2:]
		for i, f := range fields[:3] {
			if f == "-" {
				fields[i] = ""
			}
		}
	} else {
		return ev, foreign
	}
	t, ok := read(stamp, ctx)
	if !ok {
		return ev, refused
	}
	ev.Time = t.UnixMilli()
	ev.Host, ev.Program, ev.PID = []byte(fields[0]), []byte(fields[1]), []byte(fields[2])
	return ev, plainMessage(fields[3], &ev)
}

// plainStamp reads RFC 3339's stamp.
func plainStamp(stamp string, _ ingest.Context) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, stamp)
	return t, err == nil
}

// plainYearless reads a stamp without a year: it is of the latest one that does
// not put it more than a day after the anchor.
func plainYearless(stamp string, ctx ingest.Context) (time.Time, bool) {
	loc := ctx.Location
	if loc == nil {
		loc = time.UTC
	}
	limit := ctx.Anchor.Add(24 * time.Hour).In(loc)
	for year := limit.Year(); year > limit.Year()-10; year-- {
		t, err := time.ParseInLocation("2006 Jan _2 15:04:05", fmt.Sprint(year, " ", stamp), loc)
		if err == nil && !t.After(limit) {
			return t, true
		}
	}
	return time.Time{}, false
}

// plainURL is a target that names its host, as in HTTP/2. What no host is written like stays
// in the target.
var plainURL = regexp.MustCompile(`(?s)^([A-Za-z]+)://([-.:\[\]\w[:^ascii:]]+)(/.*)?$`)

// plainAccess reads the groups of an access line: virtual host, client, user,
// stamp, request, status, bytes, referer, agent.
func plainAccess(m []string) (ev ingest.Event, known extent) {
	ev.Reset()
	stamp, err := time.Parse("02/Jan/2006:15:04:05 -0700", m[4])
	if err != nil {
		return ev, refused
	}
	ev.Time, ev.Service = stamp.UnixMilli(), ingest.ServiceWeb
	ev.VHost = []byte(m[1])
	switch addr, ok := plainAddress(m[2]); {
	case plainPadded.MatchString(m[2]):
		return ev, foreign
	case ok:
		ev.Src = addr
	case m[1] != "": // of a name in front of a name neither is certain
		return ev, foreign
	case plainName.MatchString(m[2]) && !strings.EqualFold(m[2], "unknown"):
		ev.SrcHost = []byte(m[2])
	case strings.ContainsAny(m[2], "[%"):
		return ev, foreign
	default:
		return ev, refused
	}
	ev.User = plainField(m[3])
	ev.Kind = ingest.KindHTTPRequest
	if request := plainRequest.FindStringSubmatch(m[5]); request != nil {
		ev.Method, ev.Target, ev.Proto = []byte(request[1]), []byte(request[2]), []byte(request[3])
		if url := plainURL.FindStringSubmatch(request[2]); url != nil && !strings.HasPrefix(request[3], "HTTP/1") && slices.Contains([]string{"http", "https", "ws", "wss"}, strings.ToLower(url[1])) {
			ev.Target = []byte(cmp.Or(url[3], "/"))
			if host, _, one := strings.Cut(url[2], ":"); m[1] == "" && one && host != "" && strings.Count(url[2], ":") == 1 {
				ev.VHost = []byte(host)
			} else if m[1] == "" {
				ev.VHost = []byte(url[2])
			}
		}
	} else if m[5] != "" && m[5] != "-" {
		return ev, foreign // HTTP 0.9, or no HTTP
	}
	if status, err := strconv.Atoi(m[6]); err == nil {
		ev.Status = uint16(status)
	}
	if n, err := strconv.ParseInt(m[7], 10, 64); err == nil {
		ev.Bytes = n
	}
	ev.Referer, ev.Agent = plainField(m[8]), plainField(m[9])
	return ev, whole
}

// plainField is a field of an access line, nothing where it is absent.
func plainField(s string) []byte {
	if s == "-" {
		return nil
	}
	return []byte(s)
}

func plainAddress(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil && a.Zone() == ""
}

// plainSentences are what daemons say most of hostile clients.
var plainSentences = []struct {
	program, words *regexp.Regexp
	known          extent
	file           func(m []string, ev *ingest.Event) (addr string)
}{
	{plainSSHD, regexp.MustCompile(`^Failed (password|publickey|none) for (invalid user )?(\S+) from ` + plainAddr + ` port \d{1,5} ssh2(?:: \S+ \S+)?$`), whole,
		func(m []string, ev *ingest.Event) string {
			ev.Kind, ev.Account, ev.User = ingest.KindAuthFailure, ingest.AccountExists, []byte(m[3])
			if m[2] != "" {
				ev.Account = ingest.AccountAbsent
			} else if m[1] != "password" {
				ev.Kind = ingest.KindOther // clients offer key after key
			}
			return m[4]
		}},
	{plainSSHD, regexp.MustCompile(`^Accepted (password|publickey|keyboard-interactive/pam) for (\S+) from ` + plainAddr + ` port \d{1,5} ssh2(?:: \S+ \S+)?$`), whole,
		func(m []string, ev *ingest.Event) string {
			ev.Kind, ev.Account, ev.User, ev.Key = ingest.KindAuthSuccess, ingest.AccountExists, []byte(m[2]), m[1] == "publickey"
			return m[3]
		}},
	{plainSSHD, regexp.MustCompile(`^Invalid user (\S*) from ` + plainAddr + `(?: port \d{1,5})?$`), whole,
		func(m []string, ev *ingest.Event) string {
			ev.Kind, ev.Account, ev.User = ingest.KindInvalidUser, ingest.AccountAbsent, []byte(m[1])
			return m[2]
		}},
	{plainSSHD, regexp.MustCompile(`^(?:Connection closed by|Connection reset by|Disconnected from) (?:authenticating|invalid) user (\S+) ` + plainAddr + ` port \d{1,5} \[preauth\]$`), partly,
		func(m []string, ev *ingest.Event) string {
			ev.User = []byte(m[1])
			return m[2]
		}},
	{regexp.MustCompile(`^postfix(?:/\w+)+$`),
		regexp.MustCompile(`^warning: [^\s\[\]]+\[` + plainAddr + `\]: SASL [\w-]+ authentication failed:(?: [A-Za-z0-9+/= ]*)?(?:, sasl_username=(\S+))?$`), whole,
		func(m []string, ev *ingest.Event) string {
			ev.Kind, ev.Service, ev.User = ingest.KindAuthFailure, ingest.ServiceSMTP, []byte(m[2])
			return m[1]
		}},
	{regexp.MustCompile(`^dovecot$`),
		regexp.MustCompile(`^(?:imap|pop3)-login: (?:Info: )?(?:Disconnected|Aborted login|Disconnected: [A-Za-z ]+) \(auth failed, ([1-9]\d{0,4}) attempts(?: in \d+ secs)?\): ` +
			`user=<([^<>,]*)>, method=[A-Z0-9-]+, rip=` + plainAddr + `, lip=` + plainAddr + `(?:, TLS| session=<[^<>,=]*>|, session=<[^<>, ]*>)*$`), whole,
		func(m []string, ev *ingest.Event) string {
			n, _ := strconv.Atoi(m[1])
			ev.Kind, ev.Service, ev.User, ev.Count = ingest.KindAuthFailure, ingest.ServiceIMAP, []byte(m[2]), uint32(n)
			return m[3]
		}},
}

var plainSSHD = regexp.MustCompile(`^sshd(?:-session|-auth)?$`)

// plainTrouble is Postfix's own, whoever the client was.
const plainTrouble = "Connection lost to authentication server"

// plainMessage reads the message of the program that the envelope names.
func plainMessage(msg string, ev *ingest.Event) extent {
	if strings.Contains(msg, plainTrouble) {
		return enveloped
	}
	for _, s := range plainSentences {
		m := s.words.FindStringSubmatch(msg)
		if m == nil || !s.program.MatchString(string(ev.Program)) {
			continue
		}
		said := *ev
		addr, ok := plainAddress(s.file(m, &said))
		if !ok {
			return enveloped
		}
		if said.Src = addr; said.Service == "" {
			said.Service = ingest.ServiceSSH
		}
		*ev = said
		return s.known
	}
	return enveloped
}
