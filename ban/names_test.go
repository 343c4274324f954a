package ban

import (
	"net/netip"
	"testing"
)

// Where in a line an address stands, and where not.
func TestNames(t *testing.T) {
	for _, tt := range []struct {
		text, prefix string
		want         bool
	}{
		{"Failed password for root from 203.0.113.7 port 4000 ssh2", "203.0.113.7/32", true},
		{"Failed password for root from 203.0.113.70 port 4000 ssh2", "203.0.113.7/32", false},
		{"Failed password for root from 203.0.113.70 port 4000 ssh2", "203.0.113.0/24", true},
		{"203.0.113.7:4000 hung up.", "203.0.113.7/32", true},
		{"goodbye, 203.0.113.7.", "203.0.113.7/32", true},
		{"203.0.113.7: too many tries", "203.0.113.7/32", true},
		{"rip=203.0.113.7,lip=198.51.100.1", "203.0.113.7/32", true},
		{"addr:203.0.113.7 feed:203.0.113.8", "203.0.113.8/32", true},
		{"::ffff:203.0.113.7", "203.0.113.7/32", true},
		{"::ffff:203.0.113.7: bye", "203.0.113.7/32", true},
		{"[2001:db8::7]:443", "2001:db8::/64", true},
		{"from 2001:DB8:0::7 port 4000", "2001:db8::7/128", true},
		{"from 2001:db8:1::7 port 4000", "2001:db8::/64", false},
		{"version 203.0.113.7.1 at 12:34:56", "203.0.113.7/32", false},
		{"", "0.0.0.0/0", false},
	} {
		if got := Names(tt.text, netip.MustParsePrefix(tt.prefix)); got != tt.want {
			t.Errorf("%q names %s: %v", tt.text, tt.prefix, got)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("from 203.0.113.7: bye", "203.0.113.7")
	f.Add("[2001:db8::7]:443", "2001:db8::7")
	f.Fuzz(func(t *testing.T, before, address string) {
		a, err := netip.ParseAddr(address)
		if err != nil || a.Zone() != "" {
			return
		}
		a = a.Unmap()
		if !Names(before+" "+a.String()+" port 22", netip.PrefixFrom(a, a.BitLen())) {
			t.Errorf("%q is not seen after %q", a, before)
		}
	})
}
