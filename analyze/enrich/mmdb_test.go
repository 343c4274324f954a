package enrich

import (
	"bytes"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// record is a row of a database.
type record = mmdbtype.Map

// database writes a file in MaxMind's format.
func database(t testing.TB, kind string, rows map[string]record) []byte {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for prefix, row := range rows {
		_, n, err := net.ParseCIDR(prefix)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(n, row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func iso(code string) record { return record{"iso_code": mmdbtype.String(code)} }

// Each maker names its fields in its own way.
func TestMMDB(t *testing.T) {
	countries := map[string]record{
		"192.0.2.0/24":    {"country": iso("NL"), "registered_country": iso("US")},
		"198.51.100.0/24": {"registered_country": iso("BR")},
		"2001:db8::/48":   {"country": iso("FR")},
	}
	networks := map[string]record{"192.0.2.0/24": {"autonomous_system_number": mmdbtype.Uint32(64496), "autonomous_system_organization": mmdbtype.String("Example Hosting B.V.")}}
	lite := map[string]record{"192.0.2.0/24": {"country": mmdbtype.String("Netherlands"), "country_code": mmdbtype.String("NL"), "asn": mmdbtype.String("AS64496"), "as_name": mmdbtype.String("Example")}}
	short := map[string]record{"192.0.2.0/24": {"country": mmdbtype.String("NL")}}
	odd := map[string]record{"192.0.2.0/24": {"country": mmdbtype.Slice{mmdbtype.String("NL")}, "asn": mmdbtype.String("ASx"), "autonomous_system_number": mmdbtype.Uint64(1 << 40), "as_name": mmdbtype.String("A\n\x1b[2J  B")}}
	for _, tt := range []struct {
		kind    string
		rows    map[string]record
		address string
		want    Place
		credit  bool
	}{
		{"GeoLite2-Country", countries, "192.0.2.9", Place{Country: "NL"}, true},
		{"GeoLite2-Country", countries, "198.51.100.9", Place{Country: "BR"}, true},
		{"GeoLite2-Country", countries, "2001:db8::9", Place{Country: "FR"}, true},
		{"GeoLite2-Country", countries, "203.0.113.9", Place{}, true},
		{"DBIP-ASN-Lite (compat=GeoLite2-ASN)", networks, "192.0.2.9", Place{ASN: 64496, Org: "Example Hosting B.V."}, true},
		{"ipinfo generic_lite.mmdb", lite, "192.0.2.9", Place{"NL", 64496, "Example"}, true},
		{"country", short, "192.0.2.9", Place{Country: "NL"}, false},
		{"country", odd, "192.0.2.9", Place{Org: "A \x1b[2J B"}, false},
	} {
		d, err := Open(database(t, tt.kind, tt.rows))
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Lookup(netip.MustParseAddr(tt.address)); got != tt.want {
			t.Errorf("%s of %s: %+v, want %+v", tt.address, tt.kind, got, tt.want)
		}
		if (d.Credit() != "") != tt.credit {
			t.Errorf("credit of %s: %q", tt.kind, d.Credit())
		}
	}
}

func TestDamagedMMDB(t *testing.T) {
	whole := database(t, "GeoLite2-Country", map[string]record{"192.0.2.0/24": {"country": iso("NL")}})
	if _, err := Open(whole[len(whole)/2:]); err == nil {
		t.Error("half a database is one")
	}
	for i := range whole { // no byte of it may break a lookup
		damaged := slices.Clone(whole)
		damaged[i] ^= 0xff
		if d, err := Open(damaged); err == nil {
			d.Lookup(netip.MustParseAddr("192.0.2.9"))
		}
	}
}

// The first database that knows a thing tells it, and a source that no database
// knows is unknown. Nothing is opened before it is needed.
func TestPlaces(t *testing.T) {
	opened := 0
	p := NewPlaces(func() (out []Database) {
		opened++
		for _, content := range [][]byte{
			database(t, "GeoLite2-ASN", map[string]record{"192.0.2.0/24": {"autonomous_system_number": mmdbtype.Uint32(64496)}}),
			database(t, "GeoLite2-Country", map[string]record{"192.0.2.0/25": {"country": iso("FR")}}),
			[]byte(tor4), []byte(tor6),
		} {
			d, err := Open(content)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, d)
		}
		return out
	})
	if len(p.Credits()) != 0 || opened != 0 {
		t.Errorf("opened %d times before a lookup", opened)
	}
	for address, want := range map[string]Place{
		"192.0.2.9":          {Country: "FR", ASN: 64496},
		"192.0.2.200":        {Country: "NL", ASN: 64496},
		"::ffff:203.0.113.9": {Country: "DE"},
		"2001:db8:2::":       {Country: "JP"},
		"198.18.0.1":         {},
	} {
		if got := p.Lookup(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %+v, want %+v", address, got, want)
		}
	}
	if got := p.Credits(); len(got) != 2 || opened != 1 {
		t.Errorf("opened %d times, credits %q", opened, got)
	}
}

// Names of organisations are what somebody wrote into a registry.
func TestOrganisation(t *testing.T) {
	long := string(bytes.Repeat([]byte("é"), 100))
	for in, want := range map[string]string{"  Example \n Net ": "Example Net", "a\xffb": "ab", long: long[:80]} {
		if got := organisation(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
