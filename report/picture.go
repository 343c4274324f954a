package report

import (
	"fmt"
	"strings"
	"time"

	"gumshoe/analyze"
)

// pictureRows is how many cases the picture of the night holds on a page.
const pictureRows = 20

// picture is the night in one look: a row a case on one axis.
type picture struct {
	title string
	axis  axis
	rows  []analyze.Case
	note  string // what is not drawn, "" if everything is
}

// picture arranges, in at most so many rows, the cases that have a time and a level above info. Its axis
// is the window; where all of them fall into a small part of a long window, that
// part, or each would be a dot at the edge.
func (r Report) picture(rows int) (picture, bool) {
	p := picture{title: "The night"}
	var first, last time.Time
	hidden, daily := 0, 0
	var of map[kind]int // rows of each kind, where not all have room
	if len(r.Cases) > rows {
		of = map[kind]int{}
	}
	for i, c := range r.Cases {
		if c.Level == analyze.Info || c.First.IsZero() {
			continue
		}
		if routine(c) {
			if daily++; daily > fullRoutine {
				hidden++
				continue
			}
		}
		if first.IsZero() || c.First.Before(first) {
			first = c.First
		}
		if c.Last.After(last) {
			last = c.Last
		}
		if len(p.rows) >= rows {
			hidden++
			continue
		}
		if of != nil {
			k := kindOf(&r.Cases[i])
			if of[k]++; of[k] > ofKind {
				hidden++
				continue
			}
		}
		p.rows = append(p.rows, c)
	}
	if len(p.rows) == 0 || !r.To.After(r.From) {
		return p, false
	}
	from, to := r.From, r.To
	var notes []string
	if to.Sub(from) > 24*time.Hour {
		p.title = "The days"
		if begin, end := first.Truncate(time.Hour), last.Truncate(time.Hour).Add(time.Hour); end.Sub(begin)*6 <= to.Sub(from) {
			from, to = begin, end
			notes = append(notes, fmt.Sprintf("Drawn are %s of %s; outside of %s no case has an event.",
				span(to.Sub(from)), span(r.To.Sub(r.From)), r.between(from, to)))
		}
	}
	if hidden > 0 {
		notes = append(notes, counted(hidden, "case", "cases")+" more not drawn.")
	}
	p.axis, p.note = newAxis(from, to, r.location()), strings.Join(notes, " ")
	return p, true
}

// name is what a row is called: its headline, led by who it is about where
// another row tells the same story.
func (p picture) name(c analyze.Case) string {
	same := 0
	for _, o := range p.rows {
		if o.Headline == c.Headline {
			same++
		}
	}
	if same < 2 || len(c.Sources) == 0 {
		return c.Headline
	}
	return address(c.Sources[0]) + ": " + c.Headline
}
