package detect

import (
	"cmp"
	"fmt"
	"slices"
)

// sharing tells how many suspects usually have a thing in common: the yardstick for
// what a campaign shares. Scanners that know nothing of each other carry the same
// lists and try the same names, so that to share something means little by itself.
type sharing [agentToken + 1][]int32 // by kind, the number of suspects of each thing

func (l *linked) sharing() (s sharing) {
	l.eachToken(func(t token, by []posting) { s[t.kind] = append(s[t.kind], int32(len(by))) })
	for kind := range s {
		slices.Sort(s[kind])
	}
	return s
}

// inCommon is what the members of a campaign have in common, of one kind.
type inCommon struct {
	most   int // members that have the commonest thing
	others int // things of other suspects
	usual  int // of these, what 95 of 100 have at most; suspects
}

const fewestOthers = 20 // to be compared with

// sharedBy compares what some suspects have in common with everything else. All that
// anybody has is in l.postings.
func (l *linked) sharedBy(members []int32, s *sharing) (out [agentToken + 1]inCommon) {
	mine := map[token]int{}
	for _, m := range members {
		for _, t := range l.all[m].tokens {
			mine[t]++
		}
	}
	var own [agentToken + 1][]int32 // how many suspects have each of mine
	for t, n := range mine {
		out[t.kind].most = max(out[t.kind].most, n)
		own[t.kind] = append(own[t.kind], int32(l.holders(t)))
	}
	for kind := range out {
		slices.Sort(own[kind])
		rest := without(s[kind], own[kind])
		out[kind].others = len(rest)
		if len(rest) > 0 {
			out[kind].usual = int(rest[len(rest)*95/100])
		}
	}
	return out
}

// holders is how many suspects have a thing.
func (l *linked) holders(t token) int {
	lo, _ := slices.BinarySearchFunc(l.postings, t, func(p posting, t token) int { return compareTokens(p.token, t) })
	hi := lo
	for hi < len(l.postings) && l.postings[hi].token == t {
		hi++
	}
	return hi - lo
}

// without takes the elements of a sorted list from another.
func without(all, some []int32) []int32 {
	out := make([]int32, 0, len(all))
	for _, n := range all {
		if len(some) > 0 && cmp.Compare(some[0], n) == 0 {
			some = some[1:]
			continue
		}
		out = append(out, n)
	}
	return out
}

// yardstick says it in words.
func (s inCommon) yardstick(members int, one, many string) string {
	text := fmt.Sprintf("%d of the %d have one %s in common", s.most, members, one)
	if s.others < fewestOthers {
		return text
	}
	return fmt.Sprintf("%s; of the %s other %s that strangers tried in these days, 95 of 100 were tried by no more than %s of them", text, number(s.others), many, number(s.usual))
}
