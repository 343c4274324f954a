package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newProxmox reads Proxmox's API daemons, which log a failure in words of PAM.
// The user follows the address and may hold anything.
var newProxmox = speaks(servicePanel,
	say(ingest.KindAuthFailure, "authentication failure; rhost={peer} user={user} msg=no such user ('{text}')").absent(),
	say(ingest.KindAuthFailure, "authentication failure; rhost={peer} user={user} msg={text}"),
	say(ingest.KindAuthSuccess, "<{text}> successful auth for user '{user}'").exists(),
)

// newWebmin reads Webmin, Usermin and their web server.
var newWebmin = speaksBehind(trimBlanks, servicePanel,
	say(ingest.KindAuthFailure, "Invalid login as {user} from {peer}", "Security violation {text} from {peer}"),
	say(ingest.KindAuthFailure, "Non-existent login as {user} from {peer}").absent(),
	say(ingest.KindAbuse, "Login lock-out for {text} from {peer}", "Security alert: Host {addr} blocked after {n} failed logins[[ for user {text}]]"),
	say(ingest.KindAuthSuccess, "Successful login as {user} from {peer}").exists(),
)

// trimBlanks takes off the blanks around a message.
func trimBlanks(msg []byte) []byte { return bytes.TrimSpace(msg) }

// newCockpit reads Cockpit's web service and its session program.
var newCockpit = speaks(servicePanel,
	say(ingest.KindAuthSuccess, "New connection to session from {peer}").exists(),
	say(ingest.KindAuthFailure, "cockpit-session: user {user} failed to authenticate"),
	say(ingest.KindAuthFailure, "user: {user}@{peer}: authentication failed", "{user}: authentication failed from {peer}"),
)

// newDirectAdminLog reads "2014:07:02-00:17:45: 'ADDR' 2 failed login attempts. Account 'NAME'".
var newDirectAdminLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.punctuated(line); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, ": ")
	return msg, true, ok
}, speaks(servicePanel,
	say(ingest.KindAuthFailure,
		"'{addr}' {count} failed login attempts. Account '{user}'[[ via '{text}']]",
		"'{addr}' {count} failed login attempt. Account '{user}'[[ via '{text}']]",
	),
	say(ingest.KindAuthFailure,
		"'{addr}' {count} failed login attempts. Invalid account '{user}'[[ via '{text}']]",
		"'{addr}' {count} failed login attempt. Invalid account '{user}'[[ via '{text}']]",
	).absent(),
	say(ingest.KindAuthSuccess, "'{addr}' successful login to '{user}' after {n} attempts[[ via '{text}']]").exists(),
))

// newHestiaLog reads the auth.log of HestiaCP and of VestaCP before it:
// "2025-01-22 01:26:30 USER ADDR failed to login". No zone stands behind the stamp, but an
// account that a client may call "EST" or "+05".
var newHestiaLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 20 {
		return nil, false, false
	}
	if ev.Time, _, ok = c.isoStamp(line[:19]); !ok {
		return nil, false, false
	}
	msg, ok = cut(line[19:], " ")
	return msg, false, ok
}, speaks(servicePanel,
	say(ingest.KindAuthFailure,
		"{user} {addr} failed to login",
		"{user} {addr} [{text}] failed to login",
		"{user} {addr} failed to login using 2FA",
		"{user} {addr} failed to login, {words}",
	),
	say(ingest.KindAuthSuccess, "{user} {addr} successfully logged in", "{user} {addr} [{text}] successfully logged in").exists(),
))

// newCPanelLog reads cPanel's login_log: "[2022-06-29 14:06:40 +1000] info
// [cpaneld] ADDR - USER "REQUEST" FAILED LOGIN cpaneld: REASON".
var newCPanelLog = newOwnLog(openBracketed((*clock).isoStamp, "info ["), newCPanel)

func newCPanel(*shared) messenger { return cpanel{} }

type cpanel struct{}

var cpanelSays = concat(
	say(ingest.KindAbuse, "[{word}] {addr} - {user} \"{text}\" FAILED LOGIN {word}: brute force attempt (user {text}) has locked out IP {ip}"),
	say(ingest.KindAuthFailure, "[{word}] {addr} - {user} \"{text}\" FAILED LOGIN {word}: invalid cpanel user {text}").absent(),
	say(ingest.KindAuthFailure, "[{word}] {addr} - {user} \"{text}\" FAILED LOGIN {word}: {text}"),
	say(ingest.KindAuthSuccess, "[{word}] {addr} - {user} \"{text}\" SUCCESS LOGIN {word}", "[{word}] {addr} NEW {user}:{text}").exists(),
)

// message implements messenger.
func (cpanel) message(msg []byte, ev *ingest.Event) string {
	ev.Service = servicePanel
	msg, _ = cut(msg, "info ")
	if !cpanelSays.tell(msg, ev) {
		return whyMessage
	}
	if _, request, ok := bytes.Cut(msg, []byte(` "`)); ok {
		request, _, _ = bytes.Cut(request, []byte(`"`))
		method, target, isRequest := bytes.Cut(request, []byte(" "))
		if isRequest {
			ev.Method = method
			ev.Target, _, _ = bytes.Cut(target, []byte(" "))
		}
	}
	return ""
}

// zoneMinderSays are the messages of ZoneMinder's web console.
var zoneMinderSays = concat(
	say(ingest.KindAuthFailure,
		`[{peer}] [Login denied for user "{user}"] at {words} line {n}`,
		`[{peer}] [Unable to authenticate user. {text}] at {words} line {n}`,
	),
	say(ingest.KindAuthFailure, "[{peer}] [Could not retrieve user {user} details] at {words} line {n}").absent(),
	say(ingest.KindAuthSuccess, `[{peer}] [Login successful for user "{user}"] at {words} line {n}`).exists(),
)

// newZoneMinderLog reads "01/25/22 16:08:02.393003 web_php[118770].ERR [ADDR]
// [MESSAGE] at FILE line 1", or a stamp as "12/17/22, 10:31:29 PM MST.557710".
var newZoneMinderLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.dayFirst(line); !ok {
		return nil, false, false
	}
	_, msg, ok = bytes.Cut(msg, []byte(" web_"))
	if !ok {
		return nil, false, false
	}
	_, msg, ok = bytes.Cut(msg, []byte(" "))
	return msg, true, ok
}, speaks(servicePanel, zoneMinderSays))

// newISPConfigLog reads ISPConfig's auth.log, whose stamp stands behind the
// address: "Failed login for user 'NAME' from ADDR at 2026-11-20 10:00:00".
var newISPConfigLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if !bytes.HasPrefix(line, []byte("Failed login for user '")) && !bytes.HasPrefix(line, []byte("Successful login for user '")) {
		return nil, false, false
	}
	if at := bytes.LastIndex(line, []byte(" at ")); at > 0 {
		ev.Time, _, _ = c.isoStamp(line[at+len(" at "):])
	}
	return line, true, true
}, speaks(servicePanel,
	say(ingest.KindAuthFailure, "Failed login for user '{user}' from {addr} at {words}"),
	say(ingest.KindAuthSuccess, "Successful login for user '{user}' from {addr} at {words}").exists(),
))
