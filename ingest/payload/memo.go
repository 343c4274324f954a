package payload

import (
	"hash/maphash"
	"slices"
)

// memo is a bounded table of what was found for a text, 4-way set associative:
// a full set replaces its entries in turn. It holds no text, only the 64-bit hash
// under a seed of this process, which nobody outside can aim at.
type memo[V any] struct {
	seed maphash.Seed
	mask uint64
	sets []set[V]
	turn uint8
}

const ways = 4

// set keeps its keys together: they share a line of the processor's cache.
type set[V any] struct {
	keys [ways]uint64 // 0: empty
	vals [ways]V
}

// newMemo returns a memo of size entries, a power of two.
func newMemo[V any](size int) memo[V] {
	n := size / ways
	m := memo[V]{seed: maphash.MakeSeed(), mask: uint64(n - 1), sets: make([]set[V], n)}
	m.forget() // written to: what is read first is mapped twice, and each time all processors are told
	return m
}

func (m *memo[V]) key(b []byte) uint64 { return maphash.Bytes(m.seed, b) | 1<<63 }

// set is the one in which a key is, if it is anywhere.
func (m *memo[V]) set(key uint64) *set[V] { return &m.sets[key&m.mask] }

// get returns the value of a key, and whether it is known.
func (m *memo[V]) get(key uint64) (v V, known bool) {
	s := m.set(key)
	for i := range s.keys {
		if s.keys[i] == key {
			return s.vals[i], true
		}
	}
	return v, false
}

// forget empties the memo.
func (m *memo[V]) forget() { clear(m.sets) }

// put adds a value.
func (m *memo[V]) put(key uint64, v V) {
	s := m.set(key)
	i := slices.Index(s.keys[:], 0)
	if i < 0 {
		m.turn++
		i = int(m.turn % ways)
	}
	s.keys[i], s.vals[i] = key, v
}
