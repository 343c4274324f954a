// Package judge gives the verdict on a case. The rules always work and are
// enough; they read what the detectors found and say it as an analyst would. An
// Adviser may ask a language model for a second opinion, which stands beside theirs
// and changes nothing.
package judge

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gumshoe/analyze"
)

// Rules is the deterministic judge.
type Rules struct{}

// Judge implements analyze.Judge: it writes headline, summary, explanation and
// what to do, and labels the case.
func (Rules) Judge(c *analyze.Case, in *analyze.Input) {
	lead := c.Findings[0]
	c.Headline = lead.Story.Headline
	var what, why, not []string
	var asides []*analyze.Finding
	for _, f := range c.Findings {
		if c.Beside(f) {
			asides = append(asides, f)
			continue
		}
		if c.Few(f) { // what one of a crowd did is not the crowd's story
			continue
		}
		what = append(what, f.Story.Body...)
		why = append(why, f.Story.Why...)
		if !lead.Own || f.Own { // beside a break-in nothing else needs doing
			c.Do = append(c.Do, f.Story.Do...)
		}
	}
	not = append(not, lead.Story.Not...)
	for _, f := range asides {
		if len(c.Sources) == 1 {
			what = append(what, f.Story.Body...)
		}
		why, not, c.Do = append(why, f.Story.Why...), append(not, f.Story.Not...), append(c.Do, f.Story.Do...)
	}
	if len(c.Sources) > 1 {
		what = append(what, ofMany(asides)...)
	}
	what, why, c.Do = analyze.Unique(what), analyze.Unique(why), onlyDeeds(analyze.Unique(c.Do))
	c.Summary = lead.Story.Headline
	if len(what) > 0 {
		c.Summary = what[0]
	}
	not = append(not, doubts(c)...)
	c.Explanation = paragraphs(what, why, not)
	c.Verdict = analyze.Verdict{Label: label(c), Confidence: c.Confidence, By: "rules", Rationale: rationale(c)}
}

// onlyDeeds leaves out that nothing needs doing, where something else does.
func onlyDeeds(do []string) []string {
	idle := func(text string) bool {
		return slices.ContainsFunc([]string{"Nothing to do.", "Nothing to do unless", "Nothing to do as long as"}, func(p string) bool { return strings.HasPrefix(text, p) })
	}
	if !slices.ContainsFunc(do, func(text string) bool { return !idle(text) }) {
		return do
	}
	return slices.DeleteFunc(do, idle)
}

// ofMany tells what some sources of a crowd did beside.
func ofMany(asides []*analyze.Finding) (out []string) {
	did := map[string]int{}
	for _, f := range asides {
		did[f.Aside]++
	}
	for _, what := range slices.Sorted(maps.Keys(did)) {
		out = append(out, fmt.Sprintf("Of its sources %d %s.", did[what], what))
	}
	return out
}

func paragraphs(parts ...[]string) (out []string) {
	for _, p := range parts {
		if len(p) > 0 {
			out = append(out, strings.Join(p, " "))
		}
	}
	return out
}

// doubts tells what speaks for an honest explanation.
func doubts(c *analyze.Case) (out []string) {
	for _, e := range c.Families {
		if e.LogOdds < 0 {
			out = append(out, "Against it speaks: "+e.Fact+".")
		}
	}
	return out
}

func label(c *analyze.Case) string {
	switch {
	case len(c.Sources) == 0:
		return "unreviewed"
	case c.Confidence >= .95 && c.Impact > analyze.Nuisance:
		return "malicious"
	}
	return "suspicious"
}

// rationale is the arithmetic in one line.
func rationale(c *analyze.Case) string {
	out := signed(append(make([]byte, 0, 256), "doubt at the start "...), c.Prior)
	for _, e := range c.Families {
		out = signed(append(append(append(out, ", "...), e.Family...), ' '), e.LogOdds)
	}
	out = signed(append(out, "; sum "...), c.LogOdds)
	out = strconv.AppendFloat(append(out, ", "...), 100*c.Confidence, 'f', 1, 64)
	return string(append(out, " % sure"...))
}

// signed appends a number as %+.1f does, of which there are tens of thousands.
func signed(b []byte, n float64) []byte {
	if !math.Signbit(n) {
		b = append(b, '+')
	}
	return strconv.AppendFloat(b, n, 'f', 1, 64)
}
