package pyre

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// budget is how many steps one match may take: a match of a common line takes a
// few hundred. It is counted, not timed, so that the same log gives the same
// result on any machine.
const budget = 100_000

// machine backtracks through a program, as Python does. Its memory is used again.
type machine struct {
	text  []byte
	slots []int // of groups: begin and end
	marks []int // where the current iteration of each loop began
	stack []frame
	steps int
	end   int // of the last match
}

// frame is a place to come back to.
type frame struct {
	kind frameKind
	at   int // instruction, slot or mark
	pos  int // position to go on from, or the value to restore
	last int // doLoop: the shortest end; doLazyLoop: how many more runes may match
}

type frameKind uint8

const (
	frameBranch frameKind = iota
	frameSlot             // restore a group
	frameMark             // restore a mark
	frameLoop             // give back one rune
	frameLazy             // take one more rune
)

// match tries the program at a position. It returns false too when the budget is
// spent; then steps is negative.
func (m *machine) match(prog []inst, pos int) bool {
	for i := range m.slots {
		m.slots[i] = -1
	}
	m.stack = m.stack[:0]
	if !m.run(prog, 0, pos) {
		return false
	}
	m.slots[0], m.slots[1] = pos, m.end
	return true
}

// run executes from an instruction to doMatch.
func (m *machine) run(prog []inst, pc, pos int) bool {
	base := len(m.stack)
	for {
		if m.steps--; m.steps < 0 {
			m.stack = m.stack[:base]
			return false
		}
		in := &prog[pc]
		ok := false
		switch in.do {
		case doMatch:
			m.end = pos
			m.stack = m.stack[:base]
			return true
		case doText:
			if n := len(in.text); len(m.text)-pos >= n && m.text[pos] == in.text[0] {
				ok = string(m.text[pos:pos+n]) == string(in.text)
				pos += n
			}
		case doSet:
			n := m.one(in.set, pos)
			ok = n > 0
			pos += n
		case doLoop:
			pos, ok = m.loop(in, pc, pos)
		case doLazyLoop:
			pos, ok = m.lazyLoop(in, pc, pos)
		case doSplit:
			if in.first != nil && (pos == len(m.text) || !in.first[m.text[pos]]) {
				pc = in.to
				continue
			}
			m.stack = append(m.stack, frame{kind: frameBranch, at: in.to, pos: pos})
			ok = true
		case doJump:
			pc = in.to
			continue
		case doSave:
			m.stack = append(m.stack, frame{kind: frameSlot, at: in.slot, pos: m.slots[in.slot]})
			m.slots[in.slot] = pos
			ok = true
		case doMark:
			m.stack = append(m.stack, frame{kind: frameMark, at: in.slot, pos: m.marks[in.slot]})
			m.marks[in.slot] = pos
			ok = true
		case doProgress:
			if ok = true; m.marks[in.slot] == pos {
				pc = in.to
				continue
			}
		case doLook:
			if m.look(prog, in, pc, pos) {
				pc = in.to
				continue
			}
		case doAtomic:
			if m.keepSlots(); m.run(prog, pc+1, pos) {
				pc, pos = in.to, m.end
				continue
			}
		case doBackref:
			pos, ok = m.backref(in, pos)
		case doCondition:
			if ok = m.slots[in.slot+1] >= 0; !ok {
				pc = in.to
				continue
			}
		default:
			ok = m.assert(in.do, pos)
		}
		if ok {
			pc++
			continue
		}
		if pc, pos, ok = m.back(prog, base); !ok {
			return false
		}
	}
}

