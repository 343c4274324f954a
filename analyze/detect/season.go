package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/baseline"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Season finds hours in which a service counts far more than such hours do
// (analyze/baseline has the model). It accuses nobody: the sources that stand
// out are named as visitors, because a crowd is no crime.
type Season struct{}

// Name implements analyze.Detector.
func (Season) Name() string { return "traffic_anomaly" }

// metric is one number of a service hour that has a season.
type metric struct {
	name string // "requests"
	of   func(*window.Object) uint32
}

var webMetrics = []metric{
	{"request", func(o *window.Object) uint32 { return o.Events }},
	{"server error", func(o *window.Object) uint32 { return o.Errors }},
}

var authMetrics = []metric{{"failed login", func(o *window.Object) uint32 { return o.Bad }}}

// Detect implements analyze.Detector.
func (d Season) Detect(in *analyze.Input) []analyze.Finding {
	var out []analyze.Finding
	for _, t := range in.Set.Things(window.ServiceObject) {
		metrics := authMetrics
		if t.Name.Text == ingest.ServiceWeb {
			metrics = webMetrics
		}
		for _, m := range metrics {
			var run []baseline.Judgement
			for j := range baseline.Judge(series(&t, m.of, in), hourOf(in.From), hourOf(in.To.Add(time.Hour-1)), hourOf(in.To), in.Location) {
				if j.Kind != baseline.Spike && j.Kind != baseline.Drift {
					continue
				}
				if len(run) > 0 && j.Hour > run[len(run)-1].Hour+2 {
					out = append(out, d.finding(in, &t, m, run))
					run = nil
				}
				run = append(run, j)
			}
			if len(run) > 0 {
				out = append(out, d.finding(in, &t, m, run))
			}
		}
	}
	return out
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// forgotten is the silence in hours, eight weeks, after which a thing begins
// anew: what was before is no season of today, and one line of a clock that
// stood at 2000 must not weigh as decades of nothing.
const forgotten = 8 * 7 * 24

// series lays the hours of a thing side by side, from its first event (after
// the last long silence) to the end of the window; an hour without a row counted
// nothing.
func series(t *window.Thing, of func(*window.Object) uint32, in *analyze.Input) baseline.Series {
	hours := t.Hours
	for i := len(hours) - 1; i > 0; i-- {
		if hours[i].Hour-hours[i-1].Hour > forgotten {
			hours = hours[i:]
			break
		}
	}
	start := int64(hours[0].Hour)
	end := max(int64(hours[len(hours)-1].Hour)+1, hourOf(in.To))
	s := baseline.Series{Start: start, Counts: make([]uint32, end-start)}
	for i := range hours {
		s.Counts[int64(hours[i].Hour)-start] += of(&hours[i])
	}
	return s
}

// talker is a source in an unusual hour.
type talker struct {
	p     prefix
	n     uint32
	first analyze.Mark
}

func (d Season) finding(in *analyze.Input, t *window.Thing, m metric, run []baseline.Judgement) analyze.Finding {
	worst := slices.MaxFunc(run, func(a, b baseline.Judgement) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(float64(a.Count)/max(a.Mean, 1), float64(b.Count)/max(b.Mean, 1)))
	})
	level := worst.Level
	from, to := at(run[0].Hour), at(run[len(run)-1].Hour+1)
	f := analyze.Finding{
		Detector: d.Name(), Key: t.Name.Text + " " + m.name, Impact: analyze.Nuisance, Own: true, Floor: &level, Service: t.Name.Text,
		First: from, Last: to, Events: uint64(worst.Count),
		Targets: []analyze.Target{{Kind: analyze.HourOf, Value: at(worst.Hour).Format("2006-01-02T15:04Z")}, {Kind: analyze.ServiceName, Value: t.Name.Text}},
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Seasonal, LogOdds: min(8, analyze.FromP(worst.P)), Trials: 1,
		Fact: fmt.Sprintf("%s in the hour, %.0f expected (%d to %d in 98 of 100 such hours): %s", count(worst.Count, m.name), worst.Mean, worst.Low, worst.High, worst.Deviation())}}
	top, sources := talkers(in, t.Name.Text, uint32(worst.Hour), m)
	for _, x := range top[:min(5, len(top))] {
		f.Visitors = append(f.Visitors, x.p)
		f.Marks = append(f.Marks, x.first)
	}
	f.Story = d.story(in, t, m, run, worst, top, sources)
	return f
}

func at(hour int64) time.Time { return time.Unix(hour*3600, 0).UTC() }

