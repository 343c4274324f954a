package window

import (
	"math"
	"slices"
	"testing"
)

// The keys that logs are full of lie close together: neighbouring addresses,
// the networks of one site. They must not pile up in
// the table.
func TestIndexSpreadsCloseKeys(t *testing.T) {
	const n = 60_000
	for name, key := range map[string]func(i int) uint64{
		"v4 neighbours": func(i int) uint64 {
			return rowHash(unit{net: 0xc6120000 + uint64(i)}, 0, 7)
		},
		"v4 every /16": func(i int) uint64 {
			return rowHash(unit{net: uint64(i) << 16}, 0, 7)
		},
		"v6 /64s of a /48": func(i int) uint64 {
			return rowHash(unit{net: 0x20010db8<<32 | uint64(i), v6: true}, 0, 7)
		},
		"v6 /64s of a /32": func(i int) uint64 {
			return rowHash(unit{net: 0x20010db8<<32 | uint64(i)<<12, v6: true}, 0, 7)
		},
		"services": func(i int) uint64 { return rowHash(unit{net: 1}, uint16(i), 7) },
		"ids":      func(i int) uint64 { return objectHash(uint64(i), 0, 7) },
		"high ids": func(i int) uint64 { return objectHash(uint64(i)<<48|1, 0, 7) },
	} {
		var x index
		for i := range uint32(n) {
			x.insert(tagOf(key(int(i))), i)
		}
		looks, longest := 0, 0
		for i := range uint32(n) {
			h := key(int(i))
			steps := 1
			for at := x.home(tagOf(h)); x.slots[at].row != i+1; at = (at + 1) % len(x.slots) {
				steps++
			}
			looks += steps
			longest = max(longest, steps)
		}
		if mean := float64(looks) / n; mean > 3 || longest > 200 {
			t.Errorf("%s: %.1f looks on average, %d at worst", name, mean, longest)
		}
	}
}

func TestIndexTellsEqualHashesApart(t *testing.T) {
	for _, tag := range []uint32{0, 42, math.MaxUint32} {
		var x index
		for i := range uint32(5) {
			x.insert(tag, i)
			x.insert(tag-1, 100+i)
		}
		var got []uint32
		for n, at := x.next(x.home(tag), tag); n != none; n, at = x.next(at+1, tag) {
			got = append(got, n)
		}
		if slices.Sort(got); !slices.Equal(got, []uint32{0, 1, 2, 3, 4}) {
			t.Errorf("rows with tag %x: %v", tag, got)
		}
		if n, _ := x.next(x.home(7), 7); n != none {
			t.Error("found what is not there")
		}
	}
}
