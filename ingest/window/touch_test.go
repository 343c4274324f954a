package window

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Of many touches the first 64 by time, source and offset are kept, whatever
// the order in which they come and whoever meets them.
func TestTouchesKeepTheFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, n := range []int{0, 1, 2, 63, 64, 65, 128, 1000} {
		var all []Touch
		for i := range n { // ties in time and in source
			all = append(all, Touch{Milli: int64(i / 3), Source: int32(i % 3), Offset: int64(100 * (i % 7)), Count: uint32(i)})
		}
		want := slices.Clone(all)
		slices.SortFunc(want, func(a, b Touch) int { return compareTouch(&a, &b) })
		want = want[:min(n, MaxTouches)]
		for range 20 {
			r.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
			var left, right Touches
			var a, b arena[Touch]
			cut := r.IntN(n + 1)
			for i := range all[:cut] {
				left.add(&a, &all[i])
			}
			for i := range all[cut:] {
				right.add(&b, &all[cut+i])
			}
			right.merge(&b, left, &a)
			right.sort(&b)
			if got := right.list(&b); !slices.Equal(got, want) {
				t.Fatalf("%d touches, cut at %d: kept %v", n, cut, got)
			}
			if right.more != (n > MaxTouches) {
				t.Fatalf("%d touches: more is %v", n, right.more)
			}
		}
	}
}
