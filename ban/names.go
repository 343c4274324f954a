package ban

import (
	"net/netip"
	"strings"
)

// Names reports whether a text holds an address of a prefix.
func Names(text string, p netip.Prefix) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r != '.' && r != ':' && (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F')
	}) {
		if namedBy(strings.Trim(word, "."), p) {
			return true
		}
	}
	return false
}

// namedBy reads a word as an address, whatever a sentence or a program hung on
// it: "203.0.113.7:", ":203.0.113.7", "203.0.113.7:4000", "feed:203.0.113.7".
func namedBy(word string, p netip.Prefix) bool {
	if at, err := netip.ParseAddrPort(word); err == nil {
		return p.Contains(at.Addr().Unmap())
	}
	right := strings.TrimRight(word, ":")
	for _, w := range []string{word, right, strings.TrimLeft(word, ":"), right[strings.LastIndexByte(right, ':')+1:]} {
		if a, err := netip.ParseAddr(w); err == nil && p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
