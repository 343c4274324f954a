package window

import (
	"cmp"

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

	goodNames Distinct // accounts logged in to; web: templates of pages answered well
	badNames  Distinct // accounts that failed; web: templates answered 4xx
	agents    Distinct
	touches   Touches

	firstOffset int64 // where the first event stands
	firstSource int32

	// Of a Builder: the request before, and the service's index there.
	lastChunk  uint32
	lastAgent  uint32 // number of its object + 1, 0: none
	lastSecond uint16 // of the hour
	service    uint16
}

// RowFlags are facts that happened at least once in the row.
type RowFlags uint8

// The flags.
const (
	Authenticated RowFlags = 1 << iota // web: a 2xx with an authenticated user
	Claimed                            // an agent carried the name of a search engine
	Odd                                // an agent that no living browser sends
	Wrote                              // web: POST, PUT or DELETE

	joinedGood RowFlags = 1 << 6 // of a Builder: the last agent has the source in its good units
	joinedBad  RowFlags = 1 << 7 // and in its bad ones
)

// FirstAt returns where the row's first event stands.
func (r *Row) FirstAt() ingest.Origin {
	return ingest.Origin{Source: r.firstSource, Offset: r.firstOffset}
}

// Has reports whether an agent of kind k was seen.
func (r *Row) Has(k ingest.ClientKind) bool { return r.Clients&(1<<k) != 0 }

// saw notes the time and place of an event.
func (r *Row) saw(sec uint32, at ingest.Origin) {
	r.Last = max(r.Last, sec)
	r.Minutes |= 1 << (sec % 3600 / 60)
	r.begin(sec, at)
}

// begin keeps the first event: by second, then by place, so that merging does
// not depend on who saw which.
func (r *Row) begin(sec uint32, at ingest.Origin) {
	if cmp.Or(cmp.Compare(sec, r.First), cmp.Compare(at.Source, r.firstSource), cmp.Compare(at.Offset, r.firstOffset)) < 0 {
		r.First, r.firstSource, r.firstOffset = sec, at.Source, at.Offset
	}
}

// count adds an event.
func (r *Row) count(out outcome, ev *ingest.Event) {
	r.Events = plus(r.Events, ev.Count)
	switch out {
	case good:
		r.Good = plus(r.Good, ev.Count)
	case bad:
		r.Bad = plus(r.Bad, ev.Count)
	case failed:
		r.Errors = plus(r.Errors, ev.Count)
	}
	if ev.Kind == ingest.KindProbe {
		r.Probes = plus(r.Probes, ev.Count)
	}
}

// merge adds what o counted; its sets live in b.
func (r *Row) merge(o *Row, a, b *arenas) {
	r.begin(o.First, o.FirstAt())
	r.Last = max(r.Last, o.Last)
	r.Minutes |= o.Minutes
	r.Flags |= o.Flags &^ (joinedGood | joinedBad)
	r.Clients |= o.Clients
	r.Events = plus(r.Events, o.Events)
	r.Good = plus(r.Good, o.Good)
	r.Bad = plus(r.Bad, o.Bad)
	r.Errors = plus(r.Errors, o.Errors)
	r.Probes = plus(r.Probes, o.Probes)
	r.Static = plus(r.Static, o.Static)
	r.Referred = plus(r.Referred, o.Referred)
	r.Same = plus(r.Same, o.Same)
	r.Diff = plus(r.Diff, o.Diff)
	r.goodNames.merge(&a.words, o.goodNames, &b.words)
	r.badNames.merge(&a.words, o.badNames, &b.words)
	r.agents.merge(&a.words, o.agents, &b.words)
	r.touches.merge(&a.touches, o.touches, &b.touches)
}

// plus adds without wrapping: who claims four billion events is not to end up
// with none. Saturation at the top keeps addition associative.
func plus[N uint16 | uint32](a, b N) N {
	if s := a + b; s >= a {
		return s
	}
	return ^N(0)
}
