package enrich

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
)

// Table is a country database in Tor's text form, which Debian packages as
// tor-geoipdb: a file of IPv4 and one of IPv6 ranges, sorted, one a line.
//
//	24535040,24575999,HK
//	2001:2::,2001:2:0:ffff:ffff:ffff:ffff:ffff,JP
//
// The text is searched as it is. It is never parsed as a whole, which would take
// longer than all lookups of a run. In a file that is not sorted a range may be
// missed, and its addresses are unknown; no range answers for an address outside.
type Table struct {
	text []byte // whole lines
	v6   bool
}

// OpenTable takes the content of a file for a table. It looks at the first line
// and the last.
func OpenTable(content []byte) (*Table, error) {
	t := &Table{text: content}
	for len(t.text) > 0 && (t.text[0] == '#' || t.text[0] == '\n') {
		_, t.text, _ = bytes.Cut(t.text, newline)
	}
	t.text = bytes.TrimRight(t.text, "\r\n")
	if len(t.text) == 0 {
		return nil, errors.New("no range in it")
	}
	first, _ := t.line(0)
	last, _ := t.line(len(t.text) - 1)
	for _, line := range [][]byte{first, last} {
		if _, ok := parseSpan(line); !ok {
			return nil, fmt.Errorf("%.80q is no range: it should be first,last,country", line)
		}
	}
	from, _ := parseSpan(first)
	t.v6 = from.first.Is6()
	return t, nil
}

var newline, comma = []byte{'\n'}, []byte{','}

// Lookup implements Database.
func (t *Table) Lookup(a netip.Addr) Place {
	if a.Is6() != t.v6 {
		return Place{}
	}
	// The line wanted begins in [lo, hi).
	for lo, hi := 0, len(t.text); lo < hi; {
		line, begin := t.line(lo + (hi-lo)/2)
		s, ok := parseSpan(line)
		switch {
		case !ok:
			return Place{}
		case a.Less(s.first):
			hi = begin
		case s.last.Less(a):
			lo = begin + len(line) + 1
		default:
			return Place{Country: countryCode(string(s.country))}
		}
	}
	return Place{}
}

// Credit implements Database.
func (t *Table) Credit() string { return "country data of IPFire Location, CC BY-SA 4.0" }

// line returns the line that holds the byte at i, its end included, and where it begins.
func (t *Table) line(i int) (line []byte, begin int) {
	begin = bytes.LastIndexByte(t.text[:i], '\n') + 1
	line, _, _ = bytes.Cut(t.text[begin:], newline)
	return line, begin
}

// span is one range of addresses.
type span struct {
	first, last netip.Addr
	country     []byte
}

// maxSpan is the longest line that is read as a range.
const maxSpan = 128

func parseSpan(line []byte) (s span, ok bool) {
	if len(line) > maxSpan {
		return s, false
	}
	first, rest, _ := bytes.Cut(line, comma)
	last, country, _ := bytes.Cut(rest, comma)
	s.country = bytes.TrimRight(country, "\r")
	if s.first, ok = parseEnd(string(first)); ok {
		s.last, ok = parseEnd(string(last))
	}
	return s, ok && s.first.Is6() == s.last.Is6()
}

// parseEnd reads an IPv4 address as a decimal number, or an IPv6 address.
func parseEnd(text string) (netip.Addr, bool) {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), true
	}
	a, err := netip.ParseAddr(text)
	return a, err == nil && a.Is6() && a.Zone() == ""
}
