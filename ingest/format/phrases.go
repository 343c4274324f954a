package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// phrases reads messages of daemons that nobody wrote a parser for: words of a
// failed or successful login, the client's address in a position that only the
// daemon writes, the account.
//
// It knows nothing of where the daemon puts client-chosen text, and therefore
// trusts an address only if the message has no second one that differs, and if
// a word stands before it that says whose it is ("from", "ip", "client"), or
// brackets around it. An address inside quotes counts as a second one, but never
// as the client's, unless the quotes hold it alone; the one quoted text of a
// message is not searched where it is an account's name. One behind an account's name
// without quotes must not look like a part of the name: see whyAccount.
type phrases struct {
	service string
	setup   setup // as far as it is known
}

const whyTwoAddresses = "names two addresses, of which a client may have written one"

// message implements messenger.
func (p *phrases) message(msg []byte, ev *ingest.Event) string {
	t := listen(msg)
	switch {
	case t.failed():
		ev.Kind = ingest.KindAuthFailure
	case t.succeeded():
		ev.Kind = ingest.KindAuthSuccess
	default:
		return whyQuiet
	}
	a, at, n := soleAddress(msg)
	if n > 1 {
		return whyTwoAddresses
	}
	if n == 0 && p.setup.seen != nil {
		p.setup.seen.learnOpening(msg, ev)
	}
	if n == 0 || at < 0 {
		return "words of a login, but no address that only the daemon can have written"
	}
	if mayBeName(msg[:at]) || p.setup.known.opens(msg[:at], ev) {
		return whyAccount
	}
	ev.Src, ev.Service = a, p.service
	ev.User = accountIn(msg)
	return ""
}

// soleAddress finds the one address that a message names. n counts the different
// addresses; at is where the address stands in a trustworthy position, or -1.
func soleAddress(msg []byte) (a netip.Addr, at, n int) {
	at = -1
	quotes := quoteScanner{msg: msg}
	from, to := quotedName(msg)
	for i := 0; i < len(msg); {
		if i == from && to > from {
			i = to
		}
		quotes.step(i)
		if !startsAddress(msg, i) {
			i++
			continue
		}
		b, end, ok := addressAt(msg, i)
		if !ok {
			i = max(end, i+1)
			continue
		}
		switch {
		case n == 0:
			a, n = b, 1
		case a != b:
			return a, -1, 2
		}
		if at < 0 && (!quotes.inside() || quotes.alone(i, end)) && anchored(msg, i, end) {
			at = i
		}
		for ; i < end; i++ {
			quotes.step(i)
		}
	}
	return a, at, n
}

// startsAddress reports whether a run of address characters begins at i.
func startsAddress(msg []byte, i int) bool {
	c := msg[i]
	if unhex(c) < 0 && c != ':' {
		return false
	}
	return i == 0 || !addressChar(msg[i-1]) && !letter(msg[i-1]) && msg[i-1] != '-' && msg[i-1] != '_' && msg[i-1] != '@' &&
		(msg[i-1] != '/' || i == 1 || bytes.IndexByte([]byte(` ["'=(`), msg[i-2]) >= 0)
}

func addressChar(c byte) bool { return unhex(c) >= 0 || c == '.' || c == ':' }

// addressAt reads the address, with its port, of which the run begins at i.
func addressAt(msg []byte, i int) (a netip.Addr, end int, ok bool) {
	end = i
	for end < len(msg) && addressChar(msg[end]) {
		end++
	}
	if end < len(msg) && msg[end] == '%' { // a zone
		for end < len(msg) && (letter(msg[end]) || digit(msg[end]) || msg[end] == '%') {
			end++
		}
	}
	if end < len(msg) && (letter(msg[end]) || msg[end] == '_') {
		return a, end, false
	}
	token := bytes.TrimRight(msg[i:end], ".:")
	if a, ok = address(token); ok {
		return a, end, true
	}
	host, port := splitPort(token, false)
	if !port {
		return a, end, false
	}
	a, ok = address(host)
	return a, end, ok
}

// anchors are the words before a client's address, besides the names of fields
// that mean one. A server's own address is told by others: "to", "on", "at".
var anchors = map[string]bool{"from": true, "ip": true, "by": true, "client": true, "rhost": true, "von": true, "de": true, "van": true, "da": true, "desde": true, "remote": true,
	"host": true, "peer": true, "source": true, "src": true, "address": true, "addr": true}

// anchored reports whether what stands around msg[i:end] says that it is a
// client's address.
func anchored(msg []byte, i, end int) bool {
	j := i
	for j > 0 && bytes.IndexByte([]byte(` [("'/<`), msg[j-1]) >= 0 {
		j--
	}
	if j > 0 && (msg[j-1] == ':' || msg[j-1] == '=') {
		j--
		for j > 0 && (msg[j-1] == ' ' || msg[j-1] == '"' || msg[j-1] == '\'') {
			j--
		}
	}
	start := j
	for start > 0 && isKey(msg[start-1]) {
		start--
	}
	var space [maxName]byte
	word := fold(space[:0], msg[start:j])
	if anchors[string(word)] || meaningOf[string(word)].meaning == meansAddr {
		return true
	}
	if i > 0 && end < len(msg) {
		open, shut := msg[i-1], msg[end]
		return open == '[' && shut == ']' || open == '(' && shut == ')'
	}
	return false
}

