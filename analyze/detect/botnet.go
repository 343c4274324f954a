package detect

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
)

// How much two crowds must have in common to be one: at least two sources, and a
// fifth of the smaller. None of them is an owner of either account, so that
// a stranger who fails on both is no chance.
const (
	fewestShared = 2
	sharedFifth  = 5
	mostCrowds   = 32 // of one source that are compared
)

// oneBotnet makes one finding of those about several accounts that the same
// sources fail on: a botnet that shares out a list of accounts is one attack.
func oneBotnet(in *analyze.Input, found []*analyze.Finding) []*analyze.Finding {
	of := map[netip.Prefix][]int{}
	type pair struct{ a, b int }
	shared := map[pair]int{}
	for i := range found {
		for _, s := range found[i].Sources {
			for _, k := range of[s] {
				shared[pair{k, i}]++
			}
			if len(of[s]) < mostCrowds {
				of[s] = append(of[s], i)
			}
		}
	}
	parent := make([]int, len(found))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	for p, n := range shared {
		a, b := found[p.a], found[p.b]
		if n < max(fewestShared, (min(len(a.Sources), len(b.Sources))+sharedFifth-1)/sharedFifth) || a.Last.Add(guessWindow).Before(b.First) || b.Last.Add(guessWindow).Before(a.First) {
			continue
		}
		if x, y := root(p.a), root(p.b); x != y {
			parent[max(x, y)] = min(x, y)
		}
	}
	crowds := map[int][]*analyze.Finding{}
	for i := range found {
		crowds[root(i)] = append(crowds[root(i)], found[i])
	}
	out := make([]*analyze.Finding, 0, len(crowds))
	for _, r := range slices.Sorted(maps.Keys(crowds)) {
		if all := crowds[r]; len(all) == 1 {
			out = append(out, all[0])
		} else {
			out = append(out, new(botnet(in, all)))
		}
	}
	return out
}

// botnet is one finding in place of those about single accounts.
func botnet(in *analyze.Input, all []*analyze.Finding) analyze.Finding {
	lead := slices.MaxFunc(all, func(a, b *analyze.Finding) int { return len(a.Sources) - len(b.Sources) })
	f := *lead
	f.Sources, f.Times, f.Marks, f.Targets, f.Events = nil, nil, nil, nil, 0
	guarded := true
	best := map[analyze.Family]analyze.Evidence{}
	for _, x := range all {
		f.Sources = append(f.Sources, x.Sources...)
		f.Times = append(f.Times, x.Times...)
		f.Marks = append(f.Marks, x.Marks...)
		f.Targets = append(f.Targets, x.Targets...)
		f.Events += x.Events
		f.Existing = f.Existing || x.Existing
		f.Impact = max(f.Impact, x.Impact)
		if x.First.Before(f.First) {
			f.First = x.First
		}
		if x.Last.After(f.Last) {
			f.Last = x.Last
		}
		doubted := false
		for _, e := range x.Evidence {
			doubted = doubted || e.Family == analyze.Guard
			if old, ok := best[e.Family]; !ok || e.LogOdds > old.LogOdds {
				best[e.Family] = e
			}
		}
		guarded = guarded && doubted
	}
	slices.SortFunc(f.Sources, netip.Prefix.Compare)
	f.Sources = slices.Compact(f.Sources)
	slices.SortFunc(f.Times, time.Time.Compare)
	slices.SortStableFunc(f.Marks, func(a, b analyze.Mark) int { return a.Time.Compare(b.Time) })
	f.Marks = analyze.Spread(f.Marks, 5)
	nets := map[hood]bool{}
	for _, s := range f.Sources {
		nets[hoodOf(s)] = true
	}
	if len(f.Sources) >= manySources {
		f.Impact = analyze.Targeted
	}
	if _, ok := best[analyze.Campaign]; ok {
		best[analyze.Campaign] = together(len(f.Sources), len(nets))
	}
	f.Evidence = nil
	for _, family := range slices.Sorted(maps.Keys(best)) {
		if family != analyze.Guard || guarded {
			f.Evidence = append(f.Evidence, best[family])
		}
	}
	var names []string
	for _, t := range f.Targets {
		names = append(names, t.Value)
	}
	f.Prefix, f.Collateral = netip.Prefix{}, 0
	explain(in, &f)
	f.Story.Headline = fmt.Sprintf("%d networks guess at %d accounts", len(nets), len(names))
	f.Story.Body = []string{fmt.Sprintf("%s were tried %s over %s by %s of %s in %s: the same sources, shared out over the accounts.",
		upper(some(names, 4)), count(f.Events, "time"), f.Service, count(len(f.Sources), "address"), count(len(nets), "network"), span(f.Last.Sub(f.First)))}
	f.Story.Do = nil
	if f.Existing {
		f.Story.Do = []string{"Tell the owners of " + strings.Join(names[:min(len(names), 4)], ", ") + ", and give the accounts a second factor or a long password."}
	}
	return f
}
