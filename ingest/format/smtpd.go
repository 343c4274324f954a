package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newCourierSMTP reads Courier's esmtpd, which names the client first.
var newCourierSMTP = speaks(ingest.ServiceSMTP,
	say(ingest.KindAuthFailure,
		`error,relay={addr},[[ident={word},]][[port={n},]]msg="535 Authentication failed.",cmd: AUTH LOGIN {user}`,
		`error,relay={addr},[[ident={word},]][[port={n},]]msg="535 Authentication failed.",cmd: AUTH PLAIN {word} {user}`,
		`error,relay={addr},[[ident={word},]][[port={n},]]msg="535 {words}",cmd: {text}`,
	),
	say(ingest.KindUserUnknown,
		"error,relay={addr},[[ident={word},]][[port={n},]]from=<{text}>,to=<{user}>: 550 User unknown[[.]]",
		"error,relay={addr},[[ident={word},]][[port={n},]]from=<{text}>,to=<{user}>: 550 User <{text}> unknown[[.]]",
	).absent(),
	say(ingest.KindRelayDenied, "error,relay={addr},[[ident={word},]][[port={n},]]from=<{text}>,to=<{text}>: 513 Relaying denied[[.]]"),
	say(ingest.KindReject,
		"error,relay={addr},[[ident={word},]][[port={n},]]from=<{text}>[[,to=<{text}>]]: 5{text}",
		`error,relay={addr},[[ident={word},]][[port={n},]]msg="502 ESMTP command error",cmd: {text}`,
	),
	say(ingest.KindConnect, "started,ip=[{addr}][[,port=[{n}]]]"),
)

// newQmail reads the programs around qmail: rblsmtpd, the patched qmail-smtpd
// and vpopmail, which ends with "USER:ADDR".
func newQmail(*shared) messenger { return qmail{} }

type qmail struct{}

// message implements messenger.
func (qmail) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceSMTP
	msg = trimQmail(msg)
	if rest, ok := cut(msg, "tcpserver: "); ok {
		return tcpserver(rest, ev)
	}
	if qmailSays.tell(msg, ev) {
		return ""
	}
	return whyMessage
}

var qmailSays = concat(
	say(ingest.KindReject,
		"{addr} pid {n} {word} {words}",
		"{addr} pid {n}: {words}",
		"{word} blocked {addr} {words}",
		"421 badiprbl: ip {addr} rbl: {words}",
		"{word} badiprbl: ip {addr} rbl: {words}",
	),
	say(ingest.KindAuthFailure,
		"vchkpw-{word}: password fail (pass: '{text}') {user}:{addr}",
		"vchkpw-{word}: password fail {user}:{addr}",
		"vchkpw-{word}: null password given {user}:{addr}",
		"vchkpw-{word}: account is disabled {user}:{addr}",
	),
	say(ingest.KindAuthFailure,
		"vchkpw-{word}: vpopmail user not found {user}:{addr}",
		"vchkpw-{word}: user not found {user}:{addr}",
		"vchkpw-{word}: system user not found {user}:{addr}",
		"vchkpw-{word}: No user found {user}:{addr}",
	).absent(),
	say(ingest.KindAuthSuccess, "vchkpw-{word}: ({word}) login success {user}:{addr}", "vchkpw-{word}: login success {user}:{addr}").exists(),
)

// trimQmail takes off the stamp that splogger adds and the program's name.
func trimQmail(msg []byte) []byte {
	if _, rest, ok := epochStamp(msg); ok {
		msg = bytes.TrimLeft(rest, " ")
	}
	for _, program := range [...]string{"rblsmtpd: ", "qmail-smtpd: "} {
		msg, _ = cut(msg, program)
	}
	return msg
}

// newAmavis reads amavisd's verdicts, which name the client before the sender.
var newAmavis = speaks(ingest.ServiceSMTP,
	say(ingest.KindReject,
		"({word}) Blocked {words}, [{addr}]:{n} {text}",
		"({word}) Blocked {words}, {word} [{addr}]:{n} {text}",
	),
)
