package pyre

import "math/bits"

// Sieve finds in one pass over a text which of many patterns may match it: those
// of which it holds a needed literal, and those that need none.
//
// Every position's next three bytes are looked up in a small table; few positions
// of a log line hit it (the idea of Wu and Manber, "A Fast Algorithm for
// Multi-Pattern Searching", 1994, without its shifts).
type Sieve struct {
	table  [1 << sieveBits]uint32 // index into chains; 0: none
	chains []chain
	always []uint64
}

// chain is a literal and the next one with the same hash.
type chain struct {
	literal string
	set     []uint64 // the patterns that need it
	next    uint32
}

const sieveBits = 12

// NewSieve makes a sieve for patterns, which are known by their index.
func NewSieve(patterns []*Regexp) *Sieve {
	s := &Sieve{chains: make([]chain, 1), always: make([]uint64, len(patterns)/64+1)}
	known := map[string]int{}
	for i, r := range patterns {
		if r.needs == nil {
			s.always[i/64] |= 1 << (i % 64)
		}
		for _, literal := range r.needs {
			at, ok := known[string(literal)]
			if !ok {
				at = s.add(string(literal), len(s.always))
				known[string(literal)] = at
			}
			s.chains[at].set[i/64] |= 1 << (i % 64)
		}
	}
	return s
}

// add enters a literal and returns the index of its chain.
func (s *Sieve) add(literal string, words int) int {
	h := sieveHash(literal[0], literal[1], literal[2])
	s.chains = append(s.chains, chain{literal, make([]uint64, words), s.table[h]})
	s.table[h] = uint32(len(s.chains) - 1)
	return len(s.chains) - 1
}

func sieveHash(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9e3779b1 >> (32 - sieveBits)
}

// Likely appends the indexes of the patterns that may match the text, in order.
func (s *Sieve) Likely(text []byte, out []int) []int {
	var few [4]uint64 // 256 patterns without allocation
	found := append(few[:0], s.always...)
	for i := 0; i+minNeed <= len(text); i++ {
		for at := s.table[sieveHash(text[i], text[i+1], text[i+2])]; at != 0; {
			c := &s.chains[at]
			if n := len(c.literal); n <= len(text)-i && string(text[i:i+n]) == c.literal {
				for w := range found {
					found[w] |= c.set[w]
				}
			}
			at = c.next
		}
	}
	for w, set := range found {
		for ; set != 0; set &= set - 1 {
			out = append(out, 64*w+bits.TrailingZeros64(set))
		}
	}
	return out
}
