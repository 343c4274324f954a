package ledger

import (
	"net/netip"

	"gumshoe/ban"
)

// A prefix is stored as the 16 bytes of its address, IPv4 mapped into IPv6, and
// a byte for its length, up to 128: such keys sort by address, and those that
// share an address with another are found by an index.
const packedLen = 17

// packed is the stored form of a prefix in canonical form.
func packed(p netip.Prefix) []byte {
	a := p.Addr().As16()
	return append(a[:], byte(length(p)))
}

// length of a prefix as one of IPv6.
func length(p netip.Prefix) int {
	if p.Addr().Is4() {
		return p.Bits() + 96
	}
	return p.Bits()
}

// unpacked is the inverse of packed.
func unpacked(b []byte) (p netip.Prefix, ok bool) {
	if len(b) != packedLen {
		return p, false
	}
	a, bits := netip.AddrFrom16([16]byte(b)), int(b[16])
	if a.Is4In6() {
		a, bits = a.Unmap(), bits-96
	}
	p = netip.PrefixFrom(a, bits)
	return p, p.IsValid()
}

// inside are the first and the last key that a prefix of the same family within
// p can have.
func inside(p netip.Prefix) (first, last []byte) {
	first = packed(p)
	last = append([]byte(nil), first...)
	for i := length(p); i < 8*packedLen; i++ {
		last[i/8] |= 1 << (7 - i%8)
	}
	return first, last
}

// around are the keys of the prefixes that p lies in, of the same family.
func around(p netip.Prefix) (keys [][]byte) {
	for bits := range p.Bits() {
		keys = append(keys, packed(netip.PrefixFrom(p.Addr(), bits).Masked()))
	}
	return keys
}

// is4 tells keys of IPv4 in SQL.
const is4 = "(substr(b.prefix, 1, 12) = x'00000000000000000000ffff')"

// neighbourhoodSQL is the network in which bans are counted together, the /24 or
// /48 around a ban: the bytes of its address, or the whole key of what is wider.
const neighbourhoodSQL = "CASE WHEN " + is4 + " AND substr(b.prefix, 17) >= x'78' THEN substr(b.prefix, 1, 15)" +
	" WHEN NOT " + is4 + " AND substr(b.prefix, 17) >= x'30' THEN substr(b.prefix, 1, 6) ELSE b.prefix END"

// neighbourhoodOf reads what neighbourhoodSQL gives.
func neighbourhoodOf(key []byte) netip.Prefix {
	if n := len(key); n < packedLen {
		key = append(append(make([]byte, 0, packedLen), key...), make([]byte, packedLen-n)...)
		key[packedLen-1] = byte(8 * n)
	}
	p, _ := unpacked(key)
	return p
}

// overlaps wants bans that share an address with a prefix: those within it and
// those that it lies in.
func (c *conditions) overlaps(p netip.Prefix) {
	p = ban.Canonical(p)
	first, last := inside(p)
	args := []any{first, last, p.Addr().Is4()}
	in := ""
	for _, key := range around(p) {
		in += ", ?"
		args = append(args, key)
	}
	c.add("(b.prefix BETWEEN ? AND ? AND "+is4+" = ? OR b.prefix IN (NULL"+in+"))", args...)
}
