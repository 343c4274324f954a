package analyze

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// group joins the findings that one story explains: those about one source, and
// those of a campaign with at least half of their sources in common. A break-in
// opens its own case, and so does an anomaly.
func group(found ...[]*Finding) []*Case {
	findings := ranked(found)
	var cases []*Case
	homes := make(map[netip.Prefix][]int, len(findings)) // source -> cases that hold it
	for _, f := range findings {
		at := join(cases, homes, f)
		if at < 0 {
			at = len(cases)
			cases = append(cases, new(Case))
		}
		cases[at].Findings = append(cases[at].Findings, f)
		for _, s := range f.Sources {
			if in := homes[s]; len(in) < maxHomes && !slices.Contains(in, at) {
				homes[s] = append(in, at)
			}
		}
	}
	return cases
}

// ranked puts findings into the order in which they are grouped. Nearly all are of one
// source, and told apart by how their keys begin: whoever compares them there does not
// wait for the memory of each.
func ranked(found [][]*Finding) []*Finding {
	type place struct {
		rank, sources, n int32
		begin            uint64 // of the key
		detector         string
		finding          *Finding
	}
	n := 0
	for _, of := range found {
		n += len(of)
	}
	all := make([]place, 0, n)
	for _, of := range found {
		for _, f := range of {
			var begin [8]byte
			copy(begin[:], f.Key)
			all = append(all, place{int32(rank(f)), int32(len(f.Sources)), int32(len(all)), binary.BigEndian.Uint64(begin[:]), f.Detector, f})
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		if c := cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.sources, a.sources)); c != 0 {
			return c
		}
		if c := strings.Compare(a.detector, b.detector); c != 0 {
			return c
		}
		if c := cmp.Compare(a.begin, b.begin); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(a.finding.Key, b.finding.Key), cmp.Compare(a.n, b.n))
	})
	out := make([]*Finding, n)
	for i := range all {
		out[i] = all[i].finding
	}
	return out
}

func byName(a, b *Finding) int {
	if c := strings.Compare(a.Detector, b.Detector); c != 0 {
		return c
	}
	return strings.Compare(a.Key, b.Key)
}

// maxHomes is how many cases of one source are looked through for one that a
// finding belongs to. Botnets that guess at thousands of accounts in ever other
// company would make each finding ask thousands of cases.
const maxHomes = 32

// rank puts findings that open a case of their own first, so that what else
// their source did falls into it, and asides last: they fall into the cases that
// there would be without them.
func rank(f *Finding) int {
	switch {
	case f.Own:
		return 0
	case f.Aside != "":
		return 2
	}
	return 1
}

// join returns the case that already holds at least half of the finding's
// sources, or -1. Larger findings come first, so a lone source falls into its
// campaign and not the other way round. A case of one's own, such as a
// break-in, takes in only what its own sources did: nobody else is drawn into it.
func join(cases []*Case, homes map[netip.Prefix][]int, f *Finding) int {
	if f.Own {
		if len(f.Sources) == 0 {
			return -1
		}
		for _, at := range homes[f.Sources[0]] {
			if first := cases[at].Findings[0]; first.Detector == f.Detector && slices.Equal(first.Sources, f.Sources) {
				return at
			}
		}
		return -1
	}
	if len(f.Sources) == 1 { // nearly all: no need to count
		return firstOf(homes[f.Sources[0]], func(at int) bool { return !worse(f, cases[at].Findings[0]) })
	}
	shared := map[int]int{}
	for _, s := range f.Sources {
		for _, at := range homes[s] {
			shared[at]++
		}
	}
	best := -1
	for at, n := range shared {
		if 2*n < len(f.Sources) || cases[at].Findings[0].Own && n < len(f.Sources) || worse(f, cases[at].Findings[0]) {
			continue
		}
		if best < 0 || n > shared[best] || n == shared[best] && at < best {
			best = at
		}
	}
	return best
}

// firstOf returns the smallest of the numbers that may be taken, or -1.
func firstOf(numbers []int, may func(int) bool) int {
	best := -1
	for _, n := range numbers {
		if may(n) && (best < 0 || n < best) {
			best = n
		}
	}
	return best
}

// worse reports whether one of a crowd did what the crowd did not, and aimed at
// something: that is a story of its own. More of the same is not.
func worse(f, crowd *Finding) bool {
	return few(f, len(crowd.Sources)) && f.Impact > crowd.Impact && f.Impact >= Targeted
}

