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
// insertion and of merging. The members live in an arena of the table.
type Distinct struct {
	off   uint32
	n     uint8 // members; sketched: the set has become a sketch
	class uint8 // of the block, valid when n > 0
}

const (
	sketched    = 255
	sketchClass = 7 // 128 words of 8 registers
	registers   = 1024
)

// add inserts h and reports whether it may be new: false is certain.
func (d *Distinct) add(a *arena[uint64], h uint64) bool {
	switch {
	case d.n == 0:
		d.class = 0
		d.off = a.get(0)
		a.block(d.off, 0)[0] = h
		d.n = 1
		return true
	case d.n == sketched:
		observe(a.block(d.off, sketchClass), h)
		return true
	}
	b := a.block(d.off, d.class)
	for _, m := range b[:d.n] {
		if m == h {
			return false
		}
	}
	if d.n == Exact {
		d.sketch(a)
		observe(a.block(d.off, sketchClass), h)
		return true
	}
	if int(d.n) == len(b) {
		off := a.get(d.class + 1)
		copy(a.block(off, d.class+1), b)
		a.put(d.off, d.class)
		d.off, d.class = off, d.class+1
		b = a.block(d.off, d.class)
	}
	b[d.n] = h
	d.n++
	return true
}

// sketch turns an exact set into a sketch.
func (d *Distinct) sketch(a *arena[uint64]) {
	off := a.get(sketchClass)
	regs := a.block(off, sketchClass)
	if d.n > 0 {
		for _, m := range a.block(d.off, d.class)[:d.n] {
			observe(regs, m)
		}
		a.put(d.off, d.class)
	}
	d.off, d.class, d.n = off, sketchClass, sketched
}

// merge adds the members of o, which live in b.
func (d *Distinct) merge(a *arena[uint64], o Distinct, b *arena[uint64]) {
	switch {
	case o.n == 0:
	case o.n != sketched:
		for _, m := range b.block(o.off, o.class)[:o.n] {
			d.add(a, m)
		}
	default:
		if d.n != sketched {
			d.sketch(a)
		}
		regs, more := a.block(d.off, sketchClass), b.block(o.off, sketchClass)
		for i := range regs {
			regs[i] = maxBytes(regs[i], more[i])
		}
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
func (d Distinct) count(a *arena[uint64]) int {
	if d.n != sketched {
		return int(d.n)
	}
	return estimate(a.block(d.off, sketchClass))
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
func (d Distinct) sort(a *arena[uint64]) {
	if members, exact := d.members(a); exact {
		slices.Sort(members)
	}
}

// members returns the exact members, or false for a sketch. They stand in the
// arena and are not to be changed.
func (d Distinct) members(a *arena[uint64]) ([]uint64, bool) {
	if d.n == sketched {
		return nil, false
	}
	if d.n == 0 {
		return nil, true
	}
	return a.block(d.off, d.class)[:d.n:d.n], true
}
