package baseline

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

// A young installation says how young it is, and what it may claim grows.
func TestColdStart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	s := site{100, 8}.hours(rng, monday, 30*hoursPerDay, time.UTC)
	fullAt := time.Date(2026, 3, 23, 0, 0, 0, 0, time.UTC) // 21 days after monday
	for _, c := range []struct {
		days  int
		stage Stage
		level analyze.Level // of a 100-fold hour
	}{
		{0, Off, analyze.Info},
		{6, Off, analyze.Info},
		{7, Daily, analyze.Low},
		{13, Daily, analyze.Low},
		{14, Young, analyze.Medium},
		{20, Young, analyze.Medium},
		{21, Full, analyze.High},
		{28, Full, analyze.High},
	} {
		m := Fit(s, monday+int64(c.days*hoursPerDay), time.UTC)
		if m.Days != c.days || m.Stage != c.stage {
			t.Errorf("%d days: model of %d days in stage %d, want stage %d", c.days, m.Days, m.Stage, c.stage)
		}
		if !m.FullAt.Equal(fullAt) {
			t.Errorf("%d days: full at %v, want %v", c.days, m.FullAt, fullAt)
		}
		j := m.Judge(m.Before+12, 10_000, true)
		if j.Level != c.level || (j.Kind == Spike) != (c.stage > Off) {
			t.Errorf("%d days: %v at %v, want %v", c.days, j.Kind, j.Level, c.level)
		}
	}
}

func TestShortage(t *testing.T) {
	s := site{100, 8}.hours(rand.New(rand.NewPCG(1, 0)), monday, 30*hoursPerDay, time.UTC)
	for _, c := range []struct {
		days int
		want string
	}{ // monday is 2 March
		{5, "not enough history (5 of 7 days): hours are judged from Monday 9 March 2026 on"},
		{10, "not enough history (10 of 21 days): no such hour is more than low before Monday 23 March 2026"},
		{15, "not enough history (15 of 21 days): no such hour is more than medium before Monday 23 March 2026"},
		{21, ""},
	} {
		if got := Fit(s, monday+int64(c.days*hoursPerDay), time.UTC).Shortage(); got != c.want {
			t.Errorf("%d days: %q, want %q", c.days, got, c.want)
		}
	}
}

// In the second week the hour of the day is known, and that Sunday is no Monday.
func TestDailyStageKnowsWeekends(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	st := site{200, 20}
	s := st.hours(rng, monday, 12*hoursPerDay, time.UTC)
	m := Fit(s, s.End(), time.UTC)
	for hour := s.End(); hour < s.End()+4*hoursPerDay; hour++ { // Saturday to Tuesday
		truth := st.mean(hour, time.UTC)
		if got := m.Expect(hour).Mean; got < .6*truth || got > 1.7*truth {
			t.Errorf("%v: expected %.0f, truly %.0f", time.Unix(hour*3600, 0).UTC().Format("Mon 15h"), got, truth)
		}
	}
}

// What comes after Model.Before changes nothing in it, and it judges nothing that
// it has seen.
func TestCausal(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	s := site{50, 5}.hours(rng, monday, 5*hoursPerWeek, time.UTC)
	before := monday + 4*hoursPerWeek
	m := Fit(s, before, time.UTC)
	changed := Series{Start: s.Start, Counts: slices.Clone(s.Counts)}
	for i := 4 * hoursPerWeek; i < len(changed.Counts); i++ {
		changed.Counts[i] = 1 << 20
	}
	other := Fit(changed, before, time.UTC)
	for hour := before; hour < before+hoursPerWeek; hour++ {
		if a, b := m.Expect(hour), other.Expect(hour); a.Mean != b.Mean || a.High != b.High || !slices.Equal(a.Same, b.Same) {
			t.Fatalf("hour %d: the future changed %+v to %+v", hour-before, a, b)
		}
	}
	if j := m.Judge(before-1, 1<<20, true); j.Kind != Usual {
		t.Errorf("judged an hour of its own history: %v", j.Kind)
	}
}

