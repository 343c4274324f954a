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
// nearly every line has an address: where there are 20 bytes to look at, b's or those of
// its buffer behind it, no branch depends on that (10-15 ns less a line, of any log).
func leading4(b []byte) (a [4]byte, n int) {
	if cap(b) < 20 {
		return plainLeading4(b)
	}
	w := (*[20]byte)(b[:20])
	ends := eightBits(notDigits(binary.LittleEndian.Uint64(w[:8]))) | eightBits(notDigits(binary.LittleEndian.Uint64(w[8:16])))<<8
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
	d0, d1, d2, d3 := uint(dot1), uint(dot2-dot1-1), uint(dot3-dot2-1), uint(n-dot3-1) // digits: one to three
	if (d0|d1|d2|d3|(d0-1)|(d1-1)|(d2-1)|(d3-1))&^3 != 0 {
		return a, 0
	}
	a01 := twoFours(digitsAt(w, 0, d0) | digitsAt(w, dot1+1, d1)<<32)
	a23 := twoFours(digitsAt(w, dot2+1, d2) | digitsAt(w, dot3+1, d3)<<32)
	if (a01|a23)&^(0xff<<32|0xff) != 0 {
		return a, 0
	}
	// Written at once as it will be read: a load that needs four stores waits for them all.
	binary.BigEndian.PutUint32(a[:], uint32(a01<<24|a01>>16|a23<<8|a23>>32))
	return a, n
}

// digitsAt are the one to three digits at w[i], as the last of four bytes.
func digitsAt(w *[20]byte, i int, digits uint) uint64 {
	i &= 15
	return uint64(binary.LittleEndian.Uint32(w[i:i+4]) << (-(8 * digits) & 31))
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

func unhex(c byte) int { return int(hexDigits[c]) - 1 }

// hexDigits are the values of hexadecimal digits, plus one: asked for the digits of an
// address, a processor does not foresee which are letters.
var hexDigits = [256]uint8{'0': 1, '1': 2, '2': 3, '3': 4, '4': 5, '5': 6, '6': 7, '7': 8, '8': 9, '9': 10,
	'a': 11, 'b': 12, 'c': 13, 'd': 14, 'e': 15, 'f': 16, 'A': 11, 'B': 12, 'C': 13, 'D': 14, 'E': 15, 'F': 16}

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
