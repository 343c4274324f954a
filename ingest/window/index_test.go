package window

import (
	"encoding/binary"
	"testing"
)

// The keys that logs are full of lie close together: neighbouring addresses,
// the networks of one site. They must not pile up in
// the table.
func TestIndexSpreadsCloseKeys(t *testing.T) {
	const n = 60_000
	for name, key := range map[string]func(i int) uint64{
		"v4 neighbours": func(i int) uint64 {
			u := [16]byte{10: 0xff, 11: 0xff}
			binary.BigEndian.PutUint32(u[12:], uint32(0xc6120000+i))
			return rowHash(&u, 0, 7)
		},
		"v4 every /16": func(i int) uint64 {
			u := [16]byte{10: 0xff, 11: 0xff}
			binary.BigEndian.PutUint32(u[12:], uint32(i)<<16)
			return rowHash(&u, 0, 7)
		},
		"v6 /64s of a /48": func(i int) uint64 {
			u := [16]byte{0x20, 1, 0xd, 0xb8}
			binary.BigEndian.PutUint16(u[6:], uint16(i))
			return rowHash(&u, 0, 7)
		},
		"v6 /64s of a /32": func(i int) uint64 {
			u := [16]byte{0x20, 1, 0xd, 0xb8}
			binary.BigEndian.PutUint32(u[4:], uint32(i)<<12)
			return rowHash(&u, 0, 7)
		},
		"services": func(i int) uint64 { return rowHash(&[16]byte{15: 1}, uint16(i), 7) },
		"ids":      func(i int) uint64 { return objectHash(uint64(i), 0, 7) },
		"high ids": func(i int) uint64 { return objectHash(uint64(i)<<48|1, 0, 7) },
	} {
		var x index
		for i := range uint32(n) {
			x.insert(key(int(i)), i)
		}
		looks, longest := 0, 0
		for i := range uint32(n) {
			h := key(int(i))
			mask := uint32(len(x.slots) - 1)
			steps := 1
			for at := uint32(h>>32) & mask; x.slots[at].row != i+1; at = (at + 1) & mask {
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
	var x index
	keys := []string{"a", "b", "c"}
	for i := range keys {
		x.insert(42, uint32(i))
	}
	for i, want := range keys {
		got, ok := x.find(42, func(row uint32) bool { return keys[row] == want })
		if !ok || got != uint32(i) {
			t.Errorf("find(%q) = %d, %v", want, got, ok)
		}
	}
	if _, ok := x.find(42, func(uint32) bool { return false }); ok {
		t.Error("found what is not there")
	}
}
