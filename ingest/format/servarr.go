package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newServarr reads the managers of media collections called Servarr when they
// log to syslog: "[Warn] Auth: Auth-Failure ip ADDR username 'USER'". What they
// write to files of their own mediaSays knows.
//
// The account stays verbatim, quotation marks included, as CrowdSec's parsers
// of this family give it for syslog, so that both tools' records can be joined.
var newServarr = speaksBehind(trimServarr, serviceApp,
	say(ingest.KindAuthFailure, "Auth-Failure ip {addr} username {user}"),
	say(ingest.KindAuthSuccess, "Auth-Success ip {addr} username {user}").exists(),
	say(ingest.KindOther, "Auth-Logout ip {addr} username {user}", "Auth-Unauthorized ip {addr} url '{text}'"),
)

// trimServarr takes off the level and the logger.
func trimServarr(msg []byte) []byte {
	if _, rest, ok := bytes.Cut(msg, []byte("] Auth: ")); ok && msg[0] == '[' {
		return rest
	}
	return msg
}
