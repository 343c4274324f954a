package format

import (
	"bytes"

	"gumshoe/ingest"
)

// Several mail servers call their programs imapd or pop3d, so their messages
// are understood together.

// courierSays are the messages of Courier's IMAP and POP3 servers.
var courierSays = concat(
	say(ingest.KindAuthFailure,
		"LOGIN FAILED, user={user}, ip=[{addr}][[, port=[{n}]]]",
		"LOGIN FAILED, method={word}, user={user}, ip=[{addr}][[, port=[{n}]]]",
		"LOGIN FAILED, method={word}, ip=[{addr}][[, port=[{n}]]]",
		"LOGIN FAILED, ip=[{addr}][[, port=[{n}]]]",
	),
	say(ingest.KindAbuse, "Maximum connection limit reached for {addr}"),
	say(ingest.KindAuthSuccess,
		"LOGIN, user={user}, ip=[{addr}], port=[{n}], protocol={word}",
		"LOGIN, user={user}, ip=[{addr}][[, protocol={word}]]",
	).exists(),
	say(ingest.KindConnect, "Connection, ip=[{addr}][[, port=[{n}]]]"),
	say(ingest.KindDisconnect,
		"DISCONNECTED, ip=[{addr}][[, port=[{n}]]][[, {words}]]",
		"LOGOUT, ip=[{addr}][[, port=[{n}]]][[, {words}]]",
		"LOGOUT, user={user}, ip=[{addr}], {words}",
		"DISCONNECTED, user={user}, ip=[{addr}], {words}",
		"TIMEOUT, ip=[{addr}][[, port=[{n}]]]",
	),
)

// cyrusSays are the messages of Cyrus, whose managesieve server has the same.
var cyrusSays = concat(
	say(ingest.KindAuthFailure,
		"badlogin: {name} [{addr}] plaintext {user} SASL({words}",
		"badlogin: {name}[{addr}] plaintext {user} SASL({words}",
		"badlogin: {name} [{addr}] {word} ({user}) [SASL({words}",
		"badlogin: {name}[{addr}] {word} ({user}) [SASL({words}",
		"badlogin: {name} [{addr}] {words}",
		"badlogin: {name}[{addr}] {words}",
	),
	say(ingest.KindProbe,
		"{word} TLS negotiation failed: [[{name} ]][{addr}]", "{word} TLS negotiation failed: {name}[{addr}]",
		"STARTTLS negotiation failed: [[{name} ]][{addr}]", "STARTTLS negotiation failed: {name}[{addr}]",
	),
	say(ingest.KindAuthSuccess,
		"login: {name} [{addr}] {user} {word} User logged in{words}",
		"login: {name}[{addr}] {user} {word} User logged in{words}",
	).exists(),
)

// uwSays are the messages of the University of Washington's servers.
var uwSays = concat(
	say(ingest.KindAuthFailure,
		"Login failed user={user} auth={text} host=[[{name} ]][{addr}]",
		"Login failure user={user} host=[[{name} ]][{addr}]",
		"Login disabled user={user} auth={text} host=[[{name} ]][{addr}]",
		"AUTHENTICATE {word} failure host=[[{name} ]][{addr}]",
		"AUTHENTICATE {word} failure user={user} host=[[{name} ]][{addr}]",
		"Failed {word} override of user={user} host=[[{name} ]][{addr}]",
		"APOP failed user={user} auth={text} host=[[{name} ]][{addr}]",
		"Authentication failed user={user} host=[[{name} ]][{addr}]",
	),
	say(ingest.KindAbuse, "Login excessive login failures user={user} auth={text} host=[[{name} ]][{addr}]"),
	say(ingest.KindAuthSuccess,
		"Login user={user} host=[[{name} ]][{addr}]",
		"Authenticated user={user} host=[[{name} ]][{addr}]",
		"Login user={user} host=[[{name} ]][{addr}] nmsgs={words}",
	).exists(),
)

var newIMAPd = speaksBehind(trimIMAPd, ingest.ServiceIMAP, courierSays, cyrusSays, uwSays)

// trimIMAPd takes off blanks at the end, which UW-IMAP leaves, and a level.
func trimIMAPd(msg []byte) []byte {
	return bytes.TrimPrefix(bytes.TrimRight(msg, " "), []byte("Info: "))
}

// newPOP3d reads qpopper and Solid POP3.
var newPOP3d = speaksBehind(trimIMAPd, ingest.ServiceIMAP,
	say(ingest.KindAuthFailure,
		"[AUTH] Failed attempted login to {user} from host ({name}) {addr}",
		"[AUTH] PAM authentication failed for user \"{user}\" ({addr})",
		"{user} at {name} ({addr}): -ERR [AUTH] {words}",
		"{user} at {name} ({addr}): -ERR Password supplied for \"{text}\" is incorrect.",
		"[[APOP ]]authentication failed for[[ mapped]] user {user} - {peer}",
		"roots login not allowed - {peer}",
		"root login not allowed - {peer}",
		"can't find APOP secret for user {user} - {peer}",
	),
	say(ingest.KindAuthFailure,
		"authentication failed: no such user: {user} - {peer}",
		"authentication failed: can't map user name: {user} - {peer}",
	).absent(),
	say(ingest.KindAuthSuccess, "user {user} authenticated - {peer}").exists(),
)

// popa3d names the client when the session begins, and later the account alone.
type popa3d struct{ *shared }

func newPopa3d(h *shared) messenger { return &popa3d{h} }

var popa3dSays = concat(
	say(ingest.KindConnect, "Session from {addr}"),
	say(ingest.KindAuthFailure, "Authentication failed for UNKNOWN USER").absent(),
	say(ingest.KindAuthFailure, "Authentication failed for {user}").exists(),
	say(ingest.KindAuthSuccess, "Authentication passed for {user}").exists(),
)

// message implements messenger.
func (p *popa3d) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceIMAP
	if !popa3dSays.tell(msg, ev) {
		return whyMessage
	}
	client := p.processes.of(ev)
	if client.saw(ev.Src); client != nil {
		ev.Src = client.addr
	}
	return ""
}

// newPerdition reads the proxy perdition, which names the client first.
var newPerdition = speaks(ingest.ServiceIMAP,
	say(ingest.KindAuthFailure,
		`Auth: {addr:port}->{ip} client-secure={word} authorisation_id={text} authentication_id="{user}" server="{text}" protocol={word} server-secure={word} status="failed: {words}"`,
		`Auth: {addr:port}->{ip} client-secure={word} authorization_id={text} authentication_id="{user}" server="{text}" protocol={word} server-secure={word} status="failed: {words}"`,
		`Auth: {addr:port}->{ip} user="{user}" server="{text}" port="{n}" status="failed: {words}"`,
	),
	say(ingest.KindProbe, "Fatal Error reading authentication information from client {addr:port}->{ip}: {words}"),
	say(ingest.KindAuthSuccess,
		`Auth: {addr:port}->{ip} client-secure={word} authorisation_id={text} authentication_id="{user}" server="{text}" protocol={word} server-secure={word} status="ok"`,
		`Auth: {addr:port}->{ip} client-secure={word} authorization_id={text} authentication_id="{user}" server="{text}" protocol={word} server-secure={word} status="ok"`,
	).exists(),
	say(ingest.KindConnect, "Connect: {addr:port}->{ip}"),
)
