package detect

import (
	"fmt"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/baseline"
	"gumshoe/ingest/window"
)

// Silence finds logs that fall silent in hours in which they always have lines:
// a rotation that went wrong, a daemon that died, or somebody who does not want
// to be seen.
type Silence struct{}

// Name implements analyze.Detector.
func (Silence) Name() string { return "silent_source" }

// Detect implements analyze.Detector.
func (d Silence) Detect(in *analyze.Input) []*analyze.Finding {
	logs := in.Set.Things(window.LogObject)
	return analyze.Gather(len(logs), func(i int, found []*analyze.Finding) []*analyze.Finding {
		t := &logs[i]
		s := series(in, t, func(o *window.Object) uint32 { return o.Events })
		var run []baseline.Judgement
		for j := range baseline.Unusual(s, hourOf(in.From), hourOf(in.To), hourOf(in.To), in.Location) {
			if j.Kind != baseline.Silence {
				continue
			}
			if len(run) > 0 && j.Hour > run[len(run)-1].Hour+1 {
				found = append(found, new(d.finding(in, t, run)))
				run = nil
			}
			run = append(run, j)
		}
		if len(run) > 0 {
			found = append(found, new(d.finding(in, t, run)))
		}
		return found
	})
}

func (d Silence) finding(in *analyze.Input, t *window.Thing, run []baseline.Judgement) analyze.Finding {
	first, last := at(run[0].Hour), at(run[len(run)-1].Hour+1)
	level := run[0].Level
	counted, expected := 0, 0.0
	for _, j := range run {
		counted += int(j.Count)
		expected += j.Mean
	}
	before, after := around(t, run[0].Hour, run[len(run)-1].Hour)
	clock := func(x time.Time) string { return x.In(in.Location).Format("Mon 2 Jan 15:04") }
	body := fmt.Sprintf("%s has %s between %s and %s (%s), where about %.0f are usual.", t.Name.Text, count(counted, "line"), clock(first), clock(last), span(last.Sub(first)), expected)
	if counted == 0 && !before.IsZero() {
		body += fmt.Sprintf(" Its last line before is of %s", before.In(in.Location).Format("15:04:05"))
		if !after.IsZero() {
			body += fmt.Sprintf(", its next of %s", after.In(in.Location).Format("15:04:05"))
		}
		body += "."
	}
	return analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1562.006"}, Key: "log " + t.Name.Text, Impact: analyze.Nuisance, Own: true, Floor: &level,
		First: first, Last: last,
		Targets:  []analyze.Target{{Kind: analyze.SourceName, Value: t.Name.Text}, {Kind: analyze.HourOf, Value: first.Format("2006-01-02T15:04Z")}},
		Evidence: []analyze.Evidence{{Family: analyze.Seasonal, LogOdds: min(8, analyze.FromP(run[0].PLow)), Trials: len(run), Fact: fmt.Sprintf("%d lines where about %.0f are usual", counted, expected)}},
		Story: analyze.Story{
			Headline: fmt.Sprintf("%s fell silent for %s", t.Name.Text, span(last.Sub(first))),
			Body:     []string{body},
			Why:      whySilent(run),
			Not:      []string{"What happened in those hours is unknown, not absent: nothing that reads this log saw it."},
			Do:       []string{"See whether the log was rotated without telling its daemon, whether the daemon ran, and whether the journal still has the lines."},
		},
	}
}

// whySilent says what earlier weeks were like, and how much is known of them.
func whySilent(run []baseline.Judgement) (why []string) {
	if !slices.ContainsFunc(run, func(j baseline.Judgement) bool { return len(j.Same) == 0 || slices.Min(j.Same) == 0 }) {
		why = append(why, "In no such hour of the weeks before was it silent.")
	}
	if short := run[0].Model.Shortage(); short != "" {
		why = append(why, upper(short)+".")
	}
	return why
}

// around returns the last event before the silence and the first after it.
func around(t *window.Thing, from, to int64) (before, after time.Time) {
	for i := range t.Hours {
		h := &t.Hours[i]
		switch {
		case int64(h.Hour) < from:
			before = time.Unix(int64(h.Last()), 0).UTC()
		case int64(h.Hour) > to && after.IsZero():
			after = time.Unix(int64(h.First()), 0).UTC()
		}
	}
	return before, after
}
