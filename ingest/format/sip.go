package format

import (
	"bytes"

	"gumshoe/ingest"
)

// freeswitchSays are the messages of FreeSWITCH's SIP module, which names the
// address last.
var freeswitchSays = concat(
	say(ingest.KindAuthFailure,
		"SIP auth failure ({word}) on sofia profile '{word}' for [{user}] from ip {peer}",
		"SIP auth failure ({word}) on sofia profile '{word}' for [{user}] from {peer}",
	),
	say(ingest.KindAuthFailure,
		"Can't find user [{user}] from {peer}",
		"Can't find user [{user}]{words} from {peer}",
	).absent(),
	say(ingest.KindReject,
		"IP {peer} Rejected by acl \"{word}\"",
		"IP {peer} Rejected by register acl \"{word}\"",
		"Rejected by acl \"{word}\" {words} {peer}",
		"[[{word} ]]Rejecting call from {peer}",
	),
	say(ingest.KindOther, "SIP auth challenge ({word}) on sofia profile '{word}' for [{user}] from ip {peer}"),
	say(ingest.KindAbuse, "Detected flood from {peer}{words}"),
)

var newFreeSWITCH = speaksBehind(trimFreeSWITCH, serviceSIP, freeswitchSays)

var newFreeSWITCHLog = newOwnLog(openFreeSWITCH, speaks(serviceSIP, freeswitchSays))

// openFreeSWITCH reads "[UUID ]2013-12-31 17:39:54.767815 [98.20% ][WARNING]
// sofia_reg.c:1533 MESSAGE".
func openFreeSWITCH(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	b := line
	if len(b) > 37 && b[8] == '-' && b[36] == ' ' {
		b = b[37:]
	}
	if ev.Time, msg, ok = c.isoStamp(b); !ok {
		if ev.Time, msg, ok = c.yearlessISO(b); !ok {
			return nil, false, false
		}
	}
	msg = bytes.TrimPrefix(msg, []byte(" "))
	if rest := trimFreeSWITCH(msg); len(rest) < len(msg) {
		return rest, true, true
	}
	return nil, false, false
}

// trimFreeSWITCH takes off all up to the place in the source.
func trimFreeSWITCH(msg []byte) []byte {
	if len(msg) > 20 && digit(msg[0]) && msg[4] == '-' {
		var c clock
		if _, rest, ok := c.isoStamp(msg); ok {
			msg = bytes.TrimPrefix(rest, []byte(" "))
		}
	}
	if rest, ok := cut(msg, "[WARN] [SOFIA] "); ok { // "[sofia_reg.c:4130] MESSAGE"
		if _, said, ok := bytes.Cut(rest, []byte("] ")); ok {
			return said
		}
	}
	head, rest, ok := bytes.Cut(msg, []byte("] "))
	if !ok || len(head) > 32 || bytes.IndexByte(head, '[') < 0 {
		return msg
	}
	place, rest, ok := bytes.Cut(rest, []byte(" "))
	if !ok || !bytes.Contains(place, []byte(".c:")) {
		return msg
	}
	return rest
}

// newKamailio reads the messages that the configurations of Kamailio and
// OpenSIPS commonly log; neither has words of its own for a failed login.
var newKamailio = speaksBehind(func(msg []byte) []byte {
	for _, level := range [...]string{"NOTICE: ", "WARNING: ", "ALERT: ", "INFO: ", "ERROR: ", "<script>: ", "<core> "} {
		msg, _ = cut(msg, level)
	}
	if place, said, ok := bytes.Cut(msg, []byte("(): ")); ok && bytes.HasPrefix(place, []byte("pike [")) {
		return said
	}
	return msg
}, serviceSIP,
	say(ingest.KindAuthFailure,
		"Auth error for {user} from {peer} cause {words}",
		"Failed auth from IP {peer}",
		"auth failed for {user} from {peer}",
	),
	say(ingest.KindAbuse,
		"ALERT: pike blocking {word} from {text} (IP:{peer})",
		"pike blocking {word} from {text} (IP:{peer})",
		"PIKE - BLOCKing ip {peer}, node={word}",
	),
)
