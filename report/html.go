package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"sync"

	"gumshoe/analyze"
)

//go:embed page.css
var pageCSS string

//go:embed page.gohtml
var pageHTML string

// Templates are read when one is drawn: most commands draw none.
var pageTemplate = sync.OnceValue(newPageTemplate)

func newPageTemplate() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"glyph": func(l analyze.Level) string { return glyphs[l] },
		"title": func(l analyze.Level) string { return upperFirst(l.String()) },
		"sure":  sure,
		"prose": prose,
	}).Parse(pageHTML))
}

// page is what the template draws. Every string in it is escaped for control
// characters; the template escapes it for HTML.
type page struct {
	CSS                   template.CSS // ours alone
	Policy                string       // content security policy: this style sheet and nothing else
	Host                  string
	Window                string
	Version               string
	Headline              string
	Lead                  string
	Question              *question
	Needs                 []needView
	MoreNeeds             int
	DeedTitle             string
	Deeds                 []string
	Urgent, Notes         []string
	Night                 []nightRow
	NightTitle, NightNote string
	NightAxis             chart
	Silence               bool // some row is hatched
	Sections              []section
	Ended                 *endedView
	Bans                  []banRow
	Standing              []string
	Countries, Networks   []place
	Hours                 *hourChart
	Reads                 []readRow
	ReadDir, Gaps         string
	Asides                []aside
	Footer                []string
}

type question struct {
	ID string
	Do []string
}

type needView struct {
	Level analyze.Level
	What  string
	Do    string
	ID    string
}

type nightRow struct {
	Level analyze.Level
	ID    string
	Name  string
	Chart chart
	State string
}

type section struct {
	Title  string
	Cases  []caseView
	Brief  []overView
	Hidden []string
}

type caseView struct {
	analyze.Case
	Body     []string
	Rows     []row
	Weights  []weightBar
	Sum      string
	Timeline *chart
	Hours    *hourChart
	Band     *bandChart
	Exhibits []exhibit
	More     string
	Sources  []string // all of them, when the row shows only a few
}

// endedView lists the cases that are over.
type endedView struct {
	Title   string
	Changes string
	Lines   []overView
	More    string
}

// overView is a case in one line, or several.
type overView struct {
	Level    analyze.Level
	ID, Text string
	Cases    []string // that the line tells
}

type banRow struct {
	State, ID, Who, For, Service, Reason string
}

type readRow struct {
	Name, Format, Lines, Good, Span string
	Notes                           []string
}

// HTML writes the report as one self-contained page: no script, nothing remote,
// light and dark, fit for a phone and for paper.
func HTML(w io.Writer, r Report) error {
	r = escaped(r.light(), false)
	sum := sha256.Sum256([]byte(pageCSS))
	p := page{
		CSS:      template.CSS(pageCSS),
		Policy:   "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Host:     r.Host,
		Window:   r.window(),
		Version:  r.Version,
		Headline: r.headline(),
		Lead:     r.lead(),
		Deeds:    r.deeds(), DeedTitle: r.deedTitle(),
	}
	p.Urgent, p.Notes = r.notes()
	if c, ok := r.question(); ok {
		p.Question = &question{ID: c.ID, Do: c.Do}
	}
	needs, more := r.needs()
	p.MoreNeeds = more
	for _, n := range needs {
		p.Needs = append(p.Needs, needView{Level: n.level, What: n.what, Do: n.do, ID: n.id})
	}
	p.drawNight(r)
	p.tellCases(r)
	p.listEnded(r)
	p.listBans(r)
	p.Countries, p.Networks = r.places()
	p.drawHours(r)
	p.listReads(r)
	p.Gaps, p.Asides = r.gapLine(), r.asides()
	p.Footer = r.footer()
	return pageTemplate().Execute(w, p)
}

func (p *page) drawNight(r Report) {
	pic, ok := r.picture(pictureRows)
	if !ok {
		return
	}
	p.NightTitle, p.NightNote, p.NightAxis = pic.title, pic.note, pic.axis.labels()
	planned := r.Plan.Outcomes()
	for _, c := range pic.rows {
		p.Silence = p.Silence || silence(c)
		p.Night = append(p.Night, nightRow{Level: c.Level, ID: c.ID, Name: cut(pic.name(c), 60), Chart: strokeChart(pic.axis, c), State: r.deed(c, planned[c.ID])})
	}
}

