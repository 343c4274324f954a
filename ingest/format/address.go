package format

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"net/netip"

	"gumshoe/ingest"
)

// address reads an address as daemons write it: IPv4 (octets may be padded with
// zeros to three digits and are decimal all the same, because that is what writers
// of columns mean; inet_aton(3) would read them as octal; a fourth digit makes it
// no address), IPv6, either in brackets, IPv6 with a
// zone, which is dropped. IPv4 mapped into IPv6 comes back as IPv4.
func address(b []byte) (netip.Addr, bool) {
	if n := len(b); n > 2 && b[0] == '[' && b[n-1] == ']' {
		b = b[1 : n-1]
	}
	if a, n := leading4(b); n > 0 {
		if n < len(b) {
			return netip.Addr{}, false
		}
		return netip.AddrFrom4(a), true
	}
	for i, c := range b {
		switch c {
		case '.':
			return netip.Addr{}, false
		case ':':
			return address6(b)
		}
		if i == 4 {
			break
		}
	}
	return netip.Addr{}, false
}

func address4(b []byte) (netip.Addr, bool) {
	a, n := leading4(b)
	if n == 0 || n < len(b) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4(a), true
}

// leading4 reads the IPv4 address at the head of b and returns its length there,
// 0 if there is none. Where a number ends is what a processor foresees worst, and
// nearly every line has an address: where there are 16 bytes to look at, b's or those of
// its buffer behind it, no branch depends on that (7-10 ns less a line, of any log).
func leading4(b []byte) (a [4]byte, n int) {
	if cap(b) < 16 {
		return plainLeading4(b)
	}
	w := (*[16]byte)(b[:16])
	ends := notDigits(binary.LittleEndian.Uint64(w[:8])) | notDigits(binary.LittleEndian.Uint64(w[8:]))<<8
	if len(b) < 16 {
		ends = ends&(1<<len(b)-1) | 1<<len(b)
	}
	dot1 := bits.TrailingZeros32(ends)
	ends &= ends - 1
	dot2 := bits.TrailingZeros32(ends)
	ends &= ends - 1
	dot3 := bits.TrailingZeros32(ends)
	ends &= ends - 1
	if n = bits.TrailingZeros32(ends); n > 15 || w[dot1&15] != '.' || w[dot2&15] != '.' || w[dot3&15] != '.' {
		return a, 0
	}
	digits := [...]uint{uint(dot1), uint(dot2 - dot1 - 1), uint(dot3 - dot2 - 1), uint(n - dot3 - 1)}
	for _, d := range digits {
		if d-1 > 2 {
			return a, 0
		}
	}
	a0, a1 := octet(w[:], digits[0]), octet(w[dot1+1:], digits[1])
	a2, a3 := octet(w[dot2+1:], digits[2]), octet(w[dot3+1:], digits[3])
	if a0|a1|a2|a3 > 255 {
		return a, 0
	}
	return [4]byte{byte(a0), byte(a1), byte(a2), byte(a3)}, n
}

// octet is the number of one to three digits at the head of b.
func octet(b []byte, digits uint) uint32 {
	w := binary.LittleEndian.Uint32(b) << (32 - 8*digits&31)
	return (w>>8&15)*100 + (w>>16&15)*10 + w>>24&15
}

// plainLeading4 is leading4 byte by byte.
func plainLeading4(b []byte) (a [4]byte, n int) {
	for octet := range a {
		value, digits := uint(0), 0
		for ; n < len(b); n++ {
			d := uint(b[n] - '0')
			if d > 9 {
				break
			}
			if digits++; digits > 3 {
				return a, 0
			}
			value = value*10 + d
		}
		if digits == 0 || value > 255 {
			return a, 0
		}
		a[octet] = byte(value)
		if octet == len(a)-1 {
			break
		}
		if n == len(b) || b[n] != '.' {
			return a, 0
		}
		n++
	}
	return a, n
}

// address6 is written by hand because netip.ParseAddr takes a string, and the
// conversion would allocate on every IPv6 line.
func address6(b []byte) (netip.Addr, bool) {
	if i := bytes.IndexByte(b, '%'); i >= 0 {
		b = b[:i]
	}
	var a [16]byte
	n, gap := 0, -1 // bytes filled; where "::" stood
	if bytes.HasPrefix(b, []byte("::")) {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if n == 16 {
			return netip.Addr{}, false
		}
		value, i := 0, 0
		for i < len(b) && i < 5 {
			h := unhex(b[i])
			if h < 0 {
				break
			}
			value = value<<4 | h
			i++
		}
		if i < len(b) && b[i] == '.' { // the IPv4 tail of a mapped address
			v4, ok := address4(b)
			if !ok || n > 12 {
				return netip.Addr{}, false
			}
			tail := v4.As4()
			n += copy(a[n:], tail[:])
			b = nil
			break
		}
		if i == 0 || i > 4 {
			return netip.Addr{}, false
		}
		a[n], a[n+1] = byte(value>>8), byte(value)
		n += 2
		b = b[i:]
		switch {
		case len(b) == 0:
		case b[0] != ':' || len(b) == 1:
			return netip.Addr{}, false
		case b[1] != ':':
			b = b[1:]
		case gap >= 0:
			return netip.Addr{}, false
		default:
			gap, b = n, b[2:]
		}
	}
	if gap < 0 && n != 16 || gap >= 0 && n == 16 {
		return netip.Addr{}, false
	}
	if gap >= 0 {
		tail := n - gap
		copy(a[16-tail:], a[gap:n])
		clear(a[gap : 16-tail])
	}
	return netip.AddrFrom16(a).Unmap(), true
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hostname reports whether b can be the name of a machine.
func hostname(b []byte) bool {
	if len(b) == 0 || len(b) > 253 || b[0] == '-' || b[0] == '.' {
		return false
	}
	for _, c := range b {
		if !letter(c) && !digit(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return !bytes.EqualFold(b, []byte("unknown"))
}

// setSource files a token from a trustworthy position as the event's address,
// or as its host name. It reports whether the token was either.
func setSource(ev *ingest.Event, token []byte) bool {
	if a, ok := address(token); ok {
		ev.Src = a
		return true
	}
	if hostname(token) {
		ev.SrcHost = token
		return true
	}
	return false
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
