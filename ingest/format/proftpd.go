package format

import (
	"bytes"

	"gumshoe/ingest"
)

// proftpd reads "SERVER (HOST[ADDR]): MESSAGE", or " - " for ": ". All before the
// message is the daemon's own.
type proftpd struct{}

func newProFTPD(*shared) messenger { return proftpd{} }

var proftpdSays = concat(
	say(ingest.KindAuthFailure,
		"USER {user} (Login failed): {words}",
		"USER {user} (Login failed)",
		"Login failed for user {user}",
		"SECURITY VIOLATION: {user} login attempted[[.]]",
		"SECURITY VIOLATION: \"{user}\" login attempted[[.]]",
		"ANON {user} (Login failed){words}",
		"ANONYMOUS FTP login as '{user}' denied{words}",
		"user '{user}' failed TLS/X509 authentication{words}",
	),
	say(ingest.KindAuthFailure,
		"USER {user}: no such user found from {text} [{ip}] to {word}[[ ]]",
		"USER {user}: no such user found{words}",
		"USER {user}: no such user",
		"no such user '{user}'",
		"USER {user} (Login failed): No such user found[[.]]",
	).absent(),
	say(ingest.KindAbuse,
		"Maximum login attempts ({n}) exceeded{words}",
		"Maximum login attempts exceeded{words}",
		"mod_ban{words}",
		"Connection refused (MaxClients{words}",
		"Connection refused (max connections{words}",
		"Login timeout exceeded, disconnected",
	),
	say(ingest.KindReject,
		"Connection denied{words}",
		"Connection from {word} [{ip}] denied[[.]]",
		"Refused user {user} for service {word}",
		"Refused PORT {text}",
	),
	say(ingest.KindAuthSuccess,
		"USER {user}: Login successful[[.]]",
		"ANON {user}: Login successful[[.]]",
		"Successful login by user {user}",
	).exists(),
	say(ingest.KindConnect, "FTP session opened[[.]]", "SSH2 session opened[[.]]"),
	say(ingest.KindDisconnect, "FTP session closed[[.]]", "FTP no transfer timeout, disconnected", "SSH2 session closed[[.]]"),
)

// message implements messenger.
func (proftpd) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceFTP
	_, rest, ok := bytes.Cut(msg, []byte(" ("))
	if !ok {
		return whyMessage
	}
	host, rest, ok := bytes.Cut(rest, []byte("["))
	if !ok || bytes.IndexByte(host, ' ') >= 0 {
		return whyMessage
	}
	peer, rest, ok := bytes.Cut(rest, []byte("])"))
	addr, isAddr := address(peer)
	if !ok || !isAddr {
		return whyMessage
	}
	if said, ok := cut(rest, ": "); ok {
		rest = said
	} else if said, ok = cut(rest, " - "); ok {
		rest = said
	}
	if !proftpdSays.tell(bytes.TrimRight(rest, " "), ev) {
		return whyMessage
	}
	ev.Src = addr
	return ""
}
