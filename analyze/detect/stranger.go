package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// stranger reports a source that is nobody's: it never succeeded at anything, or
// only where it had guessed before, and is no crawler that DNS confirms. Only
// strangers are linked to others: a person who fails beside a campaign is no part
// of it.
func stranger(in *analyze.Input, owners *homes, i int, u *window.Unit) bool {
	if st := in.Standing(i); st.Success && (!st.LoggedIn || st.KnownHere() || owners.honestAccounts(in, u) > 0) {
		return false
	}
	_, crawler := in.Vouched(u.Prefix())
	return !crawler
}

// loudDay is how many failed logins a day make a source that does not hide: what
// it tries would drown what others do in company.
const loudDay = 100

// lone is one failed login of a stranger.
type lone struct {
	try
	net    hood
	unit   uint32 // in Set.Units
	number int32  // of the name, in knockings.names
}

// knockings are the failed logins of strangers on one service, in order of time, at
// names that not everybody tries everywhere, and the longest list of names that one
// source went through.
type knockings struct {
	service string
	tries   []lone
	names   []uint64 // that were tried, in the order of their ids
	list    []uint64 // names in the order of that source
	owner   uint32   // the source
}

// fewestListed is how many names make a list that others may share.
const fewestListed = 30

// knockingsOf lists what strangers tried, by service.
func knockingsOf(in *analyze.Input) []knockings {
	owners := analyze.Fact(in, "homes", homesOf)
	parts := analyze.EachUnit(in, analyze.Failed, func(i int, u *window.Unit, found []knockings) []knockings {
		if !stranger(in, owners, i, u) {
			return found
		}
		net, list := hoodOf(u.Prefix()), lists.Get().(*[]try)
		defer lists.Put(list)
		for lo := 0; lo < len(u.Rows); {
			hi := lo
			for hi < len(u.Rows) && u.Rows[hi].Service == u.Rows[lo].Service {
				hi++
			}
			if in.Set.Service(u.Rows[lo].Service) != ingest.ServiceWeb {
				if mine := owners.tried.guilty(i, lo, hi, list); len(mine) > 0 {
					var k *knockings
					found, k = on(found, in.Set.Service(u.Rows[lo].Service))
					if len(mine) >= fewestListed {
						k.keepLongest(namesOf(mine), uint32(i))
					}
					if len(mine) <= loudDay*daysOf(u.Rows[lo:hi]) {
						for _, t := range mine {
							if t.name != 0 && !t.famous {
								k.tries = append(k.tries, lone{try: t, net: net, unit: uint32(i)})
							}
						}
					}
				}
			}
			lo = hi
		}
		return found
	})
	var out []knockings
	tries := map[string][][]lone{}
	for i := range parts {
		p, k := &parts[i], (*knockings)(nil)
		out, k = on(out, p.service)
		k.keepLongest(p.list, p.owner)
		tries[p.service] = append(tries[p.service], p.tries)
	}
	for i := range out {
		k := &out[i]
		k.tries = slices.Concat(tries[k.service]...)
		sortByTime(k.tries, func(t *lone) int64 { return t.milli }, func(a, b lone) int { return cmp.Or(earlierTry(a.try, b.try), cmp.Compare(a.unit, b.unit)) })
		k.numberNames()
	}
	slices.SortFunc(out, func(a, b knockings) int { return strings.Compare(a.service, b.service) })
	return out
}

// numberNames lists the names, so that what is counted by name needs no map.
func (k *knockings) numberNames() {
	type of struct {
		name uint64
		try  int32
	}
	all := make([]of, len(k.tries))
	for i := range all {
		all[i] = of{k.tries[i].name, int32(i)}
	}
	slices.SortFunc(all, func(a, b of) int { return cmp.Compare(a.name, b.name) })
	for _, x := range all {
		if n := len(k.names); n == 0 || k.names[n-1] != x.name {
			k.names = append(k.names, x.name)
		}
		k.tries[x.try].number = int32(len(k.names) - 1)
	}
}

