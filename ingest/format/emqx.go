package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newEMQXLog reads the text log of the MQTT broker EMQX:
//
//	2026-11-20T10:00:00.123456+00:00 [warning] tag: AUTHN, clientid: c1, msg: authentication_failure, peername: ADDR:51234, username: anna, reason: not_authorized
//
// The order of the fields changed from version to version, nothing is quoted, and the
// client chooses its identifier, its account and its topics: where "peername: " stands
// more than once, nobody knows which is the broker's.
var newEMQXLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	level, msg, ok := bytes.Cut(msg, []byte("] "))
	if !ok || len(level) > 12 || !bytes.HasPrefix(level, []byte(" [")) {
		return nil, false, false
	}
	for _, name := range [...]string{"clientid: ", "peername: ", "msg: "} {
		if !bytes.Contains(msg, []byte(name)) {
			return nil, false, false
		}
	}
	return msg, true, true
}, func(*shared) messenger { return emqx{} })

type emqx struct{}

// message implements messenger.
func (emqx) message(msg []byte, ev *ingest.Event) string {
	peer, port := splitPort(emqxField(msg, "peername: "), false)
	client, ok := address(peer)
	if !ok || !port {
		return whyNoClient
	}
	switch string(emqxField(msg, "msg: ")) {
	case "authentication_failure":
		ev.Kind = ingest.KindAuthFailure
	case "cannot_publish_to_topic_due_to_not_authorized", "authorization_permission_denied":
		ev.Kind = ingest.KindReject
	default:
		return whyQuiet
	}
	ev.Service, ev.Src, ev.User = serviceMQTT, client, emqxField(msg, "username: ")
	return ""
}

// emqxField is the value of a field whose name stands in the line once.
func emqxField(msg []byte, name string) []byte {
	at := bytes.Index(msg, []byte(name))
	if at < 0 || at > 0 && msg[at-1] != ' ' || bytes.Contains(msg[at+1:], []byte(name)) {
		return nil
	}
	value, _, _ := bytes.Cut(msg[at+len(name):], []byte(", "))
	return value
}
