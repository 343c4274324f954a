package format

import (
	"bytes"

	"gumshoe/ingest"
)

// plain reads the log files that applications write themselves: a stamp of any
// style, decorations (level, logger, thread), a message. It is the last format
// to be asked, and only a message that it understands makes a line its own.
var newPlainLog = newOwnLog(openPlain, newApps)

// latestStamp is how far into a line its stamp may begin, behind a level or the
// number of a process.
const latestStamp = 48

// openPlain is the opener of plain.
func openPlain(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) > 0 && line[0] == '{' {
		return nil, false, false // an object's, whose other fields are none of the message
	}
	for i := 0; i < len(line) && i < latestStamp; i++ {
		if i > 0 && !(line[i-1] == ':' && isLevel(line[:i])) && line[i-1] != ' ' && line[i-1] != '[' && line[i-1] != '|' && line[i-1] != '>' && line[i-1] != '\t' {
			continue
		}
		t, rest, ok := c.headStamp(line[i:])
		if !ok {
			continue
		}
		if _, _, n := soleAddress(line[:i]); n > 0 {
			return nil, false, false // of an access line that nobody understood, the message may not go without its client
		}
		if _, isPairs := pairsBehindHost(rest); isPairs && i == 0 {
			return nil, false, false // an appliance's, which has a format of its own
		}
		if i == 0 && isMailers(rest) {
			return nil, false, false // what other servers answered would read as failed logins: "550 User unknown"
		}
		ev.Time = t
		if i > 0 && line[i-1] == '[' {
			if _, after, ok := bytes.Cut(rest, []byte("]")); ok {
				rest = after
			}
		}
		return trimLogging(trimLoguru(rest)), false, true
	}
	return openTimed(line)
}

// isMailers reports whether what follows a stamp is a mail server's line about a
// message, whose words may be those of the server that it was sent to: of
// Postfix's and Sendmail's daemons, or behind the name that Exim gave the message.
func isMailers(rest []byte) bool {
	var ev ingest.Event
	if _, ok := openTag(rest, &ev); ok {
		program := string(stem(ev.Program))
		return program == "postfix" || program == "sendmail" || program == "sm-mta"
	}
	rest = bytes.TrimLeft(rest, " ")
	return len(rest) > 17 && rest[6] == '-' && (rest[13] == '-' && rest[16] == ' ' || len(rest) > 24 && rest[18] == '-' && rest[23] == ' ')
}

// openTimed reads a line that begins with the time of day alone, "[15:04:05] "
// or "15:04:05,123 ": the date is the file's.
func openTimed(line []byte) (msg []byte, sure, ok bool) {
	var s civil
	b := bytes.TrimPrefix(line, []byte("["))
	if msg, ok = clockTime(b, &s); !ok || s.hour > 23 || s.minute > 59 || s.second > 60 {
		return nil, false, false
	}
	return bytes.TrimPrefix(msg, []byte("]")), false, true
}

// apps reads the messages of applications and of daemons without a parser of
// their own: the sentences of those that are known, and of the others objects
// and pairs with named fields, or prose.
type apps struct {
	structured
	web   messenger // requests behind the same heads
	prose phrases
}

func newApps(h *shared) messenger {
	return &apps{structured: structured{clock: newClock(h.Context)}, web: newRequests(h), prose: phrases{serviceApp, h.setup}}
}

// message implements messenger.
func (p *apps) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceApp
	says, bare := appSays(), trimDecoration(msg, 0)
	for rest, ok, n := bare, true, 0; ok && n < decorations; n++ {
		if says.tell(rest, ev) || sogoLogin(rest, ev) || beginsRequest(rest) && p.web.message(rest, ev) == "" {
			return ""
		}
		if len(rest) > 1 && rest[0] == '[' && startsAddress(rest, 1) && says.free.tell(rest, ev) {
			return "" // "[ADDR]:PORT" is no decoration
		}
		bare = rest
		rest, ok = undecorate(rest)
	}
	if says.free.tell(bare, ev) {
		return ""
	}
	if why, ok := p.fields(msg, ev); ok {
		return why
	}
	return p.prose.message(msg, ev)
}

// beginsRequest reports whether a message may be an access line: it begins with
// the client's address.
func beginsRequest(msg []byte) bool {
	return bytes.HasPrefix(msg, []byte("[GIN] ")) || len(msg) > 0 && bytes.IndexByte(msg, '"') > 0 && (startsAddress(msg, 0) || msg[0] == '[')
}

