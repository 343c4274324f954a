package proxy

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/gaissmai/bart"
)

// client reads a forwarded chain from its right end, where the trusted proxies
// write, and returns the first address that is none of them. If all are, it is
// the left-most: the proxies talked among themselves. A hop that is no address
// ("unknown", "_hidden") ends the chain with the last one that was, invalid if
// there was none.
func client(chain []byte, trusted *bart.Lite) (last netip.Addr) {
	for {
		comma := bytes.LastIndexByte(chain, ',')
		a, ok := hop(string(chain[comma+1:]))
		if !ok {
			return last
		}
		last = a
		if comma < 0 || !trusted.Contains(a) {
			return a
		}
		chain = chain[:comma]
	}
}

// hop reads one element of X-Forwarded-For or of Forwarded (RFC 7239),
// `for="[2001:db8::1]:4711";proto=https`. Each element tells for itself which it
// is: what the client wrote to the left of it must not decide.
func hop(s string) (netip.Addr, bool) {
	if value, ok := parameter(s, "for"); ok {
		s = value
	}
	// Quotes are logged as they are, as \" by Apache and as \x22 by nginx.
	s = strings.NewReplacer(`\x22`, "", `\"`, "", `"`, "").Replace(s)
	s = strings.TrimSpace(s)
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		var at netip.AddrPort
		at, err = netip.ParseAddrPort(s)
		a = at.Addr()
	}
	return a.WithZone("").Unmap(), err == nil
}

// parameter finds the value of a parameter of a Forwarded element.
func parameter(s, name string) (string, bool) {
	for part := range strings.SplitSeq(s, ";") {
		key, value, ok := strings.Cut(part, "=")
		if ok && strings.EqualFold(strings.TrimSpace(key), name) {
			return value, true
		}
	}
	return "", false
}