// Few reports whether a finding is about a few of the case's sources. It says
// nothing of the others, for or against.
func (c *Case) Few(f *Finding) bool { return few(f, len(c.Sources)) }

func few(f *Finding, sources int) bool { return len(f.Sources) > 0 && 10*len(f.Sources) < sources }

// Beside reports whether a finding is an aside to what the case is about: one that
// moves neither its span nor its numbers.
func (c *Case) Beside(f *Finding) bool { return f.Aside != "" && c.Findings[0].Aside == "" }

// detail completes what is shown of a case that is told.
func (c *Case) detail() {
	var aside []Mark
	var times [][]time.Time
	targets, marks := gathered[Target]{all: c.Targets, most: MaxTargets}, gathered[Mark]{all: c.Marks, most: MaxMarks}
	for _, f := range c.Findings {
		f.complete()
		if c.Beside(f) {
			aside = append(aside, f.Marks...)
			continue
		}
		targets.add(f.Targets)
		marks.add(f.Marks)
		times = append(times, f.Times)
	}
	c.Targets, c.Marks = targets.all, marks.all
	aside = aside[:min(len(aside), maxAside)]
	c.Marks = Unique(slices.Concat(c.Marks[:min(len(c.Marks), MaxMarks-len(aside))], aside))
	c.Timeline = timeline(times)
}

// gathered is a list of different things, no longer than most.
type gathered[T comparable] struct {
	all   []T
	most  int
	asked int        // how often it was looked through
	seen  map[T]bool // in use once it was often
}

// add appends what is not in the list yet. A lone finding lends its case the list that it has.
func (g *gathered[T]) add(more []T) {
	if g.all == nil {
		more = Unique(more)
		g.all = slices.Clip(more[:min(len(more), g.most)])
		return
	}
	for _, v := range more {
		if len(g.all) >= g.most {
			break
		}
		if !g.has(v) {
			g.all = append(g.all, v)
			if g.seen != nil {
				g.seen[v] = true
			}
		}
	}
}

func (g *gathered[T]) has(v T) bool {
	const often = 256 // a map for each case would be a megabyte for a thousand of them
	if g.asked++; g.asked <= often {
		return slices.Contains(g.all, v)
	}
	if g.seen == nil {
		g.seen = make(map[T]bool, g.most)
		for _, v := range g.all {
			g.seen[v] = true
		}
	}
	return g.seen[v]
}

// timeline puts the times of findings into order, and keeps MaxTimes of them. Numbers
// are put into order in a tenth of the time that it takes with times.
func timeline(times [][]time.Time) []time.Time {
	if len(times) == 1 && ascending(times[0]) {
		return Spread(times[0], MaxTimes)
	}
	total := 0
	for _, t := range times {
		total += len(t)
	}
	n := min(total, crowdedTimes)
	all := make([]int64, n)
	list, before := 0, 0 // the list that the next is in, and how many are in those before
	for i := range all {
		at := i
		if n < total { // as Spread picks them of one list
			at = int(int64(i) * int64(total-1) / int64(n-1)) // more than 32 bits
		}
		for at-before >= len(times[list]) {
			before += len(times[list])
			list++
		}
		all[i] = times[list][at-before].UnixNano()
	}
	slices.Sort(all)
	all = Spread(slices.Compact(all), MaxTimes)
	out := make([]time.Time, len(all))
	for i, n := range all {
		out[i] = time.Unix(0, n).UTC()
	}
	return out
}

func ascending(times []time.Time) bool {
	for i := 1; i < len(times); i++ {
		if !times[i-1].Before(times[i]) {
			return false
		}
	}
	return true
}

// completeAll completes the findings of cases, on all cores: one case may hold
// most of them.
func completeAll(cases []*Case) {
	var all []*Finding
	for _, c := range cases {
		for i, f := range c.Findings {
			if f.Tell != nil {
				f.Silent = i > 0 && !c.Beside(f) && c.Few(f)
				all = append(all, f)
			}
		}
	}
	parts(len(all), func(_, lo, hi int) {
		for _, f := range all[lo:hi] {
			f.complete()
		}
	})
}

// complete adds what is shown of a finding, if that was left until its case is told.
func (f *Finding) complete() {
	if f.Tell != nil {
		f.Tell(f)
		f.Tell = nil
		f.bound()
	}
}
