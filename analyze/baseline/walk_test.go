package baseline

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The cheap test in front of the model loses nothing: on quiet, busy, attacked and
// broken series Unusual is Judge without the usual hours.
func TestUnusualIsJudge(t *testing.T) {
	loc := berlin(t)
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(19, seed))
		st := site{[]float64{.1, 2, 40, 300}[seed%4], 8}
		s := st.hours(rng, monday, 6*hoursPerWeek, loc)
		attack(rng, s, len(s.Counts), 30)
		s.Covered = slices.Repeat([]bool{true}, len(s.Counts))
		for range 20 {
			i := rng.IntN(len(s.Counts) - 5)
			clear(s.Counts[i : i+5]) // a log that is silent,
			i = rng.IntN(len(s.Counts) - 5)
			clear(s.Covered[i : i+5]) // and one that is lost
		}
		from := monday + int64(rng.IntN(3*hoursPerWeek))
		var want, got []Judgement
		for j := range Judge(s, from, s.End(), s.End()-2, loc) {
			if j.Kind != Usual {
				want = append(want, j)
			}
		}
		for j := range Unusual(s, from, s.End(), s.End()-2, loc) {
			got = append(got, j)
		}
		if !slices.EqualFunc(got, want, func(a, b Judgement) bool {
			return a.Hour == b.Hour && a.Kind == b.Kind && a.P == b.P && a.Mean == b.Mean && slices.Equal(a.Same, b.Same)
		}) {
			t.Errorf("seed %d: %d unusual hours, %d by the plain way", seed, len(got), len(want))
		}
		if st.base > 1 && len(want) == 0 {
			t.Errorf("seed %d: nothing unusual to compare", seed)
		}
	}
}

// Hours that nobody read are neither zero nor silent: they leave the expectation
// where it was, and make the model younger by their number.
func TestUnreadHours(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 0))
	st := site{100, 10}
	s := st.hours(rng, monday, 5*hoursPerWeek, time.UTC)
	whole := Fit(s, s.End(), time.UTC)
	s.Covered = slices.Repeat([]bool{true}, len(s.Counts))
	for day := range 5 * 7 {
		if day%3 == 0 { // no run on every third day
			clear(s.Counts[day*hoursPerDay : (day+1)*hoursPerDay])
			clear(s.Covered[day*hoursPerDay : (day+1)*hoursPerDay])
		}
	}
	m := Fit(s, s.End(), time.UTC)
	if m.Days != 23 || whole.Days != 35 { // 12 of 35 days are missing
		t.Errorf("%d and %d days of history, want 23 and 35", m.Days, whole.Days)
	}
	noon := s.End() + 12
	if a, b := m.Expect(noon).Mean, whole.Expect(noon).Mean; a < .75*b || a > 1.33*b {
		t.Errorf("with a third of the days unread %.0f are expected, else %.0f", a, b)
	}
	for j := range Unusual(s, monday+4*hoursPerWeek, s.End(), s.End(), time.UTC) {
		t.Errorf("%v in hour %d", j.Kind, j.Hour-monday)
	}
}

// An attacker who adds to the traffic week by week is followed by a fifth a week
// and no more; what exceeds that stays an excess.
func TestGrowthCap(t *testing.T) {
	st := site{200, 30}
	s := st.hours(rand.New(rand.NewPCG(21, 0)), monday, 8*hoursPerWeek, time.UTC)
	for i := 5 * hoursPerWeek; i < len(s.Counts); i++ {
		for range i/hoursPerWeek - 4 { // doubled in each of the last three weeks
			s.Counts[i] *= 2
		}
	}
	noon := s.End() + 12
	truth := st.mean(noon, time.UTC)
	if got := Fit(s, s.End(), time.UTC).Expect(noon).Mean; got > 2.2*truth { // 1.2³ = 1.73
		t.Errorf("%.0f expected after eightfold growth in three weeks, was %.0f before", got, truth)
	}
}

func BenchmarkUnusualSmallLog(b *testing.B) {
	s := site{.5, 3}.hours(rand.New(rand.NewPCG(22, 0)), monday, 16*hoursPerWeek, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		for range Unusual(s, monday+8*hoursPerWeek, s.End(), s.End(), time.UTC) {
		}
	}
}
