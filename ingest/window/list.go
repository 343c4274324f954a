package window

import (
	"cmp"
	"slices"
)

// part is a finished shard.
type part struct {
	table  *table
	rows   arena[Row] // in order
	at     uint32     // of the next unit's rows
	head   []Row      // the next unit's rows; empty: there are no more
	first  unit       // that unit
	units  int
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
	parallel(len(s.things)+1, func(k int) {
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

// listUnits merges the units of all shards.
func (s *Set) listUnits() {
	heads, n := make([]*part, 0, shards), 0
	for i := range s.shards {
		p := &s.shards[i]
		n += p.units
		if p.next() {
			heads = append(heads, p)
		}
	}
	for i := len(heads) - 1; i >= 0; i-- {
		sift(heads, i)
	}
	s.units = make([]Unit, 0, n)
	for len(heads) > 0 {
		p := heads[0]
		s.units = append(s.units, Unit{Rows: p.head, table: p.table})
		if !p.next() {
			heads[0] = heads[len(heads)-1]
			heads = heads[:len(heads)-1]
		}
		sift(heads, 0)
	}
}

// sift restores the heap below i: the part whose first unit is the smallest
// stands on top.
func sift(heads []*part, i int) {
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

// next goes on to the next unit, and lets go of the rows after the last.
func (p *part) next() bool {
	if p.head = nil; int(p.at) == p.rows.len() {
		p.rows = arena[Row]{}
		p.at = 0
		return false
	}
	p.head = stretch(&p.rows, p.at, sameUnit)
	p.at += uint32(len(p.head))
	p.first = p.head[0].unit()
	return true
}

func sameUnit(a, b *Row) bool { return a.unit() == b.unit() }

// count counts the units of ordered rows, and how much was above the limits.
func (p *part) count(t *table) {
	below := 0 // units below the bar
	for i := range uint32(p.rows.len()) {
		r := p.rows.at(i)
		if i > 0 && sameUnit(r, p.rows.at(i-1)) {
			continue
		}
		p.units++
		if t.all.bar != 0 && !t.all.bar.drops(r.unit().id(t.hash)) {
			below++
		}
	}
	if t.all.bar != 0 {
		p.evicted.Rows = t.all.total(t.all.below) - t.all.below
		p.evicted.Units = max(0, t.all.total(below)-p.units)
	}
	p.evicted.Loud = t.loud.total(t.loud.below) - t.loud.below
	for _, k := range t.kinds {
		p.evicted.Objects += k.total(k.below) - k.below
	}
}
