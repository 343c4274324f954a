package traffic

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Rhythm is how often something happens in each hour of the week. Counts per
// hour are negative binomial: people come in groups and on moods, so a Poisson
// process would be too regular to be believed.
type Rhythm struct {
	Peak       float64 // mean per hour at the busiest hour of a working day
	Flat       bool    // no rhythm: every hour is like the busiest
	Dispersion float64 // r of the negative binomial, variance = mean + mean²/r; 0: 20
}

// shares of the peak in each local hour.
var (
	weekday = [24]float64{.46, .42, .39, .38, .38, .40, .46, .55, .75, .92, 1, 1, .94, .95, .98, .97, .92, .86, .82, .84, .82, .74, .62, .50}
	weekend = [24]float64{.45, .41, .37, .34, .33, .34, .37, .41, .46, .54, .60, .62, .60, .58, .57, .58, .60, .62, .65, .68, .66, .60, .52, .44}
)

// Mean returns the expected count of the hour in which t lies.
func (r Rhythm) Mean(t time.Time) float64 {
	if r.Flat {
		return r.Peak
	}
	share := &weekday
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		share = &weekend
	}
	return r.Peak * share[t.Hour()]
}

// arrivals draws for every hour how often start is called, and when.
type arrivals struct {
	rhythm Rhythm
	rng    *rand.Rand
	start  func(w *World)
	due    []Instant // of the current hour, earliest first
	hour   Instant   // where the next hour begins
}

// Arrivals lets start happen in the given rhythm, from the beginning of the
// world to its end.
func (w *World) Arrivals(rhythm Rhythm, rng *rand.Rand, start func(w *World)) {
	if rhythm.Dispersion == 0 {
		rhythm.Dispersion = 20
	}
	w.Spawn(w.from, &arrivals{rhythm: rhythm, rng: rng, start: start, hour: w.from})
}

// Act implements Actor.
func (a *arrivals) Act(w *World) Instant {
	if len(a.due) > 0 {
		a.start(w)
		a.due = a.due[1:]
	}
	for len(a.due) == 0 && a.hour < w.until {
		a.draw(w)
	}
	if len(a.due) == 0 {
		return Done
	}
	return a.due[0]
}

func (a *arrivals) draw(w *World) {
	mean := a.rhythm.Mean(a.hour.Time().In(w.format.style.Zone))
	for range negativeBinomial(a.rng, mean, a.rhythm.Dispersion) {
		a.due = append(a.due, a.hour.Add(time.Duration(a.rng.Int64N(int64(time.Hour)))))
	}
	slices.Sort(a.due)
	a.hour = a.hour.Add(time.Hour)
}

// negativeBinomial draws from NB(mean, r) as a Poisson count whose mean is
// gamma distributed with shape r.
func negativeBinomial(rng *rand.Rand, mean, r float64) int {
	return poisson(rng, gamma(rng, r)*mean/r)
}

// gamma draws from Gamma(shape, 1), shape >= 1 (Marsaglia and Tsang 2000).
func gamma(rng *rand.Rand, shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := math.Pow(1+c*x, 3)
		if v > 0 && math.Log(rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// poisson counts exponential waiting times; above 60 the normal distribution,
// rounded, is as good and does not take mean draws.
func poisson(rng *rand.Rand, mean float64) int {
	if mean > 60 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*rng.NormFloat64())))
	}
	n := 0
	for t := rng.ExpFloat64(); t < mean; t += rng.ExpFloat64() {
		n++
	}
	return n
}

// jitter returns d, longer or shorter by up to the given share.
func jitter(rng *rand.Rand, d time.Duration, share float64) time.Duration {
	return time.Duration(float64(d) * (1 + share*(2*rng.Float64()-1)))
}

// between draws a duration from [low, high).
func between(rng *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(rng.Int64N(int64(high-low)))
}

// pick draws one element.
func pick[T any](rng *rand.Rand, of []T) T { return of[rng.IntN(len(of))] }
