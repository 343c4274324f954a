package format

import (
	"bytes"

	"gumshoe/ingest"
)

// fileZillaSays are the answers of FileZilla Server, old and new. The name before
// the address is an account's only after its login; until then it is what the
// client said last, or "(not logged in)".
var fileZillaSays = concat(
	say(ingest.KindAuthFailure,
		"(not logged in) ({addr})> 530 {words}",
		"<< [FTP Session {n} {addr}] 530 {words}",
		"<< [FTP Session {n} {addr} {user}] 530 {words}",
	),
	say(ingest.KindAuthSuccess,
		"{user} ({addr})> 230 Logged on",
		"<< [FTP Session {n} {addr} {user}] 230 Login successful.",
	).exists(),
	say(ingest.KindConnect, "(not logged in) ({addr})> Connected{words}", "<< [FTP Session {n} {addr}] 220{words}"),
)

// newFileZillaLog reads both generations:
//
//	(000123)20.11.2026 10:00:00 - (not logged in) (192.0.2.1)> 530 Login or password incorrect!
//	2026-11-20T10:00:00.123Z << [FTP Session 5 192.0.2.1 bob] 530 Login incorrect.
var newFileZillaLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) > 8 && line[0] == '(' {
		session, rest, ok := bytes.Cut(line[1:], []byte(")"))
		if !ok || !digits(session) {
			return nil, false, false
		}
		if ev.Time, rest, ok = c.headStamp(rest); !ok {
			return nil, false, false
		}
		_, msg, ok = bytes.Cut(rest, []byte("- "))
		ok = ok && bytes.Count(msg, []byte(")> ")) == 1 // a command may imitate a whole line
		return msg, ok, ok
	}
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	msg = bytes.TrimLeft(msg, " ")
	return msg, bytes.HasPrefix(msg[min(len(msg), 3):], []byte("[FTP S")), ok
}, speaks(ingest.ServiceFTP, fileZillaSays))
