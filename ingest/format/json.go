package format

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep objects and arrays may nest before what is inside is
// passed over.
const maxDepth = 12

// jsonReader takes the scalars of one JSON object to a record. It is written by
// hand because encoding/json allocates for every member, and because logs hold
// JSON that no strict reader takes: lines cut short, text behind the object,
// \x22 in strings that nginx wrote.
type jsonReader struct {
	b       []byte
	at      int
	scratch []byte // strings that had escapes
	rec     *record
}

// read fills rec from the object at the head of b and returns how long it is;
// ok is false where none is.
func (j *jsonReader) read(b []byte, rec *record) (n int, ok bool) {
	j.b, j.at, j.rec = b, 0, rec
	if cap(j.scratch) < len(b) { // unescaped text is never longer
		j.scratch = make([]byte, 0, 2*len(b))
	}
	j.scratch = j.scratch[:0]
	j.blank()
	if j.peek() != '{' || !j.object(scope{}, 0) {
		return 0, false
	}
	return j.at, true
}

// scope is where in the object a value stands.
type scope struct {
	name    []byte // the nearest name around it
	foreign bool   // inside what the client sent
}

func (j *jsonReader) peek() byte {
	if j.at < len(j.b) {
		return j.b[j.at]
	}
	return 0
}

func (j *jsonReader) blank() {
	for j.at < len(j.b) && isBlank(j.b[j.at]) {
		j.at++
	}
}

// isBlank reports whether c is white space, as RFC 8259 section 2 has it.
func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func (j *jsonReader) object(in scope, depth int) bool {
	j.at++          // '{'
	var pair []byte // of {"key": NAME, "value": VALUE}
	for {
		j.blank()
		switch j.peek() {
		case '}':
			j.at++
			return true
		case ',':
			j.at++
			continue
		case '"':
		default:
			return false
		}
		key, ok := j.text()
		if !ok {
			return false
		}
		j.blank()
		if j.peek() != ':' {
			return false
		}
		j.at++
		j.blank()
		name := key
		if len(pair) > 0 && string(key) == "value" {
			name = pair
		}
		start := j.at
		if !j.value(in, name, depth) {
			return false
		}
		if string(key) == "key" || string(key) == "name" {
			pair = bytes.Trim(j.b[start:j.at], `"`)
		}
	}
}

// value reads one value and files it under a name; a dot in the name parts it as
// nesting does.
func (j *jsonReader) value(in scope, name []byte, depth int) bool {
	parent := in.name
	if i := bytes.LastIndexByte(name, '.'); i > 0 && i+1 < len(name) && !unparted(name) {
		parent, name = name[:i], name[i+1:]
		if k := bytes.LastIndexByte(parent, '.'); k >= 0 {
			parent = parent[k+1:]
		}
	}
	switch c := j.peek(); {
	case c == '"':
		v, ok := j.text()
		if ok {
			j.rec.set(parent, name, v, in.foreign)
		}
		return ok
	case c == '[' && string(name) == "MESSAGE" && j.octets(parent, name, in.foreign), c == '{' && j.typed(parent, name, in.foreign):
		return true
	case c == '{' || c == '[':
		if depth == maxDepth {
			return j.pass()
		}
		inner := scope{name: name, foreign: in.foreign || sentByClient(name)}
		if c == '{' {
			j.rec.headers = !in.foreign && requestHeaders(name)
			ok := j.object(inner, depth+1)
			j.rec.headers = false
			return ok
		}
		return j.array(scope{name: parent, foreign: inner.foreign}, name, depth+1)
	default:
		start := j.at
		for j.at < len(j.b) && bytes.IndexByte([]byte(",}]"), j.b[j.at]) < 0 && !isBlank(j.b[j.at]) {
			j.at++
		}
		if v := j.b[start:j.at]; len(v) > 0 && string(v) != "null" {
			j.rec.set(parent, name, v, in.foreign)
		}
		return j.at > start
	}
}

