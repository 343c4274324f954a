package window

import "math/bits"

// index finds rows of a table by hash: open addressing over (tag, row) pairs,
// linear probing, no pointers. The table hashes with a seed of the process, so
// nobody who writes logs can aim at a bucket.
type index struct {
	slots []slot
	n     int
}

// slot is one entry. Its place follows from the tag alone, so that growing need
// not look at the rows.
type slot struct {
	tag uint32 // upper half of the hash
	row uint32 // row number + 1; 0: empty
}

// home is where the search for a tag begins. It scales the tag to the number of
// slots, which need not be a power of two: tables that grow by half waste less.
func (x *index) home(tag uint32) int {
	return int(uint64(tag) * uint64(len(x.slots)) >> 32)
}

// next returns the first row from slot i on that has the tag, and its slot; row
// is none when there is no more.
func (x *index) next(i int, tag uint32) (row uint32, at int) {
	for {
		if i >= len(x.slots) {
			if i = 0; len(x.slots) == 0 {
				return none, 0
			}
		}
		s := x.slots[i]
		if s.row == 0 {
			return none, i
		}
		if s.tag == tag {
			return s.row - 1, i
		}
		i++
	}
}

// none is no row.
const none = ^uint32(0)

// expect makes room for about n rows in an index that has none, and an eighth more: one
// that grows leaves behind what it was.
func (x *index) expect(n int) { x.slots = empty((n+n/8)*5/4 + 8) }

// empty returns n slots that were written to: a search reads first, and memory that is
// read first is mapped twice, and each time all processors are told.
func empty(n int) []slot {
	s := make([]slot, n)
	clear(s)
	return s
}

// insert adds a row that is not there yet.
func (x *index) insert(tag, row uint32) {
	if x.n*5 >= len(x.slots)*4 {
		old := x.slots
		x.slots = empty(max(8, len(old)+len(old)/2))
		for _, s := range old {
			if s.row != 0 {
				x.place(s)
			}
		}
	}
	x.place(slot{tag, row + 1})
	x.n++
}

func (x *index) place(s slot) {
	i := x.home(s.tag)
	for x.slots[i].row != 0 {
		if i++; i == len(x.slots) {
			i = 0
		}
	}
	x.slots[i] = s
}

// reset empties the index and keeps its memory.
func (x *index) reset() {
	clear(x.slots)
	x.n = 0
}

// tagOf is the half of a hash that the index keeps.
func tagOf(hash uint64) uint32 { return uint32(hash >> 32) }

// mix is one round of wyhash's multiply-and-fold over two words.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
