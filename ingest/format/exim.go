package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// exim reads Exim's mainlog and rejectlog, and the same lines through syslog.
// Exim names a client "NAME (HELO) [ADDR]:PORT", where NAME and HELO may be
// missing. HELO is the client's, and so is what stands in F=<...>, RCPT <...>
// and input="...".
type exim struct{}

func newExim(*shared) messenger { return exim{} }

var newEximLog = newOwnLog(openExim, newExim)

// openExim reads "2013-08-20 07:48:02 [PID] ID MESSAGE", where the process id
// and the message's id may be missing.
func openExim(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 20 || line[10] != ' ' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line); !ok || len(msg) == 0 || msg[0] != ' ' {
		return nil, false, false
	}
	msg = msg[1:]
	if pid, rest, ok := bytes.Cut(msg, []byte("] ")); ok && len(pid) > 1 && pid[0] == '[' {
		if _, isNumber := number(pid[1:]); isNumber {
			ev.PID, msg = pid[1:], rest
		}
	}
	return msg, eximLike(msg), true
}

// eximLike tells Exim's lines from those of other daemons with the same stamp.
func eximLike(msg []byte) bool {
	if _, ok := cutEximID(msg); ok {
		return true
	}
	if driver, _, ok := bytes.Cut(msg, []byte(" authenticator failed for ")); ok && bytes.IndexByte(driver, ' ') < 0 {
		return true
	}
	for _, start := range [...]string{"H=", "SMTP ", "Start queue run", "End queue run", "exim ", "no host name found for IP address ",
		"no IP address found for host ", "no MAIL in SMTP connection ", "TLS error on connection ", "rejected ", "unqualified "} {
		if bytes.HasPrefix(msg, []byte(start)) {
			return true
		}
	}
	return false
}

// cutEximID takes off a message id: 1akDqs-0005aQ-9b, since Exim 4.97
// 1qs2bC-00000000abc-12Vw.
func cutEximID(msg []byte) (rest []byte, ok bool) {
	id, rest, ok := bytes.Cut(msg, []byte(" "))
	if !ok || len(id) != 16 && len(id) != 23 || id[6] != '-' || id[len(id)-3] != '-' && id[len(id)-5] != '-' {
		return msg, false
	}
	return rest, true
}

// message implements messenger.
func (exim) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceSMTP
	if len(msg) > 20 && digit(msg[0]) && msg[4] == '-' { // a stamp behind syslog's
		var c clock
		if _, rest, ok := c.isoStamp(msg); ok {
			msg = bytes.TrimLeft(rest, " ")
		}
	}
	if len(msg) > 2 && msg[0] == '[' && digit(msg[1]) {
		_, msg, _ = bytes.Cut(msg, []byte("] "))
	}
	msg, _ = cutEximID(msg)
	if eximSays.tell(msg, ev) {
		return ""
	}
	if rest, ok := cut(msg, "<= "); ok {
		return eximArrival(rest, ev)
	}
	if driver, rest, ok := bytes.Cut(msg, []byte(" authenticator failed for ")); ok && bytes.IndexByte(driver, ' ') < 0 {
		return eximLogin(rest, ev)
	}
	for _, m := range eximMessages {
		if rest, ok := cut(msg, m.start); ok {
			return eximAbout(rest, m.kind, ev)
		}
	}
	return eximRefusal(msg, ev)
}

// eximMessages are messages that name the client right behind Exim's own words.
var eximMessages = []phrase{
	{"no MAIL in SMTP connection from ", ingest.KindAbuse},
	{"SMTP call from ", ingest.KindAbuse}, // dropped: too many nonmail commands, unrecognized commands, errors
	{"SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=", ingest.KindProbe},
	{"rejected HELO from ", ingest.KindReject},
	{"rejected EHLO from ", ingest.KindReject},
	{"rejected connection from H=", ingest.KindReject},
	{"refused connection from ", ingest.KindReject},
	{"Connection from ", ingest.KindAbuse}, // refused: too many connections
	{"TLS error on connection from ", ingest.KindOther},
	{"SMTP command timeout on connection from ", ingest.KindDisconnect},
	{"SMTP data timeout (message abandoned) on connection from ", ingest.KindDisconnect},
	{"unexpected disconnection while reading SMTP command from ", ingest.KindDisconnect},
	{"VRFY failed for ", ingest.KindProbe},
	{"SMTP connection from ", ingest.KindConnect},
}

