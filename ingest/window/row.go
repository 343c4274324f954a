package window

import "gumshoe/ingest"

// Row is one source on one service in one hour. A source is a v4 address or a
// v6 /64: whoever holds one address of a /64 holds them all. Rows hold no
// pointers; their sets live in the arenas of the table, and so does what only
// the rows of those have who were refused something.
type Row struct {
	net     uint64 // of the unit
	place   place  // of the first event
	Minutes uint64 // bit per minute of the hour with an event

	// Documents has a bit per kind of document that was answered well: linear counting
	// (Whang et al. 1990), n = -64 ln(share of zeros), of up to some 200.
	Documents uint64

	goodNames Distinct // accounts logged in to; web: templates of pages answered well
	agents    Distinct

	Hour    uint32 // hours since 1970-01-01T00Z
	Events  uint32 // happenings of any kind
	Good    uint32 // logins; web: 2xx and 3xx without hostile content
	trouble uint32 // number of its trouble + 1; 0: none

	first, last uint16 // events, seconds of the hour
	Same, Diff  uint16 // adjacent requests less than a minute apart with the same and with another agent, counted inside chunks

	Clients uint16 // bit per ingest.ClientKind
	service uint16 // index in the Store
	Service uint8  // index into Set.Services
	Flags   RowFlags
	marks   rowMarks
	Parts   uint8 // web: images, scripts and style sheets answered well, at most 255
}

// RowFlags are facts that happened at least once in the row.
type RowFlags uint8

// The flags.
const (
	Authenticated RowFlags = 1 << iota // web: a 2xx with an authenticated user
	Claimed                            // an agent carried the name of a search engine
	Odd                                // an agent that no living browser sends
	Wrote                              // web: POST, PUT or DELETE
	Assets                             // web: an image, script or style sheet was answered well

	// Partial: there were more sources than memory is kept for, and of this one
	// either only failures, probes and logins were kept, or none of them.
	Partial
)

// rowMarks are what the tables know of a row.
type rowMarks uint8

const (
	v6      rowMarks = 1 << iota // the unit is a /64
	visited                      // a web request was among the events
)

// trouble is what a row has when anything in it was worth remembering: a
// failure, a probe, a login. Most rows have none.
type trouble struct {
	badNames Distinct // accounts that failed; web: templates answered 4xx
	touches  Touches
	Trouble
	archived bool // it is of the archive, and its touches come after it
}

// any reports whether there is any: each event that makes trouble is worth a touch.
func (t *trouble) any() bool { return t.touches.n > 0 || t.archived }

// Trouble counts what went wrong in a row.
type Trouble struct {
	Bad    uint32 // failed logins, refusals; web: 4xx
	Errors uint32 // web: 5xx
	Probes uint32 // hostile content or protocol
}

// place is where a line stands, in the order of lines: 20 bits of source and 44
// of offset. The last place stands for none: lines that are in the archive, or
// beyond what fits.
type place uint64

const (
	offsetBits = 44
	maxOffset  = 1<<offsetBits - 1
	maxSource  = 1<<(64-offsetBits) - 2
	nowhere    = ^place(0)
)

func placeOf(at ingest.Origin) place {
	if uint64(at.Offset) > maxOffset || uint32(at.Source) > maxSource {
		return nowhere
	}
	return place(at.Source)<<offsetBits | place(at.Offset)
}

// FirstAt returns where the row's first event stands.
func (r *Row) FirstAt() ingest.Origin {
	if r.place == nowhere {
		return ingest.Origin{Source: ArchiveSource, Offset: noText}
	}
	return ingest.Origin{Source: int32(r.place >> offsetBits), Offset: int64(r.place & maxOffset)}
}

// First returns the time of the first event in Unix seconds.
func (r *Row) First() uint32 { return r.Hour*3600 + uint32(r.first) }

// Last returns the time of the last event in Unix seconds.
func (r *Row) Last() uint32 { return r.Hour*3600 + uint32(r.last) }

// Has reports whether an agent of kind k was seen.
func (r *Row) Has(k ingest.ClientKind) bool { return r.Clients&(1<<k) != 0 }

func (r *Row) unit() unit { return unit{net: r.net, v6: r.marks&v6 != 0} }

func (r *Row) is(u unit, svc uint16) bool { return r.net == u.net && r.service == svc && r.unit() == u }

// newRow returns a row without events.
func newRow(u unit, hour uint32, svc uint16) Row {
	r := Row{net: u.net, Hour: hour, service: svc, first: 3600, place: nowhere}
	if u.v6 {
		r.marks = v6
	}
	return r
}

// saw notes the time and place of an event.
func (r *Row) saw(second uint16, at place) {
	r.last = max(r.last, second)
	r.Minutes |= 1 << (second / 60)
	r.begin(second, at)
}

// begin keeps the first event: by second, then by place, so that merging does
// not depend on who saw which.
func (r *Row) begin(second uint16, at place) {
	if second < r.first || second == r.first && at < r.place {
		r.first, r.place = second, at
	}
}

// merge adds what o counted, without its trouble; its sets live in b.
func (r *Row) merge(o *Row, a, b *arenas) {
	r.begin(o.first, o.place)
	r.last = max(r.last, o.last)
	r.Minutes |= o.Minutes
	r.Documents |= o.Documents
	r.Parts = plus(r.Parts, o.Parts)
	r.Flags |= o.Flags
	r.marks |= o.marks
	r.Clients |= o.Clients
	r.Events = plus(r.Events, o.Events)
	r.Good = plus(r.Good, o.Good)
	r.Same = plus(r.Same, o.Same)
	r.Diff = plus(r.Diff, o.Diff)
	r.goodNames.merge(&a.words, &o.goodNames, &b.words)
	r.agents.merge(&a.words, &o.agents, &b.words)
}

// merge adds what o counted; its sets live in b.
func (t *trouble) merge(o *trouble, a, b *arenas) {
	t.Bad = plus(t.Bad, o.Bad)
	t.Errors = plus(t.Errors, o.Errors)
	t.Probes = plus(t.Probes, o.Probes)
	t.archived = t.archived || o.archived
	t.badNames.merge(&a.words, &o.badNames, &b.words)
	t.touches.merge(&a.touches, o.touches, &b.touches)
}

// clamp converts a number; what lies outside is taken for the nearest edge.
func clamp[N uint16 | uint32](n int64) N { return N(max(0, min(n, int64(^N(0))))) }

// plus adds without wrapping: who claims four billion events is not to end up
// with none. Saturation at the top keeps addition associative.
func plus[N uint8 | uint16 | uint32](a, b N) N {
	if s := a + b; s >= a {
		return s
	}
	return ^N(0)
}
