package window

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A Distinct that is too large to be exact is a HyperLogLog of 2^10 registers
// (Flajolet et al. 2007; standard error 1.04/sqrt(1024) = 3.25 %).
//
// Hardly a register of a set of a few hundred members reaches 16. A sketch is made
// narrow, with four bits a register: as large as the block of the exact set that it
// follows. It becomes wide when a register needs more, which depends on its members
// alone.
const (
	sketched    = 255 // size of a Distinct that is a sketch
	narrowClass = 6   // 64 words of 16 registers
	wideClass   = 7   // 128 words of 8 registers
	concluded   = 255 // class of a sketch whose registers are gone; its offset is its count
	registers   = 1024
	maxNarrow   = 15
	maxRegister = 55 // the greatest value that observe gives a register
)

func (d Distinct) sketched() bool { return !d.single() && d.size() == sketched }
func (d Distinct) wide() bool     { return d.class() == wideClass }

// sketch turns an exact set into a sketch.
func (d *Distinct) sketch(a *arena[uint64]) {
	exact := *d
	off := a.get(narrowClass)
	clear(a.block(off, narrowClass))
	d.set(off, sketched, narrowClass)
	members, _ := exact.members(a)
	for _, m := range members {
		d.observe(a, m)
	}
	exact.drop(a)
}

// observe raises the register of h: its top ten bits choose it, the position of
// the first one in the rest is its value.
func (d *Distinct) observe(a *arena[uint64], h uint64) {
	d.raise(a, h>>54, uint64(bits.LeadingZeros64(h<<10|1<<9))+1)
}

// raise sets a register to a value, unless it is greater already.
func (d *Distinct) raise(a *arena[uint64], register, value uint64) {
	if value > maxNarrow {
		d.widen(a)
	}
	word, shift, mask := register/16, register%16*4, uint64(1<<4-1)
	if d.wide() {
		word, shift, mask = register/8, register%8*8, 1<<8-1
	}
	w := a.at(d.off() + uint32(word))
	if *w>>shift&mask < value {
		*w = *w&^(mask<<shift) | value<<shift
	}
}

// widen gives a sketch eight bits a register.
func (d *Distinct) widen(a *arena[uint64]) {
	if d.wide() {
		return
	}
	narrow, off := d.off(), a.get(wideClass)
	to := a.block(off, wideClass)
	for i, w := range a.block(narrow, narrowClass) {
		to[2*i], to[2*i+1] = spread(w), spread(w>>32)
	}
	a.put(narrow, narrowClass)
	d.set(off, sketched, wideClass)
}

// spread makes eight bytes of the lower eight of a word's sixteen half bytes.
func spread(w uint64) uint64 {
	w &= 1<<32 - 1
	w = (w | w<<16) & 0x0000ffff0000ffff
	w = (w | w<<8) & 0x00ff00ff00ff00ff
	return (w | w<<4) & lowHalves
}

const lowHalves = 0x0f0f0f0f0f0f0f0f

// mergeSketch raises the registers of a sketch to those of another, which lives in b.
func (d *Distinct) mergeSketch(a *arena[uint64], o *Distinct, b *arena[uint64]) {
	if o.wide() {
		d.widen(a)
	}
	regs, more := a.block(d.off(), d.class()), b.block(o.off(), o.class())
	switch {
	case o.wide():
		for i, w := range more {
			regs[i] = maxBytes(regs[i], w)
		}
	case d.wide():
		for i, w := range more {
			regs[2*i] = maxBytes(regs[2*i], spread(w))
			regs[2*i+1] = maxBytes(regs[2*i+1], spread(w>>32))
		}
	default:
		for i, w := range more {
			regs[i] = maxBytes(regs[i]&lowHalves, w&lowHalves) | maxBytes(regs[i]>>4&lowHalves, w>>4&lowHalves)<<4
		}
	}
}

// maxBytes is the maximum byte by byte, of bytes below 128: the top bit of each
// byte of (x|top)-y says whether x's is at least y's.
func maxBytes(x, y uint64) uint64 {
	const top = 0x8080808080808080
	ge := ((x | top) - y) & top >> 7 * 0xff
	return x&ge | y&^ge
}

// conclude counts a sketch and lets go of it. Nothing is to be added afterwards.
func (d *Distinct) conclude(a *arena[uint64]) { d.set(uint32(d.count(a)), sketched, concluded) }

// archived are the registers of a sketch, a byte each.
func (d *Distinct) archived(a *arena[uint64]) []byte {
	out := make([]byte, 0, registers)
	for _, w := range a.block(d.off(), d.class()) {
		if d.wide() {
			out = binary.LittleEndian.AppendUint64(out, w)
		} else {
			out = binary.LittleEndian.AppendUint64(out, spread(w))
			out = binary.LittleEndian.AppendUint64(out, spread(w>>32))
		}
	}
	return out
}

// estimate is Ertl's improved raw estimate: without bias at any size and without
// thresholds, unlike the original's (O. Ertl, "New cardinality estimation
// algorithms for HyperLogLog sketches", arXiv:1702.01284, algorithm 6; its tau
// term is 0 here because no register reaches its limit).
//
//	n = m^2 / (2 ln 2 (sum over k >= 1 of C[k] 2^-k  +  m sigma(C[0]/m)))
//
// where C[k] is how many of the m registers hold k.
func (d *Distinct) estimate(a *arena[uint64]) int {
	const m = float64(registers)
	var held [1 << 8]int
	width := 4
	if d.wide() {
		width = 8
	}
	for _, w := range a.block(d.off(), d.class()) {
		for range 64 / width {
			held[w&(1<<width-1)]++
			w >>= width
		}
	}
	z := m * sigma(float64(held[0])/m)
	for k := 1; k <= maxRegister; k++ {
		z += float64(held[k]) / float64(uint64(1)<<k)
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
