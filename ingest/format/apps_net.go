package format

import (
	"gumshoe/ingest"
)

const (
	serviceRADIUS   = "radius"
	serviceKerberos = "kerberos"
	serviceMQTT     = "mqtt"
	serviceVNC      = "vnc"
)

// Directories and the like, that others ask who somebody is.
var directorySays = concat(
	// The Calling-Station-Id is what the access server says of the client.
	radiusSays("Auth: ({n}) "), radiusSays("Auth: "), radiusSays(""),
	say(ingest.KindReject,
		"[[Error: ]]Ignoring request to {words} from unknown client {addr} port {n}[[ {words}]]",
	).of(serviceRADIUS),
	say(ingest.KindAuthFailure, "AS_REQ ({words}) {addr}: PREAUTH_FAILED: {user} for {word}, {text}").exists().of(serviceKerberos),
	say(ingest.KindAuthFailure, "AS_REQ ({words}) {addr}: CLIENT_NOT_FOUND: {user} for {word}, {text}").absent().of(serviceKerberos),
	say(ingest.KindReject, "AS_REQ ({words}) {addr}: LOCKED_OUT: {user} for {word}, {text}").exists().of(serviceKerberos),
	say(ingest.KindOther, "AS_REQ ({words}) {addr}: NEEDED_PREAUTH: {user} for {word}, {text}").exists().of(serviceKerberos),
	say(ingest.KindAuthSuccess, "AS_REQ ({words}) {addr}: ISSUE: authtime {n}, etypes {words}}, {user} for {word}").exists().of(serviceKerberos),
)

// radiusSays are FreeRADIUS's messages behind what its own file puts before them.
func radiusSays(head string) *repertoire {
	return concat(
		say(ingest.KindAuthFailure,
			head+"Login incorrect[[ ({text})]]: [{user}/<{words}>] (from client {word} port {n} cli {addr}[[ via {word} tunnel]])",
			head+"Login incorrect[[ ({text})]]: [{user}/{text}] (from client {word} port {n} cli {addr}[[ via {word} tunnel]])", // with the password
			head+"Login incorrect[[ ({text})]]: [{user}] (from client {word} port {n} cli {addr}[[ via {word} tunnel]])",
			head+"Login incorrect[[ ({text})]]: [{user}] (from client {word} port {n}[[ cli {word}]])",
		),
		say(ingest.KindAuthSuccess, head+"Login OK: [{user}] (from client {word} port {n} cli {addr}[[ via {word} tunnel]])").exists(),
	).of(serviceRADIUS)
}

// Brokers of messages.
var brokerSays = concat(
	say(ingest.KindConnect, "New connection from {addr:port} on port {n}."), // Mosquitto
	say(ingest.KindAuthFailure,
		"Client {text} [{addr:port}] disconnected: not authorised.",
		"Client {text} disconnected, not authorised.",
	),
	say(ingest.KindAuthSuccess, "New client connected from {addr:port} as {text} (p{n}, c{n}, k{n}, u'{user}').").exists(),
	say(ingest.KindSession, "New client connected from {addr:port} as {text} (p{n}, c{n}, k{n})."),
).of(serviceMQTT)

// Kafka, whose brokers name the client twice.
var streamSays = say(ingest.KindAuthFailure,
	"Failed authentication with /{addr} (channelId={word}) ({words}",
	"Failed authentication with /{addr} ({words}",
).of("kafka")

// ActiveMQ names the client behind the account.
var queueSays = say(ingest.KindAuthFailure,
	"Failed to add Connection {text}User name [{user}] or password is invalid. | {word} | ActiveMQ Transport: {word}:///{addr:port}@{n}",
).of(serviceAMQP)

// Desktops at a distance.
var remoteSays = concat(
	say(ingest.KindAuthFailure,
		"Authentication: FAILED :: User Name: {user} :: Viewer Address: {addr} :: Type: {words}", // macOS Screen Sharing
		"Connections: closed: {addr} (Authentication failure{words})",                            // TigerVNC
		"Connections: closed: {addr}::{n} (Authentication failure{words})",
		"Connections: closed: {addr:port} (Authentication failure{words})",
		"Connections: blacklisted: {addr}",
		"rfbAuthProcessClientMessage: password check failed", // whose it was, an earlier line told
		"authProcessClientMessage: authentication failed from {addr}",
		"rfbAuthPasswordChecked: password check failed for {addr}", // LibVNCServer
		"rfbAuthProcessClientMessage: authentication failed from {addr}",
		"rfbVncAuthProcessResponse: authentication failed from {addr}",
	),
	say(ingest.KindAuthSuccess, "Authentication: SUCCEEDED :: User Name: {user} :: Viewer Address: {addr} :: Type: {words}").exists(),
	say(ingest.KindConnect, "Connections: accepted: {addr:port}", "Connections: accepted: {addr}", "Connections: accepted: {addr}::{n}", "Got connection from client {addr}"),
).of(serviceVNC)