// back takes the last choice again.
func (m *machine) back(prog []inst, base int) (pc, pos int, ok bool) {
	for len(m.stack) > base {
		f := &m.stack[len(m.stack)-1]
		switch f.kind {
		case frameSlot:
			m.slots[f.at] = f.pos
		case frameMark:
			m.marks[f.at] = f.pos
		case frameLoop:
			if pos, ok = m.giveBack(f, &prog[f.at]); ok {
				return f.at + 1, pos, true
			}
		case frameLazy:
			if n := m.one(prog[f.at].set, f.pos); n > 0 && f.last != 0 {
				f.pos += n
				f.last--
				return f.at + 1, f.pos, true
			}
		default:
			m.stack = m.stack[:len(m.stack)-1]
			return f.at, f.pos, true
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	return 0, 0, false
}

// giveBack shortens a loop by a rune, or by as many as it takes until the byte
// that must follow stands there.
func (m *machine) giveBack(f *frame, in *inst) (pos int, ok bool) {
	for f.pos > f.last {
		f.pos--
		for f.pos > f.last && !utf8.RuneStart(m.text[f.pos]) && m.inside(f.pos) {
			f.pos--
		}
		if m.steps--; in.then < 0 || m.text[f.pos] == byte(in.then) {
			return f.pos, true
		}
	}
	return 0, false
}

// inside reports whether the byte continues a rune; a stray one is a rune of its
// own.
func (m *machine) inside(pos int) bool {
	for i := pos - 1; i >= 0 && i > pos-utf8.UTFMax; i-- {
		if utf8.RuneStart(m.text[i]) {
			_, n := utf8.DecodeRune(m.text[i:])
			return i+n > pos
		}
	}
	return false
}

// one returns the length of the rune at a position if it is of the set, else 0.
func (m *machine) one(s *set, pos int) int {
	if pos >= len(m.text) {
		return 0
	}
	if b := m.text[pos]; b < utf8.RuneSelf {
		if s.ascii[b] {
			return 1
		}
		return 0
	}
	r, n := utf8.DecodeRune(m.text[pos:])
	if s.wide(r) {
		return n
	}
	return 0
}

func (m *machine) loop(in *inst, pc, pos int) (int, bool) {
	least, count := pos, 0
	for ; count != in.max && pos < len(m.text); count++ {
		if count == in.min {
			least = pos
		}
		if b := m.text[pos]; b < utf8.RuneSelf {
			if !in.set.ascii[b] {
				break
			}
			pos++
			continue
		}
		n := m.one(in.set, pos)
		if n == 0 {
			break
		}
		pos += n
	}
	m.steps -= count / 8
	if count < in.min {
		return pos, false
	}
	if count == in.min {
		return pos, true
	}
	m.stack = append(m.stack, frame{kind: frameLoop, at: pc, pos: pos, last: least})
	return pos, true
}

func (m *machine) lazyLoop(in *inst, pc, pos int) (int, bool) {
	for range in.min {
		n := m.one(in.set, pos)
		if n == 0 {
			return pos, false
		}
		pos += n
	}
	m.stack = append(m.stack, frame{kind: frameLazy, at: pc, pos: pos, last: max(in.max-in.min, unlimited)})
	return pos, true
}

// look runs the instructions of a look around from the place where they begin.
func (m *machine) look(prog []inst, in *inst, pc, pos int) bool {
	for range max(in.back, 0) {
		if pos == 0 {
			return in.not
		}
		_, n := utf8.DecodeLastRune(m.text[:pos])
		pos -= n
	}
	m.keepSlots()
	found := m.run(prog, pc+1, pos)
	if m.steps < 0 {
		return false
	}
	return found != in.not
}

// keepSlots notes all groups: what runs apart leaves no frames behind.
func (m *machine) keepSlots() {
	for i := 2; i < len(m.slots); i++ {
		m.stack = append(m.stack, frame{kind: frameSlot, at: i, pos: m.slots[i]})
	}
}

func (m *machine) backref(in *inst, pos int) (int, bool) {
	lo, hi := m.slots[in.slot], m.slots[in.slot+1]
	if lo < 0 || hi < lo || pos+hi-lo > len(m.text) {
		return pos, false
	}
	was, is := m.text[lo:hi], m.text[pos:pos+hi-lo]
	return pos + hi - lo, bytes.Equal(was, is) || in.fold && bytes.EqualFold(was, is)
}

func (m *machine) assert(do code, pos int) bool {
	switch do {
	case doBegin:
		return pos == 0
	case doLineBegin:
		return pos == 0 || m.text[pos-1] == '\n'
	case doEnd:
		return pos == len(m.text) || pos == len(m.text)-1 && m.text[pos] == '\n'
	case doLineEnd:
		return pos == len(m.text) || m.text[pos] == '\n'
	case doTextEnd:
		return pos == len(m.text)
	}
	return (m.wordBefore(pos) != m.wordAfter(pos)) == (do == doBound)
}

func (m *machine) wordBefore(pos int) bool {
	if pos == 0 {
		return false
	}
	r, _ := utf8.DecodeLastRune(m.text[:pos])
	return word(r)
}

func (m *machine) wordAfter(pos int) bool {
	if pos == len(m.text) {
		return false
	}
	r, _ := utf8.DecodeRune(m.text[pos:])
	return word(r)
}

func word(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' ||
		r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsNumber(r))
}
