package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/baseline"
	"gumshoe/ingest/window"
)

// Season finds hours in which a service counts far more than such hours do
// (analyze/baseline has the model). It accuses nobody: the sources that stand
// out are named as visitors, because a crowd is no crime.
type Season struct{}

// Name implements analyze.Detector.
func (Season) Name() string { return "traffic_anomaly" }

// Detect implements analyze.Detector.
func (d Season) Detect(in *analyze.Input) []*analyze.Finding {
	things := in.Set.Things(window.ServiceObject)
	found := analyze.Gather(len(things), func(i int, found []anomaly) []anomaly {
		for _, m := range analyze.MetricsOf(things[i].Name.Text) {
			found = anomalies(in, &things[i], m, found)
		}
		return found
	})
	throngs := throngsOf(in, found)
	var out []*analyze.Finding
	for i, a := range found {
		out = append(out, new(d.finding(in, a, throngs[i])))
	}
	return out
}

// anomalies appends the runs of hours in which a service counted too much. One
// or two usual hours in between do not end a run.
func anomalies(in *analyze.Input, t *window.Thing, m analyze.Metric, found []anomaly) []anomaly {
	s := series(in, t, m.Of)
	s.Flagged = flagged(in, t, m, s)
	for i := range t.Hours { // a count of an hour that was read in part is a lower bound, and can be too high
		s.Cover(int64(t.Hours[i].Hour))
	}
	var run []baseline.Judgement
	for j := range baseline.Unusual(s, hourOf(in.From), hourOf(in.To.Add(time.Hour-1)), hourOf(in.To), in.Location) {
		if j.Kind == baseline.Silence {
			continue
		}
		if len(run) > 0 && j.Hour > run[len(run)-1].Hour+2 {
			found = append(found, anomalyOf(t, m, run))
			run = nil
		}
		run = append(run, j)
	}
	if len(run) > 0 {
		found = append(found, anomalyOf(t, m, run))
	}
	return found
}

// anomaly is a run of unusual hours.
type anomaly struct {
	thing  *window.Thing
	metric analyze.Metric
	run    []baseline.Judgement
	worst  baseline.Judgement
}

func anomalyOf(t *window.Thing, m analyze.Metric, run []baseline.Judgement) anomaly {
	return anomaly{t, m, run, slices.MaxFunc(run, func(a, b baseline.Judgement) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(float64(a.Count)/max(a.Mean, 1), float64(b.Count)/max(b.Mean, 1)))
	})}
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

func (d Season) finding(in *analyze.Input, a anomaly, c throng) analyze.Finding {
	t, m, run, worst := a.thing, a.metric, a.run, a.worst
	level := worst.Level
	from, to := at(run[0].Hour), at(run[len(run)-1].Hour+1)
	f := analyze.Finding{
		Detector: d.Name(), Key: t.Name.Text + " " + string(m), Impact: analyze.Nuisance, Own: true, Floor: &level, Service: t.Name.Text,
		First: from, Last: to, Events: uint64(worst.Count),
		Targets: []analyze.Target{{Kind: analyze.HourOf, Value: at(worst.Hour).Format("2006-01-02T15:04Z")}, {Kind: analyze.ServiceName, Value: t.Name.Text}},
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Seasonal, LogOdds: min(8, analyze.FromP(worst.P)), Trials: 1,
		Fact: fmt.Sprintf("%s in the hour, %.0f expected (%d to %d in 98 of 100 such hours): %s", count(worst.Count, string(m)), worst.Mean, worst.Low, worst.High, worst.Deviation())}}
	for _, x := range c.top {
		f.Visitors = append(f.Visitors, x.p)
		f.Marks = append(f.Marks, x.first)
	}
	f.Story = d.story(in, t, m, run, worst, c.top, c.sources)
	return f
}

func at(hour int64) time.Time { return time.Unix(hour*3600, 0).UTC() }

func (d Season) story(in *analyze.Input, t *window.Thing, m analyze.Metric, run []baseline.Judgement, worst baseline.Judgement, top []talker, sources int) analyze.Story {
	when := at(worst.Hour).In(in.Location)
	kind := string(m) + "s"
	s := analyze.Story{Headline: fmt.Sprintf("%s: %s where %.0f are usual", when.Format("Monday 15:04"), count(worst.Count, string(m)), worst.Mean)}
	s.Body = []string{fmt.Sprintf("On %s %s counted %s in the hour from %s; such an hour has %.0f (%d to %d in 98 of 100).",
		when.Format("Monday 2 January"), t.Name.Text, count(worst.Count, string(m)), when.Format("15:04"), worst.Mean, worst.Low, worst.High)}
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
	if short := worst.Model.Shortage(); short != "" {
		s.Why = append(s.Why, upper(short)+".")
	}
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
func causes(in *analyze.Input, t *window.Thing, m analyze.Metric, worst baseline.Judgement, top []talker) (out []string) {
	var now *window.Object
	for i := range t.Hours {
		if int64(t.Hours[i].Hour) == worst.Hour {
			now = &t.Hours[i]
		}
	}
	if now == nil || m != analyze.Requests {
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
