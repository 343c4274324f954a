package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newGinLog reads the requests that programs built on Gin write (Gotify, Ollama),
// and those of Fiber, whose stamp has no date:
//
//	[GIN] 2026/11/20 - 10:00:00 | 401 |  75.2ms |  192.0.2.1 | POST     "/client"
//	10:00:00 | 401 |  1.2ms |  192.0.2.1 | POST | /client | -
var newGinLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if msg, ok = cut(line, "[GIN] "); !ok {
		var s civil
		msg, ok = clockTime(line, &s)
		return msg, false, ok
	}
	ev.Time, msg, ok = c.dashedTime(msg)
	return msg, true, ok
}, func(*shared) messenger { return gin{} })

type gin struct{}

// message implements messenger.
func (gin) message(msg []byte, ev *ingest.Event) string {
	var fields [4][]byte // nothing, status, time to answer, client
	for i := range fields {
		var ok bool
		if fields[i], msg, ok = bytes.Cut(msg, []byte("|")); !ok {
			return whyMessage
		}
		fields[i] = bytes.TrimSpace(fields[i])
	}
	status, isStatus := number(fields[1])
	client, isClient := address(fields[3])
	method, target, isRequest := bytes.Cut(bytes.TrimSpace(msg), []byte(" "))
	if rest, ok := cut(bytes.TrimLeft(target, " "), "| "); ok { // Fiber, with an error behind
		target, _, _ = bytes.Cut(rest, []byte(" | "))
	}
	if !isStatus || status > 999 || !isRequest {
		return whyMessage
	}
	if !isClient {
		return whyNoClient
	}
	ev.Service, ev.Kind, ev.Src, ev.Status = ingest.ServiceWeb, ingest.KindHTTPRequest, client, uint16(status)
	ev.Method, ev.Target = method, bytes.Trim(target, ` "`)
	return ""
}
