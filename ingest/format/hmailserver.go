package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newHMailServer reads hMailServer, whose columns are parted by tabs:
//
//	"SMTPD"	THREAD	SESSION	"2026-11-20 10:00:00.123"	"ADDR"	"SENT: 535 Authentication failed."
//
// What the server sent it wrote itself; what it received is the client's, and is
// not looked at.
func newHMailServer(s setup) lineParser { return &hMailServer{clock: newClock(s.Context)} }

type hMailServer struct {
	clock
	why string
}

// hMailSent are the server's answers.
var hMailSent = concat(
	say(ingest.KindAuthFailure, "SENT: 535 {words}", "SENT: -ERR Invalid user name or password.{words}", "SENT: {word} NO Invalid user name or password.{words}"),
	say(ingest.KindUserUnknown, "SENT: 550 Unknown user{words}").absent(),
	say(ingest.KindRelayDenied, "SENT: 530 SMTP authentication is required.{words}", "SENT: 550 Delivery is not allowed to this address.{words}"),
	say(ingest.KindReject, "SENT: 550 {words}", "SENT: 554 {words}"),
	say(ingest.KindAuthSuccess, "SENT: 235 authenticated.{words}"),
)

// Parse implements ingest.Parser.
func (p *hMailServer) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "not a line of this log"
	var column [6][]byte
	for i := range column {
		var ok bool
		if column[i], line, ok = bytes.Cut(line, []byte("\t")); !ok && i < len(column)-1 {
			return ingest.Unparsed
		}
	}
	unquote := func(b []byte) []byte { return bytes.TrimSuffix(bytes.TrimPrefix(b, []byte(`"`)), []byte(`"`)) }
	var ok bool
	if ev.Time, _, ok = p.isoStamp(unquote(column[3])); !ok {
		return ingest.Unparsed
	}
	if ev.Src, ok = address(unquote(column[4])); !ok {
		ev.Reset()
		return ingest.Unparsed
	}
	switch string(column[0]) {
	case `"SMTPD"`:
		ev.Service = ingest.ServiceSMTP
	case `"IMAPD"`, `"POP3D"`:
		ev.Service = ingest.ServiceIMAP
	default:
		ev.Reset()
		return ingest.Unparsed
	}
	if p.why = whyQuiet; !hMailSent.tell(unquote(column[5]), ev) {
		return ingest.Ignored
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *hMailServer) Reason() string { return p.why }
