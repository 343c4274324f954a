package pyre

import (
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"
)

// code says what an instruction does.
type code uint8

const (
	doMatch    code = iota // the end
	doText                 // the bytes of text
	doSet                  // one rune of set
	doLoop                 // min to max runes of set, as many as possible first
	doLazyLoop             // min to max runes of set, as few as possible first
	doSplit                // go on here, or else at to
	doJump                 // go on at to
	doSave                 // note the position in slot
	doMark                 // note where an iteration begins
	doProgress             // leave the loop to to if the iteration was empty
	doBegin                // ^ without the flag m, and \A
	doLineBegin
	doEnd // $ without the flag m
	doLineEnd
	doTextEnd
	doBound
	doNoBound
	doLook      // the instructions up to to match ahead of, or behind, here; or, with not, do not
	doAtomic    // the instructions up to to match, in their first way alone
	doBackref   // the text of the group in slot
	doCondition // go to to unless the group in slot matched
)

// inst is one instruction; after it comes the next one.
type inst struct {
	do       code
	not      bool // doLook
	fold     bool // doBackref
	back     int  // doLook: how many runes behind, -1 for ahead
	to       int
	slot     int
	min, max int
	set      *set
	text     []byte
	then     int        // doLoop: the byte that must follow; -1: any
	first    *[256]bool // doSplit: the bytes that what follows can begin with; nil: any, or none at all
}

// set is a class with a table of its ASCII part.
type set struct {
	ascii [utf8.RuneSelf]bool
	class class
	fold  bool
	all   bool // every rune but those of ascii
}

// wide reports whether the set has a rune beyond ASCII.
func (s *set) wide(r rune) bool { return s.all || s.class.has(r) || s.fold && s.folded(r) }

func (s *set) folded(r rune) bool {
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if s.class.has(f) {
			return true
		}
	}
	return false
}

func newSet(c class, fold bool) *set {
	s := &set{class: c, fold: fold}
	for r := range rune(utf8.RuneSelf) {
		s.ascii[r] = c.has(r) || fold && s.folded(r)
	}
	return s
}

func anySet(dotall bool) *set {
	s := &set{all: true}
	for r := range s.ascii {
		s.ascii[r] = dotall || r != '\n'
	}
	return s
}

// maxProgram bounds the instructions: repetitions are written out.
const maxProgram = 20000

var errTooBig = errors.New("pattern repeats too much")

// compiler turns a syntax tree into instructions.
type compiler struct {
	prog  []inst
	marks int
	err   error
}

func compile(tree *node) ([]inst, int, error) {
	c := compiler{}
	c.add(tree)
	c.emit(inst{do: doMatch})
	if c.err != nil {
		return nil, 0, c.err
	}
	for i := range c.prog {
		if c.prog[i].do == doLoop && c.prog[i+1].do == doText {
			c.prog[i].then = int(c.prog[i+1].text[0])
		}
	}
	return c.prog, c.marks, nil
}

func (c *compiler) emit(in inst) int {
	if in.then = -1; len(c.prog) >= maxProgram {
		c.err = errTooBig
		return 0
	}
	c.prog = append(c.prog, in)
	return len(c.prog) - 1
}

// land makes a jump lead to the next instruction.
func (c *compiler) land(at int) { c.prog[at].to = len(c.prog) }

func (c *compiler) add(n *node) {
	if c.err != nil {
		return
	}
	switch n.op {
	case opLiteral:
		c.literal(n)
	case opClass, opAny:
		c.emit(inst{do: doSet, set: setOf(n)})
	case opBegin:
		c.emit(inst{do: either(n.multi, doLineBegin, doBegin)})
	case opEnd:
		c.emit(inst{do: either(n.multi, doLineEnd, doEnd)})
	case opTextBegin:
		c.emit(inst{do: doBegin})
	case opTextEnd:
		c.emit(inst{do: doTextEnd})
	case opBound:
		c.emit(inst{do: doBound})
	case opNoBound:
		c.emit(inst{do: doNoBound})
	case opConcat:
		for _, s := range n.sub {
			c.add(s)
		}
	case opAlternate:
		c.alternate(n)
	case opRepeat:
		c.repeat(n)
	case opGroup:
		c.emit(inst{do: doSave, slot: 2 * n.number})
		c.add(n.sub[0])
		c.emit(inst{do: doSave, slot: 2*n.number + 1})
	case opLook, opAtomic:
		c.apart(n)
	case opBackref:
		c.emit(inst{do: doBackref, slot: 2 * n.number, fold: n.fold})
	case opCondition:
		no := c.emit(inst{do: doCondition, slot: 2 * n.number})
		c.add(n.sub[0])
		end := c.emit(inst{do: doJump})
		c.land(no)
		c.add(n.sub[1])
		c.land(end)
	}
}

