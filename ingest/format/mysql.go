package format

import (
	"bytes"

	"gumshoe/ingest"
)

// mysqlSays are the messages of MySQL, MariaDB and Percona. A user's name may
// hold quotes, so the host is the last one.
var mysqlSays = concat(
	say(ingest.KindAuthFailure,
		"Access denied for user '{user}'@'{peer}' (using password: YES)",
		"Access denied for user '{user}'@'{peer}' (using password: NO)",
		"Access denied for user '{user}'@'{peer}' to database '{text}'",
		"Access denied for user '{user}'@'{peer}'",
		"Access denied for user {user}@{peer}",
	),
	say(ingest.KindAbuse,
		"Host '{peer}' is blocked because of many connection errors; unblock with {words}",
		"Host '{peer}' is blocked because of many connection errors.{words}",
	),
	say(ingest.KindReject, "Host '{peer}' is not allowed to connect to this {words}"),
	say(ingest.KindDisconnect,
		"Aborted connection {n} to db: '{text}' user: '{user}' host: '{peer}' ({words})[[.]]",
		"Got an error reading communication packets (host: '{peer}')",
	),
	say(ingest.KindProbe, "Bad handshake from {peer}"),
)

// newMySQL reads them through syslog, where the server's own stamp may stand
// before the message.
var newMySQL = speaksBehind(func(msg []byte) []byte {
	var c clock
	var ev ingest.Event
	if rest, _, ok := openMySQL(&c, msg, &ev); ok {
		return rest
	}
	return cutMySQLLevel(msg)
}, serviceMySQL, mysqlSays)

var newMySQLLog = newOwnLog(openMySQL, speaks(serviceMySQL, mysqlSays))

// openMySQL reads the stamps of all generations, the thread, the level and the
// error code:
//
//	130324  0:04:00 [Warning]
//	2015-10-07  8:25:38 139845235329792 [Warning]
//	2019-01-03T08:50:04.634875Z 113 [Note] [MY-010926] [Server]
func openMySQL(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	ours := false // many programs have such a stamp and level, but no thread between them
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		if ev.Time, msg, ok = c.packed(line); !ok {
			return nil, false, false
		}
		ours = true
	}
	if msg, ok = cut(msg, " "); !ok {
		return nil, false, false
	}
	if thread, rest, found := bytes.Cut(msg, []byte(" ")); found && digits(thread) {
		msg, ours = rest, true
	}
	rest := cutMySQLLevel(msg)
	return rest, ours && len(rest) < len(msg), len(rest) < len(msg)
}

// cutMySQLLevel takes off "[Warning] [MY-010926] [Server] ".
func cutMySQLLevel(msg []byte) []byte {
	levelled := false
	for _, level := range [...]string{"[Warning] ", "[Note] ", "[ERROR] ", "[System] "} {
		var ok bool
		if msg, ok = cut(msg, level); ok {
			levelled = true
		}
	}
	if !levelled {
		return msg
	}
	if rest, ok := cut(msg, "[MY-"); ok {
		_, msg, _ = bytes.Cut(rest, []byte("] "))
		msg, _ = cut(msg, "[Server] ")
	}
	return msg
}

func digits(b []byte) bool {
	for _, c := range b {
		if !digit(c) {
			return false
		}
	}
	return len(b) > 0
}
