package window

import (
	"math"
	"math/bits"
	"slices"
)

// Exact is the largest set that is kept exactly. The slow and quiet sources that
// matter most live below it.
const Exact = 64

// A Distinct counts distinct 64-bit hashes: exactly up to Exact members, beyond
// that with a HyperLogLog of 2^10 registers (Flajolet et al. 2007; standard
// error 1.04/sqrt(1024) = 3.25 %). Both forms are independent of the order of
// insertion and of merging.
//
// It is one word. The hashes of package ingest are odd, and so an odd word is
// the only member itself: most sets have one. An even word says where the
// members live in an arena of the table:
//
//	32 bits offset, 8 bits unused, 8 bits size, 8 bits class of the block, 8 bits inArena
type Distinct [1]uint64

const (
	inArena     = 2
	sketched    = 255 // size: the set has become a sketch
	sketchClass = 7   // 128 words of 8 registers
	registers   = 1024
)

func (d *Distinct) set(off uint32, n, class uint8) {
	d[0] = uint64(off)<<32 | uint64(n)<<16 | uint64(class)<<8 | inArena
}

// single reports whether the word is the only member.
func (d Distinct) single() bool   { return d[0]&1 != 0 }
func (d Distinct) empty() bool    { return d[0] == 0 }
func (d Distinct) sketched() bool { return !d.single() && d.size() == sketched }
func (d Distinct) off() uint32    { return uint32(d[0] >> 32) }
func (d Distinct) size() uint8    { return uint8(d[0] >> 16) }
func (d Distinct) class() uint8   { return uint8(d[0] >> 8) }

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
		observe(a.block(d.off(), sketchClass), h)
		return true
	}
	n, b := d.size(), a.block(d.off(), d.class())
	for _, m := range b[:n] {
		if m == h {
			return false
		}
	}
	if n == Exact {
		d.sketch(a)
		observe(a.block(d.off(), sketchClass), h)
		return true
	}
	off, class := d.off(), d.class()
	if int(n) == len(b) {
		off = a.get(class + 1)
		copy(a.block(off, class+1), b)
		a.put(d.off(), class)
		class++
		b = a.block(off, class)
	}
	b[n] = h
	d.set(off, n+1, class)
	return true
}

// sketch turns an exact set into a sketch.
func (d *Distinct) sketch(a *arena[uint64]) {
	off := a.get(sketchClass)
	regs := a.block(off, sketchClass)
	clear(regs)
	members, _ := d.members(a)
	for _, m := range members {
		observe(regs, m)
	}
	d.drop(a)
	d.set(off, sketched, sketchClass)
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
		for _, m := range members {
			d.add(a, m)
		}
		return
	}
	if !d.sketched() {
		d.sketch(a)
	}
	regs, more := a.block(d.off(), sketchClass), b.block(o.off(), sketchClass)
	for i := range regs {
		regs[i] = maxBytes(regs[i], more[i])
	}
}

// observe sets the register of h: its top ten bits choose it, the position of
// the first one in the rest is its value. Eight registers share a word.
func observe(regs []uint64, h uint64) {
	i := h >> 54
	rho := uint64(bits.LeadingZeros64(h<<10|1<<9)) + 1
	shift := i % 8 * 8
	if w := &regs[i/8]; *w>>shift&0xff < rho {
		*w = *w&^(0xff<<shift) | rho<<shift
	}
}

// maxBytes is the maximum byte by byte, of bytes below 128: the top bit of each
// byte of (x|top)-y says whether x's is at least y's.
func maxBytes(x, y uint64) uint64 {
	const top = 0x8080808080808080
	ge := ((x | top) - y) & top >> 7 * 0xff
	return x&ge | y&^ge
}

// count returns the (estimated) number of members.
func (d *Distinct) count(a *arena[uint64]) int {
	if members, exact := d.members(a); exact {
		return len(members)
	}
	return estimate(a.block(d.off(), sketchClass))
}

// estimate is Ertl's improved raw estimate: without bias at any size and without
// thresholds, unlike the original's (O. Ertl, "New cardinality estimation
// algorithms for HyperLogLog sketches", arXiv:1702.01284, algorithm 6; its tau
// term is 0 here because no register reaches its limit).
//
//	n = m^2 / (2 ln 2 (sum over k >= 1 of C[k] 2^-k  +  m sigma(C[0]/m)))
//
// where C[k] is how many of the m registers hold k.
func estimate(regs []uint64) int {
	const m = float64(registers)
	var held [256]int
	for _, w := range regs {
		for s := 0; s < 64; s += 8 {
			held[w>>s&0xff]++
		}
	}
	z := m * sigma(float64(held[0])/m)
	for k := 1; k < len(held); k++ {
		z += math.Ldexp(float64(held[k]), -k)
	}
	return int(m*m/(2*math.Ln2*z) + .5)
}

// sigma is x + sum over k >= 1 of x^(2^k) 2^(k-1): what empty registers weigh.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	z, weight := x, 1.0
	for {
		x *= x
		next := z + x*weight
		if next == z {
			return z
		}
		z, weight = next, 2*weight
	}
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
	n := d.size()
	return a.block(d.off(), d.class())[:n:n], true
}
