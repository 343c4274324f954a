package format

import (
	"bytes"
	"slices"

	"gumshoe/ingest"
)

// postfix reads smtpd (also for submission) and postscreen. Postfix names a
// client NAME[ADDR] before anything that the client sent; NAME comes from DNS,
// without blanks or brackets.
type postfix struct{ *shared }

func newPostfix(h *shared) messenger { return &postfix{h} }

const whyPostfix = "unknown message of Postfix"

// message implements messenger.
func (p *postfix) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceSMTP
	msg = bytes.TrimPrefix(msg, []byte("info: "))
	if rest, ok := cut(msg, "warning: "); ok {
		return p.warning(rest, ev)
	}
	id, rest, queued := bytes.Cut(msg, []byte(": "))
	if queued && queueID(id) {
		msg = rest
	}
	if action, content, ok := bytes.Cut(msg, []byte(": ")); ok && isContent(content) && bytes.IndexByte(action, ' ') < 0 {
		return p.content(string(action), content, ev)
	}
	if client, ok := cut(msg, "client="); ok {
		return p.client(client, ev)
	}
	if cmd, rest, ok := bytes.Cut(msg, []byte("reject: ")); ok && (len(cmd) == 0 || string(cmd) == "milter-") {
		return p.reject(rest, ev)
	}
	for _, m := range postfixMessages {
		if !bytes.HasPrefix(msg, []byte(m.start)) {
			continue
		}
		what, rest, ok := bytes.Cut(msg[len(m.start):], []byte("from "))
		if !ok || !clientOf(rest, ev) {
			return "names no client"
		}
		ev.Kind = m.kind
		if m.start == "lost connection after " && honestStage(what) {
			ev.Kind = ingest.KindDisconnect
		}
		return ""
	}
	for _, m := range postscreenVerdicts {
		if rest, ok := cut(msg, m.start); ok && clientOf(rest, ev) {
			ev.Kind = m.kind
			return ""
		}
	}
	if _, rest, ok := bytes.Cut(msg, []byte(" for ")); ok && bytes.HasPrefix(msg, []byte("DNSBL rank ")) && clientOf(rest, ev) {
		ev.Kind = ingest.KindReject
		return ""
	}
	if insidePostfix(ev.Program) {
		return whyQuiet
	}
	return whyPostfix
}

// postfixMessages are messages of the form "WORDS from NAME[ADDR]...", where
// WORDS are Postfix's own.
var postfixMessages = []phrase{
	{"lost connection after ", ingest.KindAbuse},
	{"too many errors after ", ingest.KindAbuse},
	{"improper command pipelining after ", ingest.KindAbuse},
	{"timeout after ", ingest.KindDisconnect},
	{"disconnect ", ingest.KindDisconnect},
	{"connect ", ingest.KindConnect},
	{"CONNECT ", ingest.KindConnect},
	{"DISCONNECT ", ingest.KindDisconnect},
	{"HANGUP after ", ingest.KindAbuse},
	{"PREGREET ", ingest.KindAbuse},
	{"COMMAND ", ingest.KindAbuse}, // PIPELINING, TIME LIMIT, COUNT LIMIT, LENGTH LIMIT
	{"NON-SMTP COMMAND ", ingest.KindProbe},
	{"BARE NEWLINE ", ingest.KindAbuse},
	{"SSL_accept error ", ingest.KindOther},
}

// postscreenVerdicts are messages of postscreen that name the client behind one
// word.
var postscreenVerdicts = []phrase{
	{"PASS NEW ", ingest.KindOther},
	{"PASS OLD ", ingest.KindOther},
	{"ALLOWLISTED ", ingest.KindOther},
	{"WHITELISTED ", ingest.KindOther},
	{"DENYLISTED ", ingest.KindReject},
	{"BLACKLISTED ", ingest.KindReject},
}

// postfixContent are the parts of a message that header_checks and body_checks look at.
var postfixContent = []string{"header ", "body ", "mime header ", "nested header ", "mime-header ", "nested-header "}

func isContent(b []byte) bool {
	return slices.ContainsFunc(postfixContent, func(part string) bool { return bytes.HasPrefix(b, []byte(part)) })
}

// content reads what those checks tell of a message that they warn of, hold or refuse:
//
//	header Subject: TEXT from NAME[ADDR]; from=<SENDER> to=<RCPT> proto=ESMTP helo=<HELO>
//
// TEXT is the sender's, and so is much of what stands behind the client: where
// something else looks like one, too, nobody is named.
func (p *postfix) content(action string, b []byte, ev *ingest.Event) string {
	var client []byte
	clients := 0
	for {
		before, after, ok := bytes.Cut(b, []byte("; from=<"))
		if !ok {
			break
		}
		b = after
		if i := bytes.LastIndex(before, []byte(" from ")); i >= 0 && bytes.IndexByte(before[i+len(" from "):], ' ') < 0 {
			client = before[i+len(" from "):]
			clients++
		}
	}
	if clients != 1 || !clientOf(client, ev) { // "local" is none
		return "names no certain client"
	}
	ev.Kind = ingest.KindOther
	if action == "reject" {
		ev.Kind = ingest.KindReject
	}
	return ""
}

