package report

import (
	"time"

	"gumshoe/analyze"
)

// axis is a time axis. All cases share the window's, so that they can be
// compared; inside a case a short story may have its own.
type axis struct {
	from, to time.Time
	ticks    []tick
}

// tick is one labelled place on an axis.
type tick struct {
	at    time.Time
	label string
}

// maxTicks is how many labels fit beneath an axis of forty characters.
const maxTicks = 8

// steps are the distances between ticks that a clock face knows.
var steps = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// newAxis chooses round ticks for [from, to]: minutes, hours, or beyond two days
// the midnights.
func newAxis(from, to time.Time, loc *time.Location) axis {
	a := axis{from: from, to: to}
	if to.Sub(from) > 48*time.Hour {
		a.days(loc)
		return a
	}
	step := steps[len(steps)-1]
	for _, s := range steps {
		if to.Sub(from)/s < maxTicks {
			step = s
			break
		}
	}
	layout := clockLayout
	if step >= time.Hour {
		layout = "15"
	}
	y, m, d := from.In(loc).Date()
	for t := time.Date(y, m, d, 0, 0, 0, 0, loc); !t.After(to); t = t.Add(step) {
		if !t.Before(from) {
			a.ticks = append(a.ticks, tick{t, t.Format(layout)})
		}
	}
	return a
}

// days puts ticks on midnights: each one for a week, then every few.
func (a *axis) days(loc *time.Location) {
	step, layout := 1, "Mon 2"
	total := int(a.to.Sub(a.from).Hours()/24) + 1
	for total/step >= maxTicks {
		layout = "2 Jan"
		if step == 1 {
			step = 2
		} else if step < 7 {
			step = 7
		} else {
			step *= 2
		}
	}
	y, m, d := a.from.In(loc).Date()
	for i := 0; ; i += step {
		t := time.Date(y, m, d+i, 0, 0, 0, 0, loc)
		if t.After(a.to) {
			return
		}
		if !t.Before(a.from) {
			a.ticks = append(a.ticks, tick{t, t.Format(layout)})
		}
	}
}

// at places t on the axis, 0 its beginning and 1 its end.
func (a axis) at(t time.Time) float64 {
	if !a.to.After(a.from) {
		return 0
	}
	return float64(t.Sub(a.from)) / float64(a.to.Sub(a.from))
}

// cell is at in whole cells of n, kept on the axis.
func (a axis) cell(t time.Time, n int) int {
	return max(0, min(n-1, int(a.at(t)*float64(n))))
}

// buckets counts a case's events in n cells of the axis. Where the timeline
// holds only a sample of the events, each stands for its share of them.
func (a axis) buckets(c analyze.Case, n int) []float64 {
	counts := make([]float64, n)
	each := 1.0
	if c.Events > uint64(len(c.Timeline)) && len(c.Timeline) > 0 {
		each = float64(c.Events) / float64(len(c.Timeline))
	}
	for _, t := range c.Timeline {
		if p := a.at(t); p >= 0 && p <= 1 {
			counts[a.cell(t, n)] += each
		}
	}
	return counts
}

// zoom returns an axis for a story that would be a mere dot on the window's,
// and whether it is worth having: the story fills less than a sixth of it.
func zoom(c analyze.Case, window axis, loc *time.Location) (axis, bool) {
	if c.First.IsZero() || len(c.Timeline) < 2 {
		return window, false
	}
	length := c.Last.Sub(c.First)
	if length*6 > window.to.Sub(window.from) {
		return window, false
	}
	margin := max(length/20, time.Minute)
	return newAxis(c.First.Add(-margin).Truncate(time.Minute), c.Last.Add(margin+time.Minute).Truncate(time.Minute), loc), true
}
