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
	line     pyre.Text // the line as it is; then what an ignoreregex is asked about
	body     pyre.Text // the line, or the buffered lines, without stamps
	content  pyre.Text // what prefregex left of it, or all
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
	if early && p.ignores(p.body.Bytes()) {
		return ingest.Ignored
	}
	if p.likely = p.sieve.Likely(p.body.Bytes(), p.likely[:0]); len(p.likely) == 0 {
		return p.none(whyNoMatch)
	}
	m := match{text: p.body.Bytes()}
	if p.pref != nil && !p.begin(&m) {
		return p.none(whyPrefix)
	}
	p.content.Set(m.text)
	for _, i := range p.likely {
		if m.loc = p.search(p.fail[i], 1+i, &p.content); m.loc == nil {
			continue
		}
		m.rule = p.fail[i]
		whole := m.text
		if p.maxLines > 1 && len(p.rest) == 0 {
			whole = p.buffer.take(m.rule, m.loc)
		}
		if len(p.ignore) > 0 && p.ignores(whole) {
			return ingest.Ignored
		}
		return p.report(&m, ev)
	}
	return p.none(whyNoMatch)
}

// begin matches prefregex; what it calls the content is all that failregex sees.
func (p *parser) begin(m *match) bool {
	p.rest = p.rest[:0]
	loc := p.search(p.pref, 0, &p.body)
	if loc == nil {
		return false
	}
	m.pref, m.prefText, m.prefLoc = p.pref, m.text, loc
	if c := p.pref.get(m.prefText, loc, groupContent); len(c) > 0 {
		p.rest = append(append(p.rest, c...), '\n')
		m.text = p.rest
	}
	return true
}

// none gives the reason for no event, unless a better one is known.
func (p *parser) none(why string) ingest.Result {
	if p.why != "" {
		return ingest.Unparsed // a match was given up: the line is not understood
	}
	p.why = why
	return ingest.Ignored
}

// ignores reports whether an ignoreregex matches. The Text of the line is free
// for that: its stamp is cut.
func (p *parser) ignores(text []byte) bool {
	p.line.Set(text)
	for i, r := range p.ignore {
		if r.re.MayMatch(text) && p.search(r, 1+len(p.fail)+i, &p.line) != nil {
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