// honestStage reports whether clients with a bad line, not robots, leave there.
func honestStage(what []byte) bool {
	for _, s := range [...]string{"DATA", "RCPT", "MAIL", "QUIT", "END-OF-MESSAGE", "BDAT"} {
		if bytes.HasPrefix(what, []byte(s)) {
			return true
		}
	}
	return false
}

// warning reads the message after "warning: ".
func (p *postfix) warning(msg []byte, ev *ingest.Event) string {
	if rest, ok := cut(msg, "non-SMTP command from "); ok && clientOf(rest, ev) {
		ev.Kind = ingest.KindProbe
		return ""
	}
	if what, rest, ok := bytes.Cut(msg, []byte(" limit exceeded: ")); ok && bytes.IndexByte(what, '[') < 0 {
		if _, rest, ok = bytes.Cut(rest, []byte(" from ")); ok && clientOf(rest, ev) {
			ev.Kind = ingest.KindAbuse
			return ""
		}
	}
	if rest, ok := cut(msg, "hostname "); ok { // "NAME does not resolve to address ADDR: ..."
		_, rest, _ = bytes.Cut(rest, []byte(" to address "))
		a, _, _ := bytes.Cut(rest, []byte(":"))
		if b, isAddr := address(a); isAddr {
			ev.Src, ev.Kind = b, ingest.KindOther
			return ""
		}
		return whyQuiet
	}
	peer, rest, ok := bytes.Cut(msg, []byte("]: SASL "))
	if !ok || bytes.IndexByte(peer, ' ') >= 0 || !clientOf(msg, ev) {
		return whyPostfix
	}
	_, rest, ok = bytes.Cut(rest, []byte(" authentication failed:"))
	if !ok {
		return whyPostfix
	}
	if bytes.HasPrefix(rest, []byte(" Connection lost to authentication server")) {
		return "the server's own trouble"
	}
	if i := bytes.Index(rest, []byte(", sasl_username=")); i >= 0 {
		ev.User = rest[i+len(", sasl_username="):]
	}
	ev.Kind = ingest.KindAuthFailure
	return ""
}

// client reads "NAME[ADDR], sasl_method=PLAIN, sasl_username=USER": a message
// was accepted, after a login where a user is named.
func (p *postfix) client(msg []byte, ev *ingest.Event) string {
	if !clientOf(msg, ev) {
		return "names no client"
	}
	_, user, ok := bytes.Cut(msg, []byte(", sasl_username="))
	if !ok {
		return "no login"
	}
	user, _, _ = bytes.Cut(user, []byte(", sasl_sender="))
	ev.User, ev.Account, ev.Kind = user, ingest.AccountExists, ingest.KindAuthSuccess
	return ""
}

// reject reads "RCPT from NAME[ADDR]: CODE [DSN] [<TEXT>: ]REASON; from=<...> ...".
func (p *postfix) reject(msg []byte, ev *ingest.Event) string {
	_, rest, ok := bytes.Cut(msg, []byte(" from "))
	if !ok || !clientOf(rest, ev) {
		return "names no client"
	}
	_, reply, _ := bytes.Cut(rest, []byte(": "))
	ev.Kind, ev.User = rejection(reply)
	if ev.Kind == ingest.KindUserUnknown {
		ev.Account = ingest.AccountAbsent
	}
	return ""
}

// rejection classifies a reply by the server's words, not by the quoted address
// in front of them.
func rejection(reply []byte) (kind ingest.Kind, user []byte) {
	words := reply
	if _, rest, ok := bytes.Cut(reply, []byte(" <")); ok {
		if rcpt, rest, ok := bytes.Cut(rest, []byte(">: ")); ok {
			user, words = rcpt, rest
		}
	}
	words, _, _ = bytes.Cut(words, []byte("; from="))
	has := func(s string) bool { return bytes.Contains(words, []byte(s)) }
	switch {
	case has("Relay access denied"), has("elaying denied"):
		return ingest.KindRelayDenied, nil
	case has("User unknown"), has("undeliverable address"), has("No such user"), has("Mailbox does not exist"):
		return ingest.KindUserUnknown, user
	case has("reylist"), bytes.HasPrefix(reply, []byte("452 ")), bytes.HasPrefix(reply, []byte("451 4.3.")), bytes.HasPrefix(reply, []byte("450 4.3.")):
		return ingest.KindOther, nil // asked to come back later, as everyone is
	}
	return ingest.KindReject, nil
}

// queueID reports whether b is "NOQUEUE" or a queue id, short or long.
func queueID(b []byte) bool {
	if len(b) < 5 || len(b) > 20 {
		return false
	}
	for _, c := range b {
		if !letter(c) && !digit(c) {
			return false
		}
	}
	return true
}

// clientOf reads "NAME[ADDR]..." or "[ADDR]:PORT...".
func clientOf(b []byte, ev *ingest.Event) bool {
	open := bytes.IndexByte(b, '[')
	if open < 0 || bytes.IndexByte(b[:open], ' ') >= 0 {
		return false
	}
	n := bytes.IndexByte(b[open:], ']')
	if n < 0 {
		return false
	}
	a, ok := address(b[open+1 : open+n])
	ev.Src = a
	return ok
}
