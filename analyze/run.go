package analyze

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Detector claims. It reads the input and nothing else.
type Detector interface {
	Name() string
	Detect(in *Input) []*Finding
}

// Judge gives a verdict on a case and says in words what happened. It judges
// several cases at a time.
type Judge interface {
	Judge(c *Case, in *Input)
}

// Run lets all detectors look, groups what they found into cases, scores and
// judges them. Cases come worst first. Level info is kept only where a detector
// asked for it; what fell short of every level is dropped, and what is beyond
// the ten thousandth case told together (foldRest).
func Run(in *Input, detectors []Detector, judge Judge) []Case {
	found := make([][]*Finding, len(detectors))
	parts(len(detectors), func(_, lo, hi int) { // a few at a time: each keeps lists in hand until it is done
		for i := lo; i < hi; i++ {
			found[i] = detectors[i].Detect(in)
			in.vouch(found[i])
			for _, f := range found[i] {
				f.bound()
			}
		}
	})
	in.facts.Clear() // of hundreds of thousands of sources they are more than all that was found
	grouped := group(in.label(found)...)
	eachCase(grouped, func(i int) {
		c := grouped[i]
		c.combine()
		in.remember(c)
		c.score(in.Now)
	})
	grouped = apart(grouped, in.Now)
	grouped = slices.DeleteFunc(grouped, func(c *Case) bool { return c.Level == Info && allFloored(c.Findings) == 0 })
	slices.SortStableFunc(grouped, worstFirst)
	grouped = foldRest(grouped, maxCases)
	completeAll(grouped)
	cases, ids := make([]Case, len(grouped)), make([]string, len(grouped))
	eachCase(grouped, func(i int) {
		grouped[i].detail()
		grouped[i].Guarded = in.guarded(grouped[i])
		judge.Judge(grouped[i], in)
		cases[i], ids[i] = *grouped[i], grouped[i].identity()
	})
	identify(cases, ids)
	return cases
}

// eachCase calls f for the number of each case, on all cores. It begins with the one of most
// findings, which may be half of all: a core that came to it last would be waited for.
func eachCase(cases []*Case, f func(i int)) {
	largest := 0
	for i, c := range cases {
		if len(c.Findings) > len(cases[largest].Findings) {
			largest = i
		}
	}
	parts(len(cases), func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			f((largest + i) % len(cases))
		}
	})
}

// apart takes asides out of cases that come to nothing: each is told on its own.
func apart(cases []*Case, now time.Time) []*Case {
	for _, c := range cases {
		if c.Level > Info || !slices.ContainsFunc(c.Findings, c.Beside) {
			continue
		}
		var left []*Finding
		for _, f := range c.Findings {
			if !c.Beside(f) {
				left = append(left, f)
				continue
			}
			c.Detections = slices.DeleteFunc(c.Detections, func(d string) bool { return d == f.Detector })
			alone := &Case{Findings: []*Finding{f}}
			alone.combine()
			alone.score(now)
			cases = append(cases, alone)
		}
		c.Findings = left
	}
	return cases
}

func worstFirst(a, b *Case) int {
	if c := cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Impact, a.Impact), cmp.Compare(b.LogOdds, a.LogOdds)); c != 0 {
		return c
	}
	return cmp.Or(a.First.Compare(b.First), strings.Compare(a.key(), b.key()))
}

func (c *Case) key() string { return c.Findings[0].Key }

// identity is a hash of kind, first key and first hour in letters and digits.
func (c *Case) identity() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", c.Kind, c.key(), c.First.Unix()/3600))
	return letters.EncodeToString(sum[:])
}

// identify gives every case its id: as much of its identity as tells it from the
// cases before, at least the five letters that survive being read over the telephone.
func identify(cases []Case, identities []string) {
	used := make(map[string]bool, len(cases))
	for i, text := range identities {
		n := 5
		for used[text[:n]] {
			n++
		}
		used[text[:n]] = true
		cases[i].ID = text[:n]
	}
}

// letters leaves out those that are read as others: i, l, o, u.
var letters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
