package report

import (
	"strings"
	"time"

	"gumshoe/analyze"
)

// course says how a case stands to the reports before; "" over files, which have none.
func (r Report) course(c analyze.Case) string {
	switch c.Course {
	case analyze.New:
		return "New since the last report."
	case analyze.Continuing:
		return "Goes on since " + r.day(c.Began) + "."
	case analyze.Returning:
		return "Has come back; first seen " + r.day(c.Began) + "."
	}
	return ""
}

// mostEnded is how many cases that are over get a line each.
const mostEnded = 8

// changesTitle heads how the cases stand to the report before, and those of it
// that are over.
const changesTitle = "Since the last report"

// changes counts the cases by how they stand to the last report; "" over files,
// which have none.
func (r Report) changes() string {
	var n [analyze.Returning + 1]int
	for _, c := range r.Cases {
		n[c.Course]++
	}
	parts := make([]string, 0, 4)
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, counted(n, one, many))
		}
	}
	add(n[analyze.New], "case is new", "cases are new")
	add(n[analyze.Continuing], "case goes on", "cases go on")
	add(n[analyze.Returning], "case has come back", "cases have come back")
	add(len(r.Ended), "case is over", "cases are over")
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + "."
}

// ended lists them, worst first, and says how many more there are.
func (r Report) ended() (lines []analyze.PastCase, more string) {
	lines = r.Ended[:min(len(r.Ended), mostEnded)]
	if n := len(r.Ended) - len(lines); n > 0 {
		more = "and " + counted(n, "more case", "more cases")
	}
	return lines, more
}

// overLine is one of them: what it was, and when it was last seen.
func (r Report) overLine(p analyze.PastCase) string {
	name := p.Headline
	if name == "" { // names are not kept
		name = p.Kind
	}
	return name + ", last seen " + r.day(p.Last)
}

// day is a date as it is said in a sentence.
func (r Report) day(t time.Time) string { return t.In(r.location()).Format("2 January") }
