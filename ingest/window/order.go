package window

import "slices"

// key orders elements of an arena.
type key struct {
	a    uint8
	b, c uint64
	n    uint32 // of the element
}

func (x key) less(y key) int {
	switch {
	case x.a != y.a:
		return int(x.a) - int(y.a)
	case x.b < y.b || x.b == y.b && x.c < y.c:
		return -1
	case x.b == y.b && x.c == y.c:
		return 0
	}
	return 1
}

// arrange puts the elements of an arena, which only ever gave single ones, into
// order where they are: there is no memory for all of them twice.
func arrange[T any](a *arena[T], of func(*T) key) {
	order := make([]key, a.len())
	for i := range order {
		order[i] = of(a.at(uint32(i)))
		order[i].n = uint32(i)
	}
	slices.SortFunc(order, key.less)
	for i := range order { // one cycle of the permutation after the other
		if order[i].n == uint32(i) {
			continue
		}
		first := *a.at(uint32(i))
		at := uint32(i)
		for {
			from := order[at].n
			order[at].n = at
			if from == uint32(i) {
				*a.at(at) = first
				break
			}
			*a.at(at) = *a.at(from)
			at = from
		}
	}
}

// stretch returns the elements from lo on that are the same, in one slice. The
// few stretches that reach over the edge of a page are copied: it is to be asked
// for each once, when nothing changes any more.
func stretch[T any](a *arena[T], lo uint32, same func(x, y *T) bool) []T {
	n, hi := uint32(a.len()), lo+1
	for hi < n && same(a.at(lo), a.at(hi)) {
		hi++
	}
	page := lo >> pageBits
	if (hi-1)>>pageBits == page {
		i := lo & (pageLen - 1)
		return a.pages[page][i : i+hi-lo : i+hi-lo]
	}
	out := make([]T, 0, hi-lo)
	for ; lo < hi; lo++ {
		out = append(out, *a.at(lo))
	}
	return out
}
