package detect

import (
	"math"
	"testing"
	"time"
)

// Worked examples of Fisher's exact test, one-sided.
func TestFisher(t *testing.T) {
	for _, c := range []struct {
		what       string
		a, b, c, d int
		want       float64
	}{
		{"the lady tasting tea, all four cups right: 1/70", 4, 0, 0, 4, 1.0 / 70},
		{"three of four right: 17/70", 3, 1, 1, 3, 17.0 / 70},
		{"two of four right: 53/70", 2, 2, 2, 2, 53.0 / 70},
		{"none right: certain to do as well", 0, 4, 4, 0, 1},
		{"Fisher 1935, twins of convicts: 10 of 13 and 2 of 17", 10, 3, 2, 15, 0.000465},
		{"payloads 11 of 13, clean requests 54 of 601", 11, 2, 54, 547, 1.0e-9},
		{"no requests at all", 0, 0, 0, 0, 1},
	} {
		got := fisher(c.a, c.b, c.c, c.d)
		if math.Abs(got-c.want) > max(1e-6, c.want*.01) {
			t.Errorf("%s: %.7g, want %.7g", c.what, got, c.want)
		}
	}
}

// Greenwood's statistic of worked gaps.
func TestGreenwood(t *testing.T) {
	for _, c := range []struct {
		gaps []time.Duration
		want float64
	}{
		{[]time.Duration{5, 5, 5, 5}, 1},            // 4 * 4 * (1/4)^2
		{[]time.Duration{1, 3}, 1.25},               // 2 * (1/16 + 9/16)
		{[]time.Duration{10, 0, 0, 0, 0}, 5},        // one gap holds all: n
		{[]time.Duration{0, 0}, 1},                  // nothing to say
		{[]time.Duration{1, 2, 3, 4}, 4 * 30 / 1e2}, // 1+4+9+16 = 30 of 10^2
	} {
		if got := greenwood(c.gaps); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %v, want %v", c.gaps, got, c.want)
		}
	}
}

// The critical values at p = 1e-3 and 1e-4 from 40,000 simulations of exponential
// gaps. The table, from more of them, has to agree within half a decade.
func TestTooRegular(t *testing.T) {
	for _, c := range []struct {
		n             int
		mille, myriad float64
	}{{5, 1.024, 1.009}, {8, 1.086, 1.047}, {12, 1.157, 1.112}, {17, 1.232, 1.176}, {30, 1.338, 1.271}} {
		for want, g := range map[float64]float64{-3: c.mille, -4: c.myriad} {
			if got := math.Log10(tooRegular(c.n, g)); math.Abs(got-want) > .5 {
				t.Errorf("%d gaps, G %.3f: p = 1e%.2f, want about 1e%.0f", c.n, g, got, want)
			}
		}
	}
	for _, c := range []struct {
		n    int
		g    float64
		want float64
	}{
		{4, 1, 1},      // four gaps say nothing
		{17, 2, 1},     // chance
		{17, 1, 1e-5},  // a metronome: no smaller p than was simulated
		{500, 1, 1e-5}, // more gaps than the table has
	} {
		if got := tooRegular(c.n, c.g); math.Abs(got-c.want) > c.want*1e-9 {
			t.Errorf("%d gaps, G %.2f: p = %g, want %g", c.n, c.g, got, c.want)
		}
	}
	for n := 5; n < 80; n++ { // never a jump upwards with more even gaps
		last := 1.0
		for g := 2.0; g >= 1; g -= .01 {
			p := tooRegular(n, g)
			if p > last {
				t.Fatalf("%d gaps: p rises to %g at G %.2f", n, p, g)
			}
			last = p
		}
	}
}

func TestVisitsMergeBursts(t *testing.T) {
	at := func(s int) time.Time { return monday.Add(time.Duration(s) * time.Second) }
	got := visits([]time.Time{at(0), at(10), at(50), at(300), at(350), at(1000)})
	if len(got) != 3 || got[1] != at(300) || got[2] != at(1000) {
		t.Errorf("%v", got)
	}
}
