package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newPostgresJSON reads PostgreSQL's jsonlog. The client's names and queries are
// escaped values, and its address is a field of its own.
func newPostgresJSON(s setup) lineParser {
	return &postgresJSON{structured{clock: newClock(s.Context)}}
}

type postgresJSON struct{ structured }

// Parse implements ingest.Parser.
func (p *postgresJSON) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no record of PostgreSQL's jsonlog"
	if len(line) == 0 || line[0] != '{' || !bytes.Contains(line, []byte(`"error_severity"`)) {
		return ingest.Unparsed
	}
	severity, _ := member(line, "error_severity")
	if _, ok := p.readJSON(line); !ok || !isSeverity(severity) || !p.record.has(meansPID) {
		return ingest.Unparsed
	}
	r := &p.record
	if !postgresSays.tell(r.value[meansMessage], ev) {
		p.why = whyMessage
		return ingest.Ignored
	}
	r.envelope(&p.clock, ev)
	ev.Host, ev.Service = nil, servicePostgres
	remote, _ := member(line, "remote_host")
	if a, ok := address(remote); ok {
		ev.Src = a
	}
	return ingest.Parsed
}
