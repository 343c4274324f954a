package baseline

import "math"

const (
	smallestSize = 0.8
	largestSize  = 1000
	normalIQR    = 1.349 // of a normal variable with deviation 1
	fitLoss      = 1.1   // the profile has followed its own data a little: residuals are that much too small in variance
)

// dispersion estimates the size of the negative binomial from the middle half of
// the residuals, which past attacks cannot reach. Anscombe's 2(√(y+3/8) -
// √(mean+3/8)) has a variance of about 1 + mean/size (Anscombe 1948); the size
// sought is the one that makes the interquartile range of the residuals over
// √(1 + mean/size) that of a normal variable. With the residuals left as they are
// this would be size = mean/(φ-1), φ being their variance; dividing first matters
// where day and night differ, because the middle half then belongs to the nights.
// Moments instead, even with 2 % cut off, let 40 attacked hours hide most later
// bursts.
func dispersion(past []observation) float64 {
	residuals := make([]float64, len(past))
	scaled := make([]float64, len(past))
	var total float64
	for i, o := range past {
		residuals[i] = 2 * (math.Sqrt(o.count+.375) - math.Sqrt(o.mean+.375))
		total += o.mean
	}
	n := float64(len(past))
	perMean := n / max(total, 1)

	inverse := 1.0 / largestSize
	for range 6 {
		for i, o := range past {
			scaled[i] = residuals[i] / math.Sqrt(1+o.mean*inverse)
		}
		iqr := sortedRange(scaled) / normalIQR
		phi := fitLoss * iqr * iqr
		// 1 + mean/size' = φ (1 + mean/size), solved for 1/size' at the average mean.
		next := phi*(perMean+inverse) - perMean
		next = min(max(next, 1.0/largestSize), 1/smallestSize)
		settled := math.Abs(next-inverse) < .03*inverse
		inverse = next
		if settled {
			break
		}
	}
	// Where the counts are small the middle half says little: the squared range of
	// n residuals is known to about 2.3/√n, and mean/size no better than that.
	return max(smallestSize, 1/(inverse+2.3/math.Sqrt(n)*perMean))
}
