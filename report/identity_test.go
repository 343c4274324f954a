package report

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"gumshoe/analyze"
)

func TestBehind(t *testing.T) {
	one := prefixes("203.0.113.7/32")
	many := make([]netip.Prefix, 9)
	for i := range many {
		many[i] = netip.MustParsePrefix(fmt.Sprintf("198.51.100.%d/32", i))
	}
	places := func(countries ...string) (out []analyze.Identity) {
		for i, c := range countries {
			out = append(out, analyze.Identity{Source: many[i], Country: c})
		}
		return out
	}
	for _, tt := range []struct {
		what    string
		sources []netip.Prefix
		known   []analyze.Identity
		want    []string
	}{
		{"nothing is known", one, nil, nil},
		{"all of one is", one, []analyze.Identity{{Country: "NL", ASN: 64496, Org: "Example B.V.", Name: "a.example.net"}}, []string{"NL, AS64496 Example B.V., a.example.net"}},
		{"a network without a name", one, []analyze.Identity{{ASN: 64496}}, []string{"AS64496"}},
		{"the commonest come first", many, places("VN", "BR", "BR", "", "VN", "BR", "AA", "BB", "CC"), []string{"Countries: BR 3, VN 2, AA 1, BB 1 and 1 more; unknown of 1."}},
		{"networks too", many[:2], []analyze.Identity{{Country: "NL", ASN: 64496, Org: "A"}, {ASN: 64496, Org: "A"}}, []string{"Countries: NL 1; unknown of 1.", "Networks: AS64496 A 2."}},
	} {
		if got := behind(&analyze.Case{Sources: tt.sources, Identities: tt.known}); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}
