package format

import (
	"bytes"

	"gumshoe/ingest"
)

// sendmail reads "QUEUEID: MESSAGE". That a recipient is unknown it says without
// the client's address, which stands in the transaction's "from=" line.
type sendmail struct{ *shared }

func newSendmail(h *shared) messenger { return &sendmail{h} }

var sendmailSays = concat(
	say(ingest.KindUserUnknown,
		"ruleset=check_rcpt, arg1=<{user}>, relay=[[{name} ]][{addr}][[ (may be forged)]], reject=550 5.1.1 <{text}>... User unknown",
		"ruleset=check_rcpt, arg1=<{user}>, relay=[[{name} ]][{addr}][[ (may be forged)]], reject=550 5.1.1 <{text}>... No such user here",
	).absent(),
	say(ingest.KindRelayDenied,
		"ruleset=check_rcpt, arg1={text}, relay=[[{name} ]][{addr}][[ (may be forged)]], reject=550 5.7.1 <{text}>... Relaying denied[[{words}]]",
		"ruleset=check_rcpt, arg1={text}, relay=[[{name} ]][{addr}][[ (may be forged)]], reject=450 4.{words}<{text}>... Relaying temporarily denied{words}",
	),
	say(ingest.KindAbuse,
		"ruleset=check_relay, arg1={words}, arg2={ip}, relay=[[{name} ]][{addr}][[ (may be forged)]], reject=421 4.3.2 {words}",
		"rejecting commands from {name} [{addr}] due to pre-greeting traffic[[ after {n} seconds]]",
		"rejecting commands from [[[{ip}] ]][{addr}] due to pre-greeting traffic[[ after {n} seconds]]",
		"[[{name} ]][{addr}][[ (may be forged)]] did not issue MAIL/EXPN/VRFY/ETRN during connection to {word}",
		"[[{name} ]][{addr}][[ (may be forged)]]: possible SMTP attack: command={word}, count={n}",
		"[[{name} ]][{addr}][[ (may be forged)]]: Possible SMTP RCPT flood, throttling.",
		"POSSIBLE ATTACK from {name} [{addr}]: {text}",
		"lost input channel from [[{name} ]][{addr}][[ (may be forged)]] to {word} after {word}",
		"timeout waiting for input from [[{name} ]][{addr}][[ (may be forged)]] during server cmd read",
	),
	say(ingest.KindProbe,
		"[[{name} ]][{addr}][[ (may be forged)]]: expn {text} [rejected]",
		"[[{name} ]][{addr}][[ (may be forged)]]: vrfy {text} [rejected]",
		"[[{name} ]][{addr}][[ (may be forged)]]: {word} [rejected]",
	),
	say(ingest.KindReject,
		"ruleset={word}, arg1={text}, relay=[[{name} ]][{addr}][[ (may be forged)]], reject={text}",
		"ruleset={word}, arg1={text}, arg2={text}, relay=[[{name} ]][{addr}][[ (may be forged)]], reject={text}",
		"[[{name} ]][{addr}][[ (may be forged)]]: VRFY {text} [rejected]",
		"[[{name} ]][{addr}][[ (may be forged)]]: EXPN {text} [rejected]",
		"[[{name} ]][{addr}][[ (may be forged)]]: ETRN {text} [rejected]",
	),
	say(ingest.KindAuthFailure,
		"AUTH failure ({word}): {words}, user={user}, relay=[[{name} ]][{addr}][[ (may be forged)]]",
		"AUTH failure ({word}): {text}, relay=[[{name} ]][{addr}][[ (may be forged)]]",
	),
	say(ingest.KindConnect, "connect from [[{name} ]][{addr}][[ (may be forged)]]"),
	say(ingest.KindProbe, "STARTTLS=server, error: accept failed={words}, relay=[[{name} ]][{addr}][[ (may be forged)]]"),
	say(ingest.KindOther, "STARTTLS=server, relay=[[{name} ]][{addr}][[ (may be forged)]], version={words}"),
	say(ingest.KindAuthSuccess, "AUTH=server, relay=[[{name} ]][{addr}][[ (may be forged)]], authid={user}, mech={word}, bits={words}").exists(),
)

// sendmailArrival is the line of a transaction that names its client.
var sendmailArrival = say(ingest.KindUserUnknown,
	"from={text}, size={n}, class={text}, nrcpts={n}, {text}relay=[[{name} ]][{addr}][[ (may be forged)]]").absent()

// message implements messenger.
func (p *sendmail) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceSMTP
	id, rest, queued := bytes.Cut(msg, []byte(": "))
	if !queued || !queueID(id) {
		id, rest = nil, msg
	}
	if sendmailSays.tell(rest, ev) {
		return ""
	}
	if id == nil {
		return whyMessage
	}
	transaction := p.processes.of(&ingest.Event{PID: id, Host: ev.Host})
	if user, words, ok := bytes.Cut(rest, []byte(">... ")); ok && len(user) > 0 && user[0] == '<' {
		if !bytes.HasPrefix(words, []byte("User unknown")) && !bytes.HasPrefix(words, []byte("No such user")) {
			return whyMessage
		}
		transaction.owe(user[1:])
		return "told with the sender"
	}
	if transaction.pending && sendmailArrival.tell(rest, ev) {
		ev.User = transaction.user()
		transaction.end()
		return ""
	}
	return whyMessage
}
