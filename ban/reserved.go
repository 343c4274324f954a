package ban

import (
	"net/netip"

	"github.com/gaissmai/bart"
)

// reserved holds the networks that are never a stranger's (IANA special-purpose
// registries, RFC 6890). The documentation and benchmarking networks are left
// out on purpose: they are ordinary addresses here, so that examples and tests
// run the same way as life.
var reserved = func() *bart.Table[string] {
	t := new(bart.Table[string])
	for _, r := range []struct{ prefix, what string }{
		{"0.0.0.0/8", "no source address"},
		{"10.0.0.0/8", "a private network"},
		{"100.64.0.0/10", "the inside of a provider's shared network"},
		{"127.0.0.0/8", "this machine"},
		{"169.254.0.0/16", "a link-local network"},
		{"172.16.0.0/12", "a private network"},
		{"192.168.0.0/16", "a private network"},
		{"224.0.0.0/4", "a multicast network"},
		{"240.0.0.0/4", "no source address"},
		{"::/128", "no source address"},
		{"::1/128", "this machine"},
		{"64:ff9b::/96", "a translator's network"},
		{"fc00::/7", "a private network"},
		{"fe80::/10", "a link-local network"},
		{"fec0::/10", "a private network"},
		{"ff00::/8", "a multicast network"},
	} {
		t.Insert(netip.MustParsePrefix(r.prefix), r.what)
	}
	return t
}()
