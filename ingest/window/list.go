package window

import (
	"cmp"
	"slices"
)

// listUnits cuts the rows of a shard into its units.
func (s *shard) listUnits() {
	for _, rows := range runs(s.rows, func(a, b *Row) bool { return a.Unit == b.Unit }) {
		s.units = append(s.units, Unit{Prefix: PrefixOf(rows[0].Unit), Rows: rows, key: rows[0].Unit, arenas: &s.arenas})
	}
}

// list makes the units and things of all shards, in order.
func (s *Set) list() {
	units := make([][]Unit, shards)
	for i := range s.shards {
		sh := &s.shards[i]
		units[i], sh.units = sh.units, nil
		for _, hours := range runs(sh.objects, func(a, b *Object) bool { return a.Kind == b.Kind && a.ID == b.ID }) {
			k := hours[0].Kind
			s.things[k] = append(s.things[k], Thing{ID: hours[0].ID, Kind: k, Name: s.complete(hours), Hours: hours, arenas: &sh.arenas})
		}
	}
	parallel(len(s.things)+1, func(k int) {
		if k == len(s.things) {
			s.units = merged(units, func(a, b *Unit) int { return compareUnits(&a.key, &b.key) })
			return
		}
		slices.SortFunc(s.things[k], func(a, b Thing) int {
			return cmp.Or(cmp.Compare(a.Name.Text, b.Name.Text), cmp.Compare(a.ID, b.ID))
		})
	})
}

// locate finds the units by their ids.
func (s *Set) locate() map[uint64]int32 {
	at := make(map[uint64]int32, len(s.units))
	for i := range s.units {
		at[s.ID(&s.units[i])] = int32(i)
	}
	return at
}

// merged joins sorted slices, two by two.
func merged[T any](parts [][]T, compare func(a, b *T) int) []T {
	for len(parts) > 1 {
		half := make([][]T, (len(parts)+1)/2)
		parallel(len(half), func(i int) {
			half[i] = parts[2*i]
			if 2*i+1 < len(parts) {
				half[i] = mergeTwo(parts[2*i], parts[2*i+1], compare)
			}
		})
		parts = half
	}
	return parts[0]
}

func mergeTwo[T any](a, b []T, compare func(a, b *T) int) []T {
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if compare(&a[0], &b[0]) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
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