// fields reads a message that ends with an object or with pairs. They must name
// the client.
func (p *apps) fields(msg []byte, ev *ingest.Event) (why string, ok bool) {
	r := &p.record
	msg = trimMonolog(msg)
	head := msg // what the object does not hold
	if n := len(msg); n > 2 && msg[n-1] == '}' {
		at := max(bytes.IndexByte(msg, '{'), 0)
		if size, ok := p.readJSON(msg[at:]); !ok || at+size != n {
			return "", false
		}
		if head = bytes.TrimSpace(msg[:at]); bytes.IndexByte(head, ' ') < 0 {
			head = nil // a relay's word for the host, or nothing
		}
	} else {
		r.reset()
		prose, pairs := readPairs(msg, r)
		if pairs == 0 {
			return "", false
		}
		before, _, _ := bytes.Cut(msg, r.value[meansAddr])
		if _, named := openAccount(prose); r.has(meansAddr) && (named && mayBeName(before) || p.prose.setup.known.opens(before, ev)) {
			return whyAccount, true
		}
	}
	if _, _, n := soleAddress(head); r.elsewhere && n > 0 && !r.has(meansAddr) {
		return whyAccount, true
	}
	if !r.has(meansAddr) {
		if msg[0] == '{' && r.has(meansMessage) { // nothing but an object, whose message may name the client
			return r.tell(ev), true
		}
		return "", false
	}
	r.torn = r.torn || namesOther(head, r.value[meansAddr])
	if !r.has(meansMessage) {
		r.value[meansMessage] = msg
		r.heard |= listen(msg)
	}
	if why = r.tell(ev); ev.Kind == ingest.KindOther && why == "" {
		return whyQuiet, true
	}
	return why, true
}

// namesOther reports whether a text names an address besides those of a field's
// value, which may be a part of it. One that a pair's name says is the other end's, as
// "dst=ADDR" and "fw=ADDR" do, is none.
func namesOther(text, value []byte) bool {
	before, after, _ := bytes.Cut(text, value)
	own, _ := clientAddress(value)
	for _, part := range [...][]byte{before, after} {
		from, to := quotedName(part)
		for i := 0; i < len(part); {
			if i == from && to > from {
				i = to
			}
			if !startsAddress(part, i) {
				i++
				continue
			}
			a, end, ok := addressAt(part, i)
			if ok && a != own && !otherEnd(part[:i]) {
				return true
			}
			i = max(end, i+1)
		}
	}
	return false
}

// otherEnd reports whether a text ends with the name of a pair whose address is that of
// the server or of the firewall.
func otherEnd(text []byte) bool {
	name, ok := bytes.CutSuffix(bytes.TrimSuffix(text, []byte(`"`)), []byte("="))
	if !ok {
		return false
	}
	at := len(name)
	for at > 0 && isKey(name[at-1]) {
		at--
	}
	var space [maxName]byte
	name = fold(space[:0], name[at:])
	return meaningOf[string(name)].meaning == meansPacket || anyFold(name, "fw", "locip", "localip", "localaddr", "serverip", "serveraddr", "dstip")
}

// decorations bounds what is taken off the head of a message.
const decorations = 12

// undecorate takes one decoration off the head of a message: a level, something
// in brackets, the name of a logger or of a source file. None of them holds what
// a client chose, for those stand in the message.
func undecorate(msg []byte) (rest []byte, ok bool) {
	msg = bytes.TrimLeft(msg, " \t|:-,")
	if len(msg) == 0 {
		return nil, false
	}
	if shut := closerOfGroup(msg[0]); shut != 0 {
		i := bytes.IndexByte(msg, shut)
		return trimDecoration(msg, i+1), i > 0
	}
	end := bytes.IndexAny(msg, " \t|[")
	if end <= 0 {
		return nil, false
	}
	word := msg[:end]
	next := bytes.TrimLeft(msg[end:], " \t")
	switch {
	case isLevel(word), len(next) > 0 && next[0] == '[', isLogger(word):
		return trimDecoration(msg, end), true
	}
	return nil, false
}

func trimDecoration(msg []byte, n int) []byte { return bytes.TrimLeft(msg[n:], " \t|:-,") }

func closerOfGroup(c byte) byte {
	switch c {
	case '[':
		return ']'
	case '(':
		return ')'
	case '<':
		return '>'
	}
	return 0
}

// isLevel reports whether a word ends in the name of a level, as "WARN",
// "local.WARNING:" and "[error]:" do.
func isLevel(word []byte) bool {
	word = bytes.TrimRight(word, ":,|")
	if i := bytes.LastIndexByte(word, '.'); i >= 0 {
		word = word[i+1:]
	}
	return anyFold(word, "trace", "debug", "info", "inf", "information", "notice", "warn", "wrn", "warning", "error", "err", "eror", "critical", "crit", "fatal", "alert", "log", "severe", "w", "e", "i")
}

// isLogger reports whether a word names code: "org.example.Auth",
// "Tinebase_Controller::login::106", "(mod_auth.c.853)", "auth.go:55:".
func isLogger(word []byte) bool {
	if bytes.IndexByte(word, '@') >= 0 || bytes.Contains(word, []byte("://")) {
		return false
	}
	if _, isAddr := address(bytes.TrimRight(word, ":.,")); isAddr {
		return false
	}
	return bytes.Contains(word, []byte("::")) && letter(word[0]) || bytes.Contains(word, []byte(".go:")) || bytes.Contains(word, []byte(".c.")) ||
		bytes.Contains(word, []byte(".cc:")) || bytes.Contains(word, []byte(".cpp:")) ||
		bytes.Count(word, []byte(".")) > 1 && letter(word[0])
}
