package detect

import (
	"cmp"
	"fmt"
	"time"

	"gumshoe/analyze"
)

// Learned tells what the learned rules met. What such a rule says is weak: it was made
// from lines that no parser understands. Alone it is told and asks for nothing, or, once
// a person has approved the rule, is a case of level low; beside other findings it adds
// less than makes a family count.
type Learned struct{}

// Name implements analyze.Detector.
func (Learned) Name() string { return "learned_rule" }

// learnedWeight is the log-odds of what a learned rule meets: below analyze.Strong, so
// that it never completes the two families that a ban needs.
const learnedWeight = 1.5

// Detect implements analyze.Detector.
func (d Learned) Detect(in *analyze.Input) (out []*analyze.Finding) {
	for i := range in.Ruled {
		out = append(out, new(d.finding(in, &in.Ruled[i])))
	}
	return out
}

func (d Learned) finding(in *analyze.Input, h *analyze.RuleHit) analyze.Finding {
	level, by := analyze.Info, "tried for some runs without meeting anybody honest"
	if h.Rule.Approved {
		level, by = analyze.Low, "approved by a person"
	}
	f := analyze.Finding{Detector: d.Name(), Key: h.Rule.ID + " " + h.Source.String(), Impact: analyze.Nuisance, Floor: &level, Service: h.Rule.Program,
		First: or(h.First, in.From), Last: or(h.Last, in.To), Events: h.Lines, Marks: h.Marks}
	f.Sources = append(f.Sources, h.Source)
	f.Evidence = []analyze.Evidence{{Family: analyze.Probing, LogOdds: learnedWeight, Trials: 1,
		Fact: fmt.Sprintf("%s match the learned rule %s", count(h.Lines, "line"), h.Rule.ID)}}
	program := cmp.Or(h.Rule.Program, "a log without an envelope")
	f.Story = analyze.Story{
		Headline: "Lines of " + program + " that a learned rule knows",
		Body:     []string{fmt.Sprintf("%s of %s have the shape of a threat: %s", upper(count(h.Lines, "line")), program, h.Rule.Template)},
		Why:      []string{fmt.Sprintf("Rule %s was proposed by %s and %s.", h.Rule.ID, h.Rule.By, by)},
		Not:      []string{"No format here understands such a line: this is weak evidence, and bans nobody by itself."},
		Do:       []string{fmt.Sprintf("gumshoe rules export %s writes it as a fail2ban filter; gumshoe rules reject %s ends it.", h.Rule.ID, h.Rule.ID)},
	}
	return f
}

// or is a moment, or another where it is not known.
func or(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
