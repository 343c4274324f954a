package payload

import (
	"slices"
	"strings"
)

// automaton finds all literals of a set in one pass (Aho and Corasick 1975), letters
// of either case alike. A state is a beginning of literals, and states are numbered by
// its length. Of the short ones, in which a text is nearly all of the time, a row has
// the next state for each byte. Rows of all would be megabytes that take as long to
// make as ten thousand lines to read: a long state has the states that are longer by a
// byte, of which there is mostly one, and goes on in its longest suffix where none fits.
type automaton struct {
	class [256]uint8 // byte -> column; 0 for bytes in no literal
	width int        // columns
	next  []uint16   // state*width + column -> state
	long  uint16     // first state without a row

	last   []uint8  // the column of the byte that leads to a state
	child  []uint16 // the first state that is longer by a byte; the last is in front of the next state's first
	suffix []uint16 // the state of the longest proper suffix

	kinds   []kind   // of the literals that end in a state
	ids     []uint16 // of the literals that are states, in the order of states
	own     []uint16 // where those of a state begin in ids
	shorter []uint16 // the longest proper suffix that is a literal; 0: none
}

// rowLength is up to which length states have a row. Of the rules' literals that are a
// fifth, in which half a megabyte.
const rowLength = 3

// literal is what an automaton looks for.
type literal struct {
	text string // in lower case
	id   uint16 // told where it occurs
	kind kind
}

// kind is a set of the kinds of literals; each has at least one. Who looks for some of
// them passes over the others.
type kind uint8

const (
	ofRule    kind = 1 << iota // all are
	ofClean                    // a target of clean bytes alone can hold it and fulfil its rule
	ofWhisper                  // of whisperRules
)

func newAutomaton(literals []literal) *automaton {
	literals = slices.Clone(literals)
	slices.SortFunc(literals, func(a, b literal) int { return strings.Compare(a.text, b.text) })
	a := &automaton{width: 1}
	most := 1 // states
	for _, l := range literals {
		most += len(l.text)
		for i := range len(l.text) {
			if a.class[l.text[i]] == 0 {
				a.class[l.text[i]] = uint8(a.width)
				a.width++
			}
		}
	}
	for b := byte('a'); b <= 'z'; b++ {
		a.class[b-'a'+'A'] = a.class[b]
	}

	a.last, a.child, a.suffix = make([]uint8, 1, most), make([]uint16, 0, most+1), make([]uint16, 1, most)
	a.kinds, a.ids, a.own, a.shorter = make([]kind, 0, most), make([]uint16, 0, len(literals)), make([]uint16, 0, most+1), make([]uint16, 0, most)
	// The literals that begin with a state stand together, itself in front.
	first, behind := make([]uint16, 1, most), append(make([]uint16, 0, most), uint16(len(literals)))
	length, longer := 0, 1 // of the states, and the first that is longer
	short := 0             // states with a row
	for s := 0; s < len(a.last); s++ {
		if s == longer {
			length, longer = length+1, len(a.last)
		}
		suffix, i := a.suffix[s], first[s]
		a.child, a.own = append(a.child, uint16(len(a.last))), append(a.own, uint16(len(a.ids)))
		kinds, shorter := kind(0), uint16(0)
		if s > 0 {
			if kinds, shorter = a.kinds[suffix], a.shorter[suffix]; a.own[suffix] < a.own[suffix+1] {
				shorter = suffix
			}
		}
		for ; i < behind[s] && len(literals[i].text) == length; i++ {
			kinds, a.ids = kinds|literals[i].kind, append(a.ids, literals[i].id)
		}
		a.kinds, a.shorter = append(a.kinds, kinds), append(a.shorter, shorter)

		for i < behind[s] {
			b, begin := literals[i].text[length], i
			for i < behind[s] && literals[i].text[length] == b {
				i++
			}
			to := uint16(0)
			if s > 0 {
				to = a.step(suffix, b)
			}
			a.last, a.suffix = append(a.last, a.class[b]), append(a.suffix, to)
			first, behind = append(first, begin), append(behind, i)
		}
		if s == 0 {
			a.child = append(a.child, uint16(len(a.last)))
			a.addRows(1) // which ends the search for suffixes
			a.child = a.child[:1]
		}
		if length <= rowLength {
			short++
		}
	}
	a.child, a.own = append(a.child, uint16(len(a.last))), append(a.own, uint16(len(a.ids)))
	a.addRows(short)
	return a
}

// addRows makes the rows of the first states.
func (a *automaton) addRows(states int) {
	a.long, a.next = uint16(states), make([]uint16, states*a.width)
	for s := range states {
		row := a.next[s*a.width:][:a.width]
		copy(row, a.next[int(a.suffix[s])*a.width:][:a.width]) // where nothing is longer
		for c := a.child[s]; c < a.child[s+1]; c++ {
			row[a.last[c]] = c
		}
	}
}

// step follows one byte.
func (a *automaton) step(state uint16, b byte) uint16 {
	if state < a.long {
		return a.next[int(state)*a.width+int(a.class[b])]
	}
	return a.far(state, b)
}

// far follows one byte from a long state.
func (a *automaton) far(state uint16, b byte) uint16 {
	c := a.class[b]
	for state >= a.long {
		for s := a.child[state]; s < a.child[state+1]; s++ {
			if a.last[s] == c {
				return s
			}
		}
		state = a.suffix[state]
	}
	return a.next[int(state)*a.width+int(c)]
}

// seek follows text up to where a literal of some kinds ends. It returns the state there,
// 0 if there is none, and what is left of the text.
func (a *automaton) seek(text []byte, state uint16, kinds kind) (uint16, []byte) {
	for i, b := range text {
		if state < a.long { // this is step, which the compiler does not write out
			state = a.next[int(state)*a.width+int(a.class[b])]
		} else {
			state = a.far(state, b)
		}
		if a.kinds[state]&kinds != 0 {
			return state, text[i+1:]
		}
	}
	return 0, nil
}

// find adds the ids of all literals that occur in text to set.
func (a *automaton) find(text []byte, set *bitset) {
	for state, rest := a.seek(text, 0, ofRule); state != 0; state, rest = a.seek(rest, state, ofRule) {
		for s := state; s != 0; s = a.shorter[s] {
			for _, id := range a.ids[a.own[s]:a.own[s+1]] {
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
