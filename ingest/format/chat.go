package format

import "gumshoe/ingest"

const serviceIRC = "irc"

// chatSays are servers and bouncers of IRC that keep a log of their own.
var chatSays = concat(
	say(ingest.KindAuthFailure,
		"[{user}] failed to login from {addr:port}", // ZNC
		"[{user}] failed to login from {addr}",
		"OPER: WARNING! Failed oper attempt by {text}!{text}@{text} ({addr}) using login '{user}': {words}",          // InspIRCd
		"OPER OPER_FAILED [warn] Failed oper attempt by {text}!{text}@{peer} [reason: {words}] [oper-block: {user}]", // UnrealIRCd
	),
	say(ingest.KindAuthSuccess, // a client of the bouncer, with its password
		"[{user}] connected to ZNC from {addr:port}",
		"[{user}] connected to ZNC from {addr}",
	).exists(),
).of(serviceIRC)

// rocketSays are Rocket.Chat's failed logins. All but the client's address is
// what the client sent.
var rocketSays = say(ingest.KindAuthFailure,
	"Failed login detected - Username[{user}] ClientAddress[{addr}] ForwardedFor[{text}][[ XRealIp[{text}]]] UserAgent[{text}]",
)

// newNgIRCd reads ngIRCd through syslog.
var newNgIRCd = speaks(serviceIRC,
	say(ingest.KindAuthFailure,
		`User "{user}!{text}@{peer}" rejected (connection {n}): {words} password!`,
		`Got invalid OPER from "{user}": {text}`,
	),
	say(ingest.KindReject,
		`Refused connection from "{addr:port}": {words}`,
		`Refused connection from "{addr}": {words}`,
		"Refused connection from {addr} on socket {n}: {words}",
	),
	say(ingest.KindConnect, `Accepted connection {n} from "{addr:port}" on socket {n}.`, `Accepted connection {n} from {addr:port} on socket {n}.`),
)