// on returns the knockings on a service, which it adds to the others where there were none.
func on(all []knockings, service string) ([]knockings, *knockings) {
	i := slices.IndexFunc(all, func(k knockings) bool { return k.service == service })
	if i < 0 {
		i = len(all)
		all = append(all, knockings{service: service})
	}
	return all, &all[i]
}

// keepLongest remembers the names that a source went through, if there were never as many.
func (k *knockings) keepLongest(names []uint64, unit uint32) {
	if len(names) >= fewestListed && len(names) > len(k.list) {
		k.list, k.owner = names, unit
	}
}

// namesOf are the accounts of some tries, in order of first appearance.
func namesOf(all []try) (out []uint64) {
	for _, a := range onNames(all) {
		out = append(out, a.id)
	}
	return out
}

// daysOf counts the days of some rows of one service, which come in order.
func daysOf(rows []window.Row) (n int) {
	last := uint32(math.MaxUint32)
	for i := range rows {
		if day := rows[i].Hour / 24; day != last {
			last = day
			n++
		}
	}
	return n
}

// isFamous reports a name that everybody tries everywhere.
func isFamous(in *analyze.Input, account uint64) bool {
	name, _, _ := strings.Cut(strings.ToLower(in.Set.Name(account).Text), "@")
	return famous[name]
}

// crowdOf fills a finding about many sources that fail to log in: whom it
// accuses, when, at which accounts, how likely each of them guesses, and the
// network that they lie in. What each member did would mean little; that all of
// them did is the sum.
func crowdOf(in *analyze.Input, f *analyze.Finding, tries []lone) {
	bySource := make([]int32, len(tries)) // of a crowd of half a million, numbers and no copies
	for i := range bySource {
		bySource[i] = int32(i)
	}
	slices.SortFunc(bySource, func(a, b int32) int { return cmp.Or(cmp.Compare(tries[a].unit, tries[b].unit), cmp.Compare(a, b)) })
	units := in.Set.Units()
	odds, nets := 0.0, map[hood]bool{}
	var own []try
	for lo := 0; lo < len(bySource); {
		unit, hi := tries[bySource[lo]].unit, lo
		own = own[:0]
		for hi < len(bySource) && tries[bySource[hi]].unit == unit {
			own = append(own, tries[bySource[hi]].try)
			hi++
		}
		source := units[unit].Prefix()
		f.Sources = append(f.Sources, source)
		nets[tries[bySource[lo]].net] = true
		odds += guessWalk(own, false)
		lo = hi
	}
	perAccount := map[uint64]int{}
	for i := range tries {
		t := &tries[i]
		f.Events += uint64(t.count)
		perAccount[t.name] += int(t.count)
		f.Existing = f.Existing || t.exists
	}
	f.First, f.Last = tries[0].at(), tries[len(tries)-1].at()
	for _, t := range analyze.Spread(tries, analyze.MaxTimes) {
		f.Times = append(f.Times, t.at())
	}
	for _, t := range analyze.Spread(tries, 5) {
		f.Marks = append(f.Marks, t.mark())
	}
	for _, id := range byCount(perAccount) {
		if len(f.Targets) == analyze.MaxTargets {
			break
		}
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: in.Set.Name(id).Text})
	}
	f.Impact = analyze.Generic
	if f.Existing || len(f.Sources) >= manySources {
		f.Impact = analyze.Targeted
	}
	f.Evidence = append(f.Evidence,
		analyze.Evidence{Family: analyze.Guessing, LogOdds: odds, Trials: len(tries),
			Fact: fmt.Sprintf("%s on %s by %s that never got anything right", count(f.Events, "failed login"), count(len(perAccount), "account"), count(len(f.Sources), "stranger"))},
		together(len(f.Sources), len(nets)))
	explain(in, f)
}

// manySources make a campaign an attack on this very server.
const manySources = 10

// together is the evidence that sources belong together: 1.5 ln n, at most 5.
func together(sources, networks int) analyze.Evidence {
	return analyze.Evidence{Family: analyze.Campaign, LogOdds: min(5, 1.5*math.Log(float64(sources))), Trials: sources,
		Fact: fmt.Sprintf("%s of %s do the same", count(sources, "source"), count(networks, "network"))}
}
