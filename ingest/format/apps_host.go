package format

import "gumshoe/ingest"

// Panels of hosters and the consoles of storage boxes.
var hostingSays = concat(
	say(ingest.KindAuthFailure,
		"[Login Action {addr}] User '{user}' tried to login with wrong password.", // Froxlor
		`froxlor.WARNING: User tried to login with wrong password. {words}"user":"{addr}"{words}`,
		"Failed login for user '{user}' from {addr} at {words}",                                             // ISPConfig
		"authentication failure; rhost={peer} user={user} msg={text}",                                       // Proxmox Backup Server's own file
		"[{addr:port}] DnsServerCore.DnsWebServiceException: Invalid username or password for user: {user}", // Technitium
	),
	say(ingest.KindAuthFailure,
		"[Login Action {addr}] Unknown user '{user}' tried to login.",
		`froxlor.WARNING: Unknown user tried to login. {words}"user":"{addr}"{words}`,
	).absent(),
	say(ingest.KindAuthSuccess, "[{addr:port}] [{user}] User logged in.").exists(),
).of(servicePanel)

// Cassandra's audit log. The last sentence tells of whatever else is audited, whose text
// may look like a login of somebody else's: two that name different clients name none.
var cassandraSays = concat(
	say(ingest.KindAuthFailure,
		"{word} - user:{text}|host:{ip}|source:/{addr}|port:{n}|timestamp:{n}|type:LOGIN_ERROR|category:AUTH|operation:{words}Provided username {user} and/or password are incorrect",
		"{word} - user:{text}|host:{ip}|source:/{addr}|port:{n}|timestamp:{n}|type:LOGIN_ERROR|category:AUTH|operation:{text}",
	),
	say(ingest.KindAuthSuccess, "{word} - user:{user}|host:{ip}|source:/{addr}|port:{n}|timestamp:{n}|type:LOGIN_SUCCESS|category:AUTH|operation:{text}").exists(),
	say(ingest.KindOther, "{word} - user:{words}|host:{ip}|source:/{addr}|port:{n}|timestamp:{n}|type:{text}"),
).of("cassandra")

// Web application firewalls tell of a rule behind the client's address; what the
// client sent stands behind it.
var firewallSays = say(ingest.KindProbe, `[client "{addr}"] Coraza: {text}`).of(ingest.ServiceWeb)

var storageSays = concat(
	say(ingest.KindAuthFailure, // Synology
		"User [{user}] from [{addr}] failed to log in via [{word}] due to {words}.",
		"User [{user}] from [{addr}] failed to sign in to [{word}] via [{word}] due to {words}.",
		"SYSTEM\tUser [{user}] from [{addr}] failed to log in via [{word}] due to {words}.",
		"SYSTEM\tUser [{user}] from [{addr}] failed to sign in to [{word}] via [{word}] due to {words}.",
		"conn log: Users: {user}, Source IP: {addr}, Computer name: {text}, Connection type: {text}, Accessed resources: {text}, Action: Login Fail", // QNAP
	),
	say(ingest.KindAuthSuccess,
		"User [{user}] from [{addr}] logged in successfully via [{word}].",
		"User [{user}] from [{addr}] signed in to [{word}] successfully via [{word}].",
		"SYSTEM\tUser [{user}] from [{addr}] signed in to [{word}] successfully via [{word}].",
		"conn log: Users: {user}, Source IP: {addr}, Computer name: {text}, Connection type: {text}, Accessed resources: {text}, Action: Login OK",
	).exists(),
).of(servicePanel)

// What watches other machines, and answers who asks.
var monitorSays = concat(
	say(ingest.KindAuthFailure,
		`login failed: user "{user}" from {addr}`, // Zabbix
		`failed login of user "{user}" from {addr}`,
		"AUTHERR - {peer}[[ {text}]]", // Monitorix
	),
	say(ingest.KindReject, "{word}: Unauthorized request: {text} (from {addr:port}, user: {user}, {text})"), // Icinga
	say(ingest.KindProbe,
		"NOTEXIST - {peer}[[ {text}]]",
		"FastCGI-stderr: ALERT - {text} (attacker '{addr}', {text})", // Suhosin behind lighttpd
		"FastCGI-stderr: ALERT - {text} (attacker '{addr}')",
	),
	say(ingest.KindReject, "NOTALLOWED - {peer}[[ {text}]]"),
	say(ingest.KindReject,
		"Host {addr} is not allowed to talk to us!", // NRPE
		"Connection from {addr} closed. We don't support AF_INET6 addreess family in ACL",
		`failed to accept an incoming connection: connection from "{addr}" rejected, allowed hosts: {words}`,
		"{n}: {n} '[{addr}]:{n}' 'DISALLOWED'", // Netdata
	).of(serviceInet),
	say(ingest.KindProbe,
		"Error: Request packet from {addr} was invalid or malformed",
		`error "{words}" for request "{text}" from {addr}[[ ({words})]]`, // gophernicus
	).of(serviceInet),
)
