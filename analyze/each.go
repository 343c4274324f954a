package analyze

import (
	"slices"
	"sync"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Fact returns what several detectors derive from the input alone. The first to
// ask under a key makes it, the others wait for it and share it.
func Fact[T any](in *Input, key any, derive func(*Input) T) T {
	once, known := in.facts.Load(key)
	if !known {
		once, _ = in.facts.LoadOrStore(key, sync.OnceValue(func() T { return derive(in) }))
	}
	return once.(func() T)()
}

// EachUnit lets look see every source with the given traits, on all cores. It
// appends what it finds, and all of it is returned in address order.
func EachUnit[T any](in *Input, need Trait, look func(i int, u *window.Unit, found []T) []T) []T {
	units := in.Set.Units()
	return Gather(len(units), func(i int, found []T) []T {
		if in.standing[i].traits&need != need {
			return found
		}
		return look(i, &units[i], found)
	})
}

// Gather lets look see the numbers below n, on all cores, and returns what it
// appended, in their order. What grows is used again by the next part: of half a
// million findings the room to grow in would be half as much again.
func Gather[T any](n int, look func(i int, found []T) []T) []T {
	found := make([][]T, partsOf(n))
	growing := sync.Pool{New: func() any { return new([]T) }}
	parts(n, func(part, lo, hi int) {
		mine := growing.Get().(*[]T)
		defer growing.Put(mine)
		*mine = (*mine)[:0]
		for i := lo; i < hi; i++ {
			*mine = look(i, *mine)
		}
		found[part] = slices.Clone(*mine)
	})
	return slices.Concat(found...)
}

// A part is what one goroutine looks at in one go: enough to be worth one, few
// enough that no core is left with a long end. Attackers are often neighbours: of 64
// parts of a million lines five held nearly all that was found.
const (
	maxPart   = 1 << 10
	fewestCut = 512 // parts, where there is that much
)

func partLen(n int) int { return max(1, min(maxPart, n/fewestCut)) }

func partsOf(n int) int { return (n + partLen(n) - 1) / partLen(n) }

// parts calls f for stretches of [0, n), on all cores.
func parts(n int, f func(part, lo, hi int)) {
	size := partLen(n)
	ingest.OnAllCores(partsOf(n), func(part int) { f(part, part*size, min((part+1)*size, n)) })
}
