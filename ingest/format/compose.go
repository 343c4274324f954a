package format

import (
	"bytes"

	"gumshoe/ingest"
)

// composeLog reads what "docker compose logs" prints, the container's name before
// each of its lines, and with -t Docker's stamp:
//
//	dovecot-mailcow-1  | Nov 20 10:00:00 mx dovecot: imap-login: ...
//
// and what PM2, the keeper of Node's programs, prints, a number before the name:
//
//	11:47:34 1|app  | 2026-11-20 10:00:00: App: ...
type composeLog struct {
	clock
	carried
	why string
}

func newComposeLog(s setup) lineParser {
	return &composeLog{clock: newClock(s.Context), carried: carried{setup: s}}
}

// Parse implements ingest.Parser.
func (p *composeLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no line of a container"
	name, rest, ok := bytes.Cut(line, []byte(" | "))
	if name = trimPM2(bytes.TrimRight(name, " ")); !ok || len(name) > 64 || !hostname(name) {
		return ingest.Unparsed
	}
	if t, behind, ok := p.isoStamp(rest); ok && len(rest)-len(behind) == len(dockerStamp) && len(behind) > 0 {
		ev.Time, rest = t, behind[1:]
	}
	r, ok := p.carried.open(rest, ev)
	if !ok || r == ingest.Unparsed {
		ev.Reset()
		return ingest.Unparsed
	}
	if r != ingest.Parsed {
		p.why = p.reason()
	}
	return r
}

// trimPM2 takes the time and the number off the name of a program.
func trimPM2(name []byte) []byte {
	var s civil
	b := name
	if rest, ok := clockTime(b, &s); ok {
		b = bytes.TrimLeft(rest, " ")
	}
	if id, program, ok := bytes.Cut(b, []byte("|")); ok && digits(id) {
		return program
	}
	return name
}

// dockerStamp is how long Docker writes its stamps, with all nine digits.
const dockerStamp = "2006-01-02T15:04:05.000000000Z"

// Reason implements ingest.Explainer.
func (p *composeLog) Reason() string { return p.why }
