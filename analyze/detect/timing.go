package detect

import (
	"math"
	"slices"
	"time"
)

// burst is how close events must lie to count as one visit.
const burst = time.Minute

// visits merges bursts and returns the starts of what remains.
func visits(times []time.Time) []time.Time {
	if len(times) == 0 {
		return nil
	}
	return appendVisits(make([]time.Time, 0, len(times)), times)
}

func appendVisits(out, times []time.Time) []time.Time {
	var last time.Time
	for i, t := range times {
		if i == 0 || t.Sub(last) >= burst {
			out = append(out, t)
		}
		last = t
	}
	return out
}

func gaps(times []time.Time) []time.Duration {
	if len(times) < 2 {
		return nil
	}
	return appendGaps(make([]time.Duration, 0, len(times)-1), times)
}

func appendGaps(out []time.Duration, times []time.Time) []time.Duration {
	for i := 1; i < len(times); i++ {
		out = append(out, times[i].Sub(times[i-1]))
	}
	return out
}

// greenwood returns Greenwood's statistic G = n * sum (d_i / sum d)^2 of the
// gaps (Greenwood 1946). It is 1 for a metronome and about 2 for events that
// know nothing of each other.
func greenwood(d []time.Duration) float64 {
	var sum, squares float64
	for _, g := range d {
		sum += float64(g)
		squares += float64(g) * float64(g)
	}
	if sum == 0 {
		return 1
	}
	return float64(len(d)) * squares / (sum * sum)
}

// tooRegular returns the probability that n independent gaps are as even as G
// says or more so, from quantiles of exponential gaps (2 million simulations a
// row). Below five gaps it is 1: nothing can be said.
func tooRegular(n int, g float64) float64 {
	if n < greenwoodTable[0].n {
		return 1
	}
	i, _ := slices.BinarySearchFunc(greenwoodTable, n, func(r greenwoodRow, n int) int { return r.n - n })
	row := greenwoodTable[min(i, len(greenwoodTable)-1)]
	if row.n > n { // between two rows: the quantiles grow with n; the row below is the careful choice
		row = greenwoodTable[i-1]
	}
	last := len(row.q) - 1
	if g > row.q[0] {
		return 1
	}
	for k := 1; k <= last; k++ {
		if g > row.q[k] { // between 10^-k and 10^-(k+1)
			f := (row.q[k-1] - g) / (row.q[k-1] - row.q[k])
			return math.Pow(10, -float64(k)-f)
		}
	}
	return math.Pow(10, -float64(last+1))
}

type greenwoodRow struct {
	n int
	q [5]float64 // quantiles of G at p = 1e-1, 1e-2, 1e-3, 1e-4, 1e-5
}

var greenwoodTable = []greenwoodRow{
	{5, [5]float64{1.2170, 1.0686, 1.0219, 1.0066, 1.0019}},
	{6, [5]float64{1.2610, 1.1035, 1.0413, 1.0166, 1.0063}},
	{7, [5]float64{1.2971, 1.1344, 1.0619, 1.0289, 1.0141}},
	{8, [5]float64{1.3284, 1.1617, 1.0832, 1.0437, 1.0250}},
	{10, [5]float64{1.3785, 1.2083, 1.1241, 1.0726, 1.0420}},
	{12, [5]float64{1.4182, 1.2468, 1.1586, 1.1058, 1.0707}},
	{15, [5]float64{1.4651, 1.2936, 1.2024, 1.1451, 1.1099}},
	{17, [5]float64{1.4900, 1.3187, 1.2270, 1.1652, 1.1306}},
	{20, [5]float64{1.5218, 1.3518, 1.2589, 1.2011, 1.1573}},
	{25, [5]float64{1.5626, 1.3966, 1.3050, 1.2422, 1.1937}},
	{30, [5]float64{1.5938, 1.4315, 1.3393, 1.2754, 1.2324}},
	{40, [5]float64{1.6398, 1.4862, 1.3963, 1.3329, 1.2925}},
	{50, [5]float64{1.6728, 1.5246, 1.4372, 1.3771, 1.3345}},
	{64, [5]float64{1.7066, 1.5663, 1.4816, 1.4230, 1.3803}},
}

func median[T ~int | ~int64](in []T) T {
	if len(in) == 0 {
		return 0
	}
	s := slices.Clone(in)
	slices.Sort(s)
	return s[len(s)/2]
}
