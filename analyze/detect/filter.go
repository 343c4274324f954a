package detect

import "math/bits"

// filter tells of most numbers that they are not among some (Bloom 1970, with one
// hash). It fits the cache where a map does not.
type filter struct {
	words []uint64
	shift int
}

// newFilter makes room for n numbers: of others one in eight, at most, may be taken
// for one of them.
func newFilter(n int) filter {
	size := max(6, bits.Len(uint(8*n)))
	return filter{make([]uint64, 1<<(size-6)), 64 - size}
}

func (f *filter) bit(x uint64) (word, mask uint64) {
	at := x * 0x9e3779b97f4a7c15 >> f.shift
	return at / 64, 1 << (at % 64)
}

func (f *filter) add(x uint64) {
	word, mask := f.bit(x)
	f.words[word] |= mask
}

func (f *filter) mayHave(x uint64) bool {
	word, mask := f.bit(x)
	return f.words[word]&mask != 0
}
