package analyze

import (
	"slices"

	"gumshoe/ingest"
)

// sortRuns is in how many stretches a long list is put into order, on all cores, before
// they are merged; fewestSorted is what is long.
const (
	sortRuns     = 8
	fewestSorted = 1 << 11
)

// inOrder puts a list into order, in its own memory or in other. Things between which
// the comparison makes no difference come in any order.
func inOrder[T any](all []T, compare func(a, b T) int) []T {
	if len(all) < fewestSorted {
		slices.SortFunc(all, compare)
		return all
	}
	cut := func(run int) int { return run * len(all) / sortRuns }
	ingest.OnAllCores(sortRuns, func(i int) { slices.SortFunc(all[cut(i):cut(i+1)], compare) })
	other := make([]T, len(all))
	for n := 1; n < sortRuns; n *= 2 { // runs that are one already
		ingest.OnAllCores(sortRuns/(2*n), func(i int) {
			lo, mid, hi := cut(2*i*n), cut((2*i+1)*n), cut((2*i+2)*n)
			merge(other[lo:hi], all[lo:mid], all[mid:hi], compare)
		})
		all, other = other, all
	}
	return all
}

// merge fills to with what stands in two lists, in order.
func merge[T any](to, a, b []T, compare func(a, b T) int) {
	for i := range to {
		if len(b) == 0 || len(a) > 0 && compare(a[0], b[0]) <= 0 {
			to[i], a = a[0], a[1:]
		} else {
			to[i], b = b[0], b[1:]
		}
	}
}
