package traffic

import (
	"encoding/binary"
	"net/netip"
)

// The pretend internet. All of it lies in the ranges that RFC 5737, 2544 and
// 3849 set aside for documentation and tests, with two exceptions: search
// engines, whose identity is their address, come from where they really come
// from, and who needs more networks than those ranges have lives in 11.0.0.0/8
// (a population of more than homesV4 households) or 22.0.0.0/8 (attackers of many
// networks), where nobody is.
//
//	192.0.2.0/24        the server and its neighbours
//	198.18.0.0/16       households       2001:db8:a000::/36  the same with IPv6
//	198.19.0.0/17       offices, carriers, services, other mail servers
//	198.19.128.0/17     background noise
//	198.51.100.0/24     the botnet in one network
//	203.0.113.0/24      attackers        2001:db8:b000::/36  the same with IPv6
//	22.0.0.0/8          attackers of many networks
const (
	server     = "192.0.2.10"
	homesV4Net = "198.18.0.0/16"
	homesV6Net = "2001:db8:a000::/36"
	spillNet   = "11.0.0.0/8"
	noiseNet   = "198.19.128.0/17"

	homesV4 = 60_000 // households before the spill
)

// v6Share of households, one in seven, has IPv6.
const v6Share = 7

// home returns the address of household i, always the same.
func home(i int) netip.Addr {
	if i%v6Share == v6Share-1 {
		return homeV6(uint32(i))
	}
	if i >= homesV4 {
		return v4(11<<24 | scatter(uint32(i-homesV4), 24))
	}
	// Only .1 to .240 of each network, neighbours far apart.
	n := scatter(uint32(i), 16)
	return v4(198<<24 | 18<<16 | n>>8<<8 | 1 + n&0xff%240)
}

// homeV6 is a /64 of its own with an address as privacy extensions make it.
func homeV6(i uint32) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint32(b[:], 0x20010db8)
	binary.BigEndian.PutUint32(b[4:], 0xa000_0000|i&0x0fff_ffff)
	h := uint64(i+1) * 0x9e3779b97f4a7c15
	binary.BigEndian.PutUint64(b[8:], h^h>>31)
	return netip.AddrFrom16(b)
}

func v4(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}

// scatter permutes the numbers below 2^bits.
func scatter(i uint32, bits int) uint32 {
	return i * 0x9e3779b1 & (1<<bits - 1)
}

// foreign is address i of an attacker, each in a /24 of its own.
func foreign(i int) netip.Addr {
	return v4(22<<24 | scatter(uint32(i), 16)<<8 | uint32(3+i*7%240))
}

// foreignNet is a /24 in which foreign puts nobody before address i.
func foreignNet(i int) netip.Prefix {
	p, _ := foreign(i).Prefix(24)
	return p
}

// foreignV6 is the /48 number i of attackers with IPv6.
func foreignV6(i int) netip.Prefix {
	var b [16]byte
	binary.BigEndian.PutUint32(b[:], 0x20010db8)
	binary.BigEndian.PutUint16(b[4:], uint16(0xb000|i&0xfff))
	return netip.PrefixFrom(netip.AddrFrom16(b), 48)
}

// hosts is a list of addresses beginning at first.
func hosts(first string, n int) []netip.Addr {
	out := make([]netip.Addr, 0, n)
	for a := netip.MustParseAddr(first); len(out) < n; a = a.Next() {
		out = append(out, a)
	}
	return out
}

// claimHomes states that the first n households are honest.
func (w *World) claimHomes(n int) {
	const who = "people at home"
	w.Truth.Claim(homesV4Net, Honest, who, "")
	w.Truth.Claim(homesV6Net, Honest, who, "")
	if n > homesV4 {
		w.Truth.Claim(spillNet, Honest, who, "")
	}
}
