package baseline

import "math"

// smallestP stands for every smaller probability, so that its logarithm exists.
const smallestP = 1e-300

// negBin is a negative binomial distribution by mean and size: the variance is
// mean + mean²/size. A large size makes it Poisson.
type negBin struct{ mean, size float64 }

// upper is P(Y >= y) = I_x(y, size) with x = mean/(mean+size), where I is the
// regularized incomplete beta function (DLMF 8.17; Johnson, Kemp and Kotz 2005,
// eq. 5.31). Taking it from the upper end keeps all digits of small values.
func (d negBin) upper(y uint32) float64 {
	if y == 0 {
		return 1
	}
	if d.mean <= 0 {
		return smallestP
	}
	sum := d.mean + d.size
	return max(smallestP, incompleteBeta(float64(y), d.size, d.mean/sum, d.size/sum))
}

// lower is P(Y <= y).
func (d negBin) lower(y uint32) float64 {
	if d.mean <= 0 {
		return 1
	}
	sum := d.mean + d.size
	return max(smallestP, incompleteBeta(d.size, float64(y)+1, d.size/sum, d.mean/sum))
}

// quantile is the smallest y with P(Y <= y) >= p.
func (d negBin) quantile(p float64) uint32 {
	lo, hi := uint64(0), uint64(math.MaxUint32)
	// Doubling from the mean finds a bracket in a few steps; halving the whole
	// range would take 32, most of them far out where the series is slow.
	for top := uint64(math.Min(2*d.mean+8, math.MaxUint32)); top < hi; top *= 2 {
		if d.lower(uint32(top)) >= p {
			hi = top
			break
		}
		lo = top + 1
	}
	for lo < hi {
		mid := (lo + hi) / 2
		if d.lower(uint32(mid)) >= p {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return uint32(lo)
}

// roughQuantile is the quantile for the normal deviate z by Wilson and Hilferty
// 1931: a negative binomial is a gamma variable of the same mean and variance,
// and the cube root of a gamma variable is nearly normal. It is right to a few
// per cent or two counts, enough to clip thousands of past counts quickly.
func (d negBin) roughQuantile(z float64) float64 {
	if d.mean <= 0 {
		return 0
	}
	shape := d.mean / (1 + d.mean/d.size)
	root := 1 - 1/(9*shape) + z/(3*math.Sqrt(shape))
	return d.mean * root * root * root
}

// incompleteBeta is the regularized I_x(a, b) for a, b > 0; y is 1-x, given
// apart so that no digit is lost near 1.
func incompleteBeta(a, b, x, y float64) float64 {
	switch {
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	// x^a y^b / B(a,b) stays a logarithm until the end: the factors alone underflow.
	front := lab - la - lb + a*logOf(x, y) + b*logOf(y, x)
	// The fraction converges fast below the mean of the distribution; above it
	// the mirrored one does: I_x(a,b) = 1 - I_y(b,a).
	if x <= (a+1)/(a+b+2) {
		return math.Exp(front-math.Log(a)) * betaFraction(a, b, x)
	}
	return 1 - math.Exp(front-math.Log(b))*betaFraction(b, a, y)
}

// logOf is log(x), by log1p of its complement where x is near 1.
func logOf(x, complement float64) float64 {
	if complement < 0.5 {
		return math.Log1p(-complement)
	}
	return math.Log(x)
}

// betaFraction evaluates the continued fraction of the incomplete beta function
// (DLMF 8.17.22) by Lentz's method as modified by Thompson and Barnett 1986. It
// needs about sqrt(max(a, b)) steps, at most 65,536 for a 32-bit count.
func betaFraction(a, b, x float64) float64 {
	const (
		tiny     = 1e-300 // stands in for a zero denominator
		epsilon  = 1e-15
		maxSteps = 1 << 18
	)
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	h := d
	for i := 1; i <= maxSteps; i++ {
		m := float64(i)
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / away(1+even*d)
		c = away(1 + even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / away(1+odd*d)
		c = away(1 + odd/c)
		step := d * c
		h *= step
		if math.Abs(step-1) < epsilon {
			break
		}
	}
	return h
}
