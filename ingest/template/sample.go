package template

import (
	"cmp"
	"slices"
)

// sample is a table of at most size entries. Of more it keeps those with the
// least hashes: which those are does not depend on the order in which they came,
// and what is counted for them is exact, because an entry once refused has a
// hash that will always be refused.
type sample[T any] struct {
	all   map[string]hashed[T]
	size  int
	limit uint64 // entries with a greater hash are refused; 0: none
}

type hashed[T any] struct {
	hash  uint64
	value T
}

func newSample[T any](size int) sample[T] {
	return sample[T]{all: map[string]hashed[T]{}, size: size}
}

// find returns the entry of a key, which is made when it is new, or the zero T
// when the key is not of the sample.
func find[T any](s *sample[T], hash uint64, key []byte, create func(key string) T) (found T) {
	if e, ok := s.all[string(key)]; ok {
		return e.value
	}
	if s.limit != 0 && hash > s.limit {
		return found
	}
	if len(s.all) >= 2*s.size { // twice the size, so that pruning is rare
		s.prune()
		return find(s, hash, key, create)
	}
	name := string(key)
	found = create(name)
	s.all[name] = hashed[T]{hash, found}
	return found
}

// prune cuts the table to its size.
func (s *sample[T]) prune() {
	if len(s.all) <= s.size {
		return
	}
	hashes := make([]uint64, 0, len(s.all))
	for _, e := range s.all {
		hashes = append(hashes, e.hash)
	}
	slices.Sort(hashes)
	s.limit = hashes[s.size-1]
	for key, e := range s.all {
		if e.hash > s.limit {
			delete(s.all, key)
		}
	}
}

// sorted prunes the table and lists what is left in the order of keys.
func (s *sample[T]) sorted() []T {
	s.prune()
	keys := make([]string, 0, len(s.all))
	for key := range s.all {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	out := make([]T, len(keys))
	for i, key := range keys {
		out[i] = s.all[key].value
	}
	return out
}

// distinct counts distinct values: exactly up to its size, and beyond from the
// size-th least hash (Bar-Yossef et al. 2002), within about a fifth.
type distinct struct{ least []uint64 } // sorted

const distinctSize = 32

func (d *distinct) add(h uint64) {
	n := len(d.least)
	if n == distinctSize && h >= d.least[n-1] {
		return
	}
	i, ok := slices.BinarySearch(d.least, h)
	if ok {
		return
	}
	if n == distinctSize {
		d.least = d.least[:n-1]
	}
	d.least = slices.Insert(d.least, i, h)
}

func (d *distinct) count() int {
	n := len(d.least)
	if n < distinctSize {
		return n
	}
	const span = 1 << 64
	return max(n, int(float64(n-1)*span/max(1, float64(d.least[n-1]))))
}

// most orders by a number, the greatest first.
func most[T cmp.Ordered](a, b T) int { return cmp.Compare(b, a) }
