package format

import "gumshoe/ingest"

// newDialIn reads the servers of PPTP and L2TP. The daemon in front knows the
// address, pppd behind it the account: what pppd tells names nobody's address.
var newDialIn = speaks(serviceVPN,
	say(ingest.KindAuthFailure,
		"Peer {user} failed {word} authentication[[{words}]]", // pppd
		"{word} authentication failure for {user}",
		"{word} authentication failed for {user}",
		"No {word} secret found for authenticating {user}",
		"{word}:{user}: {text}: authentication failed", // accel-ppp
	),
	say(ingest.KindAuthSuccess, "MGR: New connection from {addr:port} as {user}").exists(),
	say(ingest.KindAuthSuccess, "{word}:{user}: {text}: authentication succeeded").exists(),
	say(ingest.KindConnect,
		"CTRL: Client {addr} control connection started", // pptpd
		"Connection established to {addr}, {n}. {words}", // xl2tpd
	),
	say(ingest.KindDisconnect,
		"CTRL: Client {addr} control connection finished",
		"Connection {n} closed to {addr}, {words}",
	),
	say(ingest.KindReject, "control_finish: Denied connection to unauthorized peer {addr}"),
	say(ingest.KindProbe,
		"CTRL: Bad PPTP magic number{words}",
		"control_xmit: Maximum retries exceeded for tunnel {n}. {words}",
	),
)
