package window

import (
	"cmp"
	"math/bits"
	"slices"
)

// arrange puts the elements of an arena, which only ever gave single ones, into
// order where they are: there is no memory for all of them twice. Most are told
// apart by a rough key, which is never larger than that of an element behind: a word
// with the number of the element in its lower bits is put into order in a fraction of
// the time that the elements take.
func arrange[T any](a *arena[T], rough func(*T) uint64, compare func(x, y *T) int) {
	number := uint64(1)<<bits.Len(uint(a.len())) - 1
	order := make([]uint64, a.len())
	for i := range order {
		order[i] = rough(a.at(uint32(i)))&^number | uint64(i)
	}
	slices.Sort(order)
	for lo, hi := 0, 0; lo < len(order); lo = hi {
		for hi = lo + 1; hi < len(order) && order[hi]&^number == order[lo]&^number; hi++ {
		}
		if hi > lo+1 {
			slices.SortFunc(order[lo:hi], func(x, y uint64) int { return compare(a.at(uint32(x&number)), a.at(uint32(y&number))) })
		}
	}
	for i := range order { // one cycle of the permutation after the other
		order[i] &= number
	}
	for i := range order {
		if order[i] == uint64(i) {
			continue
		}
		first := *a.at(uint32(i))
		at := uint64(i)
		for {
			from := order[at]
			order[at] = at
			if from == uint64(i) {
				*a.at(uint32(at)) = first
				break
			}
			*a.at(uint32(at)) = *a.at(uint32(from))
			at = from
		}
	}
}

// arrangeRows orders rows by source, service and hour.
func arrangeRows(rows *arena[Row]) {
	began := ^uint32(0)
	for i := range uint32(rows.len()) {
		began = min(began, rows.at(i).Hour)
	}
	arrange(rows, func(r *Row) uint64 {
		u := r.unit()
		if u.v6 {
			return uint64(u.rank())<<62 | u.net>>2
		}
		const hours, services = 1<<11 - 1, 1<<4 - 1
		return uint64(u.rank())<<62 | u.net<<30 | uint64(min(r.Service, services))<<26 | uint64(min(r.Hour-began, hours))<<15
	}, func(x, y *Row) int {
		u, v := x.unit(), y.unit()
		return cmp.Or(u.compare(v), cmp.Compare(x.Service, y.Service), cmp.Compare(x.Hour, y.Hour))
	})
}

// arrangeObjects orders objects by kind, what they are, and hour.
func arrangeObjects(objects *arena[Object]) {
	arrange(objects, func(o *Object) uint64 { return uint64(o.Kind)<<61 | o.ID>>3 }, func(x, y *Object) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ID, y.ID), cmp.Compare(x.Hour, y.Hour), cmp.Compare(x.Service, y.Service))
	})
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
