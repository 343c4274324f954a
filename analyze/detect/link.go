package detect

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
)

// How suspects are linked. What more than one in fifty of them did, on a small site
// more than commonFrom, is common (root, admin, /.env), and so is what was asked for
// on most days before: neither links anybody.
const (
	linkSpan    = 72 * time.Hour
	commonShare = 50
	commonFrom  = 32
	linkShare   = .5 // weighted Jaccard index from which two are alike
	linkPoints  = 2  // tokens that two must share; of the lists that all carry it takes five
	listPoints  = .4
	fewTokens   = 3 // of a suspect that is not hashed: its index means little

	largePart     = 50 // of two parts that only a likeness of their members joins
	sampledPairs  = 16
	sampledShare  = .3
	largestLinked = 5_000
)

// posting is a suspect under a token.
type posting struct {
	token
	suspect int32
}

// linked are suspects in parts of what they share (union-find).
type linked struct {
	all      []suspect
	postings []posting
	common   map[token]bool
	weight   map[token]float64 // of tokens of several suspects
	parent   []int32
	members  [][]int32 // of each root
}

func newLinked(in *analyze.Input, all []suspect) *linked {
	l := &linked{all: all, common: map[token]bool{}, weight: map[token]float64{}, parent: make([]int32, len(all)), members: make([][]int32, len(all))}
	tokens := 0
	for i := range all {
		l.parent[i] = int32(i)
		tokens += len(all[i].tokens)
	}
	l.postings = make([]posting, 0, tokens)
	alone := slices.Clone(l.parent)
	for i := range all {
		l.members[i] = alone[i : i+1 : i+1]
		for _, t := range all[i].tokens {
			l.postings = append(l.postings, posting{t, int32(i)})
		}
	}
	slices.SortFunc(l.postings, func(a, b posting) int {
		return cmp.Or(compareTokens(a.token, b.token), cmp.Compare(a.suspect, b.suspect))
	})
	l.eachToken(func(t token, by []posting) {
		if len(by) > max(commonFrom, len(all)/commonShare) || len(by) > 1 && l.usual(in, t, by) {
			l.common[t] = true
		} else if len(by) > 1 {
			l.weight[t] = math.Log(float64(len(all)+1) / float64(len(by)))
		}
	})
	return l
}

// usual reports what came on most days before: a path, an agent, or an exploit that
// the whole internet is tried with. Of names Account knows what is usual.
func (l *linked) usual(in *analyze.Input, t token, by []posting) bool {
	switch {
	case t.kind.web():
		return usualThing(in, t.id)
	case t.kind == nameToken:
		return false
	}
	var days []int64
	for _, s := range l.sightings(t, by) {
		days = append(days, s.milli/dayMilli)
	}
	return onMostDays(in, slices.Compact(days), in.From.Unix()/86400-historyForMean)
}

// eachToken visits the suspects of each token, in the order of tokens.
func (l *linked) eachToken(visit func(t token, by []posting)) {
	for lo := 0; lo < len(l.postings); {
		hi := lo
		for hi < len(l.postings) && l.postings[hi].token == l.postings[lo].token {
			hi++
		}
		visit(l.postings[lo].token, l.postings[lo:hi])
		lo = hi
	}
}

// pairs links suspects that are alike: those that share a rare token, by an index
// of the rare ones, and those with many tokens by MinHash.
func (l *linked) pairs() {
	l.eachToken(func(t token, by []posting) {
		if len(by) > commonFrom || t.kind == listToken || l.common[t] {
			return
		}
		for i := range by {
			for k := range i {
				l.compare(by[k].suspect, by[i].suspect)
			}
		}
	})
	var buckets []bucket
	var rare []token
	for i := range l.all {
		rare = rare[:0]
		for _, t := range l.all[i].tokens {
			if !l.common[t] {
				rare = append(rare, t)
			}
		}
		if len(rare) > fewTokens {
			buckets = banded(int32(i), rare, buckets)
		}
	}
	neighbours(buckets, l.compare)
}

func (l *linked) compare(a, b int32) {
	if l.root(a) != l.root(b) && l.all[a].within(&l.all[b], linkSpan.Milliseconds()) && l.alike(a, b) {
		l.join(a, b)
	}
}

// alike reports whether two suspects share enough: at least two rare tokens, and
// either of different kinds or half of all that they did, by weight.
func (l *linked) alike(a, b int32) bool {
	share, points, kinds := l.share(a, b)
	return points >= linkPoints && (kinds >= 2 || share >= linkShare)
}

