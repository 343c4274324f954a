// Package window counts events into hours: per source, account, path template,
// user agent, service and log.
//
//	Event ──▶ Builder (one a worker) ──chunk by chunk──▶ Store ──▶ Set ──▶ detectors
//
// Everything is a count, a minimum, a maximum, a bit or a mergeable set, so that
// merging is commutative and associative: one worker and eight give the same
// Set. Small sets are exact, large ones sketches; of the events worth seeing
// singly the first sixty-four an hour are kept (Touch), with the place of their
// lines, and among them ways in and payloads that did something, however late. There is no floating point in it.
//
// What each log tells of an hour can be kept apart (Options.PerLog) for the
// archive: Export hands it out, Drop forgets what the archive knows better, and
// Load puts the archive's rows among those of the run:
//
//	last event ──▶ Export, Keys, Drop ──▶ Load ──▶ Set
//
// Memory is bounded (Limits). What is beyond the limits follows from keyed
// hashes alone, not from who came first; failures, probes and logins are kept
// longest; and the Set says how much is missing (Evicted).
package window

import (
	"net/netip"

	"gumshoe/ingest"
)

// Set is the merged windows of a run. It is read-only and safe for concurrent use.
type Set struct {
	services []string
	streams  map[uint64]Name // services and logs
	shards   [shards]part
	units    []Unit
	things   [LogObject + 1][]Thing
	evicted  Evicted
	texts    []string // lines of the archive
	params   map[uint64]Name
}

// Unit is one source with all its rows, sorted by service and hour.
type Unit struct {
	Rows  []Row // at least one
	table *table
}

// Thing is one account, path, agent, service or log with all its hours. An
// account of two services has an hour of each.
type Thing struct {
	ID    uint64
	Kind  ObjectKind
	Name  Name
	Hours []Object
	table *table
}

// Units returns all sources in address order.
func (s *Set) Units() []Unit { return s.units }

// Things returns the objects of a kind, by name.
func (s *Set) Things(k ObjectKind) []Thing { return s.things[k] }

// Service returns the name of a service index.
func (s *Set) Service(i uint8) string { return s.services[i] }

// Name returns what is known of an account, path or agent; its Text is empty for
// an unknown id and for what was evicted.
func (s *Set) Name(id uint64) Name {
	if n, ok := s.shards[objectShard(id)].names[id]; ok {
		return n
	}
	return s.streams[id]
}

// Param returns the name of a touch's parameter; "": none, or it was evicted. It
// is the client's word: hostile.
func (s *Set) Param(id uint32) string { return s.params[uint64(id)].Text }

// Text returns the line of an event of the archive, if it was kept. It is
// verbatim: hostile.
func (s *Set) Text(at ingest.Origin) (string, bool) {
	if at.Source != ArchiveSource || at.Offset < 0 || at.Offset >= int64(len(s.texts)) {
		return "", false
	}
	return s.texts[at.Offset], true
}

// Evicted returns what there was no room for.
func (s *Set) Evicted() Evicted { return s.evicted }

// calm is the trouble of a row that has none.
var calm trouble

// Prefix is the /32 or /64 of the source.
func (u *Unit) Prefix() netip.Prefix { return u.Rows[0].unit().prefix() }

func (u *Unit) trouble(r *Row) *trouble {
	if r.trouble == 0 {
		return &calm
	}
	return u.table.troubles.at(r.trouble - 1)
}

// Trouble returns what went wrong in a row.
func (u *Unit) Trouble(r *Row) Trouble { return u.trouble(r).Trouble }

// Touches returns the remembered events of a row, in order of time.
// What Touches and the lists of sets return belongs to the set and is not to be changed.
func (u *Unit) Touches(r *Row) []Touch { return u.trouble(r).touches.list(&u.table.touches) }

// TouchesFull reports whether the row had more events worth remembering than it kept.
func (u *Unit) TouchesFull(r *Row) bool { return u.trouble(r).touches.more }

// GoodNames returns the accounts or page templates that were answered well, or
// false when there were too many to keep.
func (u *Unit) GoodNames(r *Row) ([]uint64, bool) { return r.goodNames.members(&u.table.words) }

// BadNames returns the accounts or templates that failed.
func (u *Unit) BadNames(r *Row) ([]uint64, bool) {
	return u.trouble(r).badNames.members(&u.table.words)
}

// Agents returns the ids of the user agents.
func (u *Unit) Agents(r *Row) ([]uint64, bool) { return r.agents.members(&u.table.words) }

// GoodCount, BadCount and AgentCount return the sizes of the sets.
func (u *Unit) GoodCount(r *Row) int { return r.goodNames.count(&u.table.words) }

// BadCount returns the number of distinct failed accounts or templates.
func (u *Unit) BadCount(r *Row) int { return u.trouble(r).badNames.count(&u.table.words) }

// AgentCount returns the number of distinct user agents.
func (u *Unit) AgentCount(r *Row) int { return r.agents.count(&u.table.words) }

// GoodUnits returns the sources that an object answered well in an hour, or
// false when there were too many to keep.
func (t *Thing) GoodUnits(o *Object) ([]uint64, bool) { return o.goodUnits.members(&t.table.words) }

// BadUnits returns the sources that failed on it.
func (t *Thing) BadUnits(o *Object) ([]uint64, bool) { return o.badUnits.members(&t.table.words) }

// GoodCount returns the number of distinct sources answered well.
func (t *Thing) GoodCount(o *Object) int { return o.goodUnits.count(&t.table.words) }

// BadCount returns the number of distinct sources that failed.
func (t *Thing) BadCount(o *Object) int { return o.badUnits.count(&t.table.words) }

// Answers returns how a path answered in an hour when nobody was hostile.
func (t *Thing) Answers(o *Object) Answers { return o.answers.get(&t.table.words) }

// Touches returns the remembered events of an account's hour.
func (t *Thing) Touches(o *Object) []Touch { return o.touches.list(&t.table.touches) }
