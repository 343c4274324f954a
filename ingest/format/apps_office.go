package format

import "gumshoe/ingest"

// What companies run: forges, trackers, repositories of artefacts.
var buildSays = concat(
	say(ingest.KindAuthFailure,
		"failed login attempt for {user} from {addr}",                  // Jenkins
		"[[{word} ]]{user} - AUTH FAILURE FROM {addr} no-matching-key", // Gerrit's sshd_log
		"[[{word} ]]{user} - AUTH FAILURE FROM {addr} {word}",
		"[DENIED LOGIN] {words}for client : {user} / {addr}[[ [{word}]]][[.]]",                              // Artifactory
		"login failure [cause|{words}][method|{word}][provider|{words}][IP|{addr}|{text}][login|{user}]",    // SonarQube
		"{word} anonymous {word} {word} {addrs} {word} The user '{user}' has FAILED authentication. {text}", // Jira
		"{word} url: {word} anonymous {word} {word} {addrs} {word} The user '{user}' has FAILED authentication. {text}",
		"{word} anonymous {word} {word} {addrs} {word} login : '{user}' tried to login but they do not have USE permission or weren't found. {text}",
		"Login attempt limit reached, email/username: {user}, ip: {addr}, att{words}", // Seafile
		"Failed login attempt: email/username: {user}, ip: {addr}, att{words}",
		"login Login attempt limit reached, email/username: {user}, ip: {addr}, att{words}",
		"login Failed login attempt: email/username: {user}, ip: {addr}, att{words}",
		"failed authentication attempt | ip={addr} username={user}", // Portainer
		"> failed authentication attempt | ip={addr} username={user}",
		"Incorrect username or password for user {user}. IP={addr}", // Uptime Kuma, Dockge
		"Invalid token provided for user {user}. IP={addr}",
	),
	say(ingest.KindAuthFailure,
		"{word} {user} - AUTH FAILURE FROM {addr} user-not-found",
		"{user} - AUTH FAILURE FROM {addr} user-not-found",
	).absent(),
	say(ingest.KindOther, "[ACCEPTED LOGIN] {words}for client : anonymous / {addr}[[ [{word}]]][[.]]"), // whoever opens the page
	say(ingest.KindAuthSuccess,
		"{word} {word} {word} {word} {addrs} {word} The user '{user}' has PASSED authentication.",
		"[ACCEPTED LOGIN] {words}for client : {user} / {addr}[[ [{word}]]][[.]]",
		"login success [method|{word}][provider|{words}][IP|{addr}|{text}][login|{user}]",
	).exists(),
)

// Groupware, shops, schools.
var officeSays = concat(
	say(ingest.KindAuthFailure,
		"{n} {word} {word} {word} Login failed for db:{word} login:{user} from {addr}", // Odoo
		"{n} {word} {word} {word} Login failed for login:{user} from {addr}",
		"Back office: login failed for {user} from {addr}",                        // PrestaShop
		"{addr}  {word}  Failed Login:  {user}  {text}",                           // Moodle
		`LOGIN FAILED for user: "{user}" from IP: {addr}`,                         // Group-Office
		"({addr}) {user} - login error - {words}",                                 // Open WebMail
		`api/sessions: {addr}: Forbidden: Invalid username or password: "{user}"`, // Joplin
		`App: {n}: {word} {word}: {addr}: Invalid username or password: {words}:"{user}"}`,
		"{words}|CAS|Supplied credentials: {text}|AUTHENTICATION_FAILED|{user}|{addr}|{ip}", // Apereo CAS
		"{words}|CAS|{text}|AUTHENTICATION_FAILED|{user}|{addr}|{ip}",
		"[{user}] failed to login from {addr}",                // ZNC
		"Authentication failure for {user} from {addr} [] []", // FreePBX
	),
	say(ingest.KindAuthFailure, "({addr}) {user} - userinfo error - {words} doesn't exist").absent(),
	say(ingest.KindAuthFailure, "({addr}) {user} - userinfo error - {words}, ret {words}, Password incorrect"),
	say(ingest.KindAuthSuccess,
		"{n} {word} {word} {word} Login successful for db:{word} login:{user} from {addr}",
		"{words}|CAS|{text}|AUTHENTICATION_SUCCESS|{user}|{addr}|{ip}",
	).exists(),
	say(ingest.KindOther, "Lost password request from IP: '{addr}'"),
)
