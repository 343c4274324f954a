// Package pyre runs patterns written for Python's re module.
//
//	pattern ─▶ syntax tree ─▶ program of a backtracking machine, as Python's
//	               │     └──▶ Go's regexp, where the pattern needs no backtracking
//	               └────────▶ literals that every match contains
//
// A text that lacks the literals need not be matched at all. The machine finds what
// Python finds, looking around and back included, and is the faster of the two on
// the lines that logs are made of. It counts its steps: a text that is made to
// keep it busy goes to Go's regexp, whose time is linear, or, where only
// backtracking will do, is given up with ErrSlow.
//
// Classes (\w, \d, \s) are Unicode's, as in Python; Go's regexp knows \b of ASCII
// words alone. The flags a, L and u have no effect.
package pyre

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"unicode/utf8"
)

// ErrSlow is the error of a match that was given up.
var ErrSlow = errors.New("matching took too many steps")

// Regexp is a compiled pattern. It is safe for concurrent use.
type Regexp struct {
	names    []string // of the groups; names[0] is ""
	prog     []inst
	marks    int
	linear   func() *regexp.Regexp // nil: the pattern needs backtracking
	needs    [][]byte              // every match contains one of these; nil: nothing is known
	starts   *[256]bool            // the first bytes that a match can have; nil: any, or none at all
	anchored bool                  // matches at the beginning of the text alone
}

// Compile translates a pattern. With multiline, ^ and $ match at every line.
func Compile(pattern string, multiline bool) (*Regexp, error) {
	tree, names, err := parse(pattern, multiline)
	if err != nil {
		return nil, err
	}
	r := &Regexp{names: names, starts: starts(tree), linear: linear(tree, len(names))}
	if r.prog, r.marks, err = compile(tree); err != nil {
		return nil, err
	}
	for _, s := range needs(tree) {
		r.needs = append(r.needs, []byte(s))
	}
	r.anchored = r.prog[first(r.prog)].do == doBegin
	return r, nil
}

// first is the first instruction that is not about groups.
func first(prog []inst) int {
	return slices.IndexFunc(prog, func(in inst) bool { return in.do != doSave })
}

// Names returns the names of the groups by number, "" for one without.
func (r *Regexp) Names() []string { return r.names }

// Group returns the number of the named group, or -1.
func (r *Regexp) Group(name string) int {
	if name == "" {
		return -1
	}
	return slices.Index(r.names, name)
}

// MayMatch reports whether the text has what every match contains.
func (r *Regexp) MayMatch(text []byte) bool {
	if r.needs == nil {
		return true
	}
	for _, s := range r.needs {
		if bytes.Contains(text, s) {
			return true
		}
	}
	return false
}

// MayStart reports whether a match can begin with a byte.
func (r *Regexp) MayStart(b byte) bool { return r.starts == nil || r.starts[b] }

// Text is what patterns are matched against, with the memory that this takes. It
// is used by one goroutine at a time.
type Text struct{ machine machine }

// Set makes b the text. It is not copied.
func (t *Text) Set(b []byte) { t.machine.text = b }

// Bytes returns the text.
func (t *Text) Bytes() []byte { return t.machine.text }

// prepare makes the machine fit for a pattern.
func (r *Regexp) prepare(t *Text) *machine {
	m := &t.machine
	m.slots = slices.Grow(m.slots[:0], 2*len(r.names))[:2*len(r.names)]
	m.marks = slices.Grow(m.marks[:0], r.marks)[:r.marks]
	m.steps = budget
	return m
}

// Match returns the first match as pairs of offsets by group, -1 for a group
// that took no part, or nil. They are valid until the text is matched again. The
// only error is ErrSlow. It does not ask MayMatch.
func (r *Regexp) Match(t *Text) ([]int, error) {
	m := r.prepare(t)
	for pos := 0; pos <= len(m.text); {
		if pos == len(m.text) || r.MayStart(m.text[pos]) {
			if m.match(r.prog, pos) {
				return m.slots, nil
			}
		}
		if m.steps--; m.steps < 0 {
			return r.slow(t)
		}
		if r.anchored || pos == len(m.text) {
			break
		}
		pos += runeLen(m.text[pos:])
	}
	return nil, nil
}

// MatchAt is Match at one position. A pattern that takes too long there does not
// match.
func (r *Regexp) MatchAt(t *Text, pos int) []int {
	m := r.prepare(t)
	if !m.match(r.prog, pos) {
		return nil
	}
	return m.slots
}

// slow is the second way, for texts that take the machine too long.
func (r *Regexp) slow(t *Text) ([]int, error) {
	if r.linear != nil {
		if re := r.linear(); re != nil {
			return re.FindSubmatchIndex(t.Bytes()), nil
		}
	}
	return nil, ErrSlow
}

func runeLen(b []byte) int {
	if b[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRune(b)
	return n
}
