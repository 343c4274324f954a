package baseline

import (
	"math/rand/v2"
	"testing"
	"time"
)

// An attack that comes back every night for two weeks does not become the norm:
// each hour of its last night is told as in its first, and when it ends nothing is
// called silent. By the counts alone more cannot be had: what fills half of the
// known weeks, or all hours of two, is what they were like.
func TestSiege(t *testing.T) {
	const calm, siege = 4, 2 // weeks
	rng := rand.New(rand.NewPCG(15, 0))
	for _, st := range []site{{20, 3}, {300, 5}} {
		s := st.hours(rng, monday, (calm+siege+1)*hoursPerWeek, time.UTC)
		begin, end := monday+calm*hoursPerWeek, monday+(calm+siege)*hoursPerWeek
		attacked := func(h int64) bool { return h >= begin && h < end && hourOfWeek(h, time.UTC)%hoursPerDay < 6 }
		for h := begin; h < end; h++ {
			if attacked(h) {
				s.Counts[h-monday] += uint32(10*st.base) + 50
			}
		}
		for j := range Judge(s, begin, s.End(), s.End(), time.UTC) {
			if told := j.Kind == Spike || j.Kind == Drift; told != attacked(j.Hour) || j.Kind == Silence {
				t.Errorf("base %.0f, hour %d of the attack: %v of %d where %.0f are expected", st.base, j.Hour-begin, j.Kind, j.Count, j.Mean)
			}
		}
	}
}
