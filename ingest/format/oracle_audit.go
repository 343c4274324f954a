package format

import (
	"bytes"

	"gumshoe/ingest"
)

// oracleAudit reads the audit files (.aud) of Oracle's database. A record is a
// run of fields, one on a line or all on one:
//
//	Fri Nov 20 10:00:00 2026 +00:00
//	ACTION :[7] 'CONNECT'
//	DATABASE USER:[3] 'sys'
//	STATUS:[4] '1017'
//	CLIENT ADDRESS:[54] '(ADDRESS=(PROTOCOL=tcp)(HOST=192.0.2.66)(PORT=40022))'
//
//	SESSIONID:[5] "10023" USERID:[6] "SYSTEM" ACTION:[3] "100" RETURNCODE:[4] "1017" COMMENT$TEXT:[97] "Authenticated by: DATABASE; Client address: (ADDRESS=(PROTOCOL=tcp)(HOST=192.0.2.66)(PORT=40023))"
//
// Every value stands behind its length. It may be a statement of many lines that
// imitates fields, and is passed over by that length. The field with the
// client's address makes the event.
type oracleAudit struct {
	clock
	time   int64
	in     bool   // inside a file of this kind
	owed   int    // bytes of a value that lines to come hold
	user   []byte // of this record, copied
	action auditAction
	status auditStatus
	why    string
}

type auditAction uint8

const (
	auditUnknown auditAction = iota
	auditLogon
	auditOther
)

// auditStatus is what a code of Oracle's says of a logon.
type auditStatus uint8

const (
	auditPending auditStatus = iota
	auditAllowed
	auditDenied
	auditTrouble
)

func newOracleAudit(s setup) lineParser { return &oracleAudit{clock: newClock(s.Context)} }

// Reason implements ingest.Explainer.
func (p *oracleAudit) Reason() string { return p.why }

// Parse implements ingest.Parser.
func (p *oracleAudit) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	if p.owed > 0 {
		p.owed -= len(line) + 1
		p.why = "a part of a statement"
		return ingest.Ignored
	}
	if t, rest, ok := p.ctimeStamp(line); ok && len(rest) == 0 || bytes.HasPrefix(line, []byte("Audit file ")) {
		*p = oracleAudit{clock: p.clock, in: true, time: t, user: p.user[:0], why: "a heading"}
		return ingest.Ignored
	}
	if !p.in {
		p.why = "no line of Oracle's audit files"
		return ingest.Unparsed
	}
	fields, told := p.read(line, ev)
	switch {
	case told:
		ev.Time = p.time
		return ingest.Parsed
	case fields == 0:
		p.why = "no field of a record"
		return ingest.Unparsed
	}
	p.why = "a field of a record"
	return ingest.Ignored
}

// awaits implements awaiting.
func (p *oracleAudit) awaits() bool { return p.in }

// read takes the fields of a line to the record, until one makes the event.
func (p *oracleAudit) read(line []byte, ev *ingest.Event) (fields int, told bool) {
	for rest := line; p.owed == 0; fields++ {
		name, value, after, ok := p.field(rest)
		if !ok {
			break
		}
		if p.learn(name, value, ev) {
			return fields + 1, true
		}
		rest = after
	}
	return fields, false
}

// newOracleAudited reads the records that Oracle writes to syslog, one to a
// message.
func newOracleAudited(*shared) messenger { return &oracleAudited{} }

type oracleAudited struct{ record oracleAudit }

// message implements messenger.
func (m *oracleAudited) message(msg []byte, ev *ingest.Event) string {
	m.record = oracleAudit{user: m.record.user[:0]}
	if _, told := m.record.read(msg, ev); !told {
		return whyQuiet
	}
	return ""
}

// maxAuditValue bounds the length that a value may claim.
const maxAuditValue = 1 << 16

// field reads "NAME:[LENGTH] 'VALUE'" from the head of b; only LENGTH itself
// goes without one. Of a value that goes on in further lines it notes how much
// is to come.
func (p *oracleAudit) field(b []byte) (name, value, rest []byte, ok bool) {
	end := 0
	for end < len(b) && (b[end] >= 'A' && b[end] <= 'Z' || b[end] == ' ' || b[end] == '$' || b[end] == '_') {
		end++
	}
	if name = bytes.TrimRight(b[:end], " "); len(name) == 0 || end == len(b) || b[end] != ':' {
		return nil, nil, nil, false
	}
	b = b[end+1:]
	if string(name) == "LENGTH" {
		n := bytes.IndexAny(b, `'"`)
		if n < 0 {
			return nil, nil, nil, false
		}
		_, rest, ok = bytes.Cut(b[n+1:], b[n:n+1])
		return name, nil, bytes.TrimLeft(rest, " "), ok
	}
	if b, ok = cut(b, "["); !ok {
		return nil, nil, nil, false
	}
	size, b, ok := leading(b)
	if !ok || size > maxAuditValue || len(b) < 3 || b[0] != ']' || b[1] != ' ' || b[2] != '\'' && b[2] != '"' {
		return nil, nil, nil, false
	}
	quote, b := b[2], b[3:]
	n := int(size)
	if fits := n < len(b) && b[n] == quote; !fits && (string(name) == "CLIENT ADDRESS" || string(name) == "COMMENT$TEXT") {
		n = bytes.IndexByte(b, quote) // somebody made the client anonymous; the database itself writes this value
		if n < 0 {
			return nil, nil, nil, false
		}
	}
	if n > len(b) {
		p.owed = n - len(b)
		return name, b, nil, true
	}
	if n == len(b) || b[n] != quote {
		return nil, nil, nil, false
	}
	return name, b[:n], bytes.TrimLeft(b[n+1:], " "), true
}

// learn takes a field to the record. It reports whether ev is the record's
// event.
func (p *oracleAudit) learn(name, value []byte, ev *ingest.Event) bool {
	switch string(name) {
	case "DATABASE USER", "USERID":
		p.user = append(p.user[:0], value...)
	case "ACTION":
		p.action = auditOther
		if string(value) == "CONNECT" || string(value) == "100" {
			p.action = auditLogon
		}
	case "STATUS", "RETURNCODE":
		p.status = auditStatusOf(value)
	case "CLIENT ADDRESS":
		return p.tell(value, ev)
	case "COMMENT$TEXT":
		const client = "Client address: "
		i := bytes.LastIndex(value, []byte(client))
		return i >= 0 && p.tell(value[i+len(client):], ev)
	}
	return false
}

// auditStatusOf knows the codes of a logon: no such account or another password,
// no password, a locked account, no right to be an administrator.
func auditStatusOf(code []byte) auditStatus {
	switch string(code) {
	case "0":
		return auditAllowed
	case "1017", "1005", "28000", "1031":
		return auditDenied
	}
	return auditTrouble
}

var oracleAddress = say(ingest.KindOther, "(ADDRESS=(PROTOCOL={word})(HOST={peer})(PORT={n}))[[;]]")

// tell makes the event of a logon, once for each record.
func (p *oracleAudit) tell(address []byte, ev *ingest.Event) bool {
	if p.action != auditLogon || !oracleAddress.tell(address, ev) {
		return false
	}
	switch p.status {
	case auditAllowed:
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	case auditDenied:
		ev.Kind = ingest.KindAuthFailure
	}
	ev.Service, ev.User = serviceOracle, p.user
	p.action, p.status = auditUnknown, auditPending
	return true
}
