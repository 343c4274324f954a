package window

import (
	"math/bits"

	"gumshoe/ingest"
)

// Answers sums up how a path that takes a query answers when nobody asks for
// anything hostile, so that an answer out of proportion shows. Logarithms of sizes
// add up in whole numbers: the sums do not depend on who counted what.
type Answers struct {
	Sized   uint64 // with status 200 and a body
	Sum     uint64 // of their LogSize
	Squares uint64 // of the squares of it
	Slow    uint64 // of any kind, after two seconds and more
}

// slow is when an answer counts as late, in milliseconds: no shorter wait proves
// that a payload asked for it.
const slow = 2000

// answersOf is what one request adds.
func answersOf(ev *ingest.Event) (a Answers) {
	if ev.Request.Stage >= ingest.StageSyntax || ev.Request.Flags&ingest.PathQuery == 0 {
		return a
	}
	if ev.Duration >= slow {
		a.Slow = 1
	}
	if ev.Status == 200 && ev.Bytes > 0 {
		l := LogSize(clamp[uint32](ev.Bytes))
		a.Sized, a.Sum, a.Squares = 1, l, l*l
	}
	return a
}

// LogSize is the logarithm of a number of bytes to the base 2, in sixteenths; in
// between two powers it is a straight line.
func LogSize(n uint32) uint64 {
	if n == 0 {
		return 0
	}
	top := bits.Len32(n) - 1
	return uint64(top)<<4 | uint64(n)<<4>>top&15
}

// answers says where an object's Answers live in an arena: their offset + 1; 0:
// there are none.
type answers uint32

// answersClass is that of a block of Answers.
const answersClass = 2

func (s *answers) add(a *arena[uint64], more Answers) {
	if more == (Answers{}) {
		return
	}
	if *s == 0 {
		off := a.get(answersClass)
		clear(a.block(off, answersClass))
		*s = answers(off + 1)
	}
	b := a.block(uint32(*s-1), answersClass)
	for i, n := range [...]uint64{more.Sized, more.Sum, more.Squares, more.Slow} {
		b[i] += n
	}
}

func (s answers) get(a *arena[uint64]) Answers {
	if s == 0 {
		return Answers{}
	}
	b := a.block(uint32(s-1), answersClass)
	return Answers{b[0], b[1], b[2], b[3]}
}

// drop gives the block back.
func (s *answers) drop(a *arena[uint64]) {
	if *s != 0 {
		a.put(uint32(*s-1), answersClass)
		*s = 0
	}
}
