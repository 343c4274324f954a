package payload

// automaton finds all literals of a set in one pass (Aho and Corasick 1975),
// letters of either case alike. Its transitions are complete: one table look-up
// a byte and no failure links.
type automaton struct {
	class [256]uint8 // byte -> column; 0 for bytes in no literal
	width int
	next  []uint16 // state*width + column -> state
	hits  [][]uint16
	first uint16 // states from first on have hits
}

// newAutomaton builds the automaton of literals in lower case; ids[i] is told
// when literals[i] occurs.
func newAutomaton(literals []string, ids []uint16) *automaton {
	a := &automaton{width: 1}
	for _, l := range literals {
		for i := range len(l) {
			if a.class[l[i]] == 0 {
				a.class[l[i]] = uint8(a.width)
				a.width++
			}
		}
	}
	for b := byte('a'); b <= 'z'; b++ {
		a.class[b-'a'+'A'] = a.class[b]
	}

	// The trie; -1 is no child.
	trie := [][]int{a.row()}
	out := [][]uint16{nil}
	for i, l := range literals {
		s := 0
		for j := range len(l) {
			c := a.class[l[j]]
			if trie[s][c] < 0 {
				trie[s][c] = len(trie)
				trie = append(trie, a.row())
				out = append(out, nil)
			}
			s = trie[s][c]
		}
		out[s] = append(out[s], ids[i])
	}

	// Breadth first: a missing child is the child of the longest proper suffix.
	fail := make([]int, len(trie))
	queue := []int{0}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for c, t := range trie[s] {
			suffix := 0
			if s != 0 {
				suffix = trie[fail[s]][c]
			}
			if t < 0 {
				trie[s][c] = suffix
				continue
			}
			fail[t] = suffix
			out[t] = append(out[t], out[suffix]...)
			queue = append(queue, t)
		}
	}
	a.number(trie, out)
	return a
}

func (a *automaton) row() []int {
	r := make([]int, a.width)
	for i := range r {
		r[i] = -1
	}
	return r
}

// number lays the states out so that those with hits come last: the scan's only
// test is then a comparison.
func (a *automaton) number(trie [][]int, out [][]uint16) {
	order := make([]uint16, len(trie))
	n := uint16(0)
	for s := range trie {
		if len(out[s]) == 0 {
			order[s] = n
			n++
		}
	}
	a.first = n
	for s := range trie {
		if len(out[s]) != 0 {
			order[s] = n
			n++
		}
	}
	a.next = make([]uint16, len(trie)*a.width)
	a.hits = make([][]uint16, len(trie)-int(a.first))
	for s, row := range trie {
		for c, t := range row {
			a.next[int(order[s])*a.width+c] = order[t]
		}
		if len(out[s]) != 0 {
			a.hits[order[s]-a.first] = out[s]
		}
	}
}

// step follows one byte.
func (a *automaton) step(state uint16, b byte) uint16 {
	return a.next[int(state)*a.width+int(a.class[b])]
}

// find adds the ids of all literals that occur in text to set.
func (a *automaton) find(text []byte, set *bitset) {
	state := uint16(0)
	for _, b := range text {
		state = a.step(state, b)
		if state >= a.first {
			for _, id := range a.hits[state-a.first] {
				set.add(id)
			}
		}
	}
}

// bitset is a set of rule numbers.
type bitset [maxRules / 64]uint64

const maxRules = 192

func (s *bitset) add(i uint16)      { s[i/64] |= 1 << (i % 64) }
func (s *bitset) has(i uint16) bool { return s[i/64]&(1<<(i%64)) != 0 }
