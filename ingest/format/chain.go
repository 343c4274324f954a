package format

import (
	"bytes"
	"slices"

	"gumshoe/ingest"
)

// chain reads a line with the file's primary format and, only when that does not
// match, with the others. A file whose lines are of another format from some line
// on, because the daemon was configured anew, gets that as its primary.
type chain struct {
	setup   setup
	primary lineParser   // nil: the generic format
	own     int          // index of the first primary into formats; -1: it is none of them
	all     []lineParser // see table
	spoke   lineParser   // whose reason stands for the last line; nil: none matched
	blank   bool
	plain   []byte // scratch: a line without its colours
	next    int    // index into table: who read the last odd lines
	row     int    // how many of them in a row
	unknown strangers
	records []awaiting // those of all that read several lines as one
}

// awaiting is a parser of records of several lines: within one, what a line tells is
// not for the line alone to say.
type awaiting interface{ awaits() bool }

// settled is how many lines in a row another format must have read to become the
// primary one: more than a daemon's neighbours say at a time.
const settled = 32

// table returns the parsers of formats, in its order. Most chunks of a log hold
// nothing odd: for them there is but the primary one.
func (c *chain) table() []lineParser {
	if c.all == nil {
		for i, f := range formats {
			if i == c.own {
				c.all = append(c.all, c.primary)
			} else {
				c.all = append(c.all, f.new(c.setup))
			}
			if r, ok := c.all[i].(awaiting); ok {
				c.records = append(c.records, r)
			}
		}
	}
	return c.all
}

// Parse implements ingest.Parser.
func (c *chain) Parse(line []byte, ev *ingest.Event) ingest.Result {
	if n := len(line); n > 0 && line[n-1] <= ' ' {
		line = bytes.TrimRight(line, "\r\n")
	}
	c.blank = false
	c.spoke = c.primary
	r := ingest.Unparsed
	if c.primary != nil {
		r = c.primary.Parse(line, ev)
	}
	if r != ingest.Parsed { // else the colours, if any, are a client's text
		if plain := uncolour(line, &c.plain); len(plain) != len(line) {
			if line = plain; c.primary != nil {
				r = c.primary.Parse(line, ev)
			}
		}
	}
	if r != ingest.Unparsed {
		c.row = 0
		return r
	}
	if len(bytes.TrimSpace(line)) == 0 {
		c.blank = true
		ev.Reset()
		return ingest.Ignored
	}
	return c.odd(line, ev)
}

// odd offers a line to the other formats. Several may know its shape and only
// one its message; but a syslog line is its program's, and final.
func (c *chain) odd(line []byte, ev *ingest.Event) ingest.Result {
	var quiet ingest.Event
	c.spoke = c.primary
	kind := c.unknown.key(line)
	if c.unknown.met(kind) && !slices.ContainsFunc(c.records, awaiting.awaits) {
		c.row = 0
		ev.Reset()
		return ingest.Unparsed
	}
	known := false
	for i, p := range c.table() {
		if p == c.primary {
			continue
		}
		switch p.Parse(line, ev) {
		case ingest.Parsed:
			c.spoke = p
			c.follow(i)
			c.unknown.forget()
			return ingest.Parsed
		case ingest.Ignored:
			if _, final := p.(*syslog); !known {
				quiet, known, c.spoke = *ev, true, p
				if final {
					c.follow(i)
					return ingest.Ignored
				}
			} else if final {
				*ev = quiet
				return ingest.Ignored
			}
		}
	}
	c.row = 0
	if known {
		*ev = quiet
		return ingest.Ignored
	}
	c.unknown.add(kind)
	ev.Reset()
	return ingest.Unparsed
}

// follow makes a format that read so many lines in a row the primary one. Those
// that know a shape of lines, whoever wrote them, wait for what all others leave.
func (c *chain) follow(i int) {
	if i != c.next {
		c.next, c.row = i, 0
	}
	if c.row++; c.row >= settled && !patient[formats[i].name] {
		c.primary, c.row = c.all[i], 0
	}
}

// patient are the formats that would take other formats' lines if they came
// first.
var patient = map[string]bool{"pairs": true, "plain": true}

// Reason implements ingest.Explainer.
func (c *chain) Reason() string {
	switch {
	case c.blank:
		return "empty line"
	case c.spoke == nil:
		return "no known format"
	}
	return c.spoke.Reason()
}
