package window

import (
	"math/bits"
	"slices"
)

// Exact is the largest set that is kept exactly. The slow and quiet sources that
// matter most live below it.
const Exact = 64

// A Distinct counts distinct 64-bit hashes: exactly up to Exact members, beyond
// that with a HyperLogLog (see sketch.go). Both forms are independent of the order
// of insertion and of merging.
//
// It is one word. The hashes of package ingest are odd, and so an odd word is
// the only member itself: most sets have one. An even word says where the
// members live in an arena of the table:
//
//	32 bits offset, 8 bits unused, 8 bits size, 8 bits class of the block, 8 bits inArena
type Distinct [1]uint64

const inArena = 2

func (d *Distinct) set(off uint32, n, class uint8) {
	d[0] = uint64(off)<<32 | uint64(n)<<16 | uint64(class)<<8 | inArena
}

// single reports whether the word is the only member.
func (d Distinct) single() bool { return d[0]&1 != 0 }
func (d Distinct) empty() bool  { return d[0] == 0 }
func (d Distinct) off() uint32  { return uint32(d[0] >> 32) }
func (d Distinct) size() uint8  { return uint8(d[0] >> 16) }
func (d Distinct) class() uint8 { return uint8(d[0] >> 8) }

// add inserts h and reports whether it may be new: false is certain.
func (d *Distinct) add(a *arena[uint64], h uint64) bool {
	switch {
	case d.empty() && h&1 != 0:
		d[0] = h
		return true
	case d.single():
		if d[0] == h {
			return false
		}
		off := a.get(1)
		b := a.block(off, 1)
		b[0], b[1] = d[0], h
		d.set(off, 2, 1)
		return true
	case d.empty():
		off := a.get(0)
		*a.at(off) = h
		d.set(off, 1, 0)
		return true
	case d.size() == sketched:
		d.observe(a, h)
		return true
	}
	off, n, class := d.off(), d.size(), d.class()
	members := a.run(off, int(n))
	if has(members, h) {
		return false
	}
	if n == Exact {
		d.sketch(a)
		d.observe(a, h)
		return true
	}
	if n == 1<<(class&7) {
		off = a.get(class + 1)
		copy(a.run(off, int(n)), members)
		a.put(d.off(), class)
		class++
	}
	*a.at(off + uint32(n)) = h
	d.set(off, n+1, class)
	return true
}

// has reports whether h is among the members; four at a time, where sets are long.
func has(members []uint64, h uint64) bool {
	for ; len(members) >= 4; members = members[4:] {
		if m := members[:4]; m[0] == h || m[1] == h || m[2] == h || m[3] == h {
			return true
		}
	}
	for _, m := range members {
		if m == h {
			return true
		}
	}
	return false
}

// drop empties the set and gives its block back.
func (d *Distinct) drop(a *arena[uint64]) {
	if !d.empty() && !d.single() {
		a.put(d.off(), d.class())
	}
	d[0] = 0
}

// merge adds the members of o, which live in b.
func (d *Distinct) merge(a *arena[uint64], o *Distinct, b *arena[uint64]) {
	if o.single() {
		d.add(a, o[0])
		return
	}
	if members, exact := o.members(b); exact {
		if d.empty() && len(members) > 0 {
			d.hold(a, members)
			return
		}
		for _, m := range members {
			d.add(a, m)
		}
		return
	}
	if !d.sketched() {
		d.sketch(a)
	}
	d.mergeSketch(a, o, b)
}

// hold fills an empty set.
func (d *Distinct) hold(a *arena[uint64], members []uint64) {
	class := uint8(bits.Len8(uint8(len(members) - 1)))
	off := a.get(class)
	copy(a.block(off, class), members)
	d.set(off, uint8(len(members)), class)
}

// count returns the (estimated) number of members.
func (d *Distinct) count(a *arena[uint64]) int {
	switch {
	case d.empty():
		return 0
	case d.single():
		return 1
	case d.size() != sketched:
		return int(d.size())
	case d.class() == concluded:
		return int(d.off())
	}
	return d.estimate(a)
}

// sort puts the exact members into ascending order.
func (d *Distinct) sort(a *arena[uint64]) {
	if members, exact := d.members(a); exact && len(members) > 1 {
		slices.Sort(members)
	}
}

// members returns the exact members, or false for a sketch. They stand in the
// set or in the arena and are not to be changed.
func (d *Distinct) members(a *arena[uint64]) ([]uint64, bool) {
	switch {
	case d.empty():
		return nil, true
	case d.single():
		return d[:], true
	case d.size() == sketched:
		return nil, false
	}
	return a.run(d.off(), int(d.size())), true
}
