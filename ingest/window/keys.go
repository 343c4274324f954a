package window

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"gumshoe/ingest"
)

// Keys are what a Store has rows of: what history is to be looked up for.
type Keys struct {
	Sources  []netip.Prefix // in address order
	Accounts []uint64       // ids, ascending
	Paths    []uint64
	Agents   []uint64
}

// Keys lists the sources, accounts, paths and agents of the hours that begin in
// [from, to); a zero to is no limit. Of more than limit of a kind those with the
// most failures and probes are listed, and of equals a fair sample; limit 0 lists
// all. It is called between the last event and Set, by one goroutine.
func (s *Store) Keys(from, to time.Time, limit int) Keys {
	s.flush()
	in := hoursIn(from, to)
	var units [shards][]suspect[unit]
	var things [shards][AgentObject + 1][]suspect[uint64]
	ingest.OnAllCores(shards, func(i int) {
		t := &s.shards[i].table
		units[i] = t.suspectUnits(in)
		things[i] = t.suspectThings(in)
	})

	var k Keys
	chosen := worst(slices.Concat(units[:]...), limit)
	slices.SortFunc(chosen, func(a, b unit) int { return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.net, b.net)) })
	for _, u := range chosen {
		k.Sources = append(k.Sources, u.prefix())
	}
	for kind, list := range []*[]uint64{&k.Accounts, &k.Paths, &k.Agents} {
		var all []suspect[uint64]
		for i := range things {
			all = append(all, things[i][kind]...)
		}
		*list = worst(all, limit)
		slices.Sort(*list)
	}
	return k
}

// suspect is a key and how much speaks against it.
type suspect[K any] struct {
	key    K
	id     uint64 // a keyed hash
	weight uint64 // failures and probes
}

// worst chooses the keys with the greatest weights.
func worst[K any](all []suspect[K], limit int) []K {
	if limit > 0 && len(all) > limit {
		slices.SortFunc(all, func(a, b suspect[K]) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.id, b.id)) })
		all = all[:limit]
	}
	out := make([]K, len(all))
	for i := range all {
		out[i] = all[i].key
	}
	return out
}

func (t *table) suspectUnits(in func(hour uint32) bool) []suspect[unit] {
	at := map[unit]int{}
	var out []suspect[unit]
	for i := range uint32(t.rows.len()) {
		r := t.rows.at(i)
		if !in(r.Hour) {
			continue
		}
		u := r.unit()
		n, ok := at[u]
		if !ok {
			n = len(out)
			at[u] = n
			out = append(out, suspect[unit]{key: u, id: u.id(t.hash)})
		}
		if r.trouble != 0 {
			bad := t.troubles.at(r.trouble - 1)
			out[n].weight += uint64(bad.Bad) + uint64(bad.Probes)
		}
	}
	return out
}

func (t *table) suspectThings(in func(hour uint32) bool) (out [AgentObject + 1][]suspect[uint64]) {
	var at [AgentObject + 1]map[uint64]int
	for k := range at {
		at[k] = map[uint64]int{}
	}
	for i := range uint32(t.objects.len()) {
		o := t.objects.at(i)
		if o.Kind > AgentObject || !in(o.Hour) {
			continue
		}
		n, ok := at[o.Kind][o.ID]
		if !ok {
			n = len(out[o.Kind])
			at[o.Kind][o.ID] = n
			out[o.Kind] = append(out[o.Kind], suspect[uint64]{key: o.ID, id: o.ID})
		}
		out[o.Kind][n].weight += uint64(o.Bad) + uint64(o.Probes)
	}
	return out
}
