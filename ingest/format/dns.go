package format

import (
	"bytes"

	"gumshoe/ingest"
)

// namedSays are BIND's refusals. The query's name is the client's; BIND writes
// it in master-file form, in which blanks and quotes are escaped.
var namedSays = concat(
	say(ingest.KindReject,
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: query (cache) '{text}' denied[[ ({words})]]",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: query '{text}' denied[[ ({words})]]",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: update '{text}' denied",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: recursion requested but not available[[ ({words})]]",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: notify denied",
		"client[[ @{word}]] {addr}#{n}[[/key {word}]]: received notify for zone '{text}': not authoritative",
	),
	say(ingest.KindProbe,
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: zone transfer '{text}' denied",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: bad zone transfer request: '{text}': non-authoritative zone (NOTAUTH)",
		"client[[ @{word}]] {addr}#{n}: message parsing failed: {words}",
	),
	say(ingest.KindAbuse,
		"client[[ @{word}]] {addr}#{n} ({word}): rate limit drop {words}",
		"client[[ @{word}]] {addr}#{n} ({word}): rate limit slip {words}",
	),
)

var newNamed = speaksBehind(trimNamed, serviceDNS, namedSays)

// trimNamed takes off "category: level: ", and the "[9-A]" of a view.
func trimNamed(msg []byte) []byte {
	for range 2 {
		i := bytes.Index(msg, []byte(": "))
		if i < 0 || bytes.HasPrefix(msg, []byte("client ")) || bytes.IndexByte(msg[:i], ' ') >= 0 {
			break
		}
		msg = msg[i+2:]
	}
	return msg
}

// newNamedLog reads a channel of BIND's own, "20-Nov-2026 10:00:00.123 ...".
var newNamedLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.namedMonth(line); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, " ")
	return msg, true, ok
}, newNamed)

// newUnbound reads what Unbound says of clients that ask too much.
var newUnbound = speaksBehind(func(msg []byte) []byte {
	if _, rest, ok := bytes.Cut(msg, []byte("] ")); ok && len(msg) > 0 && msg[0] == '[' {
		msg = rest
	}
	msg, _ = cut(msg, "notice: ")
	return msg
}, serviceDNS,
	say(ingest.KindAbuse, "ip_ratelimit exceeded {addr} {n} {text}", "ip_ratelimit exceeded {addr} {n}"),
)
