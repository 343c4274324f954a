package window

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gumshoe/ingest"
)

// Of many touches the first 64 by time, source and offset are kept, and the first
// eight logins and sixteen payloads with an effect among them, whatever the order
// in which they come and whoever meets them.
func TestTouchesKeepTheFirst(t *testing.T) {
	for _, logins := range []int{0, 1, 7, 8, 9, 40} {
		for _, effects := range []int{0, 1, 16, 17, 60} {
			for _, n := range []int{0, 1, 2, 63, 64, 65, 128, 1000} {
				touchesKeepTheFirst(t, n, logins, effects)
			}
		}
	}
}

func touchesKeepTheFirst(t *testing.T, n, logins, effects int) {
	r := rand.New(rand.NewPCG(6, uint64(logins)))
	for _, late := range []bool{true, false} {
		var all []Touch
		for i := range n { // ties in time and in source
			x := Touch{Milli: int64(i / 3), Source: int32(i % 3), Offset: int64(100 * (i % 7)), Count: uint32(i), Kind: ingest.KindAuthFailure}
			if late && i >= n-logins || !late && i%25 < logins {
				x.Kind = ingest.KindAuthSuccess
			}
			if late && i >= n-logins-effects && i < n-logins || !late && i%70 > 70-effects {
				x.Stage, x.Status = ingest.StageSyntax, uint16(500+i%5)
			}
			all = append(all, x)
		}
		want := slices.Clone(all)
		slices.SortFunc(want, func(a, b Touch) int { return compareTouch(&a, &b) })
		want = first(want)
		for range 7 * seeds {
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
