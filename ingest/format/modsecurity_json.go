package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newModSecurityJSON reads the audit log in JSON of ModSecurity 2 and 3 and of
// Coraza: an object for each transaction, in which the client's headers and body
// are escaped values. One with messages of rules is a probe.
func newModSecurityJSON(s setup) lineParser {
	return &modsecurityJSON{structured{clock: newClock(s.Context)}}
}

type modsecurityJSON struct{ structured }

// Parse implements ingest.Parser.
func (p *modsecurityJSON) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no JSON record of ModSecurity's audit log"
	if !bytes.HasPrefix(line, []byte(`{"transaction":`)) {
		return ingest.Unparsed
	}
	transaction, _ := member(line, "transaction")
	client, ok := member(transaction, "client_ip")
	if !ok {
		client, _ = member(transaction, "remote_address") // version 2
	}
	if ev.Src, ok = address(client); !ok {
		return ingest.Unparsed
	}
	if _, ok = p.readJSON(line); !ok {
		ev.Reset()
		return ingest.Unparsed
	}
	ev.Time = p.record.time(&p.clock)
	ev.Service = ingest.ServiceWeb
	answered := p.record.request(ev)
	switch {
	case auditMessages(line, transaction):
		ev.Kind = ingest.KindProbe
	case !answered:
		p.why = whyQuiet
		return ingest.Ignored
	}
	return ingest.Parsed
}

// auditMessages reports whether rules told of the transaction.
func auditMessages(line, transaction []byte) bool {
	data, _ := member(line, "audit_data") // version 2
	for _, object := range [...][]byte{transaction, line, data} {
		if list, ok := member(object, "messages"); ok && len(bytes.Trim(list, "[] \t")) > 0 {
			return true
		}
	}
	return false
}
