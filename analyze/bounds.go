package analyze

import "slices"

// Bounds of what a finding and a case carry beside their sources, which are
// never cut: a source that is not named is not banned.
const (
	MaxTimes   = 512
	MaxTargets = 64 // a detector need not name more
	MaxMarks   = 64
	maxAside   = 4 // of these, for what sources did beside their case

	// crowdedTimes is how many times of all findings of a case are put into order:
	// thousands of sources have millions, and a timeline shows MaxTimes.
	crowdedTimes = 64 * MaxTimes
)

// bound cuts a finding to its bounds. Times are spread over the whole span,
// targets and marks come in the order of their weight.
func (f *Finding) bound() {
	f.Times = Spread(f.Times, MaxTimes)
	f.Targets = first(f.Targets, MaxTargets)
	f.Marks = first(f.Marks, MaxMarks)
}

// first keeps the first n, and lets go of the memory of the others.
func first[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	return slices.Clone(all[:n])
}

// Spread picks at most n items, n being at least 2, evenly from first to last.
func Spread[T any](in []T, n int) []T {
	if len(in) <= n {
		return in
	}
	out := make([]T, n)
	for i := range out {
		out[i] = in[i*(len(in)-1)/(n-1)]
	}
	return out
}
