package format

import (
	"sync"

	"gumshoe/ingest"
)

// appSays is what applications with logins of their own say, in the words of
// their source code. They log to files of many shapes, to syslog and to a
// container's output, and so their sentences are looked for behind any head.
var appSays = sync.OnceValue(func() *phrasebook { return newPhrasebook(appRepertoire.sentences()) })

var appRepertoire = concat(wordpressSays, passwordSays, mediaSays, downloadSays, forgeSays, buildSays, webmailSays, homeSays, cmsSays, officeSays, hostingSays, cassandraSays,
	serverSays, brokerSays, streamSays, queueSays, storageSays, directorySays, remoteSays, tunnelSays, chatSays, rocketSays, applianceSays, hypervisorSays, mountSays, greyMailSays, nameServerSays, relaySays, watcherSays, guardSays, monitorSays, firewallSays, cloudSays)

// phrasebook finds the sentences that a message may be by its first byte.
type phrasebook struct {
	by   [256]sentences
	free sentences // those that begin with a field
}

func newPhrasebook(all sentences) *phrasebook {
	p := &phrasebook{}
	for _, s := range all {
		if first := s.parts[0]; first.field == fieldLiteral {
			p.by[first.literal[0]] = append(p.by[first.literal[0]], s)
		} else {
			p.free = append(p.free, s)
		}
	}
	return p
}

// tell fills ev from the sentence that the message is. Those that begin with a
// field are for the caller to try when nothing precedes the message any more.
func (p *phrasebook) tell(msg []byte, ev *ingest.Event) bool {
	return len(msg) > 0 && p.by[msg[0]].tell(msg, ev)
}

// WordPress with the plugin WP fail2ban and its kin.
var wordpressSays = concat(
	say(ingest.KindAuthFailure,
		"Authentication failure for {user} from {addr}",
		"XML-RPC authentication failure for {user} from {addr}",
		"XML-RPC authentication failure from {addr}",
		"XML-RPC multicall authentication failure from {addr}",
		"XML-RPC multicall authentication failure for {user} from {addr}",
		"REST authentication failure for {user} from {addr}",
		"Blocked authentication attempt for {user} from {addr}",
		"Empty username from {addr}",
	),
	say(ingest.KindAuthFailure,
		"Authentication attempt for unknown user {user} from {addr}",
		"XML-RPC authentication attempt for unknown user {user} from {addr}",
		"REST authentication attempt for unknown user {user} from {addr}",
	).absent(),
	say(ingest.KindAuthSuccess, "Accepted password for {user} from {addr}", "REST accepted password for {user} from {addr}").exists(),
	say(ingest.KindProbe,
		"'{text}' executed by {addr}[[.]]",
		"Blocked user enumeration attempt[[ via REST API]] from {addr}",
		"Blocked access from country '{word}' to {addr}",
		"Pingback error {words} generated from {addr}",
		"Spam comment[[ {n}]] from {addr}",
		"Spammed comment from {addr}",
		"Immediately block connections from {addr}",
		"Comments disabled on {text} for {addr}",
	),
	say(ingest.KindOther, "Pingback requested from {addr}", "Password reset requested for {user} from {addr}", "Comment {n} from {addr}"),
)

// Keepers of passwords and sign-on servers.
var passwordSays = concat(
	say(ingest.KindAuthFailure, // vaultwarden, Bitwarden
		"Username or password is incorrect. Try again. IP: {addr}. Username: {user}.",
		"Username or password is incorrect. Try again. IP: {addr}. Username: {user}",
		"Invalid admin token[[.]] IP: {addr}",
		"Invalid admin token! IP: {addr}[[. Username: {user}]]",
		"Invalid TOTP code! Server time: {words} IP: {addr}",
		"Failed login attempt[[, 2FA invalid]]. {addr}",
	),
	say(ingest.KindAuthSuccess, "User {user} logged in successfully. IP: {addr}").exists(),
	say(ingest.KindAuthFailure, "Bad password for {user} ({addr})"), // LemonLDAP::NG
	say(ingest.KindAuthFailure, "{user} was not found in LDAP directory ({addr})").absent(),
)

// Servers of films, music, books and photographs, and what fetches for them.
var mediaSays = concat(
	say(ingest.KindAuthFailure,
		"Authentication request for {user} has been denied (IP: {addr}).",               // Jellyfin
		"[[Server: ]]AUTH-ERROR: {peer} - {text}",                                       // Emby
		"Auth-Failure ip {addr} username '{user}'",                                      // Sonarr and its family
		"Auth: Auth-Failure ip {addr} username '{user}'",                                // ... to syslog
		`[Auth] Failed login attempt for username "{user}" from ip {addr} ({words})`,    // audiobookshelf
		"Unsuccessful login attempt from {addr}[[ (X-Forwarded-For: {text})]] [{text}]", // SABnzbd, in its languages
		"Fehlerhafter Login Versuch von {addr}[[ (X-Forwarded-For: {text})]] [{text}]",
		"Echec de la tentative de connexion de {addr}[[ (X-Forwarded-For: {text})]] [{text}]",
		"Mislukte login poging van {addr}[[ (X-Forwarded-For: {text})]] [{text}]",
		"Login failed for user `{user}` from[[ private]] IP `{addr}`[[.]]", // Paperless-ngx
	),
	say(ingest.KindAuthSuccess,
		"Auth-Success ip {addr} username '{user}'",
		`[Auth] User "{user}" logged in from ip {addr}`,
		`Authentication request for "{user}" has succeeded.`,
		"Authentication request for {user} has succeeded.",
	).exists(),
	say(ingest.KindOther, "Auth-Logout ip {addr} username '{user}'", "Auth-Unauthorized ip {addr} url '{text}'"),
)

