package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newCups reads the scheduler of CUPS through syslog.
var newCups = speaks(serviceInet, cupsSays)

var cupsSays = concat(
	say(ingest.KindAuthFailure,
		"[Client {n}] pam_authenticate() returned {words}",
		"[Client {n}] Authorization of \"{user}\" failed from {addr}",
		"cupsdAuthorize: Local authentication certificate not found{words}",
	),
	say(ingest.KindReject, "[[[Client {n}] ]]Request from \"{addr}\" using invalid Host: field \"{text}\"."),
	say(ingest.KindAbuse, "[[[Client {n}] ]]Possible DoS attack - more than {n} clients connecting from {peer}."),
)

// newCupsLog reads error_log of CUPS, "E [20/Nov/2026:10:00:00 +0000] MESSAGE".
var newCupsLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 32 || bytes.IndexByte([]byte("XACEWNID"), line[0]) < 0 || line[1] != ' ' || line[2] != '[' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.namedMonth(line[3:]); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, "] ")
	return msg, true, ok
}, newCups)
