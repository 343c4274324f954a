package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newASSPLog reads the mail proxy ASSP: a stamp of its own, the message's number,
// the worker and what it says of the connection in brackets, and the client:
//
//	Nov-20-26 10:00:00 m1-25391-06124 [Worker_1] [TLS-out] 192.0.2.1 <sender@example.com> ...
var newASSPLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 20 || line[3] != '-' || line[6] != '-' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.monthFirst(line); !ok {
		return nil, false, false
	}
	for len(msg) > 0 {
		if msg[0] == ' ' {
			msg = msg[1:]
			continue
		}
		word, rest, more := bytes.Cut(msg, []byte(" "))
		if !more || msg[0] != '[' && !bytes.HasPrefix(word, []byte("m1-")) && string(word) != "Waiting" {
			break
		}
		msg = rest
	}
	return msg, false, true
}, speaks(ingest.ServiceSMTP, asspSays))

var asspSays = concat(
	say(ingest.KindAuthFailure,
		"{addr} [SMTP Error] 535 5.7.8 Error: authentication failed: {text}",
		"Blocking {addr} - too much AUTH errors ({n});",
		"{addr} max sender authentication errors ({n}) exceeded{text}",
	),
	say(ingest.KindRelayDenied,
		"{addr} <{text}> to: {text} relay attempt blocked for: {text}",
		"{addr} <{text}> to: {text} relay attempt blocked for (parsing): {text}",
		"{addr} <{text}> relay attempt blocked for (parsing): {text}",
		"{addr} <{text}> relay attempt blocked for: {text}",
	),
	say(ingest.KindProbe, "{addr} SSL negotiation with client failed: {text}"),
)