// Forges and trackers.
var forgeSays = concat(
	say(ingest.KindAuthFailure,
		"Failed Login: username={user} ip={addr}",                          // GitLab
		"Failed authentication attempt for {user} from {peer}[[: {text}]]", // Gitea, Forgejo
		"Failed login for '{user}' from {addr} at {words} UTC",             // Redmine
		"Authentication failed for '{user}' from {addr}",
	),
	say(ingest.KindAuthSuccess, "Successful Login: username={user} ip={addr} method={word} admin={word}", "Successful authentication for '{user}' from {addr} at {words} UTC").exists(),
)

// Webmail and groupware.
var webmailSays = concat(
	say(ingest.KindAuthFailure,
		"IMAP Error: Login failed for {user} against {word} from {addr}[[({text})]]. {text}",
		"IMAP Error: Login failed for {user} from {addr}[[({text})]]. {text}", // Roundcube
		"Login failed for {user} from {addr}[[({text})]]. {text}",
		"Failed login for {user} from {addr}[[({text})]] in session {word} (error: {n})",
		"FAILED LOGIN for {user} [{addr}][[ (forwarded for [{text}])]] to {text}", // Horde
		"Failed login for {user} [{addr}][[ (forwarded for [{text}])]] to {text}",
		"FAILED LOGIN {n} FROM {addr} FOR {user}[[, {words}]]",
		"[LOGIN_ERROR] {user} ({name}) from {addr}: {words}", // SquirrelMail
		"[LOGIN_ERROR] {user} from {addr}: {words}",
		"Login with username {user} from {addr} failed ({words})[[!]]", // Tine 2.0
		"user denied: {user} ({word}) from {addr}",                     // phpMyAdmin
	),
	say(ingest.KindAuthSuccess,
		"Successful login for {user} (ID: {n}) from {addr} in session {word}",
		"Login success for {user} [{addr}] to {text}",
		"user authenticated: {user} from {addr}",
	).exists(),
)

// What runs a home.
var homeSays = concat(
	say(ingest.KindAuthFailure,
		"Login attempt or request with invalid authentication from {name} ({addr}).[[ {text}]]", // Home Assistant
		"Login attempt or request with invalid authentication from {addr}.[[ {text}]]",
		"Login attempt or request with invalid authentication from {addr}",
		"POST {text} /control/login: from ip {addr}: invalid username or password", // AdGuard Home; the text is the Host header
		"/api/login: 403 {addr} {words}",                                           // File Browser
		"/api/login: 401 {addr} {words}",
		`AUDIT: Login failed. Attempt for user "{user}" failed. ({addr} -> {text})`, // Firefly III
		"AUDIT: MFA failure count is set to {n}. ({addr} ({user}) -> {text})",
	),
	say(ingest.KindAuthSuccess, `auth: user "{user}" successfully logged in from ip {addr}`).exists(),
	say(ingest.KindBan, "Banned IP {addr} for too many login attempts"), // Home Assistant
	say(ingest.KindOther, `AUDIT: User is trying to login using "{user}" ({addr} -> {text})`),
)

// Content management.
var cmsSays = concat(
	say(ingest.KindAuthFailure,
		"INFO {addr}\tjoomlafailure\t{text}", "INFO\t{addr}\tjoomlafailure\t{text}", "{addr}\tjoomlafailure\t{text}", // Joomla
		"Login-attempt from {addr}[[ ({name})]], username '{user}', {words}", // TYPO3
		"Login-attempt from ###{addr}###, username '{user}', {words}",
		"Login for {user} from {addr} - {words}", // MediaWiki
	),
)

// Servers that keep a log besides that of their requests.
var serverSays = concat(
	say(ingest.KindAuthFailure,
		"digest: auth failed for {user}: wrong password[[,]] IP: {addr}",
		"digest: auth failed: {text}[[,]] IP: {addr}",
		"get_password failed[[,]] IP: {addr}",
		"Failed login detected - Username[{user}] ClientAddress[{addr}] ForwardedFor[{text}] XRealIp[{text}] UserAgent[{text}]", // Rocket.Chat
	),
	say(ingest.KindConnect, "Handling {word} connection from {peer} to {ip}", "Handling {word} stream from {peer} to {ip}"), // Traefik
	say(ingest.KindProbe,
		"ALERT - {text} (attacker '{addr}')", "ALERT - {text} (attacker '{addr}', {text})", // Suhosin
	),
)
