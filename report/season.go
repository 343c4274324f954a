package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
)

// Season is what is usual of one service, hour by hour: the week before an
// unusual hour and that hour itself.
type Season struct {
	Case    string // whose hour it is; "" for the week of a heartbeat
	Service string
	What    string       // is counted: requests, server errors, failed logins
	Hours   []SeasonHour // in their order, without holes
}

// SeasonHour is one hour against such hours of the weeks before.
type SeasonHour struct {
	Start     time.Time
	Seen      uint64
	Read      bool   // the logs cover it; else Seen says nothing
	Low, High uint64 // 98 of 100 such hours lie between them, both included
}

// seasonOf is the season on which the hour of an anomaly is drawn; false where that
// is not known.
func (r Report) seasonOf(c analyze.Case) (Season, bool) {
	i := slices.IndexFunc(r.Season, func(s Season) bool { return s.Case == c.ID && len(s.Hours) > 1 })
	if !anomaly(c) || i < 0 {
		return Season{}, false
	}
	return r.Season[i], true
}

// bandTop is the largest value of a band's picture, at least 1.
func bandTop(hours []SeasonHour) uint64 {
	top := uint64(1)
	for _, h := range hours {
		top = max(top, h.Seen, h.High)
	}
	return top
}

// during reports whether an hour belongs to a case.
func during(start time.Time, c analyze.Case) bool {
	return c.First.Before(start.Add(time.Hour)) && c.Last.After(start)
}

// caption says what a band shows, with the fact for who cannot see it.
func (s Season) caption(c analyze.Case) string {
	return upperFirst(s.counted()) + " over " + span(time.Duration(len(s.Hours))*time.Hour) +
		". Shaded: where 98 of 100 such hours lie" + s.usually(c) + "."
}

// counted names what is drawn: "requests an hour of http".
func (s Season) counted() string { return cmp.Or(s.What, "events") + " an hour of " + s.Service }

// usually says how the hour of a case stands to such hours, as the end of a
// sentence; "" where that is not known.
func (s Season) usually(c analyze.Case) string {
	for _, h := range s.Hours {
		if during(h.Start, c) {
			return "; this one has " + count(h.Seen) + " where " + count(h.Low) + " to " + count(h.High) + " are usual"
		}
	}
	return ""
}

// seen are its hours as traffic.
func (s Season) seen() []Hour {
	out := make([]Hour, len(s.Hours))
	for i, h := range s.Hours {
		out[i] = Hour{Start: h.Start, Counts: map[string]uint64{s.Service: h.Seen}}
	}
	return out
}

// bandChart is the page's picture of an unusual hour on its band.
type bandChart struct {
	chart
	Wide       int    // hours, the width of the paths
	Area, Line string // SVG paths: the band, and what was seen
	Caption    string
}

// bandChart draws the hours up to an anomaly; nil where the season is not known.
func (r Report) bandChart(c analyze.Case) *bandChart {
	season, ok := r.seasonOf(c)
	if !ok {
		return nil
	}
	hours := season.Hours
	const height = 120
	top := float64(bandTop(hours))
	y := func(n uint64) int { return height - rounded(float64(n)/top*(height-6)) }
	ch := &bandChart{chart: chart{Height: height + 2, Base: height}, Wide: len(hours), Caption: season.caption(c)}
	ch.Alt = ch.Caption
	var upper, lower, line strings.Builder
	pen := "M"
	for i, h := range hours {
		fmt.Fprintf(&upper, "L%d.5 %d", i, y(h.High))
		back := len(hours) - 1 - i
		fmt.Fprintf(&lower, "L%d.5 %d", back, y(hours[back].Low))
		hot := during(h.Start, c)
		if !h.Read || hot {
			pen = "M"
		} else {
			fmt.Fprintf(&line, "%s%d.5 %d", pen, i, y(h.Seen))
			pen = "L"
		}
		if !hot {
			continue
		}
		m := mark{X: percent(float64(i) / float64(len(hours))), W: percent(max(1/float64(len(hours)), .006)), Y: y(h.Seen), H: max(3, height-y(h.Seen)), Class: "hot"}
		m.Y = height - m.H
		if !h.Read && !silence(c) {
			m.Y, m.H, m.Class = 4, height-4, "gap"
		}
		ch.Marks = append(ch.Marks, m)
	}
	ch.Area = "M" + strings.TrimPrefix(upper.String(), "L") + lower.String() + "Z"
	ch.Line = line.String()
	ch.addLabels(newAxis(hours[0].Start, hours[len(hours)-1].Start.Add(time.Hour), r.location()))
	return ch
}
