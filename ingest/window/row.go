package window

import (
	"net/netip"

	"gumshoe/ingest"
)

// Row is one source on one service in one hour. A source is a v4 address or a
// v6 /64: whoever holds one address of a /64 holds them all. Rows hold no
// pointers; their sets and touches live in the arenas of the table.
type Row struct {
	Unit    [16]byte // v4 as ::ffff:a.b.c.d; v6 with the lower half cleared
	Hour    uint32   // hours since 1970-01-01T00Z
	Service uint8    // index into Set.Services
	Flags   RowFlags
	Clients uint16 // bit per ingest.ClientKind
	First   uint32 // first and last event, Unix seconds
	Last    uint32
	Minutes uint64 // bit per minute of the hour with an event

	Events   uint32 // happenings of any kind
	Good     uint32 // logins; web: 2xx and 3xx without hostile content
	Bad      uint32 // failed logins, refusals; web: 4xx
	Errors   uint32 // web: 5xx
	Probes   uint32 // hostile content or protocol
	Static   uint32 // web: images, scripts, style sheets answered well
	Referred uint32 // web: requests with a referer

	Same, Diff uint16 // adjacent requests less than a minute apart with the same and with another agent, counted inside chunks
	lastAgent  uint32
	lastChunk  uint32

	firstSource int32 // where the first event stands
	firstOffset int64

	goodNames Distinct // accounts logged in to; web: templates of pages answered well
	badNames  Distinct // accounts that failed; web: templates answered 4xx
	agents    Distinct
	touches   Touches
}

// RowFlags are facts that happened at least once in the row.
type RowFlags uint8

// The flags.
const (
	Authenticated RowFlags = 1 << iota // web: a 2xx with an authenticated user
	Claimed                            // an agent carried the name of a search engine
	Odd                                // an agent that no living browser sends
	Wrote                              // web: POST, PUT or DELETE
)

// FirstAt returns where the row's first event stands.
func (r *Row) FirstAt() ingest.Origin {
	return ingest.Origin{Source: r.firstSource, Offset: r.firstOffset}
}

// Has reports whether an agent of kind k was seen.
func (r *Row) Has(k ingest.ClientKind) bool { return r.Clients&(1<<k) != 0 }

// unitOf reduces an address to its unit.
func unitOf(a netip.Addr) [16]byte {
	b := a.As16()
	if !a.Is4() && !a.Is4In6() {
		clear(b[8:])
	}
	return b
}

// PrefixOf returns the prefix of a unit: /32 for IPv4, /64 for IPv6.
func PrefixOf(unit [16]byte) netip.Prefix {
	a := netip.AddrFrom16(unit).Unmap()
	if a.Is4() {
		return netip.PrefixFrom(a, 32)
	}
	return netip.PrefixFrom(a, 64)
}

func (r *Row) merge(o *Row, a, b *arenas) {
	if o.before(r) {
		r.First, r.firstSource, r.firstOffset = o.First, o.firstSource, o.firstOffset
	}
	r.Last = max(r.Last, o.Last)
	r.Minutes |= o.Minutes
	r.Flags |= o.Flags
	r.Clients |= o.Clients
	r.Events += o.Events
	r.Good += o.Good
	r.Bad += o.Bad
	r.Errors += o.Errors
	r.Probes += o.Probes
	r.Static += o.Static
	r.Referred += o.Referred
	r.Same = saturate(r.Same, o.Same)
	r.Diff = saturate(r.Diff, o.Diff)
	r.goodNames.merge(&a.words, o.goodNames, &b.words)
	r.badNames.merge(&a.words, o.badNames, &b.words)
	r.agents.merge(&a.words, o.agents, &b.words)
	r.touches.merge(&a.touches, o.touches, &b.touches)
}

// before orders first events: by second, then by place, so that merging does
// not depend on who saw which.
func (r *Row) before(o *Row) bool {
	if r.First != o.First {
		return r.First < o.First
	}
	if r.firstSource != o.firstSource {
		return r.firstSource < o.firstSource
	}
	return r.firstOffset < o.firstOffset
}

func saturate(a, b uint16) uint16 {
	if s := uint32(a) + uint32(b); s < 1<<16 {
		return uint16(s)
	}
	return 1<<16 - 1
}
