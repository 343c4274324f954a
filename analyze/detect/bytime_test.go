package detect

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is sorted by its numbers is sorted as by a stable sort, however far apart the
// times are.
func TestSortByTime(t *testing.T) {
	type event struct{ at, weight, place int64 }
	r := rand.New(rand.NewPCG(1, 2))
	for _, span := range []int64{1, 3, 1000, 1 << 39, 1 << 41, math.MaxInt64} {
		for n := range 60 {
			all := make([]event, n)
			for i := range all {
				all[i] = event{at: r.Int64N(span) - span/2, weight: r.Int64N(2), place: int64(i)}
			}
			for name, tie := range map[string]func(a, b event) int{"as they come": nil, "by weight": func(a, b event) int { return cmp.Compare(a.weight, b.weight) }} {
				got, want := slices.Clone(all), slices.Clone(all)
				sortByTime(got, func(e *event) int64 { return e.at }, tie)
				slices.SortStableFunc(want, func(a, b event) int {
					if c := cmp.Compare(a.at, b.at); c != 0 || tie == nil {
						return c
					}
					return tie(a, b)
				})
				if !slices.Equal(got, want) {
					t.Fatalf("%d events within %d, %s: %v, expected %v", n, span, name, got, want)
				}
			}
		}
	}
}

// A filter never denies what was added to it, and seldom takes anything else for it.
func TestFilter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 10, 10_000} {
		f := newFilter(n)
		var added []uint64
		for range n {
			x := r.Uint64()
			f.add(x)
			added = append(added, x)
		}
		for _, x := range added {
			if !f.mayHave(x) {
				t.Fatalf("of %d numbers, %d is denied", n, x)
			}
		}
		taken := 0
		for range 10_000 {
			if f.mayHave(r.Uint64()) {
				taken++
			}
		}
		if taken > 10_000/6 {
			t.Errorf("of 10000 numbers %d are taken for one of %d", taken, n)
		}
	}
}
