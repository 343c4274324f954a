package window

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"net/netip"

	"gumshoe/ingest"
)

// tagged keeps the ids of different kinds of object apart.
func tagged(k ObjectKind, id uint64) uint64 { return mix(id, uint64(k)+1) | 1 }

// UnitID is the hash of a unit as it stands in the sets of objects.
func UnitID(h ingest.Hash, unit [16]byte) uint64 { return h.Bytes(unit[:]) }

// unitOf reduces an address to its unit.
func unitOf(a netip.Addr) [16]byte {
	b := a.As16()
	if !a.Is4() && !a.Is4In6() {
		clear(b[8:])
	}
	return b
}

// compareUnits orders units as bytes.Compare does, in two words.
func compareUnits(a, b *[16]byte) int {
	if hi, than := binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(b[:8]); hi != than {
		return cmp.Compare(hi, than)
	}
	return cmp.Compare(binary.BigEndian.Uint64(a[8:]), binary.BigEndian.Uint64(b[8:]))
}

// PrefixOf returns the prefix of a unit: /32 for IPv4, /64 for IPv6.
func PrefixOf(unit [16]byte) netip.Prefix {
	a := netip.AddrFrom16(unit).Unmap()
	if a.Is4() {
		return netip.PrefixFrom(a, 32)
	}
	return netip.PrefixFrom(a, 64)
}

// accountID hashes an account within its service group: SMTP and IMAP share
// their passwords, SSH, sudo and the console theirs. Letter case is folded.
func (b *Builder) accountID(service string, user []byte) uint64 {
	b.lower = append(b.lower[:0], group(service)...)
	b.lower = append(b.lower, 0)
	b.lower = appendLower(b.lower, user)
	return tagged(AccountObject, b.hash.Bytes(b.lower))
}

func group(service string) string {
	switch service {
	case ingest.ServiceSMTP, ingest.ServiceIMAP:
		return "mail"
	case ingest.ServiceSSH, ingest.ServiceSudo, ingest.ServiceLogin:
		return "shell"
	}
	return service
}

func appendLower(dst, s []byte) []byte {
	for _, c := range s {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// pathID joins a template with its vhost. Requests come in runs of one vhost.
func (b *Builder) pathID(vhost []byte, template uint64) uint64 {
	if len(vhost) == 0 {
		return tagged(PathObject, template)
	}
	if !bytes.Equal(vhost, b.vhost) {
		b.vhost = append(b.vhost[:0], vhost...)
		b.vhostID = b.hash.Bytes(vhost)
	}
	return tagged(PathObject, mix(template, b.vhostID))
}
