package detect

import (
	"cmp"
	"slices"
)

// sortByTime sorts by a number, and what has the same by a comparison, if there is
// one; what is alike then stays in its order. Numbers are sorted much faster than
// what they are of, which is moved once.
func sortByTime[T any](all []T, time func(*T) int64, tie func(a, b T) int) {
	const places = 24
	if len(all) < 2 {
		return
	}
	first, last, sorted := time(&all[0]), time(&all[0]), true
	before := first
	for i := range all {
		t := time(&all[i])
		sorted = sorted && t >= before
		first, last, before = min(first, t), max(last, t), t
	}
	switch {
	case sorted:
	case len(all) >= 1<<places || uint64(last-first) >= 1<<(64-places):
		slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(time(&a), time(&b)) })
	default:
		keys := make([]uint64, len(all))
		for i := range all {
			keys[i] = uint64(time(&all[i])-first)<<places | uint64(i)
		}
		slices.Sort(keys)
		old := slices.Clone(all)
		for i, k := range keys {
			all[i] = old[k&(1<<places-1)]
		}
	}
	if tie == nil {
		return
	}
	for lo := 0; lo < len(all); {
		hi := lo + 1
		for at := time(&all[lo]); hi < len(all) && time(&all[hi]) == at; hi++ {
		}
		if hi-lo > 1 {
			slices.SortStableFunc(all[lo:hi], tie)
		}
		lo = hi
	}
}
