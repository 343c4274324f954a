package payload

import "testing"

// What a memo knew while it was small it knows when it is whole, and it never holds more
// than it may.
func TestMemoGrows(t *testing.T) {
	m := newMemo[int](1 << 12)
	if len(m.sets)*ways != firstSize {
		t.Fatalf("it begins with %d entries, want %d", len(m.sets)*ways, firstSize)
	}
	key := func(i int) uint64 { return uint64(i)*0x9e3779b97f4a7c15 | 1<<63 }
	before := 0 // known while it was small
	for i := range 1 << 14 {
		if i == firstSize/firstSpare-1 {
			for k := range i {
				if v, known := m.get(key(k)); known && v == k {
					before++
				}
			}
		}
		m.put(key(i), i)
		if i == firstSize/firstSpare-1 {
			if len(m.sets)*ways != 1<<12 {
				t.Fatalf("after %d entries it holds %d, want all", i+1, len(m.sets)*ways)
			}
			after := 0
			for k := range i {
				if v, known := m.get(key(k)); known && v == k {
					after++
				}
			}
			if after != before || before < i*9/10 {
				t.Errorf("of %d entries it knew %d while it was small, and %d when it was whole", i, before, after)
			}
		}
		if v, known := m.get(key(i)); !known || v != i {
			t.Fatalf("entry %d: %d, %v", i, v, known)
		}
	}
	if len(m.sets)*ways != 1<<12 {
		t.Errorf("%d entries, want %d", len(m.sets)*ways, 1<<12)
	}
}
