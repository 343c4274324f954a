package pyre

import "unicode/utf8"

// What is known of the text that a node matches (the idea of RE2's FilteredRE2
// and of Russ Cox, "Regular Expression Matching with a Trigram Index", 2012).
type facts struct {
	exact []string // the node matches nothing but these; nil: unknown
	need  []string // every match contains one of these; nil: nothing is known
}

// Bounds of the lists, so that looking for the literals stays cheap.
const (
	maxExact = 12
	maxNeed  = 24
	minNeed  = 3 // shorter literals are in every line
)

// needs returns literals of which every match of the tree contains one.
func needs(tree *node) []string {
	f := examine(tree)
	return better(f.need, f.exact)
}

// better returns the list that rules out more texts: that with the longer
// shortest literal. A list with a short literal is none.
func better(a, b []string) []string {
	if shortest(b) > shortest(a) {
		a = b
	}
	if shortest(a) < minNeed || len(a) > maxNeed {
		return nil
	}
	return a
}

func shortest(list []string) int {
	if len(list) == 0 {
		return 0
	}
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}

func examine(n *node) facts {
	switch n.op {
	case opLiteral:
		return literal(n)
	case opClass:
		return runes(n)
	case opAny, opBackref:
		return facts{}
	case opConcat:
		return concat(n)
	case opAlternate, opCondition:
		return alternatives(n)
	case opGroup, opAtomic:
		return examine(n.sub[0])
	case opRepeat:
		return repetition(n)
	}
	return facts{exact: []string{""}} // assertions match the empty text
}

// literal knows a folded text only as far as it has no letters.
func literal(n *node) facts {
	if !n.fold {
		return facts{exact: []string{string(n.runes)}}
	}
	for _, r := range n.runes {
		if r >= utf8.RuneSelf || r|0x20 >= 'a' && r|0x20 <= 'z' {
			return facts{}
		}
	}
	return facts{exact: []string{string(n.runes)}}
}

func runes(n *node) (f facts) {
	if n.fold {
		return facts{}
	}
	for _, r := range n.class.few(4) {
		f.exact = append(f.exact, string(r))
	}
	return f
}

// concat joins what is exact side by side and keeps the best of the pieces.
func concat(n *node) (f facts) {
	run, whole := []string{""}, true
	for _, s := range n.sub {
		g := examine(s)
		if joined := product(run, g.exact); joined != nil {
			run = joined
			continue
		}
		whole = false
		f.need = better(better(f.need, run), better(g.need, g.exact))
		if run = g.exact; run == nil {
			run = []string{""}
		}
	}
	if whole {
		f.exact = run
	}
	f.need = better(f.need, run)
	return f
}

// product joins each of a with each of b, or returns nil where that is unknown
// or too much.
func product(a, b []string) (out []string) {
	if len(a)*len(b) > maxExact {
		return nil
	}
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

func alternatives(n *node) (f facts) {
	exact, needed := true, true
	for _, s := range n.sub {
		g := examine(s)
		exact = exact && g.exact != nil
		f.exact = append(f.exact, g.exact...)
		need := better(g.need, g.exact)
		needed = needed && need != nil
		f.need = append(f.need, need...)
	}
	if !exact || len(f.exact) > maxExact {
		f.exact = nil
	}
	if !needed {
		f.need = nil
	}
	return f
}

func repetition(n *node) facts {
	g := examine(n.sub[0])
	switch {
	case n.min == 0 && n.max == 1 && g.exact != nil && len(g.exact) < maxExact:
		return facts{exact: append([]string{""}, g.exact...)}
	case n.min == 0:
		return facts{}
	case n.min == 1 && n.max == 1:
		return g
	}
	return facts{need: better(g.need, g.exact)}
}

// starts returns the bytes that a match can begin with, nil where a match can be
// empty or its beginning is unknown.
func starts(tree *node) *[256]bool {
	var set [256]bool
	if begin(tree, &set) {
		return nil
	}
	return &set
}

// begin adds the first bytes of n to the set and reports whether n can match
// without consuming any, or with any.
func begin(n *node, set *[256]bool) (through bool) {
	switch n.op {
	case opLiteral:
		if n.fold && n.runes[0] >= utf8.RuneSelf {
			return true
		}
		first := string(n.runes[:1])[0]
		set[first] = true
		if n.fold && (first|0x20 >= 'a' && first|0x20 <= 'z') {
			set[first^0x20] = true
			set[0xc5], set[0xe2] = true, true // U+017F and U+212A fold to s and k
		}
		return false
	case opClass:
		for c := range rune(utf8.RuneSelf) {
			set[c] = set[c] || n.class.has(c) || n.fold && (n.class.has(c|0x20) || n.class.has(c&^0x20))
		}
		for c := utf8.RuneSelf; c < len(set); c++ {
			set[c] = true
		}
		return false
	case opConcat:
		for _, s := range n.sub {
			if !begin(s, set) {
				return false
			}
		}
		return true
	case opAlternate:
		for _, s := range n.sub {
			through = begin(s, set) || through
		}
		return through
	case opGroup, opAtomic:
		return begin(n.sub[0], set)
	case opRepeat:
		return begin(n.sub[0], set) || n.min == 0
	case opEmpty, opBegin, opTextBegin, opBound, opNoBound, opLook:
		return true
	}
	for c := range set { // anything may follow
		set[c] = true
	}
	return true
}
