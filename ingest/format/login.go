package format

import (
	"bytes"

	"gumshoe/ingest"
)

// login reads login(1) of util-linux, shadow, busybox and the BSDs: on consoles,
// and behind telnetd and rlogind. The host stands before the name, which is the
// client's; on a console there is a line in its place.
type login struct{ *shared }

func newLogin(h *shared) messenger { return &login{h} }

var loginSays = concat(
	// util-linux
	say(ingest.KindAuthFailure,
		"FAILED LOGIN {n} FROM tty{word} FOR {user}, {words}",
		"FAILED LOGIN {n} FROM (null) FOR {user}, {words}",
		"FAILED LOGIN {n} FROM {peer} FOR {user}, {words}",
		"FAILED LOGIN SESSION FROM tty{word} FOR {user}, {words}",
		"FAILED LOGIN SESSION FROM {peer} FOR {user}, {words}",
	),
	say(ingest.KindAbuse,
		"TOO MANY LOGIN TRIES ({n}) FROM tty{word} FOR {user}, {words}",
		"TOO MANY LOGIN TRIES ({n}) FROM {peer} FOR {user}, {words}",
		"TOO MANY LOGIN TRIES ({n}) on '{word}' from '{peer}' FOR '{user}'",
		"TOO MANY LOGIN TRIES ({n}) on '{word}' FOR '{user}'",
	),
	// shadow
	say(ingest.KindAuthFailure,
		"FAILED LOGIN ({n}) on '{word}' from '{peer}' FOR '{user}', {words}",
		"FAILED LOGIN ({n}) on '{word}' FOR '{user}', {words}",
		"invalid password for '{user}' on '{word}' from '{peer}'",
		"invalid password for '{user}' on '{word}'",
	),
	// Junos
	say(ingest.KindAuthFailure, "LOGIN_FAILED: Login failed for user {user} from host {peer}", "LOGIN_PAM_AUTHENTICATION_ERROR: Failed password for user {user}"),
	// FreeBSD, NetBSD, OpenBSD
	say(ingest.KindAuthFailure,
		"{count} LOGIN FAILURE FROM {peer}, {user}", "{count} LOGIN FAILURES FROM {peer}, {user}",
		"{count} LOGIN FAILURE ON {word}, {user}", "{count} LOGIN FAILURES ON {word}, {user}",
		"REPEATED LOGIN FAILURES FROM {peer}, {user}", "REPEATED LOGIN FAILURES ON {word}, {user}",
	),
	say(ingest.KindSession,
		"LOGIN ON {word} BY {user} FROM {peer}", "LOGIN ON {word} BY {user}",
		"LOGIN {user} REFUSED FROM {peer}",
		"DIALUP {word}, {user}",
	),
	say(ingest.KindOther, "ROOT LOGIN ON {word} FROM {peer}", "ROOT LOGIN ON {word}", "ROOT LOGIN ({user}) ON {word}", "root login on '{word}'"),
)

// message implements messenger. The BSDs write failures twice, in summary for
// everyone and with the account for the administrator.
func (p *login) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceLogin
	if !loginSays.tell(msg, ev) {
		return whyMessage
	}
	if bytes.HasPrefix(ev.User, []byte("UNKNOWN")) { // in place of a name that is no account's
		ev.User, ev.Account = nil, ingest.AccountAbsent
	}
	if ev.Kind == ingest.KindAuthFailure {
		p.seen.login = true
	}
	return ""
}

// newTelnetd reads the servers in front of login.
var newTelnetd = speaks(ingest.ServiceLogin,
	say(ingest.KindConnect, "connect from {peer}", "connect from {name} ({addr})"),
	say(ingest.KindReject, "refused connect from {peer}", "refused connect from {name} ({addr})"),
	say(ingest.KindProbe, "Connection from {addr} on illegal port", "Connection from {addr} on illegal port {n}"),
)

// newLogind reads systemd-logind, whose sessions PAM tells of too.
var newLogind = echoes(ingest.ServiceLogin, say(ingest.KindOther,
	"New session {word} of user {user}.",
	"New session '{word}' of user '{user}' with class '{word}' and type '{word}'.",
	"Removed session {word}.",
	"Session {word} logged out. Waiting for processes to exit.",
))
