package format

import "gumshoe/ingest"

// applianceSays are messages of firewalls and storage boxes that their syslog
// files under changing programs or none.
var applianceSays = concat(
	say(ingest.KindAuthFailure, // WatchGuard
		`msg_id="{word}" Authentication of {words} user [{user}] from {addr} was rejected[[, {words}]]`,
		`msg_id="{word}" Management user {user} from {addr} log in attempt was rejected - {words}`,
		`msg_id="{word}" SSL VPN user {user} from {addr} was rejected - {words}`,
	).of(serviceFirewall),
	say(ingest.KindAuthSuccess,
		`msg_id="{word}" Authentication of {words} user [{user}] from {addr} was accepted`,
		`msg_id="{word}" Management user {user} from {addr} logged in`,
		`msg_id="{word}" SSL VPN user {user} from {addr} logged in[[ {words}]]`,
	).exists().of(serviceFirewall),
	say(ingest.KindReject,
		`msg_id="{word}" Deny {words} {word} {n} {n} {addr} {ip} {words}`,
	).of(serviceFirewall),
	say(ingest.KindAbuse, "Login disabled from IP {addr} for {n} seconds because of {n} bad attempts").of(serviceFirewall), // FortiGate
	say(ingest.KindAuthFailure, // Juniper
		"LOGIN_FAILED: Login failed for user {user} from host {addr}",
	).of(serviceRouter),
	say(ingest.KindAuthFailure, // ScreenOS
		`NetScreen device_id={word}  [{word}]system-{word}: Admin user "{user}" login attempt for {words} from {addr:port} failed.[[ ({words})]]`,
		"Failed to login through {word} (IP={addr}, {words}UserName={user}, Times={n}, {words})", // Huawei
		"Failed to log in through {word} (IP={addr}, {words}UserName={user}, Times={n}, {words})",
	).of(serviceFirewall),
	say(ingest.KindProbe,
		"NetScreen device_id={word}  [{word}]system-{word}: {words} From {addr:port} to {ip}, proto {words}",
		"NetScreen device_id={word}  [{word}]system-{word}: {words} From {addr} to {ip}, proto {words}",
	).of(serviceFirewall),
	say(ingest.KindAuthFailure, // Pulse and Ivanti Connect Secure
		"{words} - [{addr}] {user}({words})[{text}] - Login failed using auth server {text}",
		"{words} - [{addr}] {user}({words})[{text}] - Primary authentication failed for {text}",
	).of(serviceVPN),
	say(ingest.KindBan, // Synology
		"Host [{addr}] was blocked via [{word}].",
		"IP address [{addr}] of {words} was blocked by {words}",
	).of(ingest.ServiceFail2ban),
	say(ingest.KindAuthFailure,
		"User [{user}] from [{addr}] failed to sign in to [{words}] via [{words}] due to {words}",
		"User [{user}] from [{addr}] failed to log in via [{words}] due to {words}",
	).of(servicePanel),
	say(ingest.KindAuthSuccess,
		"User [{user}] from [{addr}] signed in to [{words}] successfully via [{words}].",
		"User [{user}] from [{addr}] logged in successfully via [{words}].",
	).exists().of(servicePanel),
	say(ingest.KindReject, // QNAP
		"event log: Users: {words}, Source IP: {ip}, Computer name: {words}, Content: [Security] Access Violation from {addr} with {words}",
	).of(servicePanel),
)

// hypervisorSays are VMware's hosts and their center, oVirt's engine, and the boards that manage a
// machine when it is off. An account is written as NAME@ADDR.
var hypervisorSays = concat(
	say(ingest.KindAuthFailure,
		"EVENT_ID: USER_VDC_LOGIN_FAILED({n}), User {user} connecting from '{addr}' failed to log in {words}", // oVirt
		"Event {n} : Cannot login {user}@{addr}[[: {words}]]",
		"Event {n} : Cannot login user {user}@{addr}[[: {words}]]",
		"Event [{n}] [{word}] [{word}] [vim.event.BadUsernameSessionEvent] [{word}] [{words}] [{words}] [{n}] [Cannot login {user}@{addr}]",
		"[[{word}, ]]Category: Audit, MessageID: {word}, Message: Unable to log in for {user} from {addr} using {words}", // iDRAC
	),
	say(ingest.KindAuthSuccess,
		"EVENT_ID: USER_VDC_LOGIN({n}), User {user} connecting from '{addr}' using session '{text}' logged in.",
		"Event {n} : User {user}@{addr} logged in as {text}",
		"Event [{n}] [{word}] [{word}] [vim.event.UserLoginSessionEvent] [{word}] [{words}] [{words}] [{n}] [User {user}@{addr} logged in as {text}]",
		"[[{word}, ]]Category: Audit, MessageID: {word}, Message: Successfully logged in using {user}, from {addr} and {words}",
	).exists(),
).of(servicePanel)

// mountSays are the servers of NFS and of remote procedure calls.
var mountSays = concat(
	say(ingest.KindReject,
		"refused mount request from {peer} for {text} ({text}): {words}",
		"refused unmount request from {peer} for {text} ({text}): {words}",
		"connect from {addr} to {words}: request from unauthorized host",
		"mount request from {addr} denied",
		"mount request denied from {addr} for {text}",
		"mount request from unprivileged port [{addr}]:{n} for {text}",
	),
	say(ingest.KindOther, "connect from {addr} to {word}"),
	say(ingest.KindSession,
		"authenticated mount request from {addr:port} for {text} ({text})",
		"authenticated unmount request from {addr:port} for {text} ({text})",
	),
).of(serviceNFS)

const serviceNFS = "nfs"

// greyMailSays are the policy services that mail servers ask. That a message from
// somewhere new has to wait accuses nobody.
var greyMailSays = concat(
	say(ingest.KindOther,
		"action={word}, reason={words}, client_name={name}, client_address={addr}/{n}, {text}", // postgrey
		"action={word}, reason={words}, client_name={name}, client_address={addr}, {text}",
		"rcpt={n}, greylist={word}, host={addr} ({name}), from={text}", // policyd
		"rcpt={n}, module={word}, host={addr} ({name}), from={text}",
		"prepend Received-SPF: {words} client-ip={addr}; {text}",
	),
	say(ingest.KindReject,
		"rcpt={n}, module=blacklist, host={addr} ({name}), from={text}",
		"rcpt={n}, spamtrap={word}, host={addr} ({name}), from={text}",
		"550 5.7.23 Message rejected due to: SPF {words} Please see {text};ip={addr};r={word}", // policyd-spf
		"spamd: unauthorized connection from {name} [{addr}]:{n} at port {n}",                  // SpamAssassin
	),
	say(ingest.KindReject, // Rspamd
		"{words}rspamd_task_write_log: id: <{text}>, qid: <{word}>, ip: {addr}, from: <{text}>, (default: T (reject): {text}",
		"{words}rspamd_task_write_log: id: <{text}>, qid: <{word}>, ip: {addr}, user: {user}, from: <{text}>, (default: T (reject): {text}",
	),
).of(ingest.ServiceSMTP)
