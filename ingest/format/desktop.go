package format

import (
	"bytes"

	"gumshoe/ingest"
)

// xrdpSays are the messages of xrdp-sesman. The user name is the client's, and a
// client may write a whole record into it; the last one is xrdp's.
var xrdpSays = concat(
	say(ingest.KindAuthFailure, "AUTHFAIL: user={user} ip={addr} time={n}"),
	say(ingest.KindAuthSuccess, "AUTHOK: user={user} ip={addr} time={n}").exists(),
	say(ingest.KindConnect, "Socket {n}: AF_INET{words}connection received from {addr} port {n}"),
)

var newXrdp = speaksBehind(trimXrdp, serviceRDP, xrdpSays)

// newXrdpLog reads "[20220407-12:11:06] [INFO ] MESSAGE".
var newXrdpLog = newOwnLog(openBracketed((*clock).packed, "["), newXrdp)

func trimXrdp(msg []byte) []byte {
	if level, rest, ok := bytes.Cut(msg, []byte("] ")); ok && len(level) == len("[INFO ") && level[0] == '[' {
		return rest
	}
	return msg
}

// guacamoleSays is what Guacamole's web application says of failed logins.
var guacamoleSays = concat(
	say(ingest.KindAuthFailure,
		`Authentication attempt from {addr} for user "{user}" failed.`,
		`Authentication attempt from [{addrs}] for user "{user}" failed.`,
		`Authentication attempt from {addr} for user "{user}" failed: {words}`,
	),
	say(ingest.KindAuthSuccess,
		`User "{user}" successfully authenticated from {addr}.`,
		`User "{user}" successfully authenticated from [{addrs}].`,
	).exists(),
)

// guacamole reads Tomcat's log of it: "12:57:32.907 [thread] WARN  class - MESSAGE"
// with or without a date, or the two lines of java.util.logging, of which the
// first has the stamp: "Apr 15, 2013 8:34:08 PM class method".
type guacamole struct {
	clock
	stamp int64 // of the last line with nothing but a stamp
	why   string
}

func newGuacamole(s setup) lineParser { return &guacamole{clock: newClock(s.Context)} }

// Parse implements ingest.Parser.
func (p *guacamole) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "not a line of Guacamole"
	if t, ok := p.julStamp(line); ok {
		p.stamp = t
		if !bytes.Contains(line, []byte("org.slf4j.impl.JCLLoggerAdapter")) && !bytes.Contains(line, []byte("guacamole")) {
			return ingest.Unparsed
		}
		p.why = "the stamp of the next line"
		return ingest.Ignored
	}
	_, msg, ok := bytes.Cut(line, []byte("WARNING: "))
	if ok && bytes.HasPrefix(line, []byte("WARNING: ")) {
		ev.Time = p.stamp
	} else if _, msg, ok = bytes.Cut(line, []byte(" - ")); ok {
		if t, _, isStamp := p.isoStamp(line); isStamp {
			ev.Time = t
		}
	}
	if !ok || !bytes.Contains(line, []byte("authenticat")) && !bytes.Contains(line, []byte("Authentication attempt")) {
		return ingest.Unparsed
	}
	ev.Service = serviceRDP
	if !guacamoleSays.tell(msg, ev) {
		ev.Reset()
		return ingest.Unparsed
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *guacamole) Reason() string { return p.why }

// julStamp reads "apr 15, 2013 8:34:08 PM ".
func (p *guacamole) julStamp(b []byte) (t int64, ok bool) {
	if len(b) < 24 || !letter(b[0]) {
		return 0, false
	}
	name := [3]byte{b[0] &^ 0x20, b[1] | 0x20, b[2] | 0x20}
	s := civil{month: monthName(name[:])}
	if s.month == 0 || b[3] != ' ' {
		return 0, false
	}
	day, rest, ok := bytes.Cut(b[4:], []byte(", "))
	n, isDay := number(day)
	if !ok || !isDay || n > 31 {
		return 0, false
	}
	s.day = int(n)
	if s.year, ok = four(rest); !ok || len(rest) < 5 {
		return 0, false
	}
	if rest, ok = clockTime(rest[5:], &s); !ok {
		return 0, false
	}
	halfDay(rest, &s)
	if !s.valid() {
		return 0, false
	}
	return p.instant(&s), true
}
