// Package window counts events into hours: per source, account, path template,
// user agent, service and log.
//
//	Event ──▶ Builder (one a worker) ──▶ Merge ──▶ Set ──▶ detectors
//
// Everything is a count, a minimum, a maximum, a bit or a mergeable set, so that
// merging is commutative and associative: one worker and eight give the same
// Set. Small sets are exact, large ones sketches; of the events worth seeing
// singly the first sixty-four an hour are kept (Touch), with the place of their
// lines. There is no floating point in it.
package window

import (
	"net/netip"

	"gumshoe/ingest"
)

// Set is the merged windows of a run. It is read-only and safe for concurrent use.
type Set struct {
	hash     ingest.Hash
	services []string
	names    map[uint64]Name
	shards   [shards]shard
	units    []Unit
	things   [LogObject + 1][]Thing
	unitAt   func() map[uint64]int32 // by id; made when it is first asked for
	nameless int
}

// Unit is one source with all its rows, sorted by service and hour.
type Unit struct {
	Prefix netip.Prefix // /32 or /64
	Rows   []Row
	key    [16]byte
	arenas *arenas
}

// Thing is one account, path, agent, service or log with all its hours. An
// account of two services has an hour of each.
type Thing struct {
	ID     uint64
	Kind   ObjectKind
	Name   Name
	Hours  []Object
	arenas *arenas
}

// Units returns all sources in address order.
func (s *Set) Units() []Unit { return s.units }

// UnitOf returns the source with the given id, as it stands in an object's set.
func (s *Set) UnitOf(id uint64) (*Unit, bool) {
	i, ok := s.unitAt()[id]
	if !ok {
		return nil, false
	}
	return &s.units[i], true
}

// ID returns the id of a unit, as it stands in an object's set.
func (s *Set) ID(u *Unit) uint64 { return UnitID(s.hash, u.key) }

// Things returns the objects of a kind, by name.
func (s *Set) Things(k ObjectKind) []Thing { return s.things[k] }

// Service returns the name of a service index.
func (s *Set) Service(i uint8) string { return s.services[i] }

// Name returns what is known of an account, path or agent; its Text is empty for
// an unknown id and for a name that was dropped.
func (s *Set) Name(id uint64) Name { return s.names[id] }

// Nameless returns how many accounts, paths and agents lost their names because
// there were too many.
func (s *Set) Nameless() int { return s.nameless }

// Touches returns the remembered events of a row, in order of time.
// What Touches and the lists of sets return belongs to the set and is not to be changed.
func (u *Unit) Touches(r *Row) []Touch { return r.touches.list(&u.arenas.touches) }

// TouchesFull reports whether the row had more events worth remembering than it kept.
func (u *Unit) TouchesFull(r *Row) bool { return r.touches.more }

// GoodNames returns the accounts or page templates that were answered well, or
// false when there were too many to keep.
func (u *Unit) GoodNames(r *Row) ([]uint64, bool) { return r.goodNames.members(&u.arenas.words) }

// BadNames returns the accounts or templates that failed.
func (u *Unit) BadNames(r *Row) ([]uint64, bool) { return r.badNames.members(&u.arenas.words) }

// Agents returns the ids of the user agents; Name of AgentID tells more.
func (u *Unit) Agents(r *Row) ([]uint64, bool) { return r.agents.members(&u.arenas.words) }

// GoodCount, BadCount and AgentCount return the sizes of the sets.
func (u *Unit) GoodCount(r *Row) int { return r.goodNames.count(&u.arenas.words) }

// BadCount returns the number of distinct failed accounts or templates.
func (u *Unit) BadCount(r *Row) int { return r.badNames.count(&u.arenas.words) }

// AgentCount returns the number of distinct user agents.
func (u *Unit) AgentCount(r *Row) int { return r.agents.count(&u.arenas.words) }

// AgentID returns the id under which an agent of a row is named.
func AgentID(agent uint64) uint64 { return tagged(AgentObject, agent) }

// GoodUnits returns the sources that an object answered well in an hour, or
// false when there were too many to keep.
func (t *Thing) GoodUnits(o *Object) ([]uint64, bool) { return o.goodUnits.members(&t.arenas.words) }

// BadUnits returns the sources that failed on it.
func (t *Thing) BadUnits(o *Object) ([]uint64, bool) { return o.badUnits.members(&t.arenas.words) }

// GoodCount returns the number of distinct sources answered well.
func (t *Thing) GoodCount(o *Object) int { return o.goodUnits.count(&t.arenas.words) }

// BadCount returns the number of distinct sources that failed.
func (t *Thing) BadCount(o *Object) int { return o.badUnits.count(&t.arenas.words) }

// Touches returns the remembered events of an account's hour.
func (t *Thing) Touches(o *Object) []Touch { return o.touches.list(&t.arenas.touches) }
