package detect

import (
	"math"
	"testing"
)

// Against a chain that is small enough to solve by hand, and against simulated run
// lengths of betabinomial epochs.
func TestAverageRunLength(t *testing.T) {
	// Up by one with probability 1/2, else down; alarm at 2: m0 = 1 + m0/2 + m1/2 and
	// m1 = 1 + m0/2, so m0 = 6.
	if got := averageRunLength([]float64{.5, 0, .5}, 1, 2); math.Abs(got-6) > 1e-9 {
		t.Errorf("a coin: %.3f epochs, want 6", got)
	}
	for _, c := range []struct {
		mean, sd    float64
		k, limit    int
		least, most float64 // within a factor of 1.3 of the simulated run length
	}{
		{7, 4.5, 5, 20, 1_380, 2_340},
		{7, 4.5, 5, 30, 25_600, 43_300},
		{12, 6, 8, 30, 19_900, 33_700},
		{7, 3.2, 5, 20, 1_000_000, 1_700_000},
	} {
		y := fitBetaBinomial(100, c.mean, c.sd*c.sd).pmf()
		if got := averageRunLength(y, int(c.mean)+c.k, c.limit); got < c.least || got > c.most {
			t.Errorf("mean %g, sd %g, k %d, H %d: %.0f epochs, want %.0f to %.0f", c.mean, c.sd, c.k, c.limit, got, c.least, c.most)
		}
	}
}

func TestBetaBinomial(t *testing.T) {
	for _, c := range []struct{ mean, sd float64 }{{7, 3.2}, {12, 6}, {.5, .7}, {40, 5}} {
		var sum, mean, square float64
		for k, p := range fitBetaBinomial(100, c.mean, c.sd*c.sd).pmf() {
			sum += p
			mean += float64(k) * p
			square += float64(k*k) * p
		}
		if sd := math.Sqrt(square - mean*mean); math.Abs(sum-1) > 1e-6 || math.Abs(mean-c.mean) > 1e-3 || math.Abs(sd-max(c.sd, math.Sqrt(c.mean*(1-c.mean/100)))) > .01 {
			t.Errorf("mean %g, sd %g: sum %g, mean %g, sd %g", c.mean, c.sd, sum, mean, sd)
		}
	}
}

func TestLimitFor(t *testing.T) {
	y := fitBetaBinomial(100, 7, 4.5*4.5).pmf()
	h := limitFor(y, 12, 10_000)
	if averageRunLength(y, 12, h) < 10_000 || averageRunLength(y, 12, h-1) >= 10_000 {
		t.Errorf("limit %d", h)
	}
}
