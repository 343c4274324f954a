package detect

import "math"

// betaBinomial is how many of n trials fail where the chance of failure itself
// varies from batch to batch: that of legitimate users at their passwords (Javed and
// Paxson, CCS 2013).
type betaBinomial struct {
	n    int
	a, b float64
}

// fitBetaBinomial fits a and b to a mean and a variance. Less variance than coins
// have is taken for that of coins.
func fitBetaBinomial(n int, mean, variance float64) betaBinomial {
	const coins = 1e6 // a + b from which on the chance hardly varies
	p := min(max(mean/float64(n), 1e-4), 1-1e-4)
	rho := (variance/(float64(n)*p*(1-p)) - 1) / float64(n-1)
	ab := coins
	if rho > 0 {
		ab = min(coins, 1/rho-1)
	}
	ab = max(ab, 1e-3)
	return betaBinomial{n, p * ab, (1 - p) * ab}
}

// pmf returns the probabilities of 0 to n.
func (d betaBinomial) pmf() []float64 {
	beta := func(a, b float64) float64 {
		x, _ := math.Lgamma(a)
		y, _ := math.Lgamma(b)
		z, _ := math.Lgamma(a + b)
		return x + y - z
	}
	out := make([]float64, d.n+1)
	for k := range out {
		choose := -math.Log(float64(d.n+1)) - beta(float64(d.n-k+1), float64(k+1))
		out[k] = math.Exp(choose + beta(float64(k)+d.a, float64(d.n-k)+d.b) - beta(d.a, d.b))
	}
	return out
}

// averageRunLength is how many epochs pass on average until the sum C = max(0, C +
// Y - drift) reaches limit, starting from 0, if Y has that distribution. The sum is
// a Markov chain over 0 to limit-1, so the answer is exact (Brook and Evans,
// Biometrika 59, 1972): the solution m of (I - R) m = 1, where R is the chain
// without the alarm.
func averageRunLength(y []float64, drift, limit int) float64 {
	rows := make([][]float64, limit) // of I - R, and the right side
	for c := range rows {
		row := make([]float64, limit+1)
		row[c], row[limit] = 1, 1
		for v, p := range y {
			if to := max(0, c+v-drift); to < limit {
				row[to] -= p
			}
		}
		rows[c] = row
	}
	for i := limit - 1; i > 0; i-- { // from below upwards: only the first unknown is wanted
		for c := range i {
			f := rows[c][i] / rows[i][i]
			if f == 0 {
				continue
			}
			for k := range i {
				rows[c][k] -= f * rows[i][k]
			}
			rows[c][limit] -= f * rows[i][limit]
		}
	}
	if m := rows[0][limit] / rows[0][0]; m > 0 && m < neverComes {
		return m
	}
	return neverComes // beyond what floating point can tell from never
}

const neverComes = 1e12

// limitFor returns the smallest limit with at least so many epochs between false
// alarms.
func limitFor(y []float64, drift int, epochs float64) int {
	const most = 400
	lo, hi := 1, most
	for lo < hi {
		if mid := (lo + hi) / 2; averageRunLength(y, drift, mid) >= epochs {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
