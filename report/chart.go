package report

import (
	"fmt"
	"math"
	"time"

	"gumshoe/analyze"
)

// chart is a picture of rectangles and labels. Horizontal places are percent of
// the width, so that a picture fits a phone as it fits paper and strokes stay
// sharp; vertical ones are pixels.
type chart struct {
	Height int
	Base   int // y of the base line
	Marks  []mark
	Labels []label
	Alt    string // states the fact for who cannot see it
}

type mark struct {
	X, W  string // percent, or pixels for a stroke's width
	Y, H  int
	Class string // ev, more, gap, hot
}

type label struct {
	X, Anchor, Text string
	Minor           bool // left out where it is narrow
}

// percent writes a place on the width.
func percent(f float64) string {
	return fmt.Sprintf("%.2f%%", math.Max(0, math.Min(1, f))*100)
}

// strokeCells is how many strokes fit beside each other on the widest page.
const strokeCells = 240

// strokeChart draws the events of a case on an axis: one stroke is one event,
// higher strokes are several close together.
func strokeChart(a axis, c analyze.Case) chart {
	ch := chart{Height: 26, Base: 24, Alt: fmt.Sprintf("%s between %s and %s", counted(c.Events, "event", "events"),
		c.First.UTC().Format(time.DateTime), c.Last.UTC().Format(time.DateTime))}
	if len(c.Timeline) == 0 {
		class := "ev"
		if silence(c) {
			class = "gap"
		}
		from, to := a.at(c.First), a.at(c.Last)
		ch.Marks = append(ch.Marks, mark{percent(from), percent(max(to-from, .006)), 6, 18, class})
		return ch
	}
	for i, k := range a.buckets(c, strokeCells) {
		h := 0
		switch {
		case k == 0:
			continue
		case k < 4:
			h = 12
		case k < 10:
			h = 16
		default:
			h = 20
		}
		ch.Marks = append(ch.Marks, mark{percent((float64(i) + .5) / strokeCells), "2", ch.Base - h, h, "ev"})
	}
	return ch
}

// labels is the axis alone, to stand beneath charts that share it.
func (a axis) labels() chart {
	ch := chart{Base: -1, Alt: "time axis"}
	ch.addLabels(a)
	return ch
}

// addLabels writes the axis beneath the chart.
func (ch *chart) addLabels(a axis) {
	for i, t := range a.ticks {
		l := label{X: percent(a.at(t.at)), Anchor: "middle", Text: t.label, Minor: i%2 == 1 && len(a.ticks) > 4}
		switch f := a.at(t.at); {
		case f < .02:
			l.Anchor = "start"
		case f > .98:
			l.Anchor = "end"
		}
		ch.Labels = append(ch.Labels, l)
	}
	ch.Height += 18
}

// hourChart is the traffic hour by hour.
type hourChart struct {
	chart
	Top     string // the largest value
	Caption string
}

// hourBars is how many bars of an hour chart can be told apart.
const hourBars = 168

// hourChart draws the hours of a service ("" for all) in [from, to); the hours
// that the anomalies among cases are about stand out.
func (r Report) hourChart(service string, from, to time.Time, cases []analyze.Case) *hourChart {
	ss := slots(r.Hours, service, from, to, hourBars)
	if len(ss) < 2 {
		return nil
	}
	const height = 120
	top := busiest(ss)
	a := newAxis(ss[0].start, ss[len(ss)-1].start.Add(time.Duration(ss[0].hours)*time.Hour), r.location())
	h := &hourChart{chart: chart{Height: height + 2, Base: height}, Top: count(top)}
	step := 1 / float64(len(ss))
	wide := min(step*.84, .04)
	for i, s := range ss {
		class := "ev"
		if hot(s, service, cases) {
			class = "hot"
		}
		y := int(math.Round(float64(s.count) / float64(top) * (height - 4)))
		if s.count > 0 || class == "hot" {
			y = max(y, 1)
		}
		if class == "hot" {
			y = max(y, 3) // an hour without events is told by its mark
		}
		h.Marks = append(h.Marks, mark{percent((float64(i)+.5)*step - wide/2), percent(wide), height - y, y, class})
	}
	h.addLabels(a)
	what := service
	if what == "" {
		what = "all services"
	}
	h.Caption = "Events an hour, " + what
	if ss[0].hours > 1 {
		h.Caption += fmt.Sprintf("; one bar is the busiest of %d hours", ss[0].hours)
	}
	h.Caption += ". The busiest has " + h.Top + "."
	h.Alt = h.Caption
	return h
}

// hot reports whether a slot holds the hour of an anomaly of the service.
func hot(s slot, service string, cases []analyze.Case) bool {
	end := s.start.Add(time.Duration(s.hours) * time.Hour)
	for _, c := range cases {
		if !anomaly(c) || service != "" && (len(c.Services) == 0 || c.Services[0] != service) {
			continue
		}
		if c.First.Before(end) && !c.Last.Before(s.start) {
			return true
		}
	}
	return false
}

// weightBar is one line of a case's reckoning.
type weightBar struct {
	Name, Value, Fact, Width string
	Class                    string // ev speaks for an attack, more against it
}

// weightScale is the log-odds at which a bar is full: the cap of a family.
const weightScale = 8

// weightBars draws a case's reckoning.
func weightBars(c analyze.Case) []weightBar {
	var out []weightBar
	for _, e := range weights(c) {
		b := weightBar{Name: string(e.Family), Value: weight(e.LogOdds), Fact: e.Fact, Width: percent(math.Abs(e.LogOdds) / weightScale), Class: "ev"}
		if e.LogOdds < 0 {
			b.Class = "more"
		}
		out = append(out, b)
	}
	return out
}
