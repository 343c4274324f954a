package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Gap is a span that a log should cover and does not.
type Gap struct {
	Source string    `json:"source"` // the log or the service, as people call it
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// maxCovered is how many logs the line of coverage names.
const maxCovered = 6

// coverage says in one line how much was read: "Read: 100 % of auth.log, 98 % of
// nginx/access.log; nothing of mail.log from 20:00 to 22:00 (2 h)." It is "" when
// there was no log.
func (r Report) coverage() string {
	list, _ := r.readings()
	if len(list) == 0 {
		return ""
	}
	slices.SortStableFunc(list, func(a, b reading) int { return cmpShare(a, b) })
	var parts []string
	for _, g := range list[:min(len(list), maxCovered)] {
		if g.lines == 0 {
			parts = append(parts, "nothing of "+g.name)
			continue
		}
		parts = append(parts, share(g.good, g.lines)+" of "+g.name)
	}
	s := "Read: " + strings.Join(parts, ", ")
	if more := len(list) - maxCovered; more > 0 {
		s += " and " + counted(more, "more log", "more logs")
	}
	if holes := r.holes(); len(holes) > 0 {
		s += "; " + strings.Join(holes, ", ")
	}
	return s + "."
}

// gapLine is the part of coverage that no table of logs shows; "" without a gap.
func (r Report) gapLine() string {
	holes := r.holes()
	if len(holes) == 0 {
		return ""
	}
	return upperFirst(strings.Join(holes, ", ")) + "."
}

// holes says which spans are missing, the longest first.
func (r Report) holes() (parts []string) {
	gaps := slices.Clone(r.Gaps)
	slices.SortStableFunc(gaps, func(a, b Gap) int { return int(b.To.Sub(b.From) - a.To.Sub(a.From)) })
	for _, g := range gaps[:min(len(gaps), maxCovered)] {
		parts = append(parts, fmt.Sprintf("nothing of %s from %s (%s)", g.Source, r.between(g.From, g.To), span(g.To.Sub(g.From))))
	}
	if more := len(gaps) - maxCovered; more > 0 {
		parts = append(parts, counted(more, "more gap", "more gaps"))
	}
	return parts
}

// cmpShare orders logs by how little of them was understood: on a server with
// fifty logs those that need a look are named.
func cmpShare(a, b reading) int {
	left := func(g reading) float64 {
		if g.lines == 0 {
			return 1
		}
		return 1 - float64(g.good)/float64(g.lines)
	}
	switch x, y := left(a), left(b); {
	case x > y:
		return -1
	case x < y:
		return 1
	}
	return 0
}
