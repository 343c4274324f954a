package format

import (
	"bytes"
	"sync"

	"gumshoe/ingest"
)

// Custom returns the format of an access log from the server's own description
// of it: the text of nginx's log_format, or of Apache's LogFormat, which
// gunicorn and others speak too.
//
//	Custom("site", `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`)
//	Custom("site", `%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"`)
//
// The error tells the column of what is not understood. A header that a client
// sends, X-Forwarded-For among them, is never the client's address: the format
// must name the peer.
func Custom(name, spec string) (ingest.Format, error) {
	c, err := compile(name, spec, false)
	if err != nil {
		return nil, err
	}
	return &customFormat{name, []*pattern{c}}, nil
}

// customFormat is a format described by patterns, of which a line matches one.
type customFormat struct {
	name     string
	patterns []*pattern
}

// Name implements ingest.Format.
func (f *customFormat) Name() string { return f.name }

// Yearless implements ingest.Format: stamps of access logs have years; other
// lines may be in the file.
func (f *customFormat) Yearless(sample []byte) bool { return (&chosen{primary: -1}).Yearless(sample) }

// NewParser implements ingest.Format. Lines that do not match are offered to the
// other formats.
func (f *customFormat) NewParser(ctx ingest.Context) ingest.Parser {
	s := setup{Context: ctx, known: unsampled, seen: new(traits)}
	p := newChain(-1, s)
	p.primary = f.parser(s)
	return p
}

func (f *customFormat) parser(s setup) lineParser {
	return &customParser{clock: newClock(s.Context), name: f.name, patterns: f.patterns}
}

// wellKnown makes the constructor of a format with patterns for the table
// formats. It panics on a pattern that does not compile, as the table is part of
// the program.
func wellKnown(name string, specs ...string) func(setup) lineParser {
	return wellKnownAs(name, false, specs)
}

// wellKnownRaw is wellKnown of a server that escapes nothing.
func wellKnownRaw(name string, specs ...string) func(setup) lineParser {
	return wellKnownAs(name, true, specs)
}

func wellKnownAs(name string, raw bool, specs []string) func(setup) lineParser {
	f := sync.OnceValue(func() *customFormat {
		f := &customFormat{name: name}
		for _, spec := range specs {
			c, err := compile(name, spec, raw)
			if err != nil {
				panic(err)
			}
			f.patterns = append(f.patterns, c)
		}
		return f
	})
	return func(s setup) lineParser { return f().parser(s) }
}

// customParser reads lines by patterns.
type customParser struct {
	clock
	name     string
	patterns []*pattern
	left     []span
	right    []span
	record   record
	target   []byte // scratch: path and query joined
	dayFirst bool   // "05/11/2026:10:00:00 +0100" is in November, and there are no other dates
}

// Reason implements ingest.Explainer.
func (p *customParser) Reason() string { return "not a line of format " + p.name }

// Parse implements ingest.Parser.
func (p *customParser) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	for _, c := range p.patterns {
		if !p.match(c, line) {
			continue
		}
		if ev.Reset(); p.fill(ev) {
			return ingest.Parsed
		}
	}
	return ingest.Unparsed
}

// match fills the record from the line. What stands before the first field that
// a client fills freely is read from the left, what stands behind the last from
// the right; between two such fields only that counts on which both readings
// agree.
func (p *customParser) match(c *pattern, line []byte) bool {
	p.left = c.fromLeft(line, p.left[:0])
	if len(p.left) != len(c.fields) {
		return false
	}
	if c.firstFree >= 0 {
		if p.right = c.fromRight(line, p.right[:0]); len(p.right) != len(c.fields) {
			return false
		}
	}
	p.record.reset()
	for i, f := range c.fields {
		s := p.left[i]
		switch {
		case c.firstFree < 0 || i < c.firstFree:
		case i > c.lastFree:
			s = p.right[i]
		case i == c.firstFree && i == c.lastFree:
			s.end = p.right[i].end
		case s != p.right[i]:
			continue
		}
		if s.end < s.start {
			return false
		}
		v := bytes.TrimSpace(line[s.start:s.end])
		if len(v) == 0 {
			continue
		}
		if absent(v) {
			if f.meaning == meansAgent && p.record.value[f.meaning] == nil {
				p.record.value[f.meaning] = v[:0]
			}
			continue
		}
		if f.word && bytes.IndexByte(v, ' ') >= 0 {
			return false
		}
		if len(p.record.value[f.meaning]) == 0 {
			p.record.value[f.meaning] = v
		}
	}
	return true
}

// fill makes the event of the record; it refuses where a field is not what its
// name says.
func (p *customParser) fill(ev *ingest.Event) bool {
	r := &p.record
	if v := r.value[meansTime]; len(v) > 0 {
		stamp := p.anyStamp
		if p.dayFirst {
			stamp = p.europeanStamp
		}
		t, ok := stamp(v)
		if !ok {
			return false
		}
		ev.Time = t
	}
	if v := r.value[meansAddr]; len(v) > 0 {
		if a, ok := clientAddress(v); ok {
			ev.Src = a
		} else if hostname(v) {
			ev.SrcHost = v
		} else if !bytes.Equal(v, []byte("unix:")) {
			return false
		}
	}
	if v := r.value[meansStatus]; len(v) > 0 {
		n, ok := number(v)
		if !ok || n > 999 {
			return false
		}
		ev.Status = uint16(n)
	}
	ev.Service, ev.Kind = ingest.ServiceWeb, ingest.KindHTTPRequest
	switch line, target := r.value[meansRequest], r.value[meansTarget]; {
	case len(line) > 0:
		readRequest(line, ev)
	default:
		ev.Method, ev.Target, ev.Proto = r.value[meansMethod], p.withQuery(target, r.value[meansQuery]), r.value[meansProto]
	}
	ev.User, ev.VHost = accountOf(r.value[meansUser]), withoutPort(r.value[meansVHost])
	ev.Agent, ev.Referer = r.value[meansAgent], r.value[meansReferer]
	ev.Forwarded = forwarded(r.value[meansForwarded])
	if n, rest, ok := leading(r.value[meansBytes]); ok && len(rest) == 0 {
		ev.Bytes = n
	}
	ev.Duration = durationOf(r.value[meansSeconds])
	return true
}

// withQuery joins a path and its query where the log parts them.
func (p *customParser) withQuery(path, query []byte) []byte {
	if len(query) == 0 || len(path) == 0 || bytes.IndexByte(path, '?') >= 0 {
		return path
	}
	p.target = append(p.target[:0], path...)
	if query[0] != '?' {
		p.target = append(p.target, '?')
	}
	p.target = append(p.target, query...)
	return p.target
}
