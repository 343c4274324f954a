package report

import (
	"strings"
	"time"

	"gumshoe/analyze"
)

// course says since when a case of earlier reports is known; "" for one that is new,
// and over files.
func (r Report) course(c analyze.Case) string {
	switch c.Course {
	case analyze.Continuing:
		return "goes on since " + r.day(c.Began)
	case analyze.Returning:
		return "has come back, first seen on " + r.day(c.Began)
	}
	return ""
}

// mostEnded is how many cases that are over get a line each.
const mostEnded = 8

// changesTitle heads how the cases stand to the report before, and those of it
// that are over.
const changesTitle = "Since the last report"

// changes counts the cases by how they stand to the last report; "" over files,
// which have none, and where all are new: each says so itself.
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
	add(len(r.Known), "goes on that you know of", "go on that you know of")
	if len(parts) == 0 || n[analyze.New] == len(r.Cases) && len(r.Ended)+len(r.Known) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + "."
}

// over lists the cases that people said a word about, then those that are over,
// worst first, a line each, and says how many more of these there are.
func (r Report) over() (lines []overView, more string) {
	for i := range r.Known {
		lines = append(lines, overView{Level: r.Known[i].Level, ID: r.Known[i].ID, Text: r.knownLine(&r.Known[i])})
	}
	ended := r.Ended[:min(len(r.Ended), mostEnded)]
	for _, c := range ended {
		lines = append(lines, overView{Level: c.Level, ID: c.ID, Text: r.overLine(c)})
	}
	if n := len(r.Ended) - len(ended); n > 0 {
		more = "and " + counted(n, "more case", "more cases")
	}
	return lines, more
}

// knownLine is a case that somebody said a word about.
func (r Report) knownLine(c *analyze.Case) string {
	w := c.Word
	if w == nil {
		return c.Headline
	}
	said := map[analyze.Word]string{analyze.Acknowledged: "known to", analyze.Closed: "closed by", analyze.Muted: "muted by"}[w.Word] + " " + w.By
	if !w.Until.IsZero() {
		said += " until " + r.day(w.Until)
	}
	if w.Reason != "" {
		said += ": " + w.Reason
	}
	return c.Headline + " (" + said + ")"
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
