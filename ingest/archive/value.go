package archive

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/ingest"
)

// Addr is an address as it stands in a file: 16 bytes, v4 as ::ffff:a.b.c.d.
type Addr [16]byte

// AddrOf returns the source that an address belongs to: itself, or its /64.
func AddrOf(a netip.Addr) Addr {
	a = a.WithZone("").Unmap()
	b := a.As16()
	if a.Is6() {
		clear(b[8:])
	}
	return b
}

// Prefix returns the source: /32 for IPv4, /64 for IPv6.
func (a Addr) Prefix() netip.Prefix {
	ip := netip.AddrFrom16(a).Unmap()
	if ip.Is4() {
		return netip.PrefixFrom(ip, 32)
	}
	return netip.PrefixFrom(ip, 64)
}

// String returns a v4 address, a v6 prefix, or "" for none.
func (a Addr) String() string {
	switch p := a.Prefix(); {
	case a == Addr{}:
		return ""
	case p.Addr().Is4():
		return p.Addr().String()
	default:
		return p.String()
	}
}

// MarshalText implements encoding.TextMarshaler.
func (a Addr) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Milli is a time in milliseconds since 1970-01-01T00:00:00Z.
type Milli int64

// MilliOf returns t in milliseconds.
func MilliOf(t time.Time) Milli { return Milli(t.UnixMilli()) }

// Time returns the time in UTC.
func (m Milli) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// MarshalText implements encoding.TextMarshaler: RFC 3339 with milliseconds.
func (m Milli) MarshalText() ([]byte, error) {
	return m.Time().AppendFormat(nil, "2006-01-02T15:04:05.000Z"), nil
}

// ParseClass reads the class of a touch. Words it does not know are passed over.
func ParseClass(s string) (c ingest.Class) {
	for bit := ingest.Class(1); bit.String() != ""; bit <<= 1 {
		if s != "" && slices.Contains(strings.Split(s, ","), bit.String()) {
			c |= bit
		}
	}
	return c
}

// ParseClient reads the kind of an agent row; what it does not know is unknown.
func ParseClient(s string) ingest.ClientKind {
	for k := ingest.ClientUnknown; k <= ingest.ClientEmpty; k++ {
		if k.String() == s {
			return k
		}
	}
	return ingest.ClientUnknown
}
