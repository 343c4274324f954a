package baseline

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no time zones here: %v; install tzdata", err)
	}
	return loc
}

// unusual lists what Judge calls unusual in [from, to).
func unusual(s Series, from, to int64, loc *time.Location) (list []Judgement) {
	for j := range Judge(s, from, to, to, loc) {
		if j.Kind != Usual {
			list = append(list, j)
		}
	}
	return list
}

// Sunday 03:00, 2,847 requests, where such an hour has about 80, or on a larger
// site 310; the mail tells it in sigmas and as a z-score.
func TestSundayAtThree(t *testing.T) {
	for _, weeks := range []int{3, 4, 8} {
		for _, usual := range []float64{80, 310} {
			rng := rand.New(rand.NewPCG(uint64(weeks), uint64(usual)))
			sunday := monday + int64(weeks*hoursPerWeek) + 6*hoursPerDay + 3
			st := site{size: 8}
			st.base = usual / (site{base: 1}).mean(sunday, time.UTC)
			s := st.hours(rng, monday, int(sunday-monday)+12, time.UTC)
			s.Counts[sunday-monday] = 2847

			list := unusual(s, sunday-2*hoursPerDay, s.End(), time.UTC)
			if len(list) != 1 || list[0].Hour != sunday {
				t.Errorf("%d weeks, usual %.0f: %d unusual hours, want Sunday 03:00 alone", weeks, usual, len(list))
				continue
			}
			j := list[0]
			t.Logf("%d weeks: %d requests, expected %.0f (%d to %d), %s, z %.1f, earlier %v", weeks, j.Count, j.Mean, j.Low, j.High, j.Deviation(), j.Z, j.Same)
			if j.Kind != Spike || j.Level != analyze.High {
				t.Errorf("%d weeks, usual %.0f: %v at %v, want a spike at high", weeks, usual, j.Kind, j.Level)
			}
			if j.Mean < .6*usual || j.Mean > 1.6*usual {
				t.Errorf("%d weeks: expected %.0f, truly %.0f", weeks, j.Mean, usual)
			}
			if float64(j.Low) > usual || float64(j.High) < usual || j.High >= 2847 {
				t.Errorf("%d weeks: band %d to %d around %.0f", weeks, j.Low, j.High, usual)
			}
			if j.Sigma < 7 || j.Z < 7 {
				t.Errorf("%d weeks: %.1f sigma, z %.1f", weeks, j.Sigma, j.Z)
			}
			if j.Precedents != 0 { // the larger site has such numbers at noon, where they are usual
				t.Errorf("%d weeks, usual %.0f: %d precedents", weeks, usual, j.Precedents)
			}
			var same []uint32
			for h := sunday - int64(weeks)*hoursPerWeek; h < sunday; h += hoursPerWeek {
				same = append(same, s.Counts[h-monday])
			}
			if !slices.Equal(j.Same, same) {
				t.Errorf("earlier Sundays %v, want %v", j.Same, same)
			}
		}
	}
}

// Forty attacked hours in four weeks hide the forty-first from a z-score and not
// from the model; a quiet hour after them stays quiet.
func TestFortyAttackedHours(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 0))
	st := site{60, 5}
	learned := 4 * hoursPerWeek
	s := st.hours(rng, monday, learned+hoursPerDay, time.UTC)
	clean := Fit(s, monday+int64(learned), time.UTC)
	attack(rng, s, learned, 40)
	m := Fit(s, monday+int64(learned), time.UTC)
	for hour := m.Before; hour < s.End(); hour++ {
		before, after := clean.Expect(hour), m.Expect(hour)
		if after.Mean > 1.5*before.Mean+2 || float64(after.High) > 2.2*float64(before.High)+5 {
			t.Errorf("hour %d: expected %.0f up to %d without the attacks, %.0f up to %d with them", hour-m.Before, before.Mean, before.High, after.Mean, after.High)
		}
		if j := m.Judge(hour, uint32(10*st.mean(hour, time.UTC))+30, true); j.Kind != Spike {
			t.Errorf("hour %d: %d requests, expected %.0f: %v at p %.2g", hour-m.Before, j.Count, j.Mean, j.Kind, j.P)
		}
	}
	if list := unusual(s, m.Before, s.End(), time.UTC); len(list) != 0 {
		t.Errorf("%d false alarms after the attacks", len(list))
	}
}

// Where scanners come in bursts, the next one says how many came before it.
func TestPrecedents(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 0))
	s := site{5, 5}.hours(rng, monday, 4*hoursPerWeek, time.UTC)
	for _, day := range []int{2, 6, 10, 14, 18, 22, 26} { // each on another weekday
		s.Counts[day*hoursPerDay+12] = 400
	}
	m := Fit(s, s.End(), time.UTC)
	for _, c := range []struct {
		count uint32
		want  int
	}{{150, 7}, {4000, 0}} {
		j := m.Judge(s.End()+12, c.count, true)
		if j.Kind != Spike || j.Precedents != c.want {
			t.Errorf("%d requests: %v with %d precedents, want a spike with %d", c.count, j.Kind, j.Precedents, c.want)
		}
	}
}

