package detect

import (
	"fmt"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Constants of the patient knocker.
const (
	knocksLeast = 8
	knockEach   = .5  // log-odds a knock, as for a patient guesser
	knockCap    = 7.5 // one path, however often, is one habit and not thirty trials
)

// knock finds the source that comes back, for hours and never in a hurry, to a
// door that is not there: the walk counts every path once, and does not see it.
// A forgotten check of somebody's own may do the same, hence a nuisance; an application
// that is refused other things as often is none.
func (d Scan) knock(in *analyze.Input, u *window.Unit) (analyze.Finding, bool) {
	list := contactLists.Get().(*contactList)
	defer contactLists.Put(list)
	list.doors = knocksOf(in, u, list.doors[:0])
	all := list.doors
	if len(all) < knocksLeast || !in.Contains(uint32(all[len(all)-1].at().Unix()/3600)) {
		return analyze.Finding{}, false
	}
	pauses, knocks := list.pace(all), len(list.knocks)
	lasted := all[len(all)-1].at().Sub(all[0].at())
	if knocks < knocksLeast || median(pauses) < slowGap || lasted < slowSpan {
		return analyze.Finding{}, false
	}
	f := analyze.Finding{
		Detector: "slow_scan", Techniques: []string{"T1595.003"}, Key: u.Prefix().String(), Sources: sources(u),
		Impact: analyze.Nuisance, Service: ingest.ServiceWeb, First: all[0].at(), Last: all[len(all)-1].at(), Events: uint64(len(all)),
	}
	list.of(in, u)
	if !slices.ContainsFunc(all, func(c contact) bool { return !list.habits[c.name] }) {
		return analyze.Finding{}, false
	}
	var paths []string
	for _, c := range all {
		f.Times = append(f.Times, c.at())
		f.Marks = append(f.Marks, c.mark())
		paths = append(paths, in.Set.Name(c.name).Text)
	}
	paths = analyze.Unique(paths)
	for _, path := range paths {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: path})
	}
	f.Marks = analyze.Spread(f.Marks, 5)
	f.Evidence = []analyze.Evidence{{Family: analyze.Probing, LogOdds: min(knockCap, knockEach*float64(knocks)), Trials: len(paths),
		Fact: fmt.Sprintf("%s at a path that only scanners ask for", count(knocks, "knock"))}}
	g := greenwood(pauses)
	if odds := min(4, analyze.FromP(tooRegular(len(pauses), g))); odds > 0 {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Timing, LogOdds: odds, Trials: len(pauses),
			Fact: fmt.Sprintf("pauses as even as a clock's: Greenwood %.2f where 2 is chance", g)})
	}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("One knock every %s at the same door, for %s", span(median(pauses)), span(lasted)),
		Body: []string{fmt.Sprintf("%s asked %s for %s, and never got it. The pauses between knocks lasted %s, over %s.",
			bare(u.Prefix()), count(len(all), "time"), some(paths, 4), minutesBetween(slices.Min(pauses), slices.Max(pauses)), span(lasted))},
		Why: []string{"It never hurries: no limit that counts over ten minutes sees it. Nobody else was ever answered there."},
		Not: []string{"A forgotten check of your own looks the same."},
		Do:  []string{doNothing},
	}
	return f, true
}