// share is the weighted Jaccard index of two suspects' rare tokens (weight ln
// N/df), how much they have in common, and of how many kinds. What was asked for
// on the web means something only of those who were shown nothing.
func (l *linked) share(a, b int32) (index, points float64, kinds int) {
	x, y := &l.all[a], &l.all[b]
	own := math.Log(float64(len(l.all) + 1)) // of a token that nobody else has
	weigh := func(t token) float64 {
		if w, ok := l.weight[t]; ok {
			return w
		}
		return own
	}
	var both, either float64
	var seen [agentToken + 1]bool
	for i, k := 0, 0; i < len(x.tokens) || k < len(y.tokens); {
		c := -1
		switch {
		case i == len(x.tokens):
			c = 1
		case k < len(y.tokens):
			c = compareTokens(x.tokens[i], y.tokens[k])
		}
		var t token
		if c <= 0 {
			t = x.tokens[i]
			i++
		}
		if c >= 0 {
			t = y.tokens[k]
			k++
		}
		if l.common[t] || t.kind.web() && !(x.lone && y.lone) {
			continue
		}
		either += weigh(t)
		if c != 0 {
			continue
		}
		both += weigh(t)
		kind := t.kind
		if kind == listToken {
			kind = pathToken
			points += listPoints
		} else {
			points++
		}
		if !seen[kind] {
			seen[kind] = true
			kinds++
		}
	}
	if either > 0 {
		index = both / either
	}
	return index, points, kinds
}

// absorb joins to a large part those who have none or one too small to tell, if all the
// rare names that they tried, and at least two, are ones that several of the large part
// tried, and no other part: they drew the end of the list, and everybody's names for the
// rest.
func (l *linked) absorb() {
	crowds := l.crowds()
	for i := range l.all {
		if len(l.members[l.root(int32(i))]) >= fewestNetworks {
			continue
		}
		if r, ok := l.drawn(&l.all[i], crowds); ok {
			l.join(int32(i), r)
		}
	}
}

// drawn is the only large part whose names a suspect tried, if it is the only one.
func (l *linked) drawn(s *suspect, crowds map[token][]triers) (part int32, ok bool) {
	names := 0
	for _, t := range s.tokens {
		if t.kind != nameToken || l.common[t] {
			continue
		}
		of := crowds[t]
		held := false
		for k := range of {
			if of[k].around(s) < fewestShared {
				continue
			}
			if held || names > 0 && of[k].part != part {
				return 0, false
			}
			part, held = of[k].part, true
		}
		if !held {
			return 0, false
		}
		names++
	}
	return part, names >= linkPoints
}

// triers is when those of a large part who tried a name were there, in order: whoever
// asks need not look at each of them.
type triers struct {
	part          int32
	firsts, lasts []int64
}

// crowds are those of each rare name.
func (l *linked) crowds() map[token][]triers {
	out := map[token][]triers{}
	at := map[int32]int{}
	l.eachToken(func(t token, by []posting) {
		if t.kind != nameToken || l.common[t] || len(by) < fewestShared {
			return
		}
		clear(at)
		var of []triers
		for _, p := range by {
			s, r := &l.all[p.suspect], l.root(p.suspect)
			if len(l.members[r]) < fewestInOne {
				continue
			}
			k, known := at[r]
			if !known {
				k = len(of)
				at[r], of = k, append(of, triers{part: r})
			}
			of[k].firsts, of[k].lasts = append(of[k].firsts, s.first()), append(of[k].lasts, s.last())
		}
		of = slices.DeleteFunc(of, func(c triers) bool { return len(c.firsts) < fewestShared })
		for k := range of {
			slices.Sort(of[k].firsts)
			slices.Sort(of[k].lasts)
		}
		if len(of) > 0 {
			out[t] = of
		}
	})
	return out
}

// around counts those of a crowd who were there within linkSpan of a suspect.
func (c *triers) around(s *suspect) int {
	span := linkSpan.Milliseconds()
	before, _ := slices.BinarySearch(c.lasts, s.first()-span)
	until, _ := slices.BinarySearch(c.firsts, s.last()+span+1)
	return until - before
}

func (l *linked) root(i int32) int32 {
	for l.parent[i] != i {
		l.parent[i] = l.parent[l.parent[i]]
		i = l.parent[i]
	}
	return i
}

// join makes one of the parts of two suspects, unless both are large and their
// members are not alike: one source that two campaigns share is no reason.
func (l *linked) join(a, b int32) {
	a, b = l.root(a), l.root(b)
	if a == b || len(l.members[a])+len(l.members[b]) > largestLinked {
		return
	}
	if len(l.members[a]) > largePart && len(l.members[b]) > largePart && l.sampled(a, b) < sampledShare {
		return
	}
	if len(l.members[a]) < len(l.members[b]) || len(l.members[a]) == len(l.members[b]) && b < a {
		a, b = b, a
	}
	l.parent[b] = a
	l.members[a] = append(l.members[a], l.members[b]...)
	l.members[b] = nil
}

// sampled is the mean likeness of members of two parts.
func (l *linked) sampled(a, b int32) (mean float64) {
	x, y := analyze.Spread(l.members[a], sampledPairs), analyze.Spread(l.members[b], sampledPairs)
	n := min(len(x), len(y))
	for i := range n {
		index, _, _ := l.share(x[i], y[i])
		mean += index / float64(n)
	}
	return mean
}
