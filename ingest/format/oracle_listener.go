package format

import "gumshoe/ingest"

// newOracleListener reads listener.log of Oracle's database:
//
//	20-NOV-2026 10:00:00 * (CONNECT_DATA=(SID=orcl)(CID=...)) * (ADDRESS=(PROTOCOL=tcp)(HOST=198.51.100.7)(PORT=51234)) * establish * orcl * 0
//
// What stands before the address and the name of the service behind it are the
// client's. The number at the end tells the outcome.
var newOracleListener = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.namedMonth(line); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, " * ")
	return msg, true, ok && len(msg) > 0 && msg[0] == '('
}, speaks(serviceOracle,
	say(ingest.KindConnect, "{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * establish * {text} * 0"),
	say(ingest.KindProbe, // names of services that are none, and commands without the password
		"{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * establish * {text} * 12505",
		"{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * establish * {text} * 12514",
		"{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * {word} * 1169",
		"{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * {word} * 1189",
		"{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * {word} * 1190",
	),
	say(ingest.KindReject, // refused by the list of nodes that may connect
		"{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * establish * {text} * 12546",
		"{text} * (ADDRESS=(PROTOCOL={word})(HOST={addr})(PORT={n})) * establish * {text} * 12518",
	),
))

const serviceOracle = "oracle"
