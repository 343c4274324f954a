package filter

import (
	"bytes"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
	"gumshoe/ingest/pyre"
)

// parser reads the lines of one chunk.
type parser struct {
	*Filter
	clock    *format.Clock
	line     pyre.Text // the line as it is
	body     pyre.Text // the line, or the buffered lines, without stamps
	content  pyre.Text // what prefregex left of it
	lastTime int64     // the last stamp in milliseconds
	buffer   buffer
	sessions sessions
	scratch  []byte // of body
	rest     []byte // of content
	likely   []int  // rules of fail that the line may match
	slow     []int  // matches of each rule that were given up; see search
	why      string
}

func newParser(f *Filter, ctx ingest.Context) *parser {
	return &parser{Filter: f, clock: format.NewClock(ctx), slow: make([]int, len(f.fail)+len(f.ignore)+1)}
}

// Reasons why a line gives no event.
const (
	whyNoStamp   = "no stamp that the filter's datepattern knows"
	whyNoMatch   = "no failregex matches"
	whyPrefix    = "prefregex does not match"
	whyIgnored   = "an ignoreregex matches"
	whyNoFailure = "no failure by itself"
	whyPending   = "a failure whose address has not been told yet"
	whyNoAddress = "the failure id is no address"
)

// Reason implements ingest.Explainer.
func (p *parser) Reason() string { return p.why }

// Parse implements ingest.Parser.
func (p *parser) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = ""
	line = bytes.TrimRight(line, "\r\n")
	p.line.Set(line)
	stamped := p.cut(line, ev)
	if ev.Time != 0 {
		p.lastTime = ev.Time
	}
	p.scratch = append(p.scratch, '\n')
	r := p.find(ev)
	switch {
	case r == ingest.Parsed:
		ev.Service = p.topic.service
	case r == ingest.Ignored && !stamped && !p.dates.none:
		if p.why == whyNoMatch || p.why == whyPrefix {
			p.why = whyNoStamp
		}
		r = ingest.Unparsed
	}
	return r
}

// cut copies the line to scratch without its stamp, if it has one.
func (p *parser) cut(line []byte, ev *ingest.Event) (stamped bool) {
	if p.dates.quick {
		if s, n := quickStamp(line); n > 0 {
			ev.Time, _ = p.clock.Instant(s)
			p.scratch = append(p.scratch[:0], line[n:]...)
			return true
		}
	}
	t, loc := p.dates.match(&p.line)
	if t == nil {
		p.scratch = append(p.scratch[:0], line...)
		return false
	}
	ev.Time = t.time(line, loc, p.clock)
	p.scratch = append(append(p.scratch[:0], line[:loc[2]]...), line[loc[3]:]...)
	return true
}

// find looks for a failure in the line, or in it and the lines before.
func (p *parser) find(ev *ingest.Event) ingest.Result {
	if p.maxLines > 1 {
		p.body.Set(p.buffer.add(p.scratch, p.maxLines))
	} else {
		p.body.Set(p.scratch)
	}
	early := len(p.ignore) > 0 && len(p.ignore) < len(p.fail)-2
	if early && p.ignores(&p.body) {
		return ingest.Ignored
	}
	if p.likely = p.sieve.Likely(p.body.Bytes(), p.likely[:0]); len(p.likely) == 0 {
		return p.none(whyNoMatch)
	}
	text, pref := &p.body, []int(nil)
	if p.pref != nil {
		if pref = p.search(p.pref, 0, text); pref == nil {
			return p.none(whyPrefix)
		}
		if c := p.pref.get(p.body.Bytes(), pref, groupContent); len(c) > 0 {
			p.rest = append(append(p.rest[:0], c...), '\n')
			p.content.Set(p.rest)
			text = &p.content
		}
	}
	for _, i := range p.likely {
		r := p.fail[i]
		loc := p.search(r, 1+i, text)
		if loc == nil {
			continue
		}
		whole := text
		if p.maxLines > 1 && text == &p.body {
			whole = p.buffer.take(r, loc)
		}
		if len(p.ignore) > 0 && p.ignores(whole) {
			return ingest.Ignored
		}
		m := match{rule: r, text: text.Bytes(), loc: loc}
		if p.pref != nil {
			m.pref, m.prefText, m.prefLoc = p.pref, p.body.Bytes(), pref
		}
		return p.report(&m, ev)
	}
	return p.none(whyNoMatch)
}

// none gives the reason for no event, unless a better one is known.
func (p *parser) none(why string) ingest.Result {
	if p.why != "" {
		return ingest.Unparsed // a match was given up: the line is not understood
	}
	p.why = why
	return ingest.Ignored
}

func (p *parser) ignores(text *pyre.Text) bool {
	for i, r := range p.ignore {
		if r.re.MayMatch(text.Bytes()) && p.search(r, 1+len(p.fail)+i, text) != nil {
			p.why = whyIgnored
			return true
		}
	}
	return false
}

// maxSlow is how often a chunk may make a rule's match run into its time limit;
// then the rule rests for the chunk. Otherwise whoever writes the log could hold
// up the run with lines made for it.
const maxSlow = 20

// search matches a rule. Its number is its place among all rules.
func (p *parser) search(r *rule, number int, text *pyre.Text) []int {
	if p.slow[number] >= maxSlow {
		p.why = r.at.String() + ": " + pyre.ErrSlow.Error() + " on lines before"
		return nil
	}
	loc, err := r.re.Match(text)
	if err != nil {
		p.slow[number]++
		p.why = r.at.String() + ": " + err.Error()
	}
	return loc
}

// match is a match of a failregex, with that of the prefregex.
type match struct {
	rule *rule
	text []byte
	loc  []int

	pref     *rule // nil: the filter has no prefregex
	prefText []byte
	prefLoc  []int
}

// get returns a group: that of the failregex hides that of the prefregex.
func (m *match) get(g group) []byte {
	if m.rule.has(g) || m.pref == nil {
		return m.rule.get(m.text, m.loc, g)
	}
	return m.pref.get(m.prefText, m.prefLoc, g)
}

// report turns a match into an event.
func (p *parser) report(m *match, ev *ingest.Event) ingest.Result {
	f := failure{
		id: m.get(groupID), ip: m.get(groupIP4), name: m.get(groupDNS), user: m.get(groupUser),
		noFail: len(m.get(groupNoFail)) > 0, gained: len(m.get(groupGained)) > 0,
	}
	if f.ip == nil {
		f.ip = m.get(groupIP6)
	}
	gained := f.gained
	if session := m.get(groupSession); session != nil {
		f = p.sessions.merge(session, f, len(m.get(groupForget)) > 0, p.lastTime)
	}
	p.why = ""
	if f.noFail && !gained {
		return p.none(whyNoFailure)
	}
	if !f.fill(ev) {
		return p.unnamed(m, &f)
	}
	ev.Kind = p.topic.kind
	if gained {
		ev.Kind = ingest.KindAuthSuccess
	}
	ev.User = f.user
	return ingest.Parsed
}

// unnamed is a failure without an address.
func (p *parser) unnamed(m *match, f *failure) ingest.Result {
	if session := m.get(groupSession); session != nil && f.id == nil && f.ip == nil && f.name == nil {
		p.sessions.owe(session)
		return p.none(whyPending)
	}
	return p.none(whyNoAddress)
}
