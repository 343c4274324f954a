package detect

import (
	"cmp"
	"slices"
	"time"

	"gumshoe/analyze"
)

// A hub is one thing that strangers of many networks did, and nobody else: the
// same path that is not here, the same hostile content, or one agent that nobody
// reads pages with. One request each is enough.
//
// People follow an old link, too. But some of them have pictures loaded, look for
// the site's icon or read on: where more than a fifth of those who asked did, it
// is a broken link. Browsers say little; three networks with scripts are worth
// eight that look like people. And what comes every day is somebody's habit.
const (
	fewestPlain   = 8  // networks of what look like browsers
	fewestInOne   = 8  // sources, where they are of fewer than three networks
	fewestAlike   = 5  // sources of one agent
	fewestAsked   = 5  // paths of one agent's sources
	loneShare     = .8 // of those who asked for a path
	usualDays     = 3
	brokenForMany = 3 // visitors whom a path failed
)

// hubWindows are the spans in which networks are counted, and how many it takes.
var hubWindows = []struct {
	span     time.Duration
	networks int
}{{72 * time.Hour, 3}, {14 * 24 * time.Hour, 5}}

// sighting is a suspect's deed.
type sighting struct {
	milli   int64
	suspect int32
}

// hubs links those who share one.
func (l *linked) hubs(in *analyze.Input) {
	l.eachToken(func(t token, by []posting) {
		if t.kind == listToken || t.kind == nameToken || len(by) < fewestNetworks || l.usual(in, t, by) {
			return
		}
		all := l.sightings(t, by)
		for _, w := range hubWindows {
			now, ever := l.widestHub(in, all, w.span)
			if l.linkHub(in, t, now, w.networks, w.span) || l.linkHub(in, t, ever, w.networks, w.span) {
				return
			}
		}
	})
}

// linkHub links those who did a thing in a span, if that makes it a hub.
func (l *linked) linkHub(in *analyze.Input, t token, part []sighting, networks int, span time.Duration) bool {
	members, rest := l.hubMembers(t, part)
	if t.kind == pathToken {
		members = l.sameAgent(members)
	}
	if !l.enough(members, networks) || !l.isHub(in, t, members, rest, span) {
		return false
	}
	for _, m := range members[1:] {
		l.join(members[0], m)
	}
	return true
}

// sightings are when each suspect did a thing first.
func (l *linked) sightings(t token, by []posting) (out []sighting) {
	for _, p := range by {
		for _, d := range l.all[p.suspect].deeds {
			if d.token == t {
				out = append(out, sighting{d.milli, p.suspect})
			}
		}
	}
	sortSightings(out)
	return out
}

// widestHub returns the span of length w with most suspects, of those that end in
// the analyzed window and of all.
func (l *linked) widestHub(in *analyze.Input, all []sighting, w time.Duration) (now, ever []sighting) {
	inside := map[int32]int{}
	lo, mostNow, most := 0, 0, 0
	for hi := range all {
		inside[all[hi].suspect]++
		for all[hi].milli-all[lo].milli >= w.Milliseconds() {
			if s := all[lo].suspect; inside[s] == 1 {
				delete(inside, s)
			} else {
				inside[s]--
			}
			lo++
		}
		if len(inside) >= most {
			most, ever = len(inside), all[lo:hi+1]
		}
		if len(inside) >= mostNow && in.Contains(uint32(all[hi].milli/3_600_000)) {
			mostNow, now = len(inside), all[lo:hi+1]
		}
	}
	return now, ever
}

// hubMembers are the suspects of a hub who were shown nothing; rest counts the
// others. Hostile content is hostile whoever sends it.
func (l *linked) hubMembers(t token, part []sighting) (members []int32, rest int) {
	seen := map[int32]bool{}
	for _, s := range part {
		if seen[s.suspect] {
			continue
		}
		seen[s.suspect] = true
		if l.all[s.suspect].lone || t.kind == shapeToken {
			members = append(members, s.suspect)
		} else {
			rest++
		}
	}
	return members, rest
}

// sameAgent keeps those who share a strange agent, if most do: others who asked for
// the same are others.
func (l *linked) sameAgent(members []int32) []int32 {
	per := map[uint64]int{}
	for _, m := range members {
		for _, t := range l.all[m].tokens {
			if t.kind == agentToken {
				per[t.id]++
			}
		}
	}
	agent, n := most(per)
	if 2*n < len(members) || n < fewestNetworks {
		return members
	}
	return slices.DeleteFunc(members, func(m int32) bool { return !slices.Contains(l.all[m].tokens, token{agent, agentToken}) })
}

// enough reports whether suspects are of so many networks, or so many of fewer.
func (l *linked) enough(members []int32, networks int) bool {
	nets := map[hood]bool{}
	for _, m := range members {
		nets[l.all[m].hood] = true
	}
	return len(nets) >= networks || len(members) >= max(fewestInOne, networks)
}

func (l *linked) isHub(in *analyze.Input, t token, members []int32, rest int, span time.Duration) bool {
	switch t.kind {
	case shapeToken:
		return true
	case agentToken:
		return len(members) >= fewestAlike && l.asked(members) >= fewestAsked
	}
	if float64(len(members)) < loneShare*float64(len(members)+rest+in.BenignBad(t.id)) {
		return false
	}
	plain := 0
	for _, m := range members {
		if l.all[m].plain && !l.all[m].has(agentToken) {
			plain++
		}
	}
	return 2*plain < len(members) || span == hubWindows[0].span && l.enough(members, fewestPlain)
}

func (s *suspect) has(kind tokenKind) bool {
	for _, t := range s.tokens {
		if t.kind == kind {
			return true
		}
	}
	return false
}

// asked counts the paths that some suspects asked for.
func (l *linked) asked(members []int32) int {
	paths := map[uint64]bool{}
	for _, m := range members {
		for _, t := range l.all[m].tokens {
			if t.kind <= listToken {
				paths[t.id] = true
			}
		}
	}
	return len(paths)
}

// usualThing reports a path or an agent that came on at least half of the days
// before the last three, and on three of them at least.
func usualThing(in *analyze.Input, id uint64) bool {
	t := in.Thing(id)
	if t == nil || len(t.Hours) == 0 {
		return false
	}
	var days []int64
	for i := range t.Hours {
		days = append(days, int64(t.Hours[i].Hour)/24)
	}
	slices.Sort(days)
	return onMostDays(in, slices.Compact(days), days[0])
}

// onMostDays reports whether some days, which come in order, are at least half of
// those since a first one, without the last three before the window ends.
func onMostDays(in *analyze.Input, days []int64, first int64) bool {
	until := min(in.To.Add(-linkSpan).Unix(), in.From.Unix()) / 86400
	n := 0
	for _, day := range days {
		if day < until {
			n++
		}
	}
	return n >= usualDays && 2*int64(n) >= until-max(first, days[0])
}

func sortSightings(all []sighting) {
	slices.SortFunc(all, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.milli, b.milli), cmp.Compare(a.suspect, b.suspect))
	})
}
