package format

import (
	"bytes"
	"net/netip"
)

// maxSteps bounds the readings tried on one message, against text made to be
// read in many ways. A message that needs more has no certain peer.
const maxSteps = 2048

// matcher tries every reading of a message as one sentence.
type matcher struct {
	*sentence
	msg   []byte
	steps int
	now   reading
	best  reading
	found bool
	torn  bool // two readings name different peers, or not all were tried
	done  bool
}

// walk reads the message from pos with the parts from i on.
func (m *matcher) walk(i, pos int) {
	if m.done {
		return
	}
	if m.steps--; m.steps < 0 {
		m.torn, m.done = true, true
		return
	}
	if i == len(m.parts) {
		if pos == len(m.msg) {
			m.accept()
		}
		return
	}
	b := m.msg[pos:]
	switch p := &m.parts[i]; {
	case p.field == fieldLiteral:
		if bytes.HasPrefix(b, p.literal) {
			m.walk(i+1, pos+len(p.literal))
		}
	case p.field.isFree():
		m.free(i, pos)
	case p.field == fieldNumber, p.field == fieldCount:
		n := 0
		for n < len(b) && digit(b[n]) {
			n++
		}
		if n == 0 {
			return
		}
		if p.field == fieldCount {
			m.now.count, _ = number(b[:n])
		}
		m.walk(i+1, pos+n)
	default:
		m.peer(i, pos)
	}
}

// free reads text up to each place where the next literal stands, or to the end.
func (m *matcher) free(i, pos int) {
	f := m.parts[i].field
	if i+1 == len(m.parts) {
		m.take(f, m.msg[pos:])
		if f.admits(m.msg[pos:]) {
			m.walk(i+1, len(m.msg))
		}
		return
	}
	next := m.parts[i+1].literal
	for end := pos; ; end++ {
		n := bytes.Index(m.msg[end:], next)
		if n < 0 || m.done {
			return
		}
		end += n
		text := m.msg[pos:end]
		if !f.admits(text) {
			if f.isWord() && len(text) == 0 {
				continue
			}
			return
		}
		m.take(f, text)
		m.walk(i+2, end+len(next))
	}
}

func (m *matcher) take(f field, text []byte) {
	switch f {
	case fieldUser:
		m.now.user = text
	case fieldID:
		m.now.id = text
	}
}

func (f field) isWord() bool { return f == fieldWord || f == fieldID }

// admits reports whether a free field can hold the text.
func (f field) admits(text []byte) bool {
	switch f {
	case fieldWord, fieldID:
		return len(text) > 0 && bytes.IndexByte(text, ' ') < 0
	case fieldName:
		return !bytes.ContainsAny(text, " []()<>\"")
	}
	return true
}

// peer reads an address or a name. The longest one is tried first; what follows
// may begin with a character that could belong to it, as the full stop of
// "from 192.0.2.1.".
func (m *matcher) peer(i, pos int) {
	b := m.msg[pos:]
	n := 0
	if len(b) > 0 && b[0] == '[' {
		if n = bytes.IndexByte(b, ']') + 1; n == 0 {
			return
		}
	}
	chain := m.parts[i].field == fieldChain
	for n < len(b) && (peerChar(b[n]) || chain && (b[n] == ',' || b[n] == ' ' && n > 0 && b[n-1] == ',')) {
		n++
	}
	for ; n > 0; n-- {
		// Behind a colon any tail of an IPv6 address would read as another one.
		if host, addr, ok := m.parts[i].field.peer(b[:n]); ok && (!addr.Is6() || pos == 0 || m.msg[pos-1] != ':' || behindName(m.msg[:pos-1])) {
			if m.parts[i].field != fieldIP {
				m.now.at, m.now.host, m.now.addr = pos, host, addr
			}
			m.walk(i+1, pos+n)
		}
		if c := b[n-1]; c != '.' && c != ':' && c != '-' && c != '_' {
			return
		}
	}
}

// behindName reports whether text ends with a word that cannot be the head of an
// IPv6 address, as the name of an interface in "outside:2001:db8::1".
func behindName(text []byte) bool {
	named := false
	for i := len(text) - 1; i >= 0 && text[i] != ' '; i-- {
		if text[i] == ':' {
			return false
		}
		named = named || unhex(text[i]) < 0
	}
	return named
}

func peerChar(c byte) bool {
	return letter(c) || digit(c) || c == '.' || c == ':' || c == '-' || c == '_' || c == '%'
}

// peer reads the whole token as the field's kind of peer.
func (f field) peer(token []byte) (host []byte, a netip.Addr, ok bool) {
	if f == fieldChain {
		a, ok = clientAddress(token)
		return token, a, ok
	}
	token, _ = cut(token, "IPv6:") // as in the literals of SMTP, RFC 5321
	host, port := splitPort(token, f == fieldPort)
	if f == fieldAddr && port || f == fieldPort && !port {
		return nil, a, false
	}
	if a, ok = address(host); ok {
		return host, a, true
	}
	return host, a, f == fieldPeer && hostname(host)
}

// splitPort takes the port off "ADDR:PORT", "[ADDR]:PORT" and "NAME:PORT". An
// IPv6 address without brackets has a port only where one must be there.
func splitPort(token []byte, must bool) (host []byte, port bool) {
	i := bytes.LastIndexByte(token, ':')
	if i < 0 || i+1 == len(token) {
		return token, false
	}
	for _, c := range token[i+1:] {
		if !digit(c) {
			return token, false
		}
	}
	head := token[:i]
	switch colons := bytes.IndexByte(head, ':') >= 0; {
	case bytes.HasSuffix(head, []byte("]:")), bytes.IndexByte(head, '.') > 0 && bytes.IndexByte(head, ':') == len(head)-1: // VNC's "192.0.2.1::5900"
		return head[:len(head)-1], true
	case len(head) > 0 && head[len(head)-1] == ']', !colons, must:
		return head, true
	case bytes.LastIndexByte(token, '.') > bytes.LastIndexByte(head, ':'): // ::ffff:192.0.2.1:22
		return head, true
	}
	return token, false
}

// accept weighs a complete reading against the best one so far.
func (m *matcher) accept() {
	r := &m.now
	switch {
	case !m.found:
		m.best, m.found = *r, true
	case m.settle == settleLast && r.at > m.best.at, m.settle == settleFirst && r.at < m.best.at:
		m.best = *r
	case m.settle == settleAgree && !r.agrees(&m.best):
		m.torn, m.done = true, true
	}
	if m.settle == settleFirst && m.fixed {
		m.done = true
	}
}

// against weighs what one sentence made of the message against another's reading.
func (m *matcher) against(other *matcher) {
	switch {
	case other.torn:
		m.torn = true
	case m.best.agrees(&other.best):
	case m.settle == settleLast && other.settle == settleLast:
		if other.best.at > m.best.at {
			*m = *other
		}
	case m.settle == settleFirst && other.settle == settleFirst:
		if other.best.at < m.best.at {
			*m = *other
		}
	default:
		m.torn = true
	}
}

// agrees reports whether two readings name the same peer.
func (r *reading) agrees(o *reading) bool {
	return r.addr == o.addr && (r.addr.IsValid() || bytes.Equal(r.host, o.host))
}
