package baseline

import (
	"math"
	"math/rand/v2"
	"time"
)

// The simulated site: quiet nights, a noon peak, weekends at 45 %, and counts that
// are truly negative binomial.
type site struct {
	base float64 // requests an hour, averaged over the week, about
	size float64 // true dispersion
}

// monday is 2026-03-02 00:00 UTC, four weeks before summer time begins in Berlin.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).Unix() / 3600

func (st site) mean(hour int64, loc *time.Location) float64 {
	slot := hourOfWeek(hour, loc)
	rhythm := 1 + .75*math.Sin(2*math.Pi*float64(slot%hoursPerDay-7)/hoursPerDay)
	if kindOfDay(slot) == 1 {
		rhythm *= .45
	}
	return st.base * rhythm / .85
}

// hours draws n hours from start on.
func (st site) hours(rng *rand.Rand, start int64, n int, loc *time.Location) Series {
	s := Series{Start: start, Counts: make([]uint32, n)}
	for i := range s.Counts {
		s.Counts[i] = drawNegBin(rng, st.mean(start+int64(i), loc), st.size)
	}
	return s
}

// attack multiplies cells of the first n hours by 8 and adds 20.
func attack(rng *rand.Rand, s Series, n, cells int) {
	for _, i := range rng.Perm(n)[:cells] {
		s.Counts[i] = 8*s.Counts[i] + 20
	}
}

// drawNegBin is a Poisson count whose mean is drawn from a gamma distribution.
func drawNegBin(rng *rand.Rand, mean, size float64) uint32 {
	return drawPoisson(rng, drawGamma(rng, size)*mean/size)
}

// drawGamma follows Marsaglia and Tsang 2000, for a shape of 1 or more.
func drawGamma(rng *rand.Rand, shape float64) float64 {
	d := shape - 1.0/3
	for {
		x := rng.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v = v * v * v; v > 0 && math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// drawPoisson counts exponential gaps; above a mean of 500 the normal
// approximation is as good.
func drawPoisson(rng *rand.Rand, mean float64) uint32 {
	if mean > 500 {
		return uint32(max(0, math.Round(mean+math.Sqrt(mean)*rng.NormFloat64())))
	}
	var n uint32
	for t := rng.ExpFloat64(); t < mean; t += rng.ExpFloat64() {
		n++
	}
	return n
}
