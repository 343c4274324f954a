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
// not look at the rows; the tag's other bits still tell neighbours apart.
type slot struct {
	tag uint32 // upper half of the hash
	row uint32 // row number + 1; 0: empty
}

// find returns the row whose tag matches and for which same holds.
func (x *index) find(hash uint64, same func(row uint32) bool) (uint32, bool) {
	if len(x.slots) == 0 {
		return 0, false
	}
	tag, mask := uint32(hash>>32), uint32(len(x.slots)-1)
	for i := tag & mask; ; i = (i + 1) & mask {
		s := x.slots[i]
		if s.row == 0 {
			return 0, false
		}
		if s.tag == tag && same(s.row-1) {
			return s.row - 1, true
		}
	}
}

// insert adds a row that find did not see.
func (x *index) insert(hash uint64, row uint32) {
	if x.n*4 >= len(x.slots)*3 {
		old := x.slots
		x.slots = make([]slot, max(8, 2*len(old)))
		for _, s := range old {
			if s.row != 0 {
				x.place(s)
			}
		}
	}
	x.place(slot{uint32(hash >> 32), row + 1})
	x.n++
}

func (x *index) place(s slot) {
	mask := uint32(len(x.slots) - 1)
	i := s.tag & mask
	for x.slots[i].row != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

// mix is one round of wyhash's multiply-and-fold over two words.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