func (p *page) listEnded(r Report) {
	if changes := r.changes(); changes != "" {
		p.Ended = &endedView{Title: changesTitle, Changes: changes}
		p.Ended.Lines, p.Ended.More = r.over()
	}
}

func (p *page) tellCases(r Report) {
	for _, s := range r.sections() {
		d := fold(s.cases, false)
		sec := section{Title: s.title + tally(s.cases), Hidden: d.hidden}
		sec.Brief, _ = views(d.brief)
		for _, c := range d.full {
			sec.Cases = append(sec.Cases, r.view(c))
		}
		p.Sections = append(p.Sections, sec)
	}
}

// maxListed bounds the full list of a case's addresses.
const maxListed = 500

// view arranges one case for the page.
func (r Report) view(c analyze.Case) caseView {
	t := r.tell(c)
	v := caseView{Case: c, Body: t.body, Rows: t.rows, Weights: weightBars(c)}
	v.Sum = strings.TrimPrefix(weight(c.LogOdds), "+")
	if !anomaly(c) && len(c.Timeline) > 0 {
		a, _ := zoom(c, newAxis(r.From, r.To, r.location()), r.location())
		ch := strokeChart(a, c)
		ch.addLabels(a)
		v.Timeline = &ch
	}
	if v.Band = r.bandChart(c); v.Band == nil && anomaly(c) && len(c.Services) > 0 {
		from, to := r.weekOf(c)
		v.Hours = r.hourChart(c.Services[0], from, to, []analyze.Case{c})
	}
	var more int
	if v.Exhibits, more = r.exhibits(c); more > 0 {
		v.More = "and " + counted(more, "more line", "more lines")
	}
	if len(c.Sources) > 4 {
		v.Sources = addresses(c.Sources[:min(len(c.Sources), maxListed)])
	}
	return v
}

func (p *page) listBans(r Report) {
	p.Bans = r.banRows()
	if len(p.Bans) > maxGroups {
		p.Bans = p.Bans[:maxGroups]
	}
	p.Standing = r.standing()
}

// banRows are the lines of the plan, joined by what they share. What the plan
// would ban and what was banned go by different words.
func (r Report) banRows() (out []banRow) {
	for _, g := range groupEntries(r.Plan.Add) {
		word := "Ban"
		if r.Done != nil && len(r.Done.of(g.Case)) > 0 {
			word = "Banned"
		}
		out = append(out, banRow{word, g.Case, fewest(addresses(g.prefixes), 4), span(g.For), g.Service, g.Reason})
	}
	for _, g := range groupEntries(r.Plan.Hold) {
		out = append(out, banRow{"Held back", g.Case, fewest(addresses(g.prefixes), 4), "", g.Service, g.Reason})
	}
	return out
}

func (p *page) drawHours(r Report) {
	if len(r.Hours) < 2 {
		return
	}
	p.Hours = r.hourChart("", r.From, r.To, r.Cases)
}

func (p *page) listReads(r Report) {
	list, dir := r.readings()
	p.ReadDir = dir
	for _, g := range list {
		row := readRow{Name: g.label(), Format: g.format, Lines: count(g.lines), Good: share(g.good, g.lines), Notes: g.notes}
		if !g.first.IsZero() {
			row.Span = g.first.In(r.location()).Format("2 Jan 15:04") + " to " + g.last.In(r.location()).Format("2 Jan 15:04")
		}
		p.Reads = append(p.Reads, row)
	}
}

// footer says what the page rests on.
func (r Report) footer() []string {
	var out []string
	if !r.History.IsZero() && r.History.Before(r.From) {
		out = append(out, "History since "+r.History.In(r.location()).Format(dayLayout)+", "+span(r.From.Sub(r.History))+".")
	}
	out = append(out, r.cold()...)
	out = append(out, nonempty(r.due())...)
	out = append(out, r.credits()...)
	return append(out, "All times "+r.To.In(r.location()).Format("MST")+". This page is one file and loads nothing.")
}

// segment is a piece of a sentence: text, or the words of a command, which must
// break nowhere else.
type segment struct {
	Text  string
	Words []string
}

// prose finds the commands of a sentence: what stands between backticks. They
// only look different; a backtick that came from a log does no more than that.
func prose(s string) []segment {
	var out []segment
	for i, piece := range strings.Split(s, "`") {
		switch words := strings.Fields(piece); {
		case piece == "":
		case i%2 == 1 && len(words) > 0:
			out = append(out, segment{Words: words})
		default:
			out = append(out, segment{Text: piece})
		}
	}
	return out
}
