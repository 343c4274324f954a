package detect

import "math"

// fisher returns the one-sided p-value of Fisher's exact test for the table
//
//	a  b
//	c  d
//
// the probability, with all margins fixed, of a first cell of a or more (Fisher
// 1922): the hypergeometric tail.
func fisher(a, b, c, d int) float64 {
	row, col, n := a+b, a+c, a+b+c+d
	p := 0.0
	for x := a; x <= min(row, col); x++ {
		if col-x > n-row {
			continue
		}
		p += math.Exp(lchoose(row, x) + lchoose(n-row, col-x) - lchoose(n, col))
	}
	return min(1, p)
}

// lchoose is the natural logarithm of the binomial coefficient.
func lchoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