// eximSays are the messages without a HELO.
// Many honest
// clients have no name; one whose name leads elsewhere has a false one.
var eximSays = concat(
	say(ingest.KindOther, "no host name found for IP address {addr}"),
	say(ingest.KindReject,
		"no IP address found for host {name} (during SMTP connection from [[{text} ]][{addr}])",
		"no IP address found for host {name} (during SMTP connection from [[{text} ]][{addr}]:{n}[[ I=[{ip}]:{n}]])",
	),
)

// eximAbout reads "PEER ..." of a message of a known kind.
func eximAbout(b []byte, kind ingest.Kind, ev *ingest.Event) string {
	addr, rest, ok := eximPeer(bytes.TrimPrefix(b, []byte("H=")))
	if !ok {
		return "names no client"
	}
	ev.Src, ev.Kind = addr, kind
	if kind == ingest.KindConnect {
		switch {
		case bytes.HasSuffix(rest, []byte("closed by DROP in ACL")):
			ev.Kind = ingest.KindReject
		case !bytes.Contains(rest, []byte("connection count")):
			ev.Kind = ingest.KindDisconnect
		}
	}
	return ""
}

// eximLogin reads "PEER: 535 Incorrect authentication data (set_id=USER)".
func eximLogin(b []byte, ev *ingest.Event) string {
	addr, rest, ok := eximPeer(b)
	if !ok {
		return "names no client"
	}
	if _, reply, ok := bytes.Cut(rest, []byte(": ")); ok && len(reply) > 0 && reply[0] == '4' {
		return "the server's own trouble"
	}
	if _, user, ok := bytes.Cut(rest, []byte(" (set_id=")); ok {
		if i := bytes.LastIndexByte(user, ')'); i >= 0 {
			ev.User = user[:i]
		}
	}
	ev.Src, ev.Kind = addr, ingest.KindAuthFailure
	return ""
}

// eximArrival reads "SENDER H=PEER P=esmtpsa A=DRIVER:USER S=... T="SUBJECT"": a message
// was accepted, after a login where A= is there. Without one nothing is to be counted,
// but where subjects are logged they are the sender's words.
func eximArrival(b []byte, ev *ingest.Event) string {
	sender, rest, ok := bytes.Cut(b, []byte(" H="))
	if !ok || bytes.IndexByte(sender, ' ') >= 0 {
		return "no client"
	}
	addr, rest, ok := eximPeer(rest)
	if !ok {
		return "names no client"
	}
	rest, message, _ := bytes.Cut(rest, []byte(" S="))
	_, login, ok := bytes.Cut(rest, []byte(" A="))
	if !ok && bytes.Contains(message, []byte(` T="`)) {
		ev.Src, ev.Kind = addr, ingest.KindOther
		return ""
	}
	if !ok {
		return "no login"
	}
	_, user, _ := bytes.Cut(login, []byte(":"))
	ev.Src, ev.User, ev.Kind, ev.Account = addr, user, ingest.KindAuthSuccess, ingest.AccountExists
	return ""
}

// eximPeer reads "NAME (HELO) [ADDR]:PORT". A server that accepts junk as HELO
// may log one that imitates the rest; then the line has no certain client, and a
// is not valid.
func eximPeer(b []byte) (a netip.Addr, rest []byte, ok bool) {
	if len(b) > 0 && b[0] != '(' && b[0] != '[' {
		i := bytes.IndexByte(b, ' ')
		if i < 0 {
			return a, nil, false
		}
		b = b[i+1:]
	}
	if len(b) > 0 && b[0] == '(' {
		if _, b, ok = bytes.Cut(b, []byte(") [")); !ok {
			return a, nil, false
		}
	} else if b, ok = cut(b, "["); !ok {
		return a, nil, false
	}
	i := bytes.IndexByte(b, ']')
	if i < 0 {
		return a, nil, false
	}
	if a, ok = address(b[:i]); !ok {
		return a, nil, false
	}
	rest = b[i+1:]
	for later := rest; ; {
		var more bool
		if _, later, more = bytes.Cut(later, []byte(") [")); !more {
			return a, rest, true
		}
		inner, _, _ := bytes.Cut(later, []byte("]"))
		if other, isAddr := address(inner); isAddr && other != a {
			return netip.Addr{}, rest, true
		}
	}
}
