package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newCheckPoint reads what Check Point's Log Exporter writes where RFC 5424 has its
// structured data, in a shape of its own:
//
//	<134>1 2026-11-20T10:00:00Z gw1 CheckPoint 7776 - [action:"Drop"; ...; dst:"ADDR"; service:"22"; src:"ADDR"]
//
// A quote or a bracket in a value stands behind a backslash. Should a gateway leave one
// out, a client could add a field: two different addresses are none.
func newCheckPoint(*shared) messenger { return &checkPoint{} }

type checkPoint struct{ record record }

// checkPointMeans is what the fields tell. What a record is about stands in several:
// of a login "action" or "operation" say that it was one, others how it ended.
var checkPointMeans = map[string]named{
	"src": {meansAddr, 0}, "client_ip": {meansAddr, 1}, "dst": {meansPacket, 0}, "user": {meansUser, 0}, "administrator": {meansUser, 1},
	"action": {meansEvent, 0}, "operation": {meansEvent, 1}, "auth_status": {meansEvent, 2},
	"status": {meansOutcome, 0}, "audit_status": {meansOutcome, 1}, "reason": {meansError, 0}, "attack": {meansThreat, 0},
}

// message implements messenger.
func (p *checkPoint) message(msg []byte, ev *ingest.Event) string {
	fields, ok := cut(msg, "[")
	if !ok {
		return whyMessage
	}
	p.record.reset()
	p.record.open = true
	for {
		fields = bytes.TrimLeft(fields, "; ")
		name, rest, ok := bytes.Cut(fields, []byte(`:"`))
		if !ok || bytes.IndexByte(name, '"') >= 0 {
			break
		}
		end := quoteEnd(rest)
		if end < 0 {
			return whyMessage // cut short: what is missing may name another address
		}
		if n, ok := checkPointMeans[string(name)]; ok && end > 0 {
			p.record.keep(n, rest[:end], false)
		}
		fields = rest[end+1:]
	}
	if string(fields) != "]" {
		return whyMessage
	}
	r := &p.record
	if !r.has(meansAddr) {
		return whyNoClient
	}
	if why := r.tell(ev); why != "" {
		return why
	}
	if ev.Service == serviceApp {
		ev.Service = serviceVPN
	}
	return ""
}

// quoteEnd is where the first quote stands that no backslash takes the meaning off; -1:
// nowhere.
func quoteEnd(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
