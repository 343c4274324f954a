package analyze

import (
	"fmt"
	"math"
	"slices"
)

// maxCases is how many cases a run tells one by one. Whoever commands a hundred
// thousand addresses can have each of them knock a little.
const maxCases = 10_000

// foldRest joins what lies beyond the worst n cases: those of one kind, level and
// impact become one, which names every source and claims of them only what holds
// for each. Break-ins and anomalies are never joined. The cases come worst first.
func foldRest(cases []*Case, n int) []*Case {
	if len(cases) <= n {
		return cases
	}
	type sort struct {
		kind   string
		level  Level
		impact Impact
	}
	out := cases[:n:n]
	members := map[sort][]*Case{}
	var order []sort
	for _, c := range cases[n:] {
		if len(c.Sources) == 0 || c.Findings[0].Own {
			out = append(out, c)
			continue
		}
		k := sort{c.Kind, c.Level, c.Impact}
		if members[k] == nil {
			order = append(order, k)
		}
		members[k] = append(members[k], c)
	}
	for _, k := range order {
		if all := members[k]; len(all) == 1 {
			out = append(out, all[0])
		} else {
			out = append(out, joined(all))
		}
	}
	slices.SortStableFunc(out[n:], worstFirst)
	return out
}

// joined is one case in place of many that are alike.
func joined(all []*Case) *Case {
	first := all[0]
	first.detail()
	c := &Case{Kind: first.Kind, Level: first.Level, Impact: first.Impact, First: first.First, Last: first.Last, Timeline: first.Timeline, Marks: first.Marks,
		Prior: first.Prior, Families: slices.Clone(first.Families), Active: first.Active}
	for _, m := range all {
		c.Sources = append(c.Sources, m.Sources...)
		c.Detections = Unique(append(c.Detections, m.Detections...))
		c.Techniques = Unique(append(c.Techniques, m.Techniques...))
		c.Services = Unique(append(c.Services, m.Services...))
		if len(c.Targets) < MaxTargets {
			m.detail()
			c.Targets = Unique(append(c.Targets, m.Targets...))
		}
		c.Events += m.Events
		c.Prior, c.Active = min(c.Prior, m.Prior), min(c.Active, m.Active)
		if m.First.Before(c.First) {
			c.First = m.First
		}
		if m.Last.After(c.Last) {
			c.Last = m.Last
		}
		c.Families = common(c.Families, m)
	}
	c.Sources = sortedPrefixes(c.Sources)
	c.Targets = c.Targets[:min(len(c.Targets), MaxTargets)]
	c.LogOdds = c.Prior
	for _, e := range c.Families {
		c.LogOdds += e.LogOdds
	}
	c.Confidence = 1 / (1 + math.Exp(-c.LogOdds))
	headline := fmt.Sprintf("%d more cases like those above, of %d sources", len(all), len(c.Sources))
	c.Findings = []*Finding{{Detector: c.Kind, Key: fmt.Sprintf("more %s %s %d", c.Kind, c.Level, c.Impact), Sources: c.Sources, Impact: c.Impact,
		Evidence: c.Families, First: c.First, Last: c.Last, Events: c.Events, Story: Story{Headline: headline,
			Body: []string{fmt.Sprintf("A run tells %d cases one by one; %d of level %s are told together here, with every source named. They were seen %d times.", maxCases, len(all), c.Level, c.Events)},
			Not:  []string{"The evidence is that which holds for each of them; some have more against them."}}}}
	return c
}

// common keeps the evidence of families that a case has too, the weaker of the two.
// What speaks for the honesty of one speaks for all.
func common(families []Evidence, c *Case) []Evidence {
	out := families[:0]
	for _, e := range families {
		i := slices.IndexFunc(c.Families, func(o Evidence) bool { return o.Family == e.Family })
		switch {
		case i >= 0 && c.Families[i].LogOdds < e.LogOdds:
			out = append(out, c.Families[i])
		case i >= 0 || e.LogOdds < 0:
			out = append(out, e)
		}
	}
	for _, e := range c.Families {
		if e.LogOdds < 0 && !slices.ContainsFunc(out, func(o Evidence) bool { return o.Family == e.Family }) {
			out = append(out, e)
		}
	}
	return out
}