// A site that grew sixfold last week has moved; that is said quietly, while a burst
// above the new plateau still counts.
func TestPlateauIsDrift(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	s := site{200, 30}.hours(rng, monday, 8*hoursPerWeek, time.UTC)
	for i := 7 * hoursPerWeek; i < len(s.Counts); i++ {
		s.Counts[i] *= 6
	}
	m := Fit(s, s.End(), time.UTC)
	if m.Plateau < 4 || m.Plateau > 6 { // 6 / 1.2, the growth that is followed
		t.Errorf("the last week is %.2f times what the model expects, want about 5", m.Plateau)
	}
	hour := s.End() + 12
	plateau := 6 * (site{200, 30}).mean(hour, time.UTC)
	if j := m.Judge(hour, uint32(plateau), true); j.Kind != Drift || j.Level != analyze.Low {
		t.Errorf("on the plateau: %v at %v (p %.2g, expected %.0f), want drift at low", j.Kind, j.Level, j.P, j.Mean)
	}
	if j := m.Judge(hour, uint32(10*plateau), true); j.Kind != Spike || j.Level != analyze.High {
		t.Errorf("above the plateau: %v at %v, want a spike at high", j.Kind, j.Level)
	}
}

// Growth within the cap is followed, and a week without traffic is no new level.
func TestLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	st := site{200, 30}
	s := st.hours(rng, monday, 6*hoursPerWeek, time.UTC)
	for i := range s.Counts {
		s.Counts[i] = uint32(float64(s.Counts[i]) * (1 + .1*float64(i/hoursPerWeek)))
	}
	noon := s.End() + 12
	truth := 1.5 * st.mean(noon, time.UTC) // the sixth week has 1 + 5 tenths
	if got := Fit(s, s.End(), time.UTC).Expect(noon).Mean; got < .8*truth || got > 1.25*truth {
		t.Errorf("growing site: expected %.0f, truly %.0f", got, truth)
	}

	holed := st.hours(rng, monday, 5*hoursPerWeek, time.UTC)
	holed.Covered = slices.Repeat([]bool{true}, len(holed.Counts))
	for i := 3 * hoursPerWeek; i < 4*hoursPerWeek; i++ {
		holed.Counts[i], holed.Covered[i] = 0, false
	}
	truth = st.mean(noon, time.UTC)
	if got := Fit(holed, holed.End(), time.UTC).Expect(holed.End() + 12).Mean; got < .7*truth || got > 1.4*truth {
		t.Errorf("after a week without logs: expected %.0f, truly %.0f", got, truth)
	}
}

// Hostile shapes: nothing panics and nothing is judged without a history.
func TestOddSeries(t *testing.T) {
	sparse := Series{Start: monday, Counts: make([]uint32, 8*hoursPerWeek), Covered: make([]bool, 8*hoursPerWeek)}
	for i := range sparse.Covered {
		sparse.Covered[i] = i%hoursPerDay < 8 // only nights are logged
	}
	short := Series{Start: monday, Counts: make([]uint32, 30*hoursPerDay), Covered: make([]bool, 10)}
	for name, s := range map[string]Series{
		"zero":                  {},
		"coverage cut short":    short,
		"only nights":           sparse,
		"before 1970":           {Start: -5000, Counts: make([]uint32, 30*hoursPerDay)},
		"starts in the future":  {Start: 1 << 40, Counts: make([]uint32, 48)},
		"one hour":              {Start: monday, Counts: []uint32{7}},
		"coverage without hour": {Start: monday, Covered: []bool{true}},
	} {
		for _, before := range []int64{monday - 1, monday, s.End(), s.End() + 9*hoursPerWeek} {
			m := Fit(s, before, time.UTC)
			j := m.Judge(before+13, 5, true)
			if m.Stage == Off && j.Kind != Usual {
				t.Errorf("%s: %v without a history", name, j.Kind)
			}
		}
	}
}

func BenchmarkFit(b *testing.B) {
	s := site{300, 10}.hours(rand.New(rand.NewPCG(6, 0)), monday, 8*hoursPerWeek, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		Fit(s, s.End(), time.UTC)
	}
}

func BenchmarkJudge(b *testing.B) {
	s := site{300, 10}.hours(rand.New(rand.NewPCG(6, 0)), monday, 8*hoursPerWeek, time.UTC)
	m := Fit(s, s.End(), time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		m.Judge(s.End()+12, 900, true)
	}
}
