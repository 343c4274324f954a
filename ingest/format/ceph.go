package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newCephLog reads Ceph's dashboard, which logs its requests through the manager:
//
//	2026-11-20T10:00:00.123+0000 7f1c2d0a5700  0 [dashboard INFO request] [192.0.2.1:51234] [POST] [400] [0.012s] [admin] [58.0B] [...] /api/auth
var newCephLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	head, msg, ok := bytes.Cut(msg, []byte("[dashboard "))
	if !ok || len(head) > 40 {
		return nil, false, false
	}
	_, msg, ok = bytes.Cut(msg, []byte("] "))
	return msg, true, ok
}, func(*shared) messenger { return cephDashboard{} })

type cephDashboard struct{}

var cephSays = concat(
	say(ingest.KindAuthFailure, "Login failed: {words}"),
	say(ingest.KindAuthSuccess, "Login successful: {user}").exists(),
)

// message implements messenger.
func (cephDashboard) message(msg []byte, ev *ingest.Event) string {
	ev.Service = servicePanel
	if cephSays.tell(msg, ev) {
		return ""
	}
	var fields [4][]byte // client, method, status, time; the account and the target follow
	rest := msg
	for i := range fields {
		var ok bool
		if rest, ok = cut(rest, "["); ok {
			fields[i], rest, ok = bytes.Cut(rest, []byte("] "))
		}
		if !ok {
			return whyMessage
		}
	}
	status, ok := number(fields[2])
	a, isAddr := clientAddress(fields[0])
	at := bytes.LastIndex(rest, []byte("] /"))
	if !ok || !isAddr || at < 0 {
		return whyMessage
	}
	ev.Src, ev.Kind, ev.Method, ev.Status, ev.Target = a, ingest.KindHTTPRequest, fields[1], uint16(status), rest[at+2:]
	if user, ok := cut(rest, "["); ok {
		user, _, _ = bytes.Cut(user, []byte("]"))
		if !bytes.HasSuffix(user, []byte("B")) || !digit(user[0]) { // without an account the size follows
			ev.User = accountOf(user)
		}
	}
	if string(ev.Target) == "/api/auth" && ev.Status >= 400 && ev.Status < 500 {
		ev.Kind = ingest.KindAuthFailure
	}
	return ""
}
