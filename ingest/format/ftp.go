package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newVsftpd reads vsftpd through syslog. In its own log, and in xferlog's
// neighbour vsftpd.log, the same messages follow "Fri Jan 19 12:20:33 2007 [pid
// 27202] ".
var newVsftpd = speaks(ingest.ServiceFTP,
	say(ingest.KindAuthFailure,
		`[[[{user}] ]]FAIL LOGIN: Client "{peer}"`,
		`[[[{user}] ]]FAIL LOGIN: Client "{peer}", "{words}"`,
		`[[[{user}] ]]FTP response: Client "{peer}", "530 {words}"`,
	),
	say(ingest.KindReject,
		`[[[{user}] ]]FTP response: Client "{peer}", "421 {words}"`,
		`DENY: Client "{peer}"[[, "{words}"]]`,
		`REFUSE: Client "{peer}"[[, "{words}"]]`,
	),
	say(ingest.KindAuthSuccess, `[{user}] OK LOGIN: Client "{peer}"[[, anon password "{text}"]]`).exists(),
	say(ingest.KindConnect, `CONNECT: Client "{peer}"[[, "{words}"]]`),
	say(ingest.KindOther,
		`[{user}] OK UPLOAD: Client "{peer}", "{text}"[[, {words}]]`,
		`[{user}] OK DOWNLOAD: Client "{peer}", "{text}"[[, {words}]]`,
		`[{user}] FAIL UPLOAD: Client "{peer}", "{text}"[[, {words}]]`,
		`[{user}] FAIL DOWNLOAD: Client "{peer}", "{text}"[[, {words}]]`,
		`[{user}] FTP command: Client "{peer}", "{text}"`,
	),
)

var newVsftpdLog = newOwnLog(openVsftpd, newVsftpd)

func openVsftpd(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	b := line
	if ev.Time, b, ok = c.ctimeStamp(b); !ok {
		return nil, false, false
	}
	if b, ok = cut(b, " [pid "); !ok {
		return nil, false, false
	}
	pid, msg, ok := bytes.Cut(b, []byte("] "))
	if _, isNumber := number(pid); !ok || !isNumber {
		return nil, false, false
	}
	ev.PID = pid
	return msg, true, true
}

// newPureFTPd reads "(USER@HOST) [LEVEL] MESSAGE", where USER is "?" before the
// login. The host cannot hold a parenthesis, but the user can.
var newPureFTPd = speaks(ingest.ServiceFTP,
	say(ingest.KindAuthFailure,
		"({text}@{peer}) [WARNING] Authentication failed for user [{user}]",
		"({text}@{peer}) [WARNING] Sorry, but that file transfer account is disabled[[: {words}]]",
	),
	say(ingest.KindAbuse,
		"({text}@{peer}) [ERROR] Too many authentication failures",
		"({text}@{peer}) [WARNING] Too many connections ({n}) from this IP",
		"({text}@{peer}) [ERROR] Too many connections ({n}) from this IP",
		"({text}@{peer}) [INFO] Too many connections ({n}) from this IP",
	),
	say(ingest.KindConnect, "({text}@{peer}) [INFO] New connection from {word}"),
	say(ingest.KindAuthSuccess, "({text}@{peer}) [INFO] {user} is now logged in").exists(),
	say(ingest.KindDisconnect, "({text}@{peer}) [INFO] Logout.", "({text}@{peer}) [INFO] Timeout - try typing a little faster next time"),
)

// newInetFTPd reads the ftpd of Washington University and its descendants:
// wu-ftpd, Heimdal's and MIT's ftpd (gssftpd), the BSD ones and GNU's.
var newInetFTPd = speaks(ingest.ServiceFTP,
	say(ingest.KindAuthFailure,
		"failed login from {name} [{addr}]",
		"failed login from {name} [{addr}], {user}",
		"FTP LOGIN FAILED (cannot set guest privileges) for {name} [{addr}], {user}",
		"FTP LOGIN FROM {peer} FAILED, {user}",
		"FTP LOGIN FAILED FROM {peer}, {user}",
		"FTP LOGIN REFUSED (ftp in {word}) FROM {name} [{addr}], {user}",
		"FTP LOGIN REFUSED ({words}) FROM {name} [{addr}], {user}",
		"FTP LOGIN REFUSED FROM {peer}, {user}",
		"repeated login failures from {peer}",
		"repeated login failures from {name} [{addr}]",
		"repeated login failures from {addr} ({name})",
		"authentication failed for {user} from {name} [{addr}]",
		"Login failed {user} from {peer}",
	),
	say(ingest.KindReject,
		"refused connect from {peer}",
		"FTP ACCESS REFUSED ({words}) TO {name} [{addr}]",
		"ACCESS DENIED (deny command) TO {name} [{addr}]",
		"connection refused from {name} [{addr}]",
		"refused PORT {text} from {name} [{addr}]",
	),
	say(ingest.KindAuthSuccess,
		"FTP LOGIN FROM {name} [{addr}], {user}",
		"ANONYMOUS FTP LOGIN FROM {name} [{addr}], {text}",
	).exists(),
	say(ingest.KindConnect, "connection from {name} [{addr}]", "connection from {peer}[[ at {words}]]"),
)
