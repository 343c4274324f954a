package enrich

import (
	"net/netip"
	"net/url"
)

// The registration data services of the five regional registries, RFC 9082.
const (
	afrinic = "https://rdap.afrinic.net/rdap/"
	apnic   = "https://rdap.apnic.net/"
	arin    = "https://rdap.arin.net/registry/"
	lacnic  = "https://rdap.lacnic.net/rdap/"
	ripe    = "https://rdap.db.ripe.net/"
)

// registryDomains are those to whom a redirect may lead: the regional registries,
// and the national ones that they delegate to. An answer cannot send the program
// anywhere else, least of all into the network that it stands in.
var registryDomains = []string{
	"afrinic.net", "apnic.net", "arin.net", "lacnic.net", "ripe.net",
	"registro.br", "nic.mx", "idnic.net", "kisa.or.kr", "twnic.tw",
}

// block is a run of first octets of IPv4.
type block struct{ from, to byte }

// octets say which registry administers which first octets, after IANA's bootstrap
// file for IPv4 (RFC 9224). All others are ARIN's, whose service redirects what
// was transferred since, as all five do: an entry that is out of date costs one
// more request.
var octets = []struct {
	service string
	blocks  []block
}{
	{afrinic, []block{{41, 41}, {102, 102}, {105, 105}, {154, 154}, {196, 197}}},
	{apnic, []block{{1, 1}, {14, 14}, {27, 27}, {36, 36}, {39, 39}, {42, 43}, {49, 49}, {58, 61}, {101, 101}, {103, 103},
		{106, 106}, {110, 126}, {133, 133}, {150, 150}, {153, 153}, {163, 163}, {171, 171}, {175, 175}, {180, 180},
		{182, 183}, {202, 203}, {210, 211}, {218, 223}}},
	{lacnic, []block{{177, 177}, {179, 179}, {181, 181}, {186, 187}, {189, 191}, {200, 201}}},
	{ripe, []block{{2, 2}, {5, 5}, {25, 25}, {31, 31}, {37, 37}, {46, 46}, {51, 51}, {53, 53}, {57, 57}, {62, 62}, {77, 95},
		{109, 109}, {141, 141}, {145, 145}, {151, 151}, {176, 176}, {178, 178}, {185, 185}, {188, 188}, {193, 195},
		{212, 213}, {217, 217}}},
}

// prefixes6 say the same of IPv6.
var prefixes6 = []struct {
	service string
	prefix  netip.Prefix
}{
	{afrinic, netip.MustParsePrefix("2c00::/12")},
	{afrinic, netip.MustParsePrefix("2001:4200::/23")},
	{apnic, netip.MustParsePrefix("2400::/11")},
	{apnic, netip.MustParsePrefix("2001:200::/23")},
	{apnic, netip.MustParsePrefix("2001:c00::/22")},
	{apnic, netip.MustParsePrefix("2001:4400::/23")},
	{apnic, netip.MustParsePrefix("2001:8000::/18")},
	{lacnic, netip.MustParsePrefix("2800::/12")},
	{lacnic, netip.MustParsePrefix("2001:1200::/23")},
	{ripe, netip.MustParsePrefix("2a00::/11")},
	{ripe, netip.MustParsePrefix("2003::/18")},
	{ripe, netip.MustParsePrefix("2001:600::/23")},
	{ripe, netip.MustParsePrefix("2001:800::/22")},
	{ripe, netip.MustParsePrefix("2001:1400::/22")},
	{ripe, netip.MustParsePrefix("2001:1a00::/23")},
	{ripe, netip.MustParsePrefix("2001:1c00::/22")},
	{ripe, netip.MustParsePrefix("2001:2000::/19")},
	{ripe, netip.MustParsePrefix("2001:4000::/23")},
	{ripe, netip.MustParsePrefix("2001:4600::/23")},
	{ripe, netip.MustParsePrefix("2001:4a00::/23")},
	{ripe, netip.MustParsePrefix("2001:4c00::/23")},
	{ripe, netip.MustParsePrefix("2001:5000::/20")},
}

// serviceFor returns the service to ask about an address first.
func serviceFor(a netip.Addr) string {
	if a.Is4() {
		first := a.As4()[0]
		for _, r := range octets {
			for _, b := range r.blocks {
				if b.from <= first && first <= b.to {
					return r.service
				}
			}
		}
		return arin
	}
	for _, r := range prefixes6 {
		if r.prefix.Contains(a) {
			return r.service
		}
	}
	return arin
}

// serverOf returns the server of an address of the web, if it is a registry's and
// the way there is encrypted.
func serverOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" {
		return "", false
	}
	name, ok := hostname(u.Hostname())
	return name, ok && below(name, registryDomains)
}