// Berlin puts its clocks forward on 29 March 2026, four weeks after monday, and
// back on 25 October.
func TestDaylightSavingShift(t *testing.T) {
	loc := berlin(t)
	for name, shift := range map[string]time.Time{
		"spring": time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC),
		"autumn": time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC),
	} {
		rng := rand.New(rand.NewPCG(15, uint64(shift.Unix())))
		from := shift.Unix() / 3600
		var alerts int
		for range 3 {
			// An office whose day begins and ends sharply suffers most.
			s := Series{Start: from - 4*hoursPerWeek, Counts: make([]uint32, 5*hoursPerWeek)}
			for i := range s.Counts {
				mean := 4.0
				if h := hourOfWeek(s.Start+int64(i), loc); kindOfDay(h) == 0 && h%hoursPerDay >= 8 && h%hoursPerDay < 18 {
					mean = 400
				}
				s.Counts[i] = drawNegBin(rng, mean, 10)
			}
			alerts += len(unusual(s, from, s.End(), loc))
			if j := Fit(s, from, loc).Judge(from+2*hoursPerDay+12, 400, true); len(j.Same) != 4 {
				t.Errorf("%s: %d earlier weeks of the same local hour, want 4", name, len(j.Same))
			}
		}
		if alerts > 1 {
			t.Errorf("%s: %d false alarms in the week after the shift", name, alerts)
		}
	}
}

// A job of one hour a week, or of one a day, has been there before.
func TestJobsAreLearned(t *testing.T) {
	for _, job := range []struct {
		name string
		runs func(slot int) bool
	}{
		{"newsletter, Friday at ten", func(slot int) bool { return slot == 5*hoursPerDay+10 }},
		{"backup, daily at four", func(slot int) bool { return slot%hoursPerDay == 4 }},
	} {
		rng := rand.New(rand.NewPCG(16, 0))
		s := site{20, 5}.hours(rng, monday, 6*hoursPerWeek, time.UTC)
		for i := range s.Counts {
			if job.runs(hourOfWeek(monday+int64(i), time.UTC)) {
				s.Counts[i] = 300 + uint32(rng.IntN(60))
			}
		}
		if list := unusual(s, monday+4*hoursPerWeek, s.End(), time.UTC); len(list) != 0 {
			t.Errorf("%s: %d alarms, the first %d where %.0f was expected", job.name, len(list), list[0].Count, list[0].Mean)
		}
	}
}

func TestConstantSeries(t *testing.T) {
	for _, c := range []struct {
		always, count uint32
		want          Kind
	}{
		{0, 0, Usual},
		{0, 15, Usual}, // under 20 more than usual
		{0, 25, Spike},
		{100, 100, Usual},
		{100, 190, Usual}, // significant, and not worth a mail
		{100, 900, Spike},
		{100, 0, Silence},
		{math.MaxUint32, math.MaxUint32, Usual},
		{math.MaxUint32, 0, Silence},
		{3, math.MaxUint32, Spike},
	} {
		s := Series{Start: monday, Counts: slices.Repeat([]uint32{c.always}, 4*hoursPerWeek)}
		j := Fit(s, s.End(), time.UTC).Judge(s.End(), c.count, true)
		if j.Kind != c.want {
			t.Errorf("always %d, now %d: %v (p %.2g, expected %.2f), want %v", c.always, c.count, j.Kind, j.P, j.Mean, c.want)
		}
		for name, v := range map[string]float64{"mean": j.Mean, "p": j.P, "sigma": j.Sigma, "z": j.Z} {
			if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 && name != "z" {
				t.Errorf("always %d, now %d: %s is %v", c.always, c.count, name, v)
			}
		}
	}
}

func TestSilence(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 0))
	s := site{300, 10}.hours(rng, monday, 4*hoursPerWeek, time.UTC)
	m := Fit(s, s.End(), time.UTC)
	noon, night := s.End()+12, s.End()+1
	for _, c := range []struct {
		name     string
		m        *Model
		hour     int64
		count    uint32
		complete bool
		want     Kind
	}{
		{"nothing at noon", m, noon, 0, true, Silence},
		{"the hour still runs", m, noon, 0, false, Usual},
		{"a third of the usual is a quiet day", m, noon, uint32(m.Expect(noon).Mean / 3), true, Usual},
		{"nothing at night, where little is usual", Fit(site{20, 10}.hours(rng, monday, 4*hoursPerWeek, time.UTC), s.End(), time.UTC), night, 0, true, Usual},
	} {
		if j := c.m.Judge(c.hour, c.count, c.complete); j.Kind != c.want {
			t.Errorf("%s: %v (p %.2g, expected %.0f), want %v", c.name, j.Kind, j.PLow, j.Mean, c.want)
		}
	}

	// Hours that no log covers are not judged: a lost log is another's finding.
	s.Covered = slices.Repeat([]bool{true}, len(s.Counts))
	gap := len(s.Counts) - 12
	for i := gap; i < len(s.Counts); i++ {
		s.Counts[i], s.Covered[i] = 0, false
	}
	for j := range Judge(s, monday+int64(gap), s.End(), s.End(), time.UTC) {
		t.Errorf("hour %d is not covered and was judged %v", j.Hour, j.Kind)
	}
}
