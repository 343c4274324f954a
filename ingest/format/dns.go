package format

import (
	"bytes"

	"gumshoe/ingest"
)

// namedSays are BIND's refusals. The query's name is the client's; BIND writes
// it in master-file form, in which blanks and quotes are escaped.
var namedSays = concat(
	say(ingest.KindReject,
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]:[[ view {word}:]] query (cache) '{text}' denied[[ ({words})]]",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]:[[ view {word}:]] query '{text}' denied[[ ({words})]]",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: update '{text}' denied",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: recursion requested but not available[[ ({words})]]",
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]: notify denied",
		"client[[ @{word}]] {addr}#{n}[[/key {word}]]: received notify for zone '{text}': not authoritative",
	),
	say(ingest.KindProbe,
		"client[[ @{word}]] {addr}#{n}[[ ({word})]]:[[ view {word}:]] zone transfer '{text}' denied",
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

// newNamedLog reads a channel of BIND's own, "20-Nov-2026 10:00:00.123 ...", also
// with print-time set to iso8601 or to no.
var newNamedLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.namedMonth(line); ok {
		msg, ok = cut(msg, " ")
		return msg, true, ok && len(msg) > 0 && msg[0] >= 'a' && msg[0] <= 'z' // Java's loggers have the stamp too, and brackets and capitals
	}
	if ev.Time, msg, ok = c.isoStamp(line); ok {
		msg, _ = cut(msg, " ")
	} else {
		msg = line
	}
	return msg, false, bytes.HasPrefix(trimNamed(msg), []byte("client "))
}, newNamed)

// newUnbound reads what Unbound says of clients that ask too much.
var newUnbound = speaksBehind(func(msg []byte) []byte {
	if _, rest, ok := bytes.Cut(msg, []byte("] ")); ok && len(msg) > 0 && msg[0] == '[' {
		msg = rest
	}
	return trimDNSLevel(msg)
}, serviceDNS, unboundSays)

var unboundSays = concat(
	say(ingest.KindAbuse, "ip_ratelimit exceeded {addr} {n} {text}", "ip_ratelimit exceeded {addr} {n}"),
	say(ingest.KindReject, "refused query from {addr} {text}"),
)

// newNSD reads the name server NSD.
var newNSD = speaksBehind(trimDNSLevel, serviceDNS, nsdSays)

var nsdSays = concat(
	say(ingest.KindReject,
		"{word} for[[ zone]] {text} from[[ client]] {addr} refused, {words}",
	),
	say(ingest.KindAbuse, "ratelimit block {text} query {addr} {word}"),
)

// trimDNSLevel takes off the level that NSD and Unbound put before a message.
func trimDNSLevel(msg []byte) []byte {
	for _, level := range [...]string{"info: ", "notice: ", "warning: "} {
		msg, _ = cut(msg, level)
	}
	return msg
}

// newDNSOwnLog reads the files of NSD and Unbound, "[1795168817] nsd[77]: info:
// MESSAGE" and "[1795168817] unbound[77:0] notice: MESSAGE"; the stamp may also be
// a date with a clock.
var newDNSOwnLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	rest, ok := cut(line, "[")
	if !ok {
		return nil, false, false
	}
	if ev.Time, rest, ok = epochStamp(rest); !ok {
		if ev.Time, rest, ok = c.isoStamp(line[1:]); !ok {
			return nil, false, false
		}
	}
	if rest, ok = cut(rest, "] "); !ok {
		return nil, false, false
	}
	head, msg, ok := bytes.Cut(rest, []byte("] "))
	if !ok {
		head, msg, ok = bytes.Cut(rest, []byte("]: "))
	}
	if i := bytes.Index(rest, []byte("]: ")); i >= 0 && i < len(head) {
		head, msg = rest[:i], rest[i+3:]
	}
	name, pid, _ := bytes.Cut(head, []byte("["))
	if !ok || string(name) != "nsd" && string(name) != "unbound" {
		return nil, false, false
	}
	ev.Program, ev.PID = name, pid
	return trimDNSLevel(msg), true, true
}, speaks(serviceDNS, nsdSays, unboundSays))

// nameServerSays are the refusals of further name servers. Names in a query are
// escaped as in a master file.
var nameServerSays = concat(
	say(ingest.KindReject,
		"ignoring query from non-local network {addr}[[ (logged only once)]]",    // dnsmasq
		"Dropping UDP query from {addr:port}, address not matched by allow-from", // PowerDNS
		"Dropping {word} query from {addr:port}, address not matched by {words}",
		"Dropping {word} query from {addr}, address not matched by {words}",
		"dropping {word} query from {addr}, address not matched by {words}",
		"Ignoring {word} query from {addr:port}, address not matched by {words}",
		"AXFR of domain '{text}' denied to {addr}",
		"AXFR of domain '{text}' to {addr} denied",
		"AXFR of domain '{text}' to {addr:port} denied",
		"AXFR-out zone '{text}', client '{addr:port}', denied: {words}",
		"AXFR-out zone '{text}', client '{addr}', denied: {words}",
		"NOTIFY for {text} from {addr:port} which is not a {words}",
		"Received NOTIFY for {text} from {addr:port} which is not a {words}",
		"[{text}] ACL, denied, action {word}, remote {addr}@{n}[[ {word}]][[, {words}]]", // Knot DNS
		"info: [{text}] ACL, denied, action {word}, remote {addr}@{n}[[ {word}]][[, {words}]]",
		"notice: [{text}] ACL, denied, action {word}, remote {addr}@{n}[[ {word}]][[, {words}]]",
	),
	say(ingest.KindReject, // the Recursor since 5, whose values are quoted and escaped
		`msg="Dropping {words}query, address not matched by {words}" subsystem="{word}" {words}remote="{addr:port}"[[ {words}]]`,
		`msg="Dropping {words}query, address not matched by {words}" subsystem="{word}" {words}source="{addr:port}"[[ {words}]]`,
		`msg="Dropping {words}query, address not matched by {words}" subsystem="{word}" {words}address="{addr:port}"[[ {words}]]`,
	),
	say(ingest.KindProbe, // CoreDNS: a zone transfer, and anything else
		`{addr:port} - {n} "AXFR {text}" REFUSED {words}`,
		`{addr:port} - {n} "IXFR {text}" REFUSED {words}`,
	),
	say(ingest.KindReject, `{addr:port} - {n} "{text}" REFUSED {words}`),
	say(ingest.KindAbuse,
		"Maximum number of concurrent DNS queries reached (max: {n})",
		"info: RRL, address {addr}/{n}, class {words}, enters limiting",
		"RRL, address {addr}/{n}, class {words}, enters limiting",
	),
	namedSays,
).of(serviceDNS)
