package window

import (
	"cmp"
	"slices"

	"gumshoe/ingest"
)

// A Touch is one event worth remembering singly: a failure, a probe, a login.
// Ordinary visits are only counted. A row keeps its first MaxTouches touches in
// time; "first by (time, origin)" is a choice that does not depend on the order
// in which workers meet them.
type Touch struct {
	Milli  int64  // event time
	Name   uint64 // path or account that was touched, 0 for none
	Aux    uint64 // web: shape of the payload; sessions: index into Set.Services
	Offset int64  // of the line in its source
	Source int32  // index of the source, or ArchiveSource
	Count  uint32 // happenings the line stands for
	Status uint16 // HTTP status
	Kind   ingest.Kind
	Stage  ingest.Stage
	Class  ingest.Class
	Key    bool // login by key
	Absent bool // the account does not exist
	Post   bool // a POST request
}

// ArchiveSource is the source of events whose lines are not in the logs of this
// run but, if anywhere, in the archive. Offset is their number in the Set's
// texts, or -1.
const ArchiveSource = -1

// noText is the offset of an archived event without its line.
const noText = -1

// Origin returns where the line stands.
func (t Touch) Origin() ingest.Origin { return ingest.Origin{Source: t.Source, Offset: t.Offset} }

// MaxTouches is how many touches an hour of one source and service keeps.
const MaxTouches = 64

// Touches is a bounded list of touches in an arena.
type Touches struct {
	off   uint32
	n     uint8
	class uint8
	worst uint8 // index of the latest one, valid when full
	more  bool  // there were more than it kept
}

func compareTouch(a, b *Touch) int {
	c := cmp.Or(cmp.Compare(a.Milli, b.Milli), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
	if c != 0 || a.Source != ArchiveSource {
		return c
	}
	return compareFacts(a, b)
}

// compareFacts orders touches that no place tells apart.
func compareFacts(a, b *Touch) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Stage, b.Stage),
		cmp.Compare(a.Class, b.Class), cmp.Compare(a.Aux, b.Aux), cmp.Compare(a.Count, b.Count), cmp.Compare(a.bits(), b.bits()))
}

// bits are the facts that are true or false.
func (t *Touch) bits() (bits uint8) {
	for i, fact := range [...]bool{t.Key, t.Absent, t.Post} {
		if fact {
			bits |= 1 << i
		}
	}
	return bits
}

// add keeps a touch if it is among the first.
func (l *Touches) add(a *arena[Touch], t *Touch) {
	if l.n == 0 {
		l.class, l.off, l.n = 0, a.get(0), 1
		*a.at(l.off) = *t
		return
	}
	b := a.block(l.off, l.class)
	if l.n == MaxTouches {
		l.more = true
		if compareTouch(t, &b[l.worst]) < 0 {
			b[l.worst] = *t
			l.findWorst(b)
		}
		return
	}
	if int(l.n) == len(b) {
		off := a.get(l.class + 1)
		copy(a.block(off, l.class+1), b)
		a.put(l.off, l.class)
		l.off, l.class = off, l.class+1
		b = a.block(l.off, l.class)
	}
	b[l.n] = *t
	l.n++
	if l.n == MaxTouches {
		l.findWorst(b)
	}
}

func (l *Touches) findWorst(b []Touch) {
	w := 0
	for i := range b {
		if compareTouch(&b[i], &b[w]) > 0 {
			w = i
		}
	}
	l.worst = uint8(w)
}

func (l *Touches) merge(a *arena[Touch], o Touches, b *arena[Touch]) {
	l.more = l.more || o.more
	if o.n == 0 {
		return
	}
	kept := b.block(o.off, o.class)[:o.n]
	for i := range kept {
		l.add(a, &kept[i])
	}
}

// drop empties the list and gives its block back.
func (l *Touches) drop(a *arena[Touch]) {
	if l.n > 0 {
		a.put(l.off, l.class)
	}
	*l = Touches{}
}

// sort puts the touches into order of time. Nothing is to be added afterwards.
func (l Touches) sort(a *arena[Touch]) {
	slices.SortFunc(l.list(a), func(a, b Touch) int { return compareTouch(&a, &b) })
}

// list returns the touches where they stand: they are not to be changed.
func (l Touches) list(a *arena[Touch]) []Touch {
	if l.n == 0 {
		return nil
	}
	return a.block(l.off, l.class)[:l.n:l.n]
}
