package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newDropbear reads dropbear, the sshd of small machines. Its messages name the
// peer last, or in "<ADDR:PORT>" before anything of the client's.
var newDropbear = speaksBehind(trimDropbear, ingest.ServiceSSH,
	say(ingest.KindAuthFailure,
		"Bad password attempt for '{user}' from {addr:port}",
		"bad password attempt for '{user}' from {addr:port}",
		"Bad PAM password attempt for '{user}' from {addr:port}",
		"bad PAM password attempt for '{user}' from {addr:port}",
		"Login attempt with wrong user {user} from {addr:port}",
		"Pubkey auth attempt with unknown algo for '{user}' from {addr:port}",
		"Pubkey auth bad signature for '{user}' with key {word} from {addr:port}",
	),
	say(ingest.KindInvalidUser,
		"Login attempt for nonexistent user[[ '{user}']] from {addr:port}",
		"login attempt for nonexistent user[[ '{user}']] from {addr:port}",
	).absent(),
	say(ingest.KindAbuse,
		"Exit before auth[[ (user '{user}', {n} fails)]]: Max auth tries reached - user '{text}' from {addr:port}",
		"Exit before auth from <{addr:port}>:[[ (user '{user}', {n} fails):]] Max auth tries reached - user '{text}'",
		"Exit before auth from <{addr:port}>:[[ (user '{user}', {n} fails):]] Timeout before auth",
	),
	say(ingest.KindDisconnect,
		"Exit before auth from <{addr:port}>:[[ (user '{user}', {n} fails):]] Exited normally",
		"Exit before auth from <{addr:port}>:[[ (user '{user}', {n} fails):]] Disconnect received",
		"Exit before auth from <{addr:port}>:[[ (user '{user}', {n} fails):]] Error reading: Connection reset by peer",
		"Exit ({user}) from <{addr:port}>: {words}",
	),
	// What remains ends a connection that did not speak the protocol.
	say(ingest.KindProbe,
		"Exit before auth from <{addr:port}>: Bad {words}",
		"Exit before auth from <{addr:port}>: bad {words}",
		"Exit before auth from <{addr:port}>: Integrity error",
		"Exit before auth from <{addr:port}>: No matching algo {words}",
		"Exit before auth from <{addr:port}>: Failed to get remote version",
		"Exit before auth from <{addr:port}>: Incompatible remote version '{text}'",
		"Exit before auth from <{addr:port}>: String too long",
		"Exit before auth from <{addr:port}>: Unexpected packet type {words}",
	),
	say(ingest.KindAuthSuccess,
		"Password auth succeeded for '{user}' from {addr:port}",
		"password auth succeeded for '{user}' from {addr:port}",
		"PAM password auth succeeded for '{user}' from {addr:port}",
	).exists(),
	say(ingest.KindAuthSuccess,
		"Pubkey auth succeeded for '{user}' with[[ {word}]] key {word} from {addr:port}",
		"pubkey auth succeeded for '{user}' with[[ {word}]] key {word} from {addr:port}",
	).exists().byKey(),
	say(ingest.KindConnect, "Child connection from {addr:port}"),
)

// newDropbearLog reads what dropbear writes to standard error, with or without
// its stamp.
var newDropbearLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	msg = trimDropbear(line)
	if len(msg) < len(line) {
		_, stamp, _ := bytes.Cut(line, []byte("] "))
		ev.Time, _, _ = c.bsdStamp(stamp)
	}
	return msg, len(msg) < len(line), true
}, newDropbear)

// trimDropbear takes off the "[825] Jul 10 23:53:52 " of a dropbear that logs to
// standard error.
func trimDropbear(msg []byte) []byte {
	if len(msg) < 4 || msg[0] != '[' || !digit(msg[1]) {
		return msg
	}
	_, rest, ok := bytes.Cut(msg, []byte("] "))
	var s civil
	if rest, isStamp := bsdCivil(rest, &s); ok && isStamp && len(rest) > 0 {
		return rest[1:]
	}
	return msg
}
