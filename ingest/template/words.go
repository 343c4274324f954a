package template

import (
	"bytes"
	"net/netip"
)

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func alnum(c byte) bool  { return digit(c) || letter(c) || c >= 0x80 }
func hex(c byte) bool    { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// address masks "ADDR", "ADDR:PORT", "ADDR/BITS", "ADDR#PORT" and "ADDR.PORT".
func (m *masker) address(w []byte) bool {
	end, dots, colons := 0, 0, 0
	for end < len(w) && (hex(w[end]) || w[end] == '.' || w[end] == ':') {
		switch w[end] {
		case '.':
			dots++
		case ':':
			colons++
		}
		end++
	}
	if dots < 3 && colons < 2 {
		return false
	}
	a, err := netip.ParseAddr(string(w[:end]))
	if err != nil && colons == 1 {
		end = bytes.IndexByte(w, ':')
		a, err = netip.ParseAddr(string(w[:end]))
	}
	rest := w[end:]
	if err != nil || len(rest) > 0 && alnum(rest[0]) {
		return false
	}
	if a = a.Unmap(); public(a) {
		m.clients = append(m.clients, a)
	}
	m.put(maskAddr)
	m.stamp = -1
	if len(rest) > 0 && rest[0] == '%' { // a zone
		rest = bytes.TrimLeft(rest[1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
	}
	m.pieces(rest)
	return true
}

// public reports whether an address can be somebody's on the internet.
func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

var shared = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// isNumber accepts "12", "-1", "+0100", "3.5", "1.2.3", "12ms", "40%".
func isNumber(w []byte) bool {
	w = bytes.TrimLeft(w, "+-#")
	if len(w) == 0 || !digit(w[0]) {
		return false
	}
	i := 0
	for i < len(w) && (digit(w[i]) || w[i] == '.') {
		i++
	}
	unit := w[i:]
	if len(unit) > 3 {
		return false
	}
	for _, c := range unit {
		if !letter(c) && c != '%' {
			return false
		}
	}
	return true
}

// isHex accepts what only a machine writes: "0x1f", "4a7f2e9b", 16 digits of
// hexadecimal.
func isHex(w []byte) bool {
	if len(w) > 2 && w[0] == '0' && w[1]|0x20 == 'x' {
		w = append([]byte("00000000"), w[2:]...)
	}
	digits := 0
	for _, c := range w {
		if !hex(c) {
			return false
		}
		if digit(c) {
			digits++
		}
	}
	return len(w) >= 8 && digits > 0
}

// changes counts how often letters and digits change places.
func changes(w []byte) (n int) {
	for i := 1; i < len(w); i++ {
		if digit(w[i]) != digit(w[i-1]) {
			n++
		}
	}
	return n
}

func isUUID(w []byte) bool {
	if len(w) != 36 {
		return false
	}
	for i, c := range w {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !hex(c) {
			return false
		}
	}
	return true
}

// isTime accepts dates and clock times in the usual styles: "10:00:00.123",
// "2026-11-20T10:00:00+01:00", "20/Nov/2026:10:00:00", "20.11.2026".
func isTime(w []byte) bool {
	if len(w) < 4 || !digit(w[0]) {
		return false
	}
	colons, marks, dots := 0, 0, 0
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case digit(c) || c == '+' || c == 'T' || c == 'Z':
		case c == ':':
			colons++
		case c == '-' || c == '/':
			marks++
		case c == '.':
			dots++
		case i+3 <= len(w) && isDateName(w[i:i+3]):
			i += 2
		default:
			return false
		}
	}
	return colons > 0 || marks == 2 || dots == 2 && len(w) == 10
}

// isDateName accepts the names of months and weekdays in short.
func isDateName(w []byte) bool {
	switch string(w) {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}

// isPath accepts absolute paths and locators.
func isPath(w []byte) bool {
	if len(w) < 2 {
		return false
	}
	slash := bytes.IndexByte(w, '/')
	switch {
	case slash < 0:
		return len(w) > 3 && w[1] == ':' && w[2] == '\\' && letter(w[0])
	case slash == 0, string(w[:slash]) == ".", string(w[:slash]) == "..", string(w[:slash]) == "~":
		return true
	}
	return w[slash-1] == ':' && slash+1 < len(w) && w[slash+1] == '/'
}

func isMail(w []byte) bool {
	at := bytes.LastIndexByte(w, '@')
	return at > 0 && at < len(w)-1
}

// isHost accepts names of machines with at least two dots. Names of classes
// look alike, but end in a capital.
func isHost(w []byte) bool {
	if bytes.Count(w, []byte(".")) < 2 {
		return false
	}
	for _, c := range w {
		if !alnum(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	last := w[bytes.LastIndexByte(w, '.')+1:]
	return len(last) >= 2 && bytes.Equal(last, bytes.ToLower(last)) && letter(last[0])
}
