package format

import "bytes"

// pattern is a compiled description of a line: a literal, a field, a literal, a
// field, ..., a literal. The first and the last literal may be empty, the others
// are not.
type pattern struct {
	literals  [][]byte // one more than fields
	fields    []customField
	firstFree int // first field outside quotes that a client fills freely; -1: none
	lastFree  int
}

// customField is one field of a pattern.
type customField struct {
	meaning meaning
	word    bool // never holds a blank
	free    bool // a client may put any text there
	quoted  bool // stands between quotes, which servers escape inside
}

// span is a part of a line.
type span struct{ start, end int }

// seal finds which fields are quoted and which are free. Where the server escapes
// no quotes inside of quotes (raw), they hold nothing together.
func (c *pattern) seal(raw bool) {
	c.firstFree, c.lastFree = -1, -1
	for i := range c.fields {
		f := &c.fields[i]
		before, after := c.literals[i], c.literals[i+1]
		f.quoted = !raw && len(before) > 0 && before[len(before)-1] == '"' && len(after) > 0 && after[0] == '"'
		if f.free && !f.quoted {
			if c.firstFree < 0 {
				c.firstFree = i
			}
			c.lastFree = i
		}
	}
}

// fromLeft reads each field up to the first place where the next literal stands.
// It returns fewer spans than fields where the line does not match. Most lines of other
// formats end in another way: that is looked at first.
func (c *pattern) fromLeft(line []byte, spans []span) []span {
	if !bytes.HasPrefix(line, c.literals[0]) || !bytes.HasSuffix(line, c.literals[len(c.fields)]) {
		return spans
	}
	at := len(c.literals[0])
	for i := range c.fields {
		next := c.literals[i+1]
		end := len(line)
		if len(next) > 0 {
			if end = c.find(line, at, i); end < 0 {
				return spans
			}
		}
		spans = append(spans, span{at, end})
		at = end + len(next)
	}
	if at != len(line) && c.literals[len(c.fields)] != nil && len(c.literals[len(c.fields)]) > 0 {
		return spans[:0] // text behind the last literal
	}
	return spans
}

// find returns where the literal behind field i first stands at or after at. The
// quote that closes a quoted field is not one after an odd number of
// backslashes.
func (c *pattern) find(line []byte, at, i int) int {
	next := c.literals[i+1]
	if c.fields[i].meaning == meansAddr && string(next) == ":" { // uvicorn puts no brackets around "2001:db8::1" and its port
		space := at + max(bytes.IndexByte(line[at:], ' '), 0)
		n := bytes.LastIndexByte(line[at:space], ':')
		if n < 0 || bytes.IndexByte(line[at+n:space], '.') >= 0 { // the end of "::ffff:192.0.2.1" is no port
			return -1
		}
		return at + n
	}
	for from := at; ; {
		n := bytes.Index(line[from:], next)
		if n < 0 {
			return -1
		}
		from += n
		if !c.fields[i].quoted || !escapedAt(line, at, from) {
			return from
		}
		from++
	}
}

// escapedAt reports whether an odd number of backslashes precedes line[i].
func escapedAt(line []byte, from, i int) bool {
	n := 0
	for j := i - 1; j >= from && line[j] == '\\'; j-- {
		n++
	}
	return n%2 == 1
}

// fromRight reads each field back to the last place where the literal before it
// stands.
func (c *pattern) fromRight(line []byte, spans []span) []span {
	last := len(c.fields)
	if !bytes.HasSuffix(line, c.literals[last]) {
		return spans
	}
	for range c.fields {
		spans = append(spans, span{})
	}
	end := len(line) - len(c.literals[last])
	for i := last - 1; i >= 0; i-- {
		before := c.literals[i]
		start := 0
		if len(before) > 0 {
			n := c.findBack(line[:end], i)
			if n < 0 {
				return spans[:0]
			}
			start = n + len(before)
		}
		spans[i] = span{start, end}
		end = start - len(before)
	}
	if end != 0 {
		return spans[:0]
	}
	return spans
}

// findBack returns where the literal before field i last stands in b.
func (c *pattern) findBack(b []byte, i int) int {
	before := c.literals[i]
	for to := len(b); ; {
		n := bytes.LastIndex(b[:to], before)
		if n < 0 || i == 0 && n != 0 {
			if i == 0 && bytes.HasPrefix(b, before) {
				return 0
			}
			return -1
		}
		if !c.fields[i].quoted || !escapedAt(b, 0, n+len(before)-1) {
			return n
		}
		to = n + len(before) - 1
	}
}
