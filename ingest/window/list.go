package window

import (
	"cmp"
	"slices"
	"sort"

	"gumshoe/ingest"
)

// part is a finished shard.
type part struct {
	table  *table
	rows   arena[Row] // in order
	starts []uint32   // of the rows of each unit
	things [LogObject + 1][]Thing
	names  map[uint64]Name

	evicted Evicted
}

// add lists the hours of an object.
func (p *part) add(hours []Object) {
	id, k := hours[0].ID, hours[0].Kind
	n := p.names[id]
	for i := range hours {
		n.Path |= hours[i].path
	}
	if n.Path != 0 {
		p.names[id] = n
	}
	p.things[k] = append(p.things[k], Thing{ID: id, Kind: k, Name: n, Hours: hours, table: p.table})
}

// list makes the units and things of all shards, in order.
func (s *Set) list() {
	ingest.OnAllCores(len(s.things)+1, func(k int) {
		if k == len(s.things) {
			s.listUnits()
			return
		}
		var each [shards][]Thing
		for i := range s.shards {
			each[i] = s.shards[i].things[k]
		}
		s.things[k] = slices.Concat(each[:]...)
		for i := range s.things[k] {
			if n, ok := s.streams[s.things[k][i].ID]; ok {
				s.things[k][i].Name = n
			}
		}
		slices.SortFunc(s.things[k], func(a, b Thing) int {
			if c := cmp.Compare(a.Name.Text, b.Name.Text); c != 0 {
				return c
			}
			return cmp.Compare(a.ID, b.ID)
		})
	})
	for i := range s.shards {
		p := &s.shards[i]
		s.evicted.Rows += p.evicted.Rows
		s.evicted.Loud += p.evicted.Loud
		s.evicted.Units += p.evicted.Units
		s.evicted.Objects += p.evicted.Objects
		p.things = [LogObject + 1][]Thing{}
	}
}

// pieces is in how many stretches of the address space units are put together, on all cores.
const pieces = 16

// listUnits merges the units of all shards, which then have no rows of their own.
func (s *Set) listUnits() {
	widest, n := &s.shards[0], 0
	for i := range s.shards {
		p := &s.shards[i]
		n += len(p.starts)
		if len(p.starts) > len(widest.starts) {
			widest = p
		}
	}
	if n == 0 {
		return
	}
	s.units = make([]Unit, n)
	rest := s.units
	var from [shards]int
	var heads [pieces][]head
	var units [pieces][]Unit
	for k := range pieces {
		size := 0
		for i := range s.shards {
			p := &s.shards[i]
			to := len(p.starts)
			if k+1 < pieces {
				border := widest.unit((k + 1) * len(widest.starts) / pieces)
				to = from[i] + sort.Search(to-from[i], func(at int) bool { return p.unit(from[i]+at).compare(border) >= 0 })
			}
			if from[i] < to {
				heads[k] = append(heads[k], head{part: p, at: from[i], end: to, first: p.unit(from[i])})
			}
			size += to - from[i]
			from[i] = to
		}
		units[k], rest = rest[:size], rest[size:]
	}
	ingest.OnAllCores(pieces, func(k int) { merge(heads[k], units[k]) })
	for i := range s.shards {
		s.shards[i].rows, s.shards[i].starts = arena[Row]{}, nil
	}
}

// unit is the source of the i-th rows.
func (p *part) unit(i int) unit { return p.rows.at(p.starts[i]).unit() }

// head is what is left of a part of a shard.
type head struct {
	*part
	at, end int
	first   unit // the unit at
}

// merge lists the units of several parts in order.
func merge(heads []head, units []Unit) {
	for i := len(heads) - 1; i >= 0; i-- {
		sift(heads, i)
	}
	for i := range units {
		h := &heads[0]
		units[i] = Unit{Rows: stretch(&h.rows, h.starts[h.at], sameUnit), table: h.table}
		if h.at++; h.at < h.end {
			h.first = h.unit(h.at)
		} else {
			*h = heads[len(heads)-1]
			heads = heads[:len(heads)-1]
		}
		sift(heads, 0)
	}
}

// sift restores the heap below i: the part whose first unit is the smallest
// stands on top.
func sift(heads []head, i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(heads); c++ {
			if heads[c].first.compare(heads[least].first) < 0 {
				least = c
			}
		}
		if least == i {
			return
		}
		heads[i], heads[least] = heads[least], heads[i]
		i = least
	}
}

func sameUnit(a, b *Row) bool { return a.unit() == b.unit() }

// count finds the units of ordered rows, and how much was above the limits.
func (p *part) count(t *table) {
	below := 0 // units below the bar
	for i := range uint32(p.rows.len()) {
		r := p.rows.at(i)
		if i > 0 && sameUnit(r, p.rows.at(i-1)) {
			continue
		}
		p.starts = append(p.starts, i)
		if t.all.bar != 0 && !t.all.bar.drops(r.unit().id(t.hash)) {
			below++
		}
	}
	if t.all.bar != 0 {
		p.evicted.Rows = t.all.total(t.all.below) - t.all.below
		p.evicted.Units = max(0, t.all.total(below)-len(p.starts))
	}
	p.evicted.Loud = t.loud.total(t.loud.below) - t.loud.below
	for _, k := range t.kinds {
		p.evicted.Objects += k.total(k.below) - k.below
	}
}
