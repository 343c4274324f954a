package format

import "gumshoe/ingest"

// newJunosManagement reads Junos' management daemon. It names an address where somebody
// came in by ssh.
var newJunosManagement = speaks(serviceRouter,
	say(ingest.KindAuthFailure,
		"WEB_AUTH_FAIL: Unable to authenticate httpd client (username {user})",
		"UI_AUTH_INVALID_CHALLENGE: Received invalid authentication challenge for user '{user}': response{words}",
	),
	say(ingest.KindSession, "[[UI_LOGIN_EVENT: ]]User '{user}' login, class '{words}' [{n}], ssh-connection '{addr} {n} {ip} {n}', client-mode '{word}'").exists(),
)

// newRTFlow reads the sessions that Juniper's firewalls refused, and the packets that
// their screens took for an attack. In the structured form the name of the message stands
// before the data, and often there is no text behind it: see open5424.
var newRTFlow = speaks(serviceFirewall,
	say(ingest.KindReject,
		"RT_FLOW_SESSION_DENY: session denied {addr}/{n}->{ip}/{n} {words}",
		`RT_FLOW_SESSION_DENY [{word} source-address="{addr}" {words}`,
		`RT_FLOW_SESSION_DENY_LS [{word} logical-system-name="{word}" source-address="{addr}" {words}`,
	),
	say(ingest.KindConnect, "RT_FLOW_SESSION_CREATE: session created {addr}/{n}->{ip}/{n} {words}"),
	say(ingest.KindProbe,
		"RT_SCREEN_{word}: {words} source: {addr:port}, {words}",
		"RT_SCREEN_{word}: {words} source: {addr}, {words}",
		`RT_SCREEN_{word} [{word} attack-name="{words}" source-address="{addr}" {words}`,
	),
)

// junosSays is what Junos' sshd says beside OpenSSH's own lines, which tell of the same
// failure where they are logged.
var junosSays = say(ingest.KindAuthFailure, "SSHD_LOGIN_FAILED: Login failed for user '{user}' from host '{addr}'",
	"Login failed for user '{user}' from host '{addr}'",
	`SSHD_LOGIN_FAILED [{word} username="{user}" source-address="{addr}"]`)
