package report

import (
	"cmp"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// detail is how much of a run a letter tells.
type detail struct {
	cases    int // at length, in each section
	lines    int // one line each, after those
	text     int // runes of one string
	exhibits int // evidence lines of a case
	bans     int // groups of bans
}

// letter is a run arranged for a medium in which text may come alive: a mail, a
// wiki, a chat. Its strings are escaped and defanged; commands stand between
// backticks, and what a log put between backticks looks like one and is no more.
type letter struct {
	Host, Window   string
	Pulse          bool // a heartbeat
	Headline, Lead string
	Question       *question
	Needs          []needView
	MoreNeeds      int
	DeedTitle      string
	Deeds          []string
	Week           *mailPicture // of a heartbeat
	Night          *letterNight
	Sections       []letterSection
	Bans           []banRow
	Standing       []string
	Changes        string
	Ended          []overView
	MoreEnded      string
	Places         []row
	Coverage       string
	Urgent, Notes  []string // what did not work, at the head; what else there is to know of the run
	Asides         []aside
	Footer         []string
}

// Calm reports whether nothing is asked of anybody, which the headline of a
// heartbeat has said already.
func (v letter) Calm() bool {
	return v.Question == nil && len(v.Needs) == 0 && len(v.Urgent) == 0 && !v.Pulse
}

// calm is what is said then.
const calm = "There is nothing you must do."

// trouble heads what did not work.
const trouble = "Not everything worked"

type letterNight struct {
	Title, Note string
	Rows        []letterStrip
	Axis        []axisCell
}

type letterStrip struct {
	Level       analyze.Level
	Name, State string
	Picture     *mailPicture
}

type letterSection struct {
	Title string
	Cases []letterCase
	Brief []overView
	More  string
}

type letterCase struct {
	Level            analyze.Level
	ID, Course, Sure string
	Headline         string
	Body             []string
	Picture          *mailPicture
	Exhibits         []exhibit
	Rows             []row
}

// Bounds of a letter's lists.
const (
	letterRows  = 10
	letterItems = 2 // of one row of a case
	letterNotes = 5
	letterLine  = 110 // runes of one evidence line
)

// plainHost is the name of a machine, and not of a directory that somebody else named.
var plainHost = lazyregexp.New(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// letter arranges the report. Pictures go to the gallery; without one there are
// none.
func (r Report) letter(g *gallery, d detail) *letter {
	r = escapedTo(r, d.text, false)
	v := &letter{
		Host: r.Host, Window: r.window(), Headline: r.headline(), Lead: r.lead(), DeedTitle: r.deedTitle(), Deeds: r.deeds(),
		Standing: r.standing(), Changes: r.changes(), Coverage: r.coverage(), Asides: r.asides(),
	}
	urgent, notes := r.notes()
	v.Urgent, v.Notes = someOf(urgent, letterNotes, "note", "notes"), someOf(notes, letterNotes, "note", "notes")
	if h := r.Heartbeat; h.week() && len(r.Cases) == 0 {
		v.Pulse, v.Window, v.Week = true, r.day(h.From)+" to "+r.day(h.To), r.weekPortrait(g)
	}
	if c, ok := r.question(); ok {
		v.Question = &question{ID: c.ID, Do: c.Do}
	}
	needs, more := r.needs()
	v.MoreNeeds = more
	for _, n := range needs {
		v.Needs = append(v.Needs, needView{Level: n.level, What: n.what, Do: n.do, ID: n.id})
	}
	v.Night = r.letterNight(g)
	v.Sections = r.letterSections(g, d)
	v.Bans = briefBans(r.banRows(), v.Sections)
	if len(v.Bans) > d.bans {
		v.Standing = append([]string{"and " + count(len(v.Bans)-d.bans) + " more groups of bans: `gumshoe bans list`"}, v.Standing...)
		v.Bans = v.Bans[:d.bans]
	}
	v.Ended, v.MoreEnded = r.over()
	v.Places = r.placeRows()
	v.Footer = append(append(r.cold(), nonempty(r.due())...), r.credits()...)

	host, own := defang(r.Host), r.Host // the recipient's own machine needs no disguise
	clean := cleaned(*v, func(s string) string {
		if s = defang(s); host != own && plainHost().MatchString(own) {
			s = strings.ReplaceAll(s, host, own)
		}
		return s
	})
	clean.Footer = append(clean.Footer, r.colophon()) // shows how the rest is written
	return &clean
}

// letterNight draws a strip a case on one axis.
func (r Report) letterNight(g *gallery) *letterNight {
	pic, ok := r.picture(letterRows)
	if !ok {
		return nil
	}
	n := &letterNight{Title: pic.title + " in one picture", Axis: pic.axis.cells(4), Note: "One stroke is one event; higher ones are several close together."}
	planned := r.Plan.Outcomes()
	if slices.ContainsFunc(pic.rows, silence) {
		n.Note += " Hatched: no log."
	}
	if pic.note != "" {
		n.Note += " " + pic.note
	}
	for _, c := range pic.rows {
		state := strings.Trim(r.deed(c, planned[c.ID]), "-")
		n.Rows = append(n.Rows, letterStrip{c.Level, cut(pic.name(c), 44), state, g.hang(drawStrip(pic.axis, c), r.eventsBetween(c))})
	}
	return n
}

// letterSections tells the worst cases at length, more in a line each, and counts
// the rest.
func (r Report) letterSections(g *gallery, d detail) (out []letterSection) {
	for _, s := range r.sections() {
		sec := letterSection{Title: s.title + tally(s.cases)}
		f := fold(s.cases, true)
		full := f.full[:min(len(f.full), d.cases)]
		for _, c := range full {
			sec.Cases = append(sec.Cases, r.letterCase(g, c, d))
		}
		var again []*analyze.Case
		for i := range f.full[len(full):] {
			again = append(again, &f.full[len(full)+i])
		}
		brief := inBrief(again, f.brief)
		slices.SortStableFunc(brief, func(a, b line) int { return cmp.Compare(b[0].Level, a[0].Level) }) // what has no room is none worse
		var told int
		sec.Brief, told = views(brief[:min(len(brief), d.lines)])
		if more := len(s.cases) - len(full) - told; more > 0 {
			sec.More = "and " + count(more) + " more, none worse: `gumshoe report show`"
		}
		out = append(out, sec)
	}
	return out
}

// letterCase tells one case.
func (r Report) letterCase(g *gallery, c analyze.Case, d detail) letterCase {
	if asked, ok := r.question(); ok && asked.ID == c.ID {
		c.Do = nil // it stands beside the question
	}
	t := r.tell(c)
	m := letterCase{Level: c.Level, ID: c.ID, Course: c.Course.String(), Sure: sure(c.Confidence), Headline: c.Headline,
		Body: t.body[:min(len(t.body), letterItems)], Picture: r.portrait(g, c)}
	m.Exhibits, _ = r.exhibits(c)
	m.Exhibits = spread(m.Exhibits, d.exhibits)
	for i := range m.Exhibits {
		m.Exhibits[i].Gist = escape(m.Exhibits[i].Gist, letterLine, false)
		m.Exhibits[i].Whole = analyze.Line{}
	}
	for _, row := range t.rows {
		row.Label = upperFirst(row.Label)
		row.Items = row.Items[:min(len(row.Items), letterItems)]
		m.Rows = append(m.Rows, row)
	}
	return m
}

// briefBans leaves out the reasons that a case at length has given, and joins the
// bans that then differ in nothing but the address.
func briefBans(rows []banRow, sections []letterSection) (out []banRow) {
	told := map[string]bool{}
	for _, s := range sections {
		for _, c := range s.Cases {
			told[c.ID] = true
		}
	}
	type kind struct{ state, long, service, reason string }
	alike := map[kind][]banRow{}
	var order []kind
	for _, b := range rows {
		if told[b.ID] {
			b.Reason = ""
		}
		k := kind{b.State, b.For, b.Service, b.Reason}
		if alike[k] == nil {
			order = append(order, k)
		}
		alike[k] = append(alike[k], b)
	}
	for _, k := range order {
		group := alike[k]
		if k.reason == "" { // each stands beside its own case
			out = append(out, group...)
			continue
		}
		var who, ids []string
		for _, b := range group {
			who, ids = append(who, b.Who), append(ids, b.ID)
		}
		b := group[0]
		b.Who, b.ID = fewest(who, 4), fewest(ids, 4)
		out = append(out, b)
	}
	return out
}

// spread keeps n of list: the first, the last and those between at even steps.
func spread[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	out := make([]T, n)
	for i := range out {
		out[i] = list[i*(len(list)-1)/(n-1)]
	}
	return out
}

// someOf keeps n of list and counts the others.
func someOf(list []string, n int, one, many string) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clone(list[:n]), "and "+counted(len(list)-n, "more "+one, "more "+many))
}

// colophon closes a mail: how to read it, and who wrote it.
func (r Report) colophon() string {
	s := "All times " + r.To.In(r.location()).Format("MST") + ". Addresses are written [.] and [::] so that nothing links. gumshoe"
	if r.Version != "" {
		s += " " + defang(r.Version)
	}
	if r.Run != "" {
		s += ", run " + defang(r.Run)
	}
	return s + "."
}
