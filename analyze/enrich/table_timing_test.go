package enrich

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// BenchmarkTable looks addresses up in a table as large as Debian's.
func BenchmarkTable(b *testing.B) {
	const ranges = 400_000
	v4, v6 := &strings.Builder{}, &strings.Builder{}
	for i := range uint32(ranges) {
		fmt.Fprintf(v4, "%d,%d,NL\n", i*8192, i*8192+8191)
		fmt.Fprintf(v6, "2%03x:%x::,2%03x:%x:ffff:ffff:ffff:ffff:ffff:ffff,NL\n", i>>16, i&0xffff, i>>16, i&0xffff)
	}
	for _, c := range []struct{ name, text, address string }{{"v4", v4.String(), "150.1.2.3"}, {"v6", v6.String(), "2002:db8::1"}} {
		b.Run(c.name, func(b *testing.B) {
			t, a := openTable(b, c.text), netip.MustParseAddr(c.address)
			if t.Lookup(a).Country != "NL" {
				b.Fatal("not found")
			}
			b.ReportAllocs()
			for b.Loop() {
				t.Lookup(a)
			}
		})
	}
}
