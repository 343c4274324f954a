package proxy

import (
	"net/netip"
	"testing"
)

// The outline may say yes too often, but never no to an address of a network.
func TestOutline(t *testing.T) {
	o := &outline{}
	for _, p := range prefixes("104.16.0.0/13", "198.51.100.0/24", "128.0.0.0/2", "2001:db8::/32", "fc00::/7", "203.0.113.255/32") {
		o.draw(p)
	}
	for _, c := range []struct {
		addr string
		want bool
	}{
		{"104.15.255.255", false}, {"104.16.0.0", true}, {"104.23.255.255", true}, {"104.24.0.0", false},
		{"198.51.100.7", true}, {"198.51.7.100", true}, {"198.52.100.7", false}, // the neighbours in the /16 are for the tree
		{"127.255.255.255", false}, {"128.0.0.0", true}, {"191.255.255.255", true}, {"192.0.0.0", false},
		{"203.0.113.255", true}, {"203.1.0.0", false},
		{"2001:db8::1", true}, {"2002::1", false}, {"fbff::1", false}, {"fc00::1", true}, {"fdff::1", true}, {"fe00::1", false},
		{"6810::1", false}, // 104.16 as IPv6
	} {
		if got := o.touches(netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("%s: %v, want %v", c.addr, got, c.want)
		}
	}
}

// Every network that the program knows is in its own outline.
func TestOutlineHoldsAll(t *testing.T) {
	p := New(prefixes("0.0.0.0/0"))
	for _, name := range append(Services(), "loopback") {
		for _, r := range Ranges(name) {
			if !p.outline.touches(r.Addr()) {
				t.Errorf("%s: %s is not in the outline", name, r)
			}
		}
	}
}
