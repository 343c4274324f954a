package template

import (
	"bytes"
	"net/netip"
	"unicode/utf8"
)

// Bounds of what is looked at of one message.
const (
	maxBytes  = 1024
	maxTokens = 48
	maxWord   = 24 // letters; what is longer is an id
)

// The masks that stand for parameters.
const (
	maskAddr = "<ip>"
	maskNum  = "<num>"
	maskTime = "<time>"
	maskHex  = "<hex>"
	maskID   = "<id>"
	maskUUID = "<uuid>"
	maskPath = "<path>"
	maskURL  = "<url>"
	maskMail = "<mail>"
	maskHost = "<host>"
	maskText = "<str>"
	wildcard = "<*>" // what Drain found to vary
)

// masker replaces the parameters of a message by masks.
type masker struct {
	out     []byte       // the masked message; its tokens are parted by one blank
	clients []netip.Addr // the public addresses in it
	tokens  int
	stamp   int // end of a mask of time that more parts of the stamp may follow; -1: none
}

// line masks a message. The result is valid until the next call.
func (m *masker) line(b []byte) []byte {
	m.out, m.clients, m.tokens, m.stamp = m.out[:0], m.clients[:0], 0, 0
	b = b[:min(len(b), maxBytes)]
	gap := false // a blank precedes
	for i := 0; i < len(b); {
		c := b[i]
		if c <= ' ' || c == 0x7f {
			gap = true
			i++
			continue
		}
		if gap && len(m.out) > 0 {
			if m.tokens++; m.tokens == maxTokens {
				m.put(" " + wildcard)
				break
			}
			m.out = append(m.out, ' ')
		}
		i += m.part(b, i)
		gap = false
	}
	m.out = bytes.TrimRight(m.out, " ")
	return m.out
}

func (m *masker) put(s string) { m.out = append(m.out, s...) }

// part masks what begins at b[i] and returns its length.
func (m *masker) part(b []byte, i int) int {
	switch c := b[i]; c {
	case '"', '\'', '`', '<':
		if n := quoted(b, i); n > 2 {
			m.quote(c)
			return n
		}
		m.out = append(m.out, c)
		return 1
	case '(', ')', '[', ']', '{', '}', ',', ';', '|', '=', '>':
		m.out = append(m.out, c)
		return 1
	}
	n, letters := i, 0
	for n < len(b) && !separates(b[n]) {
		if letter(b[n]) {
			letters++
		}
		n++
	}
	if letters == n-i && letters <= maxWord && m.stamp < 0 { // an ordinary word is no parameter
		m.out = append(m.out, b[i:n]...)
		return n - i
	}
	if isPath(b[i:n]) { // a query has separators
		for n < len(b) && b[n] > ' ' && bytes.IndexByte([]byte(`"'<>()[]`), b[n]) < 0 {
			n++
		}
	}
	m.word(b[i:n])
	return n - i
}

func (m *masker) quote(c byte) {
	if c == '<' {
		m.put(maskText)
		return
	}
	m.out = append(m.out, c)
	m.put(maskText)
	m.out = append(m.out, c)
}

func separates(c byte) bool {
	switch c {
	case '"', '\'', '`', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';', '|', '=', 0x7f:
		return true
	}
	return c <= ' '
}

// quoted returns the length of the quoted text that begins at b[i], with its
// quotes, or 0. An apostrophe opens a text only where no word goes on.
func quoted(b []byte, i int) int {
	end := b[i]
	switch end {
	case '<':
		end = '>'
	case '\'', '`':
		if i > 0 && alnum(b[i-1]) {
			return 0
		}
	}
	for j := i + 1; j < len(b); j++ {
		switch {
		case b[j] == '\\' && end != '>':
			j++
		case b[j] == end || b[i] == '`' && b[j] == '\'':
			if end == '\'' && j+1 < len(b) && alnum(b[j+1]) {
				continue
			}
			return j + 1 - i
		}
	}
	return 0
}

// word masks a run of bytes between separators.
func (m *masker) word(w []byte) {
	if m.address(w) {
		return
	}
	at, end := 0, len(w)
	for end > 0 && punctuates(w[end-1]) {
		end--
	}
	if !isPath(w[:end]) {
		for at < end && punctuates(w[at]) {
			at++
		}
	}
	core, tail := w[at:end], w[end:]
	m.out = append(m.out, w[:at]...)
	if len(core) == 0 {
		m.out = append(m.out, tail...)
		return
	}
	if !m.address(core) {
		m.core(core)
	}
	m.out = append(m.out, tail...)
	if len(tail) > 0 {
		m.stamp = -1
	}
}

// punctuates reports whether a byte may stand around a word without being of it.
func punctuates(c byte) bool {
	switch c {
	case '.', ':', '!', '?', '*', '-':
		return true
	}
	return false
}

// core masks a word without the punctuation around it.
func (m *masker) core(w []byte) {
	switch begins := m.stamp; {
	case !utf8.Valid(w):
		m.put(maskText)
	case isUUID(w):
		m.put(maskUUID)
	case isTime(w) || begins >= 0 && isDateName(w):
		m.time()
	case isPath(w):
		if bytes.Contains(w, []byte("://")) {
			m.put(maskURL)
		} else {
			m.put(maskPath)
		}
	case isMail(w):
		m.put(maskMail)
	case isNumber(w):
		if begins > 0 && len(w) <= 5 && len(m.out) == begins+1 && m.out[begins] == ' ' {
			m.out, m.stamp = m.out[:begins], begins // the day, the year or the zone of a stamp
			return
		}
		m.put(maskNum)
	case isHost(w):
		m.put(maskHost)
	default:
		m.pieces(w)
	}
	if m.stamp < len(m.out) {
		m.stamp = -1
	}
}

// time puts the mask of a stamp, one for all its parts.
func (m *masker) time() {
	if begins := m.stamp; begins > 0 && len(m.out) == begins+1 {
		m.out = m.out[:begins]
	} else {
		m.put(maskTime)
	}
	m.stamp = len(m.out)
}

// pieces masks what is a parameter among the parts of a word: "worker12" is
// "worker<num>".
func (m *masker) pieces(w []byte) {
	for i := 0; i < len(w); {
		n := i
		for n < len(w) && alnum(w[n]) {
			n++
		}
		if n == i {
			m.out = append(m.out, w[i])
			i++
			continue
		}
		m.piece(w[i:n])
		i = n
	}
}

func (m *masker) piece(w []byte) {
	letters := bytes.TrimRight(w, "0123456789")
	switch {
	case len(letters) == 0 || isNumber(w):
		m.put(maskNum)
	case isHex(w):
		m.put(maskHex)
	case changes(w) > 1 || len(w) > maxWord:
		m.put(maskID)
	case len(letters) < len(w):
		m.out = append(m.out, letters...)
		m.put(maskNum)
	default:
		m.out = append(m.out, w...)
	}
}