// Tunnels with logins.
var tunnelSays = concat(
	say(ingest.KindAuthFailure,
		"main[{text}]:[[ ]]{addr:port} failed authentication attempt for user '{user}'", // ocserv
		"main[{text}]: {addr:port} failed authentication attempt for user '{user}'",
		"worker[{text}]: {addr} failed authentication attempt for user '{user}'",
		"worker[{text}]: {addr} failed authentication for '{user}'",
		"worker: {addr} failed authentication for '{user}'",
		"AUTH FAILED: {text}'user': '{user}', {text}'client_ip_addr': '{addr}'{text}", // OpenVPN Access Server
		"WEB OUT: {text}Web login failed ({text}'client_ip_addr': '{addr}', 'user': '{user}', {text}",
		"OUT: '{words} {addr:port} TLS Auth Error: Auth Username/Password verification failed for peer'",
	),
	say(ingest.KindAuthSuccess, "main[{user}]:{addr:port} user logged in", "main[{user}]: {addr:port} user logged in").exists(),
	say(ingest.KindAuthSuccess, "luci: accepted login on {text} for {user} from {addr}").exists().of(serviceRouter), // OpenWrt
	say(ingest.KindAuthFailure, "luci: failed login on {text} for {user} from {addr}").of(serviceRouter),
	say(ingest.KindConnect, "worker: {addr} accepted connection", "main:{addr:port} user disconnected{words}"),
	say(ingest.KindAbuse,
		"main:[[ ]]added {n} points (total {n}) for IP '{addr}' to ban list",
		"main:{addr:port} added {n} points (total {n}) for IP '{ip}' to ban list",
		"main:{addr:port} added IP '{ip}' to ban list, will be reset at: {words}",
		"main:[[ ]]added IP '{addr}' (with score {n}) to ban list, will be reset at: {words}",
		"main:[[ ]]rejected connection from banned IP: {addr}",
	),
).of(serviceVPN)

// Proxies that are no web proxies alone.
var relaySays = concat(
	say(ingest.KindProbe, "failed to handshake with {addr}: authentication error").of(serviceProxy), // Shadowsocks
	say(ingest.KindReject, `Unauthorized connection from "{text}" [{addr}].`).of(serviceProxy),      // Tinyproxy
	say(ingest.KindAuthFailure, "Failed auth attempt (file descriptor: {n}), ip {addr}").of(serviceProxy),
	say(ingest.KindConnect, "Connect (file descriptor {n}): {name} [{addr}]", "Connect (file descriptor {n}): {addr}").of(serviceProxy),
	say(ingest.KindReject, "Message {word} from {addr} ({text}) to {text} is spam{words}").of(ingest.ServiceSMTP),                // MailScanner
	say(ingest.KindReject, "SSL_accept from {addr:port} : {words}").of(serviceInet),                                              // stunnel's own file
	say(ingest.KindAuthFailure, "C-{word}: {text}/{user}@{addr:port} {words}password authentication failed").of(servicePostgres), // PgBouncer
)

// Watchmen of the same machine, and what they saw.
var watcherSays = concat(
	say(ingest.KindProbe,
		"{addr} to {ip} ports {words}", "{addr:port} to {ip} ports {words}", // scanlogd
		"scan detected[[ ({words})]]: {addr} -> {ip} {words}", // psad
	),
).of(serviceFirewall)

var guardSays = concat(
	say(ingest.KindBan,
		`Blocking "{addr}/{n}" for {words}`, // sshguard
		"Blocking {addr:port} for {words}",
		"Banning {addr}[[/{n}]] for {n} minutes", // mailcow
		"Added host/network {addr}[[/{n}]] to {word}",
		"({word}) {words} by ip {ip} ({words}) : {word} ban on Ip {addr}", // CrowdSec
	),
	say(ingest.KindOther,
		`Attack from "{addr}" on service {words}`,
		`Unblocking "{addr}/{n}" after {words}`,
		"Unbanning {addr}[[/{n}]]",
		"{addr} matched rule id {n} ({text})",
	),
	say(ingest.KindAbuse, "in limiter: Authentication attempt from {addr}[[ for {user}]] has been rate-limited."), // Mailu
).of(ingest.ServiceFail2ban)
