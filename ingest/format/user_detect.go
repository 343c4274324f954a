package format

import (
	"slices"

	"gumshoe/ingest"
)

// DetectWith returns Detect for whoever has described formats (NewUser). A format
// of whole lines is that of a file where it reads more of the head than any
// built-in one, or as much as one that only knows a shape of lines. In all other
// files the described formats are shown what the built-in ones do not understand,
// and the messages of their programs, which stay with the daemons of package
// format where one of these has that name.
func DetectWith(described []ingest.Format) func(name string, sample []byte) ingest.Format {
	var own []*userFormat
	for _, f := range described {
		if u, ok := f.(*userFormat); ok {
			own = append(own, u)
		}
	}
	if len(own) == 0 {
		return Detect
	}
	return func(name string, sample []byte) ingest.Format {
		f := &assisted{chosen: Detect(name, sample).(*chosen), own: own, first: -1}
		f.choose(sample)
		return f
	}
}

// assisted is a detected format with those that a person described.
type assisted struct {
	*chosen
	own   []*userFormat
	first int // index into own: the format of the file; -1: the built-in one is
}

// choose decides whether one of the described formats is the file's.
func (f *assisted) choose(sample []byte) {
	_, guess := shapes[f.chosen.Name()]
	best := f.read(f.chosen.NewParser(ingest.Context{}), sample)
	if guess || f.chosen.primary < 0 {
		best--
	}
	for i, u := range f.own {
		if u.Program != "" {
			continue
		}
		if n := f.read(u.NewParser(ingest.Context{}), sample); n > max(best, 0) {
			f.first, best = i, n
		}
	}
}

// read counts the lines of which a parser makes events.
func (f *assisted) read(p ingest.Parser, sample []byte) (n int) {
	var ev ingest.Event
	for line := range sampleLines(sample) {
		if p.Parse(line, &ev) == ingest.Parsed {
			n++
		}
	}
	return n
}

// Name implements ingest.Format.
func (f *assisted) Name() string {
	if f.first >= 0 {
		return f.own[f.first].Name()
	}
	return f.chosen.Name()
}

// Yearless implements ingest.Format.
func (f *assisted) Yearless(sample []byte) bool {
	return f.chosen.Yearless(sample) || slices.ContainsFunc(f.own, func(u *userFormat) bool { return u.Yearless(sample) })
}

// NewParser implements ingest.Format.
func (f *assisted) NewParser(ctx ingest.Context) ingest.Parser {
	p := &assistedParser{builtIn: f.chosen.NewParser(ctx).(*chain)}
	for i, u := range f.own {
		own := u.NewParser(ctx).(*userParser)
		switch {
		case i == f.first:
			p.first = own
		case u.Program != "":
			p.messages = append(p.messages, own)
		default:
			p.lines = append(p.lines, own)
		}
	}
	return p
}

// assistedParser reads the lines of an assisted format.
type assistedParser struct {
	first    *userParser // nil: none
	builtIn  *chain
	messages []*userParser // of programs
	lines    []*userParser // of whole lines
	spoke    witness       // whose words stand for the last line
}

// witness is a parser that can tell of its last line.
type witness interface {
	ingest.Explainer
	ingest.Doubter
	ingest.Locator
}

// Parse implements ingest.Parser.
func (p *assistedParser) Parse(line []byte, ev *ingest.Event) ingest.Result {
	if p.first != nil && p.ask(p.first, line, ev) {
		return ingest.Parsed
	}
	result := p.builtIn.Parse(line, ev)
	p.spoke = p.builtIn
	if result == ingest.Unparsed && p.first != nil {
		p.spoke = p.first
	}
	if len(ev.Program) > 0 && !known(ev.Program) && p.message(line, ev) {
		return ingest.Parsed
	}
	if (result == ingest.Unparsed || result == ingest.Ignored && p.builtIn.Doubtful()) && p.line(line, ev) {
		return ingest.Parsed
	}
	return result
}

// message shows a line to the described formats of its program.
func (p *assistedParser) message(line []byte, ev *ingest.Event) bool {
	for _, u := range p.messages {
		if (string(ev.Program) == u.Program || string(stem(ev.Program)) == u.Program) && p.ask(u, line, ev) {
			return true
		}
	}
	return false
}

// line shows a line to the described formats of whole lines.
func (p *assistedParser) line(line []byte, ev *ingest.Event) bool {
	return slices.ContainsFunc(p.lines, func(u *userParser) bool { return p.ask(u, line, ev) })
}

// ask reports whether a described format makes an event of a line; if it does not,
// ev stays as it is.
func (p *assistedParser) ask(u *userParser, line []byte, ev *ingest.Event) bool {
	before := *ev
	if u.Parse(line, ev) != ingest.Parsed {
		*ev = before
		return false
	}
	p.spoke = u
	return true
}

// Reason implements ingest.Explainer.
func (p *assistedParser) Reason() string { return p.spoke.Reason() }

// Doubtful implements ingest.Doubter.
func (p *assistedParser) Doubtful() bool { return p.spoke.Doubtful() }

// Stopped implements ingest.Locator.
func (p *assistedParser) Stopped() int { return p.spoke.Stopped() }