// quoteScanner follows the quotes of a message. An apostrophe within a word is
// none.
type quoteScanner struct {
	msg  []byte
	open byte // the quote that is open; 0: none
	from int  // where it opened
}

func (q *quoteScanner) step(i int) {
	c := q.msg[i]
	switch {
	case c != '"' && c != '\'' && c != '`':
	case q.open == 0 && (i == 0 || !letter(q.msg[i-1]) && !digit(q.msg[i-1])):
		q.open, q.from = c, i
	case q.closes(c):
		q.open = 0
	}
}

func (q *quoteScanner) inside() bool { return q.open != 0 }

// alone reports whether the quotes hold msg[i:end] and nothing else.
func (q *quoteScanner) alone(i, end int) bool {
	return q.from+1 == i && end < len(q.msg) && q.closes(q.msg[end])
}

// closes reports whether c ends what is open; `this' and `this` are both in use.
func (q *quoteScanner) closes(c byte) bool { return c == q.open || q.open == '`' && c == '\'' }

// accountWords stand before an account's name, the more telling first.
var accountWords = []string{"username input", "username", "user name", "login attempt for", "failed login for", "login failed", "user", "login", "account", "email", "password for", "for"}

// accountIn finds the account that a message is about: what stands behind one of
// the account words, in quotes or up to a blank. It is shown to people and
// counted, but nothing is decided from its place.
func accountIn(msg []byte) []byte {
	for _, w := range accountWords {
		for i := 0; i+len(w) < len(msg); i++ {
			if lower(msg[i]) != w[0] || i > 0 && (letter(msg[i-1]) || msg[i-1] == '_') || !beginsWith(msg[i:], w) {
				continue
			}
			rest := msg[i+len(w):]
			if letter(rest[0]) || digit(rest[0]) {
				continue
			}
			if name := accountValue(rest); len(name) > 0 {
				return name
			}
		}
	}
	return nil
}

// notAccounts are words that follow account words in prose.
var notAccounts = map[string]bool{"from": true, "failed": true, "failure": true, "attempt": true, "attempts": true, "with": true, "is": true, "was": true, "not": true, "name": true, "agent": true,
	"logged": true, "error": true, "denied": true, "in": true, "at": true, "by": true, "to": true, "or": true, "and": true, "using": true, "authentication": true, "has": true, "does": true,
	"the": true, "a": true, "an": true, "login": true, "user": true, "account": true, "id": true, "password": true, "request": true, "for": true, "on": true, "ip": true, "incorrect": true, "invalid": true,
	"unknown": true, "rejected": true, "success": true, "successful": true, "succeeded": true, "unsuccessful": true, "locked": true, "credentials": true, "email": true, "username": true, "matching": true, "client": true, "peer": true, "host": true, "action": true, "input": true, "null": false}

func accountValue(b []byte) []byte {
	n := 0
	for n < len(b) && (b[n] == ' ' || b[n] == ':' || b[n] == '=') {
		n++
	}
	if n == 0 || n == len(b) {
		return nil
	}
	colon := bytes.IndexByte(b[:n], ':') >= 0
	b = b[n:]
	if i := bytes.IndexByte(b, ')'); colon && b[0] == '(' && i > 0 { // Kasm
		return b[1:i]
	}
	if shut := closer(b[0]); shut != 0 {
		i := bytes.IndexByte(b[1:], shut)
		if b[0] == '`' {
			i = bytes.IndexAny(b[1:], "'`")
		}
		if i > 0 {
			return b[1 : 1+i]
		}
		return nil
	}
	end := bytes.IndexAny(b, " ,;()[]|\"")
	if end < 0 {
		end = len(b)
	}
	name := bytes.TrimRight(b[:end], ".:!'")
	var space [maxName]byte
	if key, value, isPair := bytes.Cut(name, []byte("=")); isPair { // "login failed: user=alice ip=..."
		switch meaningOf[string(fold(space[:0], key))].meaning {
		case meansUser:
			name = value
		case meansNothing:
		default:
			return nil
		}
	}
	if len(name) == 0 || name[0] == '{' || notAccounts[string(fold(space[:0], name))] {
		return nil
	}
	if _, isAddr := address(name); isAddr {
		return nil
	}
	return name
}

// closer is the quote or bracket that ends what c opens; 0 if c opens nothing.
func closer(c byte) byte {
	switch c {
	case '"', '\'':
		return c
	case '`':
		return '\''
	case '[':
		return ']'
	case '<':
		return '>'
	}
	return 0
}
