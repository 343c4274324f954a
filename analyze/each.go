package analyze

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"gumshoe/ingest/window"
)

// Fact returns what several detectors derive from the input alone. The first to
// ask under a key makes it, the others wait for it and share it.
func Fact[T any](in *Input, key string, derive func(*Input) T) T {
	once, _ := in.facts.LoadOrStore(key, sync.OnceValue(func() T { return derive(in) }))
	return once.(func() T)()
}

// EachUnit lets judge look at every source that has a row in the window, on all
// cores, and returns what it found in address order.
func EachUnit(in *Input, judge func(i int, u *window.Unit) []Finding) []Finding {
	units := in.Set.Units()
	found := make([][]Finding, partsOf(len(units)))
	parts(len(units), func(part, lo, hi int) {
		for i := lo; i < hi; i++ {
			if in.Current(&units[i]) {
				found[part] = append(found[part], judge(i, &units[i])...)
			}
		}
	})
	return slices.Concat(found...)
}

// partLen is how many units are looked at by one goroutine: enough to be worth
// one, few enough that no core is left with a long end.
const partLen = 1 << 8

func partsOf(n int) int { return (n + partLen - 1) / partLen }

// parts calls f for stretches of [0, n), on all cores.
func parts(n int, f func(part, lo, hi int)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), partsOf(n)) {
		wg.Go(func() {
			for {
				part := int(next.Add(1)) - 1
				if part >= partsOf(n) {
					return
				}
				f(part, part*partLen, min((part+1)*partLen, n))
			}
		})
	}
	wg.Wait()
}
