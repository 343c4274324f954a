package pyre

// op says what a node of the syntax tree matches.
type op uint8

const (
	opEmpty   op = iota
	opLiteral    // runes
	opClass      // one rune of class
	opAny        // one rune, no newline unless dotall
	opBegin      // ^
	opEnd        // $
	opTextBegin
	opTextEnd
	opBound   // \b
	opNoBound // \B
	opConcat  // all of sub
	opAlternate
	opRepeat // sub[0], min to max times
	opGroup  // sub[0], captured as number
	opLook   // sub[0] ahead or behind, or its absence
	opAtomic // sub[0] without giving back
	opBackref
	opCondition // sub[0] if group number matched, else sub[1]
)

// unlimited is the max of a repetition without an end.
const unlimited = -1

// node is one node of the syntax tree.
type node struct {
	op       op
	runes    []rune
	class    class
	sub      []*node
	min, max int  // opRepeat
	lazy     bool // opRepeat
	number   int  // opGroup, opBackref, opCondition
	not      bool // opLook: a negative one
	behind   bool // opLook

	fold, multi, dotall bool // the flags i, m and s where the node stands
}

// empty is a node without effect.
var empty = &node{op: opEmpty}

// any reports whether f holds for n or a node below it.
func (n *node) any(f func(*node) bool) bool {
	if f(n) {
		return true
	}
	for _, s := range n.sub {
		if s.any(f) {
			return true
		}
	}
	return false
}

// nullable reports whether n can match without consuming anything. It errs
// towards yes.
func (n *node) nullable() bool {
	switch n.op {
	case opLiteral, opClass, opAny:
		return false
	case opConcat:
		for _, s := range n.sub {
			if !s.nullable() {
				return false
			}
		}
	case opAlternate, opCondition:
		for _, s := range n.sub {
			if s.nullable() {
				return true
			}
		}
		return false
	case opGroup, opAtomic:
		return n.sub[0].nullable()
	case opRepeat:
		return n.min == 0 || n.sub[0].nullable()
	}
	return true
}
