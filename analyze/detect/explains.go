package detect

import (
	"encoding/binary"
	"net/netip"

	"gumshoe/analyze"
)

// The widest networks that are ever named: a v4 /16, and a v6 /48, which is what
// a site gets (RFC 6177). No network is named for fewer than six sources.
const (
	widest4   = 16
	widest6   = 48
	wideAlone = 10 // accused to one other, in what is wider than a /24
)

// explain finds out which network the sources of a finding lie in, if one does,
// and counts the honest sources in it. A network of which more than the accused
// were seen, or a wide one of which anybody else was to speak of, is not to blame.
func explain(in *analyze.Input, f *analyze.Finding) {
	p, ok := explains(f.Sources)
	if !ok {
		return
	}
	accused, inside := make(map[netip.Prefix]bool, len(f.Sources)), 0
	for _, s := range f.Sources {
		accused[s] = true
		if p.Contains(s.Addr()) {
			inside++
		}
	}
	others := in.Seen(p) - inside
	if wide := p.Addr().Is4() && p.Bits() < 24; others > inside || wide && wideAlone*others > inside {
		return
	}
	f.Prefix, f.Collateral = p, in.Collateral(p, accused)
}

// explains returns the network that explains where the sources of one campaign
// come from: the longest prefix that holds at least 80 % of them, no longer than
// a /28 or a v6 /64 (hierarchical heavy hitters as of Mitzenmacher, Steinke and
// Thaler 2012, exact, with one hitter). One shared out over the internet has none.
//
// What is wider than a /24 belongs to many owners: it is named only where the
// campaign uses at least half of its /24s, and most of these more than once, so that
// widening does not thin it out.
func explains(sources []netip.Prefix) (netip.Prefix, bool) {
	if len(sources) < fewestStrangers {
		return netip.Prefix{}, false
	}
	var best netip.Prefix
	most := 0
	for _, bits := range [...]int{widest4, widest6} {
		if p, n := mostHeld(sources, bits, func(a netip.Addr) bool { return a.Is4() == (bits == widest4) }); n > most {
			best, most = p, n
		}
	}
	if most*10 < len(sources)*8 {
		return netip.Prefix{}, false
	}
	best = longest(best, sources)
	if best.Addr().Is4() && best.Bits() < 24 {
		used, n := map[netip.Prefix]bool{}, 0
		for _, s := range sources {
			if best.Contains(s.Addr()) {
				used[network(s)] = true
				n++
			}
		}
		if 2*len(used) < 1<<(24-best.Bits()) || n < 2*len(used) {
			return netip.Prefix{}, false
		}
	}
	return best, true
}

// mostHeld returns the prefix of a length that holds most of those sources which
// count, of several the first. It takes up to 64 bits.
func mostHeld(sources []netip.Prefix, bits int, counts func(netip.Addr) bool) (best netip.Prefix, most int) {
	held := map[uint64]int{} // by the bits, of the sources that follow each other in one
	var first, last uint64
	same := 0
	for _, s := range sources {
		if a := s.Addr(); counts(a) {
			if at := leading(a) >> (64 - bits); same == 0 || at != last {
				held[last] += same
				last, same = at, 0
			}
			same++
		}
	}
	held[last] += same
	for at, n := range held {
		if n > most || n == most && at < first {
			first, most = at, n
		}
	}
	for _, s := range sources {
		if a := s.Addr(); most > 0 && counts(a) && leading(a)>>(64-bits) == first {
			best, _ = a.Prefix(bits)
			break
		}
	}
	return best, most
}

// leading is the first 64 bits of an address; of a v4 one, all 32 and then zeros.
func leading(a netip.Addr) uint64 {
	if a.Is4() {
		b := a.As4()
		return uint64(binary.BigEndian.Uint32(b[:])) << 32
	}
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8])
}
