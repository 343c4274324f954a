package baseline

import (
	"math/rand/v2"
	"slices"
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

// What is known to be hostile is not learned from: the model is the one that the
// calm weeks alone teach. The same load every night by honest visitors is
// what the service is like now.
func TestFlaggedIsNotLearned(t *testing.T) {
	const weeks = 6
	rng := rand.New(rand.NewPCG(16, 0))
	calm := site{20, 3}.hours(rng, monday, weeks*hoursPerWeek, time.UTC)
	loaded := calm
	loaded.Counts, loaded.Flagged = slices.Clone(calm.Counts), make([]uint32, len(calm.Counts))
	for i := range loaded.Counts {
		if hourOfWeek(calm.Start+int64(i), time.UTC)%hoursPerDay == 3 {
			loaded.Counts[i] += 400
			loaded.Flagged[i] = 400
		}
	}
	honest := loaded
	honest.Flagged = nil
	at := calm.End() + 3
	want := Fit(calm, calm.End(), time.UTC).Judge(at, 420, true)
	if want.Kind != Spike || want.Mean > 60 {
		t.Fatalf("without any load: %v where %.0f are expected: the test shows nothing", want.Kind, want.Mean)
	}
	if got := Fit(loaded, loaded.End(), time.UTC).Judge(at, 420, true); got.Kind != Spike || got.Mean != want.Mean || got.P != want.P {
		t.Errorf("flagged: %v where %.0f are expected, want a spike where %.0f are", got.Kind, got.Mean, want.Mean)
	}
	if got := Fit(honest, honest.End(), time.UTC).Judge(at, 420, true); got.Kind != Usual {
		t.Errorf("honest: %v where %.0f are expected", got.Kind, got.Mean)
	}
}
