package format

import (
	"bytes"

	"gumshoe/ingest"
)

// auditedMySQL is the messenger of MariaDB's server_audit, which MySQL and Percona
// load too:
//
//	STAMP,SERVER,USER,HOST,CONNECTION,QUERY,OPERATION,DATABASE,OBJECT,CODE
//
// Nothing is quoted, and a client may put commas into the names of the account and
// the database: a record of a connection with more commas than the fields need
// has no certain client.
type auditedMySQL struct{}

// newMySQLAudit reads its file, server_audit.log.
var newMySQLAudit = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.packed(line); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, ",")
	return msg, false, ok
}, func(*shared) messenger { return auditedMySQL{} })

const auditFields = 9 // behind the stamp

// message implements messenger.
func (auditedMySQL) message(msg []byte, ev *ingest.Event) string {
	var fields [auditFields][]byte
	rest, more := msg, true
	for i := range fields {
		if !more {
			return whyMessage
		}
		fields[i], rest, more = bytes.Cut(rest, []byte(","))
	}
	if !digits(fields[3]) || !digits(fields[4]) {
		return whyMessage
	}
	switch string(fields[5]) {
	case "FAILED_CONNECT":
		ev.Kind = ingest.KindAuthFailure
	case "CONNECT":
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	case "DISCONNECT":
		ev.Kind = ingest.KindDisconnect
	default:
		return whyQuiet
	}
	ev.Service, ev.User = serviceMySQL, fields[1]
	if more || !digits(fields[8]) {
		return ""
	}
	if a, ok := address(fields[2]); ok {
		ev.Src = a
	} else if hostname(fields[2]) {
		ev.SrcHost = fields[2]
	}
	return ""
}
