package window

import (
	"bytes"
	"cmp"
	"slices"
)

// list makes the units and things of all shards, in order.
func (s *Set) list() {
	for i := range s.shards {
		sh := &s.shards[i]
		for _, rows := range runs(sh.rows, func(a, b *Row) bool { return a.Unit == b.Unit }) {
			s.units = append(s.units, Unit{Prefix: PrefixOf(rows[0].Unit), Rows: rows, key: rows[0].Unit, arenas: &sh.arenas})
		}
		for _, hours := range runs(sh.objects, func(a, b *Object) bool { return a.Kind == b.Kind && a.ID == b.ID }) {
			k := hours[0].Kind
			s.things[k] = append(s.things[k], Thing{ID: hours[0].ID, Kind: k, Name: s.complete(hours), Hours: hours, arenas: &sh.arenas})
		}
	}
	slices.SortFunc(s.units, func(a, b Unit) int { return bytes.Compare(a.key[:], b.key[:]) })
	for k := range s.things {
		slices.SortFunc(s.things[k], func(a, b Thing) int {
			return cmp.Or(cmp.Compare(a.Name.Text, b.Name.Text), cmp.Compare(a.ID, b.ID))
		})
	}
	s.unitAt = make(map[uint64]int32, len(s.units))
	for i := range s.units {
		s.unitAt[s.ID(&s.units[i])] = int32(i)
	}
}

// runs cuts a sorted slice where neighbours differ.
func runs[T any](all []T, same func(a, b *T) bool) (out [][]T) {
	for lo := 0; lo < len(all); {
		hi := lo + 1
		for hi < len(all) && same(&all[lo], &all[hi]) {
			hi++
		}
		out = append(out, all[lo:hi:hi])
		lo = hi
	}
	return out
}

// complete returns the name of an object with what its hours say of the path.
func (s *Set) complete(hours []Object) Name {
	n, known := s.names[hours[0].ID]
	for i := range hours {
		n.Path |= hours[i].path
	}
	switch {
	case !known:
		s.nameless++
	case n.Path != 0:
		s.names[hours[0].ID] = n
	}
	return n
}
