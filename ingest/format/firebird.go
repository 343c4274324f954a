package format

import (
	"bytes"

	"gumshoe/ingest"
)

// firebird reads the two logs of the database Firebird, in which a line with a
// stamp is followed by indented ones. The trace of connections:
//
//	2026-11-20T10:00:02.5400 (4921:0x7f0f0d1f5048) UNAUTHORIZED ATTACH_DATABASE
//		/data/app.fdb (ATT_0, SYSDBA:NONE, NONE, TCPv4:192.0.2.66/49762)
//		/usr/bin/isql:5233
//
// and firebird.log:
//
//	dbhost	Fri Nov 20 10:00:02 2026
//		INET/inet_error: read errno = 104, client host = ws1, address = 192.0.2.66/50112, user = anna
//
// The line of a process holds a name that the client chose; so only the first
// line behind a heading is read.
type firebird struct {
	clock
	time  int64
	in    bool // a heading was seen
	log   bool // it was of firebird.log, and nothing followed it
	trace bool // it was of a trace, told a deed, and nothing followed it
	deed  ingest.Kind
	why   string
}

const serviceFirebird = "firebird"

// firebirdDeeds are the headings of a trace that tell of a client. An attachment
// that failed for another reason than the account is trouble and no guess.
var firebirdDeeds = map[string]ingest.Kind{
	"UNAUTHORIZED ATTACH_DATABASE": ingest.KindAuthFailure,
	"UNAUTHORIZED CREATE_DATABASE": ingest.KindAuthFailure,
	"UNAUTHORIZED ATTACH_SERVICE":  ingest.KindAuthFailure,
	"FAILED ATTACH_DATABASE":       ingest.KindOther,
	"ATTACH_DATABASE":              ingest.KindAuthSuccess,
	"ATTACH_SERVICE":               ingest.KindAuthSuccess,
}

// firebirdTrouble is what firebird.log says of clients.
var firebirdTrouble = say(ingest.KindOther,
	"INET/inet_error: {words} errno = {n}, client host = {text}, address = {addr}/{n}, user = {user}",
	"INET/inet_error: {words} errno = {n}, client address = {addr}/{n}[[, user {user}]]",
)

func newFirebird(s setup) lineParser { return &firebird{clock: newClock(s.Context)} }

// Reason implements ingest.Explainer.
func (p *firebird) Reason() string { return p.why }

// Parse implements ingest.Parser.
func (p *firebird) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	if p.opens(line) {
		p.in, p.why = true, "a heading of Firebird's"
		return ingest.Ignored
	}
	indented := len(line) > 0 && line[0] == '\t'
	if p.in = p.in && indented; !p.in {
		p.why = "no line of Firebird's logs"
		return ingest.Unparsed
	}
	log, trace := p.log, p.trace
	p.log, p.trace, p.why = false, false, whyQuiet
	ev.Time, ev.Service = p.time, serviceFirebird
	line = bytes.TrimSpace(line)
	if log && firebirdTrouble.tell(line, ev) || trace && attached(line, p.deed, ev) {
		return ingest.Parsed
	}
	return ingest.Ignored
}

// awaits implements awaiting.
func (p *firebird) awaits() bool { return p.in }

// attached reads "DATABASE (ATT_12, USER:ROLE, CHARSET, TCPv6:ADDR/PORT)" and
// "service_mgr, (Service 0x7f0, USER, TCPv4:ADDR/PORT)" from the end: all before
// the address may be the client's.
func attached(line []byte, deed ingest.Kind, ev *ingest.Event) bool {
	line, ok := bytes.CutSuffix(line, []byte(")"))
	at, slash := bytes.LastIndex(line, []byte(", TCPv")), bytes.LastIndexByte(line, '/')
	if !ok || at < 0 || slash < at+8 || line[at+7] != ':' || !digits(line[slash+1:]) {
		return false
	}
	if ev.Src, ok = address(line[at+8 : slash]); !ok {
		return false
	}
	line = line[:at]
	if open := bytes.LastIndex(line, []byte(" (ATT_")); open >= 0 {
		line = line[open:]
		if charset := bytes.LastIndex(line, []byte(", ")); charset >= 0 {
			line = line[:charset]
		}
	} else if open := bytes.LastIndex(line, []byte(" (Service ")); open >= 0 {
		line = line[open:]
	}
	_, user, _ := bytes.Cut(line, []byte(", "))
	if role := bytes.LastIndexByte(user, ':'); role > 0 {
		user = user[:role]
	}
	if ev.Kind, ev.User = deed, user; deed == ingest.KindAuthSuccess {
		ev.Account = ingest.AccountExists
	}
	return true
}

// opens reads a heading of either log.
func (p *firebird) opens(line []byte) bool {
	if t, rest, ok := p.isoStamp(line); ok {
		process, deed, ok := bytes.Cut(rest, []byte(") "))
		if !ok || !bytes.HasPrefix(process, []byte(" (")) || !bytes.Contains(process, []byte(":0")) {
			return false
		}
		p.time, p.log = t, false
		p.deed, p.trace = firebirdDeeds[string(bytes.TrimSpace(deed))]
		return true
	}
	host, stamp, ok := bytes.Cut(line, []byte("\t"))
	t, rest, isStamp := p.ctimeStamp(bytes.TrimLeft(stamp, "\t"))
	if !ok || len(host) == 0 || !isStamp || len(bytes.TrimSpace(rest)) > 0 {
		return false
	}
	p.time, p.log, p.trace = t, true, false
	return true
}
