package format

import (
	"bytes"

	"gumshoe/ingest"
)

// sudo reads "USER : [N incorrect password attempts ; ]TTY=... ; COMMAND=...".
type sudo struct{ *shared }

func newSudo(h *shared) messenger { return &sudo{h} }

// message implements messenger.
func (p *sudo) message(msg []byte, ev *ingest.Event) string {
	user, rest, ok := bytes.Cut(bytes.TrimLeft(msg, " "), []byte(" : "))
	if !ok {
		return whyQuiet
	}
	ev.Service, ev.User, ev.Account = ingest.ServiceSudo, user, ingest.AccountExists
	first, _, _ := bytes.Cut(rest, []byte(" ; "))
	if count, _, ok := bytes.Cut(first, []byte(" incorrect password attempt")); ok {
		n, ok := number(count)
		if !ok {
			return whyQuiet
		}
		ev.Kind, ev.Count = ingest.KindAuthFailure, max(n, 1)
		p.seen.sudo = true
		return ""
	}
	switch {
	case bytes.HasSuffix(first, []byte("NOT in sudoers")), string(first) == "command not allowed":
		ev.Kind = ingest.KindReject
	case bytes.Contains(rest, []byte("COMMAND=")):
		ev.Kind = ingest.KindSession
	default:
		return whyQuiet
	}
	return ""
}

// su reads "FAILED SU (to ROOT) USER on TTY" and its kin. The account is the one
// that was asked for.
type su struct{}

func newSu(*shared) messenger { return su{} }

// message implements messenger.
func (su) message(msg []byte, ev *ingest.Event) string {
	ev.Service, ev.Account = ingest.ServiceLogin, ingest.AccountExists
	failed := true
	if bsdSuSays.tell(msg, ev) {
		return ""
	}
	rest, ok := cut(msg, "FAILED SU (to ")
	if !ok {
		if rest, ok = cut(msg, "FAILED su for "); !ok {
			failed = false
			if rest, ok = cut(msg, "(to "); !ok {
				if rest, ok = cut(msg, "Successful su for "); !ok {
					return whyQuiet
				}
			}
		}
	}
	ev.Kind = ingest.KindSession
	if failed {
		ev.Kind = ingest.KindAuthFailure
	}
	if i := bytes.IndexAny(rest, ") "); i >= 0 {
		rest = rest[:i]
	}
	ev.User = rest
	return ""
}

// bsdSuSays is what the BSDs' su says.
var bsdSuSays = concat(
	say(ingest.KindAuthFailure, "BAD SU {word} to {user} on {word}").exists(),
	say(ingest.KindSession, "{word} to {user} on {word}").exists(),
)

// newDoas reads OpenBSD's doas and its ports.
var newDoas = speaks(ingest.ServiceSudo,
	say(ingest.KindAuthFailure, "failed auth for {user}", "failed password for {user}", "authentication failed for {user}").exists(),
	say(ingest.KindReject, "command not permitted for {user}: {text}").exists(),
	say(ingest.KindSession, "{user} ran command {text}").exists(),
)

// newAccounts reads the shadow tools that make accounts and give them rights. The
// account is the one that is made or changed; who did it is not told.
var newAccounts = speaks(ingest.ServiceAdmin,
	say(ingest.KindSession, "new user: name={user}, UID={n}, {words}", "new account added - account={user}, uid={n}, {words}").exists(),
	say(ingest.KindSession, "add '{user}' to group '{word}'", "user {user} added by {word} to group {word}", "change user '{user}' password", "unlock user '{user}' password").exists(),
)

// newCrontab reads "(USER) REPLACE (OWNER)": somebody changed a timetable.
var newCrontab = speaks(ingest.ServiceAdmin,
	say(ingest.KindSession, "({user}) REPLACE ({word})").exists(),
)

// newPolkit reads pkexec, "USER: MESSAGE [USER=root] [TTY=...] ...", and polkitd.
var newPolkit = speaks(ingest.ServiceSudo,
	say(ingest.KindSession, "{user}: Executing command [USER={text}").exists(),
	say(ingest.KindReject, "{user}: Error executing command as another user: {text}").exists(),
	say(ingest.KindOther, "{user}: The value for {text}").exists(),
	say(ingest.KindAuthFailure, "Operator of {word} FAILED to authenticate to gain authorization for {text} (owned by unix-user:{user})").exists(),
	say(ingest.KindOther, "Operator of {word} successfully authenticated as unix-user:{user} to gain {text}").exists(),
)

// newSASLAuth reads saslauthd, which checks passwords for Postfix, Sendmail and
// Cyrus. They tell of the same failure, with the client.
var newSASLAuth = echoes(ingest.ServiceSMTP, say(ingest.KindAuthFailure,
	"do_auth         : auth failure: [user={user}] [service={word}] [realm={text}] [mech={word}] [reason={words}]",
	"auth failure: [user={user}] [service={word}] [realm={text}] [mech={word}] [reason={words}]",
))
