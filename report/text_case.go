package report

import (
	"fmt"
	"strings"

	"gumshoe/analyze"
)

// labelWidth is the column of "from", "why", "to do".
const labelWidth = 8

// cases writes the cases worst first, then what stood out against the season.
func (p *printer) cases() {
	for _, s := range p.r.sections() {
		p.digest(s.title, s.cases)
	}
}

// digest writes a section of cases: the worst at length, the rest in short.
func (p *printer) digest(title string, cases []analyze.Case) {
	p.section(title + tally(cases))
	d := fold(cases, true)
	for i, c := range d.full {
		if i > 0 {
			p.line()
		}
		p.story(c)
	}
	if len(d.full) > 0 && len(d.brief)+len(d.hidden) > 0 {
		p.line()
	}
	brief, _ := views(d.brief)
	for _, c := range brief {
		p.line(p.paint(levelStyle(c.Level), glyphs[c.Level]), " ", p.paint(dim, fill(c.ID, 9)), " ", cut(c.Text, p.width-12))
	}
	for _, s := range d.hidden {
		p.para("  ", dim, s)
	}
}

// ended lists what people said a word about, and what the report before told of and
// is over.
func (p *printer) ended() {
	lines, more := p.r.over()
	changes := p.r.changes()
	if changes == "" {
		return
	}
	p.section(changesTitle)
	p.para("  ", "", changes)
	for _, c := range lines {
		p.line(p.paint(levelStyle(c.Level), glyphs[c.Level]), " ", p.paint(dim, fill(c.ID, 7)), " ", cut(c.Text, p.width-10))
	}
	p.para("  ", dim, more)
}

// story writes one case at length.
func (p *printer) story(c analyze.Case) {
	level := glyphs[c.Level] + " " + strings.ToUpper(c.Level.String())
	p.line(p.paint(levelStyle(c.Level), level), "  ", p.paint(dim, cut(c.ID, p.width-40)), "  ", strings.Join(nonempty(sure(c.Confidence), c.Course.String()), "  "))
	p.para("  ", bold, c.Headline)
	t := p.r.tell(c)
	for _, s := range t.body {
		p.line()
		p.para("  ", "", s)
	}
	p.rhythm(c)
	p.evidence(c)
	if len(t.rows) > 0 {
		p.line()
	}
	for _, row := range t.rows {
		label := "  " + p.paint(dim, fill(row.Label, labelWidth)) + "  "
		for _, item := range row.Items {
			p.para(label, "", item)
			label = strings.Repeat(" ", labelWidth+4)
		}
	}
}

// evidence writes the lines that show it best, each on one line.
func (p *printer) evidence(c analyze.Case) {
	list, more := p.r.exhibits(c)
	if len(list) == 0 {
		return
	}
	p.line()
	var accounts []string
	for _, t := range c.Targets {
		if t.Kind == analyze.AccountName {
			accounts = append(accounts, t.Value)
		}
	}
	for _, e := range list {
		when := e.When
		if when != "" {
			when += " "
		}
		answer := ""
		if e.Answer != "" {
			answer = " → " + e.Answer
		}
		p.line("    ", p.paint(dim, when), cutAround(e.Gist, p.width-4-cells(when)-cells(answer), accounts), answer)
	}
	if more > 0 {
		p.line("    ", p.paint(dim, "and "+counted(more, "more line", "more lines")))
	}
}

// bars are the eight heights of a small chart.
var bars = []rune("▁▂▃▄▅▆▇█")

// rhythm draws the week before an unusual hour, for a case that is about one: as
// far as the season is known, else as far as the window reaches.
func (p *printer) rhythm(c analyze.Case) {
	if !anomaly(c) || len(c.Services) == 0 {
		return
	}
	from, to := p.r.weekOf(c)
	hours := p.r.Hours
	season, ok := p.r.seasonOf(c)
	if ok {
		from, hours = season.Hours[0].Start, season.seen()
	} else {
		season.Service = c.Services[0]
	}
	ss := slots(hours, c.Services[0], from, to, min(56, p.width-4))
	if len(ss) < 2 {
		return
	}
	top := busiest(ss)
	var b strings.Builder
	for _, s := range ss {
		b.WriteRune(bars[int(s.count*uint64(len(bars)-1)/top)])
	}
	p.line()
	p.line("  ", b.String())
	caption := fmt.Sprintf("%s, the busiest %s", season.counted(), count(top))
	if ss[0].hours > 1 {
		caption += fmt.Sprintf("; one bar is the busiest of %d hours", ss[0].hours)
	}
	p.para("  ", dim, caption+season.usually(c))
}
