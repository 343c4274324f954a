package format

import (
	"bytes"

	"gumshoe/ingest"
)

// chain reads a line with the file's primary format and, only when that does not
// match, with the others.
type chain struct {
	primary lineParser // nil: the generic format
	others  []lineParser
	spoke   lineParser // whose reason stands for the last line; nil: none matched
	blank   bool
}

// Parse implements ingest.Parser.
func (c *chain) Parse(line []byte, ev *ingest.Event) ingest.Result {
	if n := len(line); n > 0 && line[n-1] <= ' ' {
		line = bytes.TrimRight(line, "\r\n")
	}
	c.blank = false
	c.spoke = c.primary
	if c.primary != nil {
		if r := c.primary.Parse(line, ev); r != ingest.Unparsed {
			return r
		}
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
	known := false
	for _, p := range c.others {
		switch p.Parse(line, ev) {
		case ingest.Parsed:
			c.spoke = p
			return ingest.Parsed
		case ingest.Ignored:
			if _, final := p.(*syslog); !known {
				quiet, known, c.spoke = *ev, true, p
				if final {
					return ingest.Ignored
				}
			} else if final {
				*ev = quiet
				return ingest.Ignored
			}
		}
	}
	if known {
		*ev = quiet
		return ingest.Ignored
	}
	ev.Reset()
	return ingest.Unparsed
}

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
