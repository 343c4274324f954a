package format

import (
	"bytes"

	"gumshoe/ingest"
)

// railsRequest reads the line that Rails writes when a request begins:
//
//	Started POST "/users/sign_in" for 192.0.2.1 at 2026-11-20 10:00:00 +0000
//
// What it is answered stands in another line, without the client. The target may
// imitate all that follows it, so the line is read from its end.
func (c *clock) railsRequest(line []byte, ev *ingest.Event) bool {
	rest, ok := cut(line, "Started ")
	method, rest, isMethod := bytes.Cut(rest, []byte(` "`))
	end := bytes.LastIndex(rest, []byte(`" for `))
	if !ok || !isMethod || !isToken(method) || end < 0 {
		return false
	}
	host, at, ok := bytes.Cut(rest[end+len(`" for `):], []byte(" at "))
	client, isAddr := address(host)
	t, behind, isStamp := c.isoStamp(at)
	if !ok || !isAddr || !isStamp || len(behind) > 0 {
		return false
	}
	ev.Time, ev.Src, ev.Service, ev.Kind = t, client, ingest.ServiceWeb, ingest.KindHTTPRequest
	ev.Method, ev.Target = method, rest[:end]
	return true
}

// trimRuby takes off what Ruby's logger and Rails' tags put before a message:
// "I, [2026-11-20T10:00:00.123456 #1234]  INFO -- : [REQUEST] ".
func trimRuby(line []byte) []byte {
	if len(line) > 4 && line[1] == ',' && line[3] == '[' {
		if _, rest, ok := bytes.Cut(line, []byte(" -- ")); ok {
			_, line, _ = bytes.Cut(rest, []byte(": "))
		}
	}
	for len(line) > 0 && line[0] == '[' {
		_, rest, ok := bytes.Cut(line, []byte("] "))
		if !ok {
			break
		}
		line = rest
	}
	return line
}

// newRailsLog reads the log of a Rails application.
func newRailsLog(s setup) lineParser { return &railsLog{clock: newClock(s.Context)} }

type railsLog struct {
	clock
	why string
}

// Parse implements ingest.Parser.
func (p *railsLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no request of Rails"
	if !p.railsRequest(trimRuby(line), ev) {
		return ingest.Unparsed
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *railsLog) Reason() string { return p.why }
