package baseline

import (
	"slices"

	"github.com/montanaflynn/stats"
)

// The order statistics come from montanaflynn/stats. Its functions answer an
// empty slice with NaN and an error; here an empty slice means "nothing known",
// and 0 keeps NaN out of the model.

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	m, _ := stats.Median(v)
	return m
}

// agreed is the value that most reach: all of two or three, three of four, six of
// eight.
func agreed(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	m, _ := stats.PercentileNearestRank(v, 30)
	return m
}

// trimmedMean drops a fifth at each end: with the six values of a weekend hour in
// three weeks a tenth would drop nothing.
func trimmedMean(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	m, _ := stats.TrimmedMean(v, 0.2)
	return m
}

// sortedRange sorts v and returns its interquartile range, the medians of the
// upper and the lower half apart; 0 below two values. It is the inner loop of a
// fit, where stats.InterQuartileRange would sort four copies.
func sortedRange(v []float64) float64 {
	if len(v) < 2 {
		return 0
	}
	slices.Sort(v)
	half := len(v) / 2
	return middle(v[len(v)-half:]) - middle(v[:half])
}

func middle(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// sigmas says which distance from the mean a normal variable exceeds with
// probability p: the z with 1 - Phi(z) = p.
func sigmas(p float64) float64 { return stats.NormIsf(p, 0, 1) }

// mean and deviation (n-1 below the line) of two values or more.
func meanAndDeviation(v []float64) (mean, sd float64) {
	mean, _ = stats.Mean(v)
	sd, _ = stats.StandardDeviationSample(v)
	return mean, sd
}
