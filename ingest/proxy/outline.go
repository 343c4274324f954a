package proxy

import "net/netip"

// outline tells in one look that an address lies in none of many networks, as
// nearly all do: it has a bit for each /16 of either family that a network
// touches. A tree of networks costs ten times as much, for every request.
type outline struct {
	v4, v6 sixteens
}

// sixteens is a set of numbers of 16 bits.
type sixteens [1 << 16 / 64]uint64

// draw adds a network.
func (o *outline) draw(p netip.Prefix) {
	set, first := o.place(p.Masked().Addr())
	last := first | 0xffff>>min(p.Bits(), 16)
	for i := first; i <= last; i++ {
		set[i/64] |= 1 << (i % 64)
	}
}

// touches reports whether an address may lie in one of the networks.
func (o *outline) touches(a netip.Addr) bool {
	set, i := o.place(a)
	return set[i/64]&(1<<(i%64)) != 0
}

// place is where the first 16 bits of an address stand.
func (o *outline) place(a netip.Addr) (set *sixteens, number uint) {
	if a.Is4() {
		b := a.As4()
		return &o.v4, uint(b[0])<<8 | uint(b[1])
	}
	b := a.As16()
	return &o.v6, uint(b[0])<<8 | uint(b[1])
}
