package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newXinetd reads what xinetd and its kin refused.
var newXinetd = speaks(serviceInet,
	say(ingest.KindReject,
		"FAIL: {word} address from={addr}",
		"FAIL: {word} libwrap from={addr}",
		"FAIL: {word} time from={addr}",
		"FAIL: {word} load from={addr}",
		"FAIL: {word} sensor from={addr}",
		"libwrap refused connection to {word} (libwrap={word}) from {addr}",
	),
	say(ingest.KindAbuse,
		"FAIL: {word} per_source_limit from={addr}",
		"FAIL: {word} connections per second from={addr}",
		"FAIL: {word} service_limit from={addr}",
		"Adding {addr} to the global_no_access list for {words}",
	),
	say(ingest.KindConnect, "START: {word} pid={n} from={addr}", "START: {word} from={addr}"),
)

// newTCPWrapped reads "refused connect from PEER", which libwrap writes in the
// name of any program that it guards.
var newTCPWrapped = speaks(serviceInet, say(ingest.KindReject, "refused connect from {peer}", "refused connect from {name} ({addr})"), mountSays)

// newStunnel reads stunnel, "LOG5[12]: MESSAGE".
var newStunnel = speaksBehind(func(msg []byte) []byte {
	if level, rest, ok := bytes.Cut(msg, []byte("]: ")); ok && bytes.HasPrefix(level, []byte("LOG")) && len(level) < 24 {
		return rest
	}
	return msg
}, serviceInet,
	say(ingest.KindConnect, "Service [{word}] accepted connection from {addr:port}"),
	say(ingest.KindReject,
		"Service [{word}] REFUSED by libwrap from {addr:port}",
		"Connection from {addr:port} REFUSED by libwrap",
		"SSL_accept: Peer suddenly disconnected from {addr:port}",
		"SSL_accept from {addr:port} : {words}",
	),
)

// newMonit reads Monit's web interface.
var newMonit = speaksBehind(func(msg []byte) []byte {
	for _, level := range [...]string{"error    : ", "warning  : ", "info     : "} {
		msg, _ = cut(msg, level)
	}
	return msg
}, servicePanel,
	say(ingest.KindAuthFailure,
		"HttpRequest: access denied -- client {addr}: wrong password for user '{user}'",
		"HttpRequest: access denied -- client [{addr}]: wrong password for user '{user}'",
		"HttpRequest: access denied -- client {addr}: missing or invalid Authorization header",
		"HttpRequest: access denied -- client [{addr}]: missing or invalid Authorization header",
		"Warning: Client '{addr}' supplied wrong password for user '{user}' accessing monit httpd",
	),
	say(ingest.KindAuthFailure,
		"HttpRequest: access denied -- client {addr}: unknown user '{user}'",
		"HttpRequest: access denied -- client [{addr}]: unknown user '{user}'",
		"Warning: Client '{addr}' supplied unknown user '{user}' accessing monit httpd",
	).absent(),
	say(ingest.KindReject, "Denied connection from non-authorized client [{addr}]", "Denied connection from non-authorized client {addr}"),
)

// newMonitLog reads monit.log: "[2026-11-20T10:00:00+0100] error    : MESSAGE",
// or a stamp as "[CET Nov 20 10:00:00]".
var newMonitLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 24 || line[0] != '[' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line[1:]); !ok {
		_, at, _ := bytes.Cut(line[:12], []byte(" "))
		if ev.Time, msg, ok = c.bsdStamp(line[len(line[:12])-len(at):]); !ok {
			return nil, false, false
		}
	}
	msg, ok = cut(msg, "] ")
	return msg, false, ok
}, newMonit)

// newConsole reads the web console of OPNsense and pfSense.
var newConsole = speaks(servicePanel,
	say(ingest.KindAuthFailure,
		"{word}: Web GUI authentication error for '{user}' from {addr}",
		"user {user} failed authentication for {word} on {word} via {words} from {addr}",
		"{word}: webConfigurator authentication error for user '{user}' from: {addr}",
		"{word}: webConfigurator authentication error for '{user}' from {addr}[[ during {words}]]",
	),
	say(ingest.KindAuthSuccess,
		"{word}: Successful login for user '{user}' from: {addr}[[ ({words})]]",
		"{word}: Web GUI authenticated for '{user}' from {addr}",
		"user {user} authenticated successfully for {word} [[[{words}] ]]from {addr}",
	).exists(),
)

// newSambaAudit reads Samba's authentication log, in which the client's names
// stand on both sides of its address.
func newSambaAudit(h *shared) messenger { return sambaAudit{sambaSpeaks(h)} }

type sambaAudit struct{ messenger }

// message implements messenger. Of two statuses one is in a client's name: it was no
// success.
func (s sambaAudit) message(msg []byte, ev *ingest.Event) string {
	why := s.messenger.message(msg, ev)
	if why == "" && ev.Kind == ingest.KindAuthSuccess && bytes.Count(msg, []byte("] status [")) > 1 {
		ev.Kind, ev.Account = ingest.KindAuthFailure, 0
	}
	return why
}

var sambaSpeaks = speaksBehind(trimSamba, serviceSMB, sambaSays)

var sambaSays = concat(
	// full_audit, as it is configured by default; what was done stands behind
	say(ingest.KindOther, "{word}|{addr}|{text}"),
	say(ingest.KindReject, "Denied connection from {addr} ({words})", "Denied connection from {name} ({addr})"),
	say(ingest.KindAuthSuccess, `Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_OK] {text}remote host [ipv4:{addr:port}] {text}`,
		`Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_OK] {text}remote host [ipv6:{addr:port}] {text}`).exists(),
	say(ingest.KindAuthFailure, `Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_NO_SUCH_USER] workstation [{text}] remote host [ipv4:{addr:port}] {text}`,
		`Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_NO_SUCH_USER] workstation [{text}] remote host [ipv6:{addr:port}] {text}`).absent(),
	say(ingest.KindAuthFailure, `Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_WRONG_PASSWORD] workstation [{text}] remote host [ipv4:{addr:port}] {text}`,
		`Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_WRONG_PASSWORD] workstation [{text}] remote host [ipv6:{addr:port}] {text}`,
		`Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_ACCOUNT_LOCKED_OUT] workstation [{text}] remote host [ipv4:{addr:port}] {text}`,
		`Auth: [{words}] user [{text}]\[{user}] at [{words}] with [{word}] status [NT_STATUS_LOGON_FAILURE] workstation [{text}] remote host [ipv4:{addr:port}] {text}`),
)

// trimSamba takes off the blanks before a message and the CR behind it.
func trimSamba(msg []byte) []byte {
	return bytes.TrimSuffix(bytes.Trim(msg, " \r"), []byte(" #015"))
}

// newSambaLog reads the message in log.smbd, on the line below its stamp, which it
// repeats: "... user [DOMAIN]\[NAME] at [Fri, 20 Nov 2026 10:00:00.123456 CET] with ...". A
// client that writes a second one gets none.
var newSambaLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	msg = bytes.TrimLeft(line, " ")
	if _, at, found := bytes.Cut(msg, []byte("] at [")); found && !bytes.Contains(at, []byte("] at [")) {
		ev.Time, _, _ = c.httpDate(at)
	}
	return msg, true, bytes.HasPrefix(msg, []byte("Auth: ["))
}, newSambaAudit)
