package payload

import "hash/maphash"

// memo is a bounded table of what was found for a text, 4-way set associative:
// a full set replaces its entries in turn. It holds no text, only the 64-bit hash
// under a seed of this process, which nobody outside can aim at.
type memo[V any] struct {
	seed maphash.Seed
	mask uint64
	sets [][ways]slot[V]
	turn uint8
}

const ways = 4

type slot[V any] struct {
	key uint64 // 0: empty
	val V
}

// newMemo returns a memo of size entries, a power of two.
func newMemo[V any](size int) memo[V] {
	n := size / ways
	return memo[V]{seed: maphash.MakeSeed(), mask: uint64(n - 1), sets: make([][ways]slot[V], n)}
}

func (m *memo[V]) key(b []byte) uint64 { return maphash.Bytes(m.seed, b) | 1<<63 }

func (m *memo[V]) get(key uint64) (v V, ok bool) {
	set := &m.sets[key&m.mask]
	for i := range set {
		if set[i].key == key {
			return set[i].val, true
		}
	}
	return v, false
}

func (m *memo[V]) put(key uint64, v V) {
	set := &m.sets[key&m.mask]
	for i := range set {
		if set[i].key == 0 {
			set[i] = slot[V]{key, v}
			return
		}
	}
	m.turn++
	set[m.turn%ways] = slot[V]{key, v}
}
