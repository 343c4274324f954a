package report

import (
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

// endedTitle heads the cases that the report before told of and that are over.
const endedTitle = "Over since the last report"

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
