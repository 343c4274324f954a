package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// modsecurity reads ModSecurity's serial audit log, in which a transaction is a
// run of sections, each with a header of its own:
//
//	--c7036611-A--
//	[20/Nov/2026:10:00:00 +0000] UNIQUE_ID ADDR PORT ADDR PORT
//	--c7036611-B--
//	GET /index.php HTTP/1.1
//	--c7036611-H--
//	Message: Warning. Pattern match ...
//
// Version 3 writes three dashes and "ModSecurity: Warning. ...".
//
// Bodies and headers of the client stand in sections B, C and I and may imitate
// a section's header. The boundary is random and not sent to the client, so one
// that differs from that of the transaction's first section is text. The first
// message of section H makes the event.
type modsecurity struct {
	clock
	boundary [16]byte
	size     int
	section  byte
	first    bool // the section's first line comes next
	told     bool
	time     int64
	client   netip.Addr
	why      string
}

func newModSecurity(s setup) lineParser { return &modsecurity{clock: newClock(s.Context)} }

// Reason implements ingest.Explainer.
func (p *modsecurity) Reason() string { return p.why }

// Parse implements ingest.Parser.
func (p *modsecurity) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no line of ModSecurity's audit log"
	if id, section, ok := auditHeader(line); ok && p.opens(id, section) {
		if section == 'A' {
			*p = modsecurity{clock: p.clock}
			p.size = copy(p.boundary[:], id)
		}
		if p.section, p.first = section, true; section == 'Z' {
			p.section = 0
		}
		p.why = "a section's header"
		return ingest.Ignored
	}
	if p.section == 0 {
		return ingest.Unparsed
	}
	p.why = "a line of a transaction"
	first := p.first
	p.first = false
	switch {
	case p.section == 'A' && first:
		p.transaction(line)
	case p.section == 'H' && !p.told && isAuditMessage(line) && p.client.IsValid():
		p.told = true
		ev.Time, ev.Src, ev.Service, ev.Kind = p.time, p.client, ingest.ServiceWeb, ingest.KindProbe
		return ingest.Parsed
	}
	return ingest.Ignored
}

// awaits implements awaiting.
func (p *modsecurity) awaits() bool { return p.section != 0 }

// opens reports whether a header is ModSecurity's own: the first of a transaction
// where none is open, else one with that transaction's boundary.
func (p *modsecurity) opens(id []byte, section byte) bool {
	if p.section == 0 {
		return section == 'A'
	}
	return string(id) == string(p.boundary[:p.size])
}

// transaction reads the line of section A.
func (p *modsecurity) transaction(line []byte) {
	stamp, rest, ok := bytes.Cut(line, []byte("] "))
	if !ok || len(stamp) < 2 {
		return
	}
	p.time, _, _ = p.namedMonth(stamp[1:])
	if _, rest, ok = bytes.Cut(rest, []byte(" ")); ok {
		host, _, _ := bytes.Cut(rest, []byte(" "))
		p.client, _ = address(host)
	}
}

// isAuditMessage reports whether a line of section H tells of a rule.
func isAuditMessage(line []byte) bool {
	return bytes.HasPrefix(line, []byte("Message: ")) || bytes.HasPrefix(line, []byte("ModSecurity: "))
}

// auditHeader reads "--c7036611-A--" and "---XyZ012ab---A--".
func auditHeader(line []byte) (id []byte, section byte, ok bool) {
	n := len(line)
	if n < 8 || n > 24 || line[0] != '-' || line[1] != '-' || line[n-1] != '-' || line[n-2] != '-' || line[n-4] != '-' {
		return nil, 0, false
	}
	id, section = line[2:n-4], line[n-3]
	for _, c := range bytes.Trim(id, "-") {
		if !letter(c) && !digit(c) {
			return nil, 0, false
		}
	}
	return id, section, section >= 'A' && section <= 'Z'
}
