package window

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"net/netip"

	"gumshoe/ingest"
)

// logID is the id of a log.
func logID(h ingest.Hash, name string) uint64 { return tagged(LogObject, h.String(name)) }

// serviceID is the id of a service.
func serviceID(h ingest.Hash, name string) uint64 { return tagged(ServiceObject, h.String(name)) }

// tagged keeps the ids of different kinds of object apart.
func tagged(k ObjectKind, id uint64) uint64 { return mix(id, uint64(k)+1) | 1 }

// unit is a source: a v4 address, or the upper half of a v6 one.
type unit struct {
	net uint64
	v6  bool
}

// unitOf reduces an address to its unit.
func unitOf(a netip.Addr) unit {
	if a.Is4() || a.Is4In6() {
		b := a.As4()
		return unit{net: uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := a.As16()
	return unit{net: binary.BigEndian.Uint64(b[:8]), v6: true}
}

// addr is the unit's first address.
func (u unit) addr() netip.Addr {
	if !u.v6 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(u.net))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], u.net)
	return netip.AddrFrom16(b)
}

// id is the hash of the unit as it stands in the sets of objects.
func (u unit) id(h ingest.Hash) uint64 {
	b := u.addr().As16()
	return h.Bytes(b[:])
}

// rank orders units of different families as their 16 bytes are ordered: v4
// stands in ::ffff:0:0/96, behind the v6 network of zeros and before all others.
func (u unit) rank() uint8 {
	switch {
	case !u.v6:
		return 1
	case u.net == 0:
		return 0
	}
	return 2
}

// compare orders units as their addresses are ordered.
func (u unit) compare(v unit) int {
	if c := cmp.Compare(u.rank(), v.rank()); c != 0 {
		return c
	}
	return cmp.Compare(u.net, v.net)
}

// prefix is /32 for IPv4, /64 for IPv6.
func (u unit) prefix() netip.Prefix {
	if u.v6 {
		return netip.PrefixFrom(u.addr(), 64)
	}
	return netip.PrefixFrom(u.addr(), 32)
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
	case ingest.ServiceSSH, ingest.ServiceSudo, ingest.ServiceLogin, ingest.ServiceAdmin:
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

// agentID is the id of a user agent.
func agentID(client uint64) uint64 { return tagged(AgentObject, client) }

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
