package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newRedis reads Redis; it never logs who failed to authenticate, but it knows
// a web browser tricked into talking to it.
var newRedis = speaks(serviceRedis, redisSays)

var redisSays = concat(
	say(ingest.KindProbe, "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection from {addr:port} aborted.",
		"Possible SECURITY ATTACK detected. {words} Connection from {addr:port} aborted."),
	say(ingest.KindConnect, "Accepted {addr:port}"),
)

// newRedisLog reads "1234:M 20 Nov 2026 10:00:00.123 # MESSAGE".
var newRedisLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	pid, rest, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(pid) > 9 || !digits(pid) || len(rest) < 26 || !letter(rest[0]) || rest[1] != ' ' {
		return nil, false, false
	}
	rest = rest[2:]
	var s civil
	var okD, okY bool
	s.day, okD = two(rest)
	s.month = monthName(rest[3:])
	s.year, okY = four(rest[7:])
	if !okD || !okY || rest[11] != ' ' {
		return nil, false, false
	}
	if rest, ok = clockTime(rest[12:], &s); !ok || !s.valid() || len(rest) < 3 {
		return nil, false, false
	}
	ev.Time, ev.PID = c.instant(&s), pid
	return bytes.TrimPrefix(rest[2:], []byte(" ")), true, true
}, newRedis)

// newMSSQLLog reads the ERRORLOG of Microsoft's SQL Server: "2023-01-01
// 10:00:00.12 Logon       MESSAGE".
var newMSSQLLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	if msg, ok = cut(msg, " Logon "); !ok {
		return nil, false, false
	}
	return bytes.TrimLeft(msg, " "), true, true
}, speaks(serviceMSSQL,
	say(ingest.KindAuthFailure, "Login failed for user '{user}'. Reason: Could not find a login matching the name provided. [CLIENT: {addr}]").absent(),
	say(ingest.KindAuthFailure,
		"Login failed for user '{user}'. {words} [CLIENT: {addr}]",
		"Login failed. {words} [CLIENT: {addr}]",
		"Login failed for user '{user}'. [CLIENT: {addr}]",
	),
	say(ingest.KindAuthSuccess, "Login succeeded for user '{user}'. {words} [CLIENT: {addr}]").exists(),
	say(ingest.KindProbe, "The login packet used to open the connection is structurally invalid; {words} [CLIENT: {addr}]",
		"Length specified in network packet payload did not match number of bytes read; {words} [CLIENT: {addr}]"),
))

// newClickHouseLog reads "2023.01.01 10:00:00.123456 [ 123 ] {ID} <Error>
// LOGGER: MESSAGE".
var newClickHouseLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.punctuated(line); !ok {
		return nil, false, false
	}
	if _, msg, ok = bytes.Cut(msg, []byte("> ")); !ok {
		return nil, false, false
	}
	return msg, true, true
}, speaks(serviceClick,
	say(ingest.KindAuthFailure, "Access(user directories): from: {addr}, user: {user}: Authentication failed: {text}"),
	say(ingest.KindConnect, "TCPHandlerFactory: TCP Request. Address: {addr:port}"),
))

// ejabberdSays name the address at the end, or before the reason.
var ejabberdSays = concat(
	say(ingest.KindAuthFailure,
		"{words}) Failed authentication for {user} from IP {addr}[[ ({words})]]",
		"{words} Failed authentication for {user} from {addr}: {words}",
		"{words}) Failed c2s {word} authentication for {user} from {addr}: {words}",
		"{words}) Failed legacy authentication for {user} from IP {addr}",
	),
	say(ingest.KindAuthSuccess, "{words}) Accepted c2s {word} authentication for {user} by {word} backend from {addr}").exists(),
	say(ingest.KindConnect, "{words}) Accepted connection {addr:port} -> {ip}"),
)

// newEjabberdLog reads "2014-01-07 18:09:08.512 [info] <0.22741.1>@MODULE:FUNCTION:LINE MESSAGE".
var newEjabberdLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	_, rest, ok := bytes.Cut(msg, []byte("] <0."))
	if !ok {
		_, rest, ok = bytes.Cut(msg, []byte("] (")) // "(tls|<0.1234.0>) MESSAGE", since 20.01
		if !ok || !bytes.Contains(rest, []byte("|<0.")) {
			return nil, false, false
		}
	}
	return rest, true, true
}, speaks(serviceXMPP, ejabberdSays))

// newStalwartLog reads the mail server Stalwart: "2024-11-05T14:02:33Z WARN
// Authentication failed (auth.failed) KEY = VALUE, ...".
var newStalwartLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 24 || line[10] != 'T' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	for _, level := range [...]string{" WARN ", " INFO ", " ERROR "} {
		if rest, found := cut(msg, level); found {
			return rest, false, true
		}
	}
	return nil, false, false
}, speaks(ingest.ServiceSMTP,
	say(ingest.KindAuthFailure,
		`Authentication failed (auth.failed) listenerId = {word} localPort = {n}, remoteIp = {addr}, remotePort = {n}, accountName = "{user}"[[, {words}]]`,
		`Authentication failed (auth.failed) listenerId = {word} localPort = {n}, remoteIp = {addr}, {text}`,
	),
	say(ingest.KindAbuse,
		`Too many authentication attempts (auth.too-many-attempts) listenerId = {word} localPort = {n}, remoteIp = {addr}, {text}`,
	),
	say(ingest.KindBan, `Banned due to authentication errors (security.authentication-ban) listenerId = {word} localPort = {n}, remoteIp = {addr}, {text}`,
		`Blocked IP address (security.ip-blocked) listenerId = {word} localPort = {n}, remoteIp = {addr}, {text}`),
))

// newSupavisorLog reads the pooler Supavisor, whose lines have a clock without a
// date: "18:37:23.568 project=P user=U ... peer_ip=ADDR [error] MESSAGE".
var newSupavisorLog = newOwnLog(func(_ *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	var s civil
	if msg, ok = clockTime(line, &s); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, " ")
	return msg, false, ok
}, speaks(servicePostgres,
	say(ingest.KindAuthFailure, `project={word} user={user} region={text} peer_ip={addr} [error] ClientHandler: Exchange error: "Wrong password" when method {words}`,
		`project={word} user={user} region={text} peer_ip={addr} [error] ClientHandler: User not found: {text}`),
))

// newSympa reads the web interface of the mailing list manager Sympa.
var newSympa = speaks(servicePanel,
	say(ingest.KindProbe,
		"{words} [robot {word}] [session {n}] [client {addr}] Unknown action {text}",
		"{words} [robot {word}] [session {n}] [client {addr}] [user {user}] Unknown action {text}",
	),
	say(ingest.KindAuthFailure,
		"{words} [robot {word}] [session {n}] [client {addr}]{text}Authentication failed{text}",
		"{words} [robot {word}] [session {n}] [client {addr}]{text}Incorrect password for user {user}",
	),
	say(ingest.KindOther, "{words} [robot {word}] [session {n}] [client {addr}]{text}"),
)
