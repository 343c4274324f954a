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

	size := 1
	for _, l := range literals {
		size += len(l)
	}
	t := &trie{nodes: make([]node, 1, size)}
	for i, l := range literals {
		t.add(l, ids[i], &a.class)
	}
	fail, queue := t.suffixes()

	// States with hits come last: the scan's only test is then a comparison.
	order := make([]uint16, len(t.nodes))
	number := uint16(0)
	for s := range t.nodes {
		if len(t.nodes[s].hits) == 0 {
			order[s] = number
			number++
		}
	}
	a.first = number
	for s := range t.nodes {
		if len(t.nodes[s].hits) != 0 {
			order[s] = number
			number++
			a.hits = append(a.hits, t.nodes[s].hits)
		}
	}

	// A missing child is the child of the longest proper suffix.
	a.next = make([]uint16, len(t.nodes)*a.width)
	row := func(s uint16) []uint16 { return a.next[int(order[s])*a.width:][:a.width] }
	for _, s := range queue {
		copy(row(s), row(fail[s]))
		for c := t.nodes[s].child; c != 0; c = t.nodes[c].sibling {
			row(s)[t.nodes[c].class] = order[c]
		}
	}
	return a
}

// trie holds the literals until they are an automaton. Node 0 is the root, which
// is nobody's child.
type trie struct {
	nodes []node
	first [256]uint16 // the root's children by class: it has by far the most
}

type node struct {
	child, sibling uint16 // the first of its own, the next one of its parent; 0: none
	class          uint8  // that leads to it
	hits           []uint16
}

func (t *trie) add(literal string, id uint16, class *[256]uint8) {
	at := uint16(0)
	for i := range len(literal) {
		c := class[literal[i]]
		next := t.child(at, c)
		if next == 0 {
			next = uint16(len(t.nodes))
			t.nodes = append(t.nodes, node{class: c, sibling: t.nodes[at].child})
			t.nodes[at].child = next
			if at == 0 {
				t.first[c] = next
			}
		}
		at = next
	}
	t.nodes[at].hits = append(t.nodes[at].hits, id)
}

func (t *trie) child(of uint16, class uint8) uint16 {
	if of == 0 {
		return t.first[class]
	}
	c := t.nodes[of].child
	for c != 0 && t.nodes[c].class != class {
		c = t.nodes[c].sibling
	}
	return c
}

// suffixes finds for each node the one of the longest proper suffix of its text,
// whose hits are its own too, and lists the nodes breadth first.
func (t *trie) suffixes() (fail, queue []uint16) {
	fail, queue = make([]uint16, len(t.nodes)), make([]uint16, 1, len(t.nodes))
	for i := 0; i < len(queue); i++ {
		s := queue[i]
		for c := t.nodes[s].child; c != 0; c = t.nodes[c].sibling {
			queue = append(queue, c)
			n := &t.nodes[c]
			for f := s; f != 0 && fail[c] == 0; {
				f = fail[f]
				fail[c] = t.child(f, n.class)
			}
			n.hits = append(n.hits, t.nodes[fail[c]].hits...)
		}
	}
	return fail, queue
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
