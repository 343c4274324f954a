package payload

import (
	"hash/maphash"
	"slices"
)

// memo is a bounded table of what was found for a text, 4-way set associative:
// a full set replaces its entries in turn. It holds no text, only the 64-bit hash
// under a seed of this process, which nobody outside can aim at.
//
// It begins small. Most logs have few targets and referers, and a worker that makes its
// memos whole before it reads lets the others wait.
type memo[V any] struct {
	seed maphash.Seed
	mask uint64
	sets []set[V]
	turn uint8
	room int // until it is made whole; 0: it is
	size int // of the whole, in entries
}

const (
	ways       = 4
	firstSize  = 1 << 10 // entries of a small memo
	firstSpare = 2       // of so many of its entries one is used when it is made whole
)

// set keeps its keys together: they share a line of the processor's cache.
type set[V any] struct {
	keys [ways]uint64 // 0: empty
	vals [ways]V
}

// newMemo returns a memo of size entries, a power of two.
func newMemo[V any](size int) memo[V] {
	m := memo[V]{seed: maphash.MakeSeed(), size: size}
	m.allot(min(size, firstSize))
	if size > firstSize {
		m.room = firstSize / firstSpare
	}
	return m
}

// allot takes memory for so many entries.
func (m *memo[V]) allot(size int) {
	n := size / ways
	m.mask, m.sets = uint64(n-1), make([]set[V], n)
	m.forget() // written to: what is read first is mapped twice, and each time all processors are told
}

// whole moves what is known to the memo's full size.
func (m *memo[V]) whole() {
	known := m.sets
	m.room = 0
	m.allot(m.size)
	for i := range known {
		for j, key := range known[i].keys {
			if key != 0 {
				m.put(key, known[i].vals[j])
			}
		}
	}
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
	if m.room > 0 {
		if m.room--; m.room == 0 {
			m.whole()
		}
	}
	s := m.set(key)
	i := slices.Index(s.keys[:], 0)
	if i < 0 {
		m.turn++
		i = int(m.turn % ways)
	}
	s.keys[i], s.vals[i] = key, v
}