// array files the elements one after the other. Of several texts the first is
// kept, of several addresses the last, which the server itself heard:
// Kubernetes writes "sourceIPs" from the client's claim to the peer.
func (j *jsonReader) array(in scope, name []byte, depth int) bool {
	j.at++ // '['
	for {
		j.blank()
		switch j.peek() {
		case ']':
			j.at++
			return true
		case ',':
			j.at++
		case 0:
			return false
		case '"':
			v, ok := j.text()
			if !ok {
				return false
			}
			j.blank()
			if _, isAddr := address(v); isAddr && j.peek() == ',' {
				continue
			}
			j.rec.set(in.name, name, v, in.foreign)
		default:
			if !j.value(scope{name: name, foreign: in.foreign}, name, depth) {
				return false
			}
		}
	}
}

// sentByClient reports whether an object of this name holds what clients send.
func sentByClient(name []byte) bool {
	var space [maxName]byte
	switch string(fold(space[:0], name)) {
	case "headers", "header", "reqheaders", "requestheaders", "responseheaders", "respheaders", "params", "parameters", "requestparameters", "args", "query",
		"body", "cookies", "form", "formdata", "payload", "requestbody", "postdata", "requestobject":
		return true
	}
	return false
}

// requestHeaders reports whether an object of this name holds the headers of the
// request, to which the proxies on its way have added theirs.
func requestHeaders(name []byte) bool {
	var space [maxName]byte
	switch string(fold(space[:0], name)) {
	case "headers", "header", "reqheaders", "requestheaders":
		return true
	}
	return false
}

// pass goes over a value without looking at it.
func (j *jsonReader) pass() bool {
	for depth := 0; j.at < len(j.b); {
		switch j.b[j.at] {
		case '"':
			if _, ok := j.text(); !ok {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		j.at++
		if depth == 0 {
			return true
		}
	}
	return false
}

// text reads a string. Without escapes it is a part of the line, else it is
// written to the scratch space.
func (j *jsonReader) text() (s []byte, ok bool) {
	j.at++ // '"'
	start := j.at
	n := bytes.IndexByte(j.b[start:], '"')
	if n < 0 {
		return nil, false
	}
	if i := bytes.IndexByte(j.b[start:start+n], '\\'); i >= 0 {
		j.at += i
		return j.escaped(start)
	}
	j.at += n + 1
	return j.b[start : start+n], true
}

func (j *jsonReader) escaped(start int) (s []byte, ok bool) {
	from := len(j.scratch)
	j.scratch = append(j.scratch, j.b[start:j.at]...)
	for j.at < len(j.b) {
		c := j.b[j.at]
		switch c {
		case '"':
			j.at++
			return j.scratch[from:], true
		case '\\':
			n, w := unescape(j.b[j.at:])
			if n == 0 {
				return nil, false
			}
			j.scratch = utf8.AppendRune(j.scratch, w)
			j.at += n
		default:
			j.scratch = append(j.scratch, c)
			j.at++
		}
	}
	return nil, false
}

// unescape reads one escape of RFC 8259, section 7, and nginx's \x22. A byte
// that needs no escape stands for itself.
func unescape(b []byte) (n int, r rune) {
	if len(b) < 2 {
		return 0, 0
	}
	switch b[1] {
	case 'n':
		return 2, '\n'
	case 't':
		return 2, '\t'
	case 'r':
		return 2, '\r'
	case 'b':
		return 2, '\b'
	case 'f':
		return 2, '\f'
	case 'x':
		if r, ok := hex(b[2:], 2); ok && r < utf8.RuneSelf {
			return 4, r
		}
	case 'u':
		r, ok := hex(b[2:], 4)
		if !ok {
			break
		}
		if utf16.IsSurrogate(r) {
			if len(b) > 7 && b[6] == '\\' && b[7] == 'u' {
				if low, ok := hex(b[8:], 4); ok {
					return 12, utf16.DecodeRune(r, low)
				}
			}
			return 6, utf8.RuneError
		}
		return 6, r
	}
	if b[1] >= utf8.RuneSelf {
		return 1, '\\'
	}
	return 2, rune(b[1])
}

// hex reads n hexadecimal digits.
func hex(b []byte, n int) (r rune, ok bool) {
	if len(b) < n {
		return 0, false
	}
	for _, c := range b[:n] {
		h := unhex(c)
		if h < 0 {
			return 0, false
		}
		r = r<<4 | rune(h)
	}
	return r, true
}