// talkers lists the sources of a service hour, the busiest first.
func talkers(in *analyze.Input, service string, hour uint32, m metric) (out []talker, sources int) {
	units := in.Set.Units()
	for i := range units {
		for j := range units[i].Rows {
			r := &units[i].Rows[j]
			if r.Hour != hour || in.Set.Service(r.Service) != service {
				continue
			}
			n := r.Events
			switch m.name {
			case "server error":
				n = units[i].Trouble(r).Errors
			case "failed login":
				n = units[i].Trouble(r).Bad
			}
			if n > 0 {
				out = append(out, talker{units[i].Prefix, n, analyze.Mark{Origin: r.FirstAt(), Time: time.Unix(int64(r.First()), 0).UTC()}})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b talker) int { return cmp.Compare(b.n, a.n) })
	return out, len(out)
}

func (d Season) story(in *analyze.Input, t *window.Thing, m metric, run []baseline.Judgement, worst baseline.Judgement, top []talker, sources int) analyze.Story {
	when := at(worst.Hour).In(in.Location)
	kind := m.name + "s"
	s := analyze.Story{Headline: fmt.Sprintf("%s: %s where %.0f are usual", when.Format("Monday 15:04"), count(worst.Count, m.name), worst.Mean)}
	s.Body = []string{fmt.Sprintf("On %s %s counted %s in the hour from %s; such an hour has %.0f (%d to %d in 98 of 100).",
		when.Format("Monday 2 January"), t.Name.Text, count(worst.Count, m.name), when.Format("15:04"), worst.Mean, worst.Low, worst.High)}
	if len(run) > 1 {
		s.Body = append(s.Body, fmt.Sprintf("It lasted from %s to %s.", at(run[0].Hour).In(in.Location).Format("15:04"), at(run[len(run)-1].Hour+1).In(in.Location).Format("15:04")))
	}
	if len(worst.Same) > 0 {
		var same []string
		for _, n := range worst.Same {
			same = append(same, number(n))
		}
		s.Why = append(s.Why, fmt.Sprintf("The same hour of earlier weeks: %s.", and(same)))
	}
	z := ""
	if !math.IsNaN(worst.Z) {
		z = fmt.Sprintf(", plain z-score %.1f", worst.Z)
	}
	s.Why = append(s.Why, fmt.Sprintf("That is %s by the seasonal model%s.", worst.Deviation(), z))
	if len(top) > 0 {
		var names []string
		for _, x := range top[:min(3, len(top))] {
			names = append(names, fmt.Sprintf("%s (%s)", bare(x.p), number(x.n)))
		}
		s.Why = append(s.Why, fmt.Sprintf("%s came from %s; the busiest: %s.", upper(kind), count(sources, "address"), and(names)))
		s.Body = append(s.Body, causes(in, t, m, worst, top)...)
	}
	s.Not = []string{"A number accuses nobody, and nobody is banned for it: newsletters, launches and crawlers look like this too."}
	s.Do = []string{"See whether something was published or scheduled then; its busiest sources are the place to start."}
	return s
}

// causes says which kinds of cause fit the hour, from its own traffic.
func causes(in *analyze.Input, t *window.Thing, m metric, worst baseline.Judgement, top []talker) (out []string) {
	var now *window.Object
	for i := range t.Hours {
		if int64(t.Hours[i].Hour) == worst.Hour {
			now = &t.Hours[i]
		}
	}
	if now == nil || m.name != "request" {
		return nil
	}
	excess := float64(worst.Count) - worst.Mean
	var first uint32
	for _, x := range top[:min(3, len(top))] {
		first += x.n
	}
	if float64(first) > .6*excess {
		out = append(out, fmt.Sprintf("Three addresses make %.0f %% of the excess: a few programs, not a crowd.", 100*min(1, float64(first)/excess)))
	} else {
		out = append(out, fmt.Sprintf("It is spread: the busiest three addresses make %.0f %% of it.", 100*float64(first)/float64(worst.Count)))
	}
	refused := float64(now.Bad) / float64(now.Events)
	static := float64(now.Static) / float64(now.Events)
	switch {
	case refused > .3:
		out = append(out, fmt.Sprintf("%.0f of 100 requests were refused: likely a scan.", 100*refused))
	case static < .05:
		out = append(out, fmt.Sprintf("Hardly anyone loaded pictures or style sheets (%.0f of 100 requests): likely programs that copy or test the site.", 100*static))
	default:
		out = append(out, fmt.Sprintf("Pictures and style sheets were loaded too (%.0f of 100 requests): it could be people, after a mailing or a link.", 100*static))
	}
	return out
}
