package analyze

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Detector claims. It reads the input and nothing else.
type Detector interface {
	Name() string
	Detect(in *Input) []Finding
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
	found := make([][]Finding, len(detectors))
	var wg sync.WaitGroup
	for i, d := range detectors {
		wg.Add(1)
		go func() {
			defer wg.Done()
			found[i] = d.Detect(in)
			for j := range found[i] {
				found[i][j].bound()
			}
		}()
	}
	wg.Wait()
	grouped := group(slices.Concat(found...))
	parts(len(grouped), func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			grouped[i].combine()
			grouped[i].score(in.Now)
		}
	})
	cases := slices.DeleteFunc(grouped, func(c Case) bool { return c.Level == Info && allFloored(c.Findings) == 0 })
	slices.SortStableFunc(cases, worstFirst)
	cases = foldRest(cases, maxCases)
	parts(len(cases), func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			judge.Judge(&cases[i], in)
		}
	})
	identify(cases)
	return cases
}

func worstFirst(a, b Case) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Impact, a.Impact), cmp.Compare(b.LogOdds, a.LogOdds),
		a.First.Compare(b.First), strings.Compare(a.key(), b.key()))
}

func (c *Case) key() string { return c.Findings[0].Key }

// identify gives every case its id: a hash of kind, first key and first hour,
// as five letters and digits that survive being read over the telephone.
func identify(cases []Case) {
	used := map[string]bool{}
	for i := range cases {
		c := &cases[i]
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", c.Kind, c.key(), c.First.Unix()/3600))
		text := letters.EncodeToString(sum[:])
		n := 5
		for used[text[:n]] {
			n++
		}
		used[text[:n]] = true
		c.ID = text[:n]
	}
}

// letters leaves out those that are read as others: i, l, o, u.
var letters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