func either(cond bool, a, b code) code {
	if cond {
		return a
	}
	return b
}

// setOf is the set of a node that matches one rune, or nil.
func setOf(n *node) *set {
	switch {
	case n.op == opClass:
		return newSet(n.class, n.fold)
	case n.op == opAny:
		return anySet(n.dotall)
	case n.op == opLiteral && len(n.runes) == 1:
		return newSet(class{ranges: []rune{n.runes[0], n.runes[0]}}, n.fold)
	}
	return nil
}

func (c *compiler) literal(n *node) {
	if !n.fold {
		c.emit(inst{do: doText, text: []byte(string(n.runes))})
		return
	}
	for _, r := range n.runes {
		c.emit(inst{do: doSet, set: newSet(class{ranges: []rune{r, r}}, true)})
	}
}

func (c *compiler) alternate(n *node) {
	var ends []int
	for _, s := range n.sub[:len(n.sub)-1] {
		split := c.emit(inst{do: doSplit, first: starts(s)})
		c.add(s)
		ends = append(ends, c.emit(inst{do: doJump}))
		c.land(split)
	}
	c.add(n.sub[len(n.sub)-1])
	for _, e := range ends {
		c.land(e)
	}
}

// repeat writes the body out min times, and then what may follow: up to max
// nested options, or a loop that ends when an iteration consumed nothing.
func (c *compiler) repeat(n *node) {
	body := n.sub[0]
	if s := setOf(body); s != nil && body.op != opGroup {
		c.emit(inst{do: either(n.lazy, doLazyLoop, doLoop), set: s, min: n.min, max: n.max})
		return
	}
	for range n.min {
		c.add(body)
	}
	if n.max == unlimited {
		c.loop(n, body)
		return
	}
	var ends []int
	for range n.max - n.min {
		if c.err != nil {
			return
		}
		ends = append(ends, c.option(n))
		c.add(body)
	}
	for _, e := range ends {
		c.land(e)
	}
}

// option emits the choice to enter a repetition's body or to leave; the returned
// instruction is to be landed where leaving leads.
func (c *compiler) option(n *node) int {
	if !n.lazy {
		return c.emit(inst{do: doSplit, first: starts(n.sub[0])})
	}
	enter := c.emit(inst{do: doSplit})
	leave := c.emit(inst{do: doJump})
	c.land(enter)
	return leave
}

func (c *compiler) loop(n, body *node) {
	start := len(c.prog)
	leave := c.option(n)
	mark := c.marks
	c.marks++
	c.emit(inst{do: doMark, slot: mark})
	c.add(body)
	progress := c.emit(inst{do: doProgress, slot: mark})
	c.emit(inst{do: doJump, to: start})
	c.land(leave)
	c.land(progress)
}

// apart compiles what is matched by itself.
func (c *compiler) apart(n *node) {
	in := inst{do: doAtomic, back: -1}
	if n.op == opLook {
		in.do, in.not = doLook, n.not
		if n.behind {
			lo, hi := n.sub[0].width()
			if lo != hi {
				c.err = fmt.Errorf("look-behind of a width that varies")
				return
			}
			in.back = lo
		}
	}
	at := c.emit(in)
	c.add(n.sub[0])
	c.emit(inst{do: doMatch})
	c.land(at)
}

// maxWidth stands for any larger width.
const maxWidth = 1 << 20

// width is how many runes a node can match.
func (n *node) width() (lo, hi int) {
	switch n.op {
	case opLiteral:
		return len(n.runes), len(n.runes)
	case opClass, opAny:
		return 1, 1
	case opConcat:
		for _, s := range n.sub {
			l, h := s.width()
			lo, hi = min(lo+l, maxWidth), min(hi+h, maxWidth)
		}
	case opGroup, opAtomic:
		return n.sub[0].width()
	case opAlternate, opCondition:
		var los []int
		for _, s := range n.sub {
			l, h := s.width()
			los, hi = append(los, l), max(hi, h)
		}
		return slices.Min(los), hi
	case opRepeat:
		l, h := n.sub[0].width()
		if lo = min(l*n.min, maxWidth); n.max == unlimited {
			return lo, maxWidth
		}
		return lo, min(h*n.max, maxWidth)
	case opBackref:
		return 0, maxWidth
	}
	return lo, hi
}
