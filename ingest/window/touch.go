package window

import (
	"cmp"
	"slices"

	"gumshoe/ingest"
)

// A Touch is one event worth remembering singly: a failure, a probe, a login.
// Ordinary visits are only counted. A row keeps its first MaxTouches touches in
// time, and among them the first keptEntries ways in and the first keptEffects
// payloads that did something, however late they come: whoever guesses or probes
// a hundred times an hour does not hide what it led to. "First by (time, origin)"
// is a choice that does not depend on the order in which workers meet them.
type Touch struct {
	Milli  int64  // event time
	Name   uint64 // path or account that was touched, 0 for none
	Aux    uint64 // web: shape of the payload, or see Number; logins from a v6 /64: which address of it; sessions: index into Set.Services
	Offset int64  // of the line in its source
	Source int32  // index of the source, or ArchiveSource
	Count  uint32 // happenings the line stands for
	Param  uint32 // parameter that carried the payload, named by Set.Param; 0: the path itself, or none
	Bytes  uint32 // web: body of the answer; 0: empty, or not logged
	Took   uint16 // web: hundredths of a second until the answer; 0: less than one, or not logged
	Status uint16 // HTTP status
	Kind   ingest.Kind
	Stage  ingest.Stage
	Wait   uint8 // seconds that the payload asks the server to wait; 0: none
	Reads  bool  // the payload asks for the file of accounts, /etc/passwd
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

// MaxTouches is how many touches an hour of one source and service keeps, and
// keptEntries and keptEffects for how many of those that matter most others make
// room.
const (
	MaxTouches  = 64
	keptEntries = 8
	keptEffects = 16
)

// worth is what a touch is kept for.
type worth uint8

const (
	ordinary worth = iota
	repeat         // a request of an account that is logged in: each of them is a login, of which the first few say all
	entry          // a login, or a form that was answered with a redirect: what login forms do with a right password
	effect         // a payload that broke the server, or made it do what it asks for
	worths
)

// quota says how many of each worth are kept whatever else comes.
var quota = [worths]int{repeat: keptEntries, entry: keptEntries, effect: keptEffects}

func (t *Touch) worth() worth {
	switch {
	case t.Kind == ingest.KindAuthSuccess && t.Status/100 == 2:
		return repeat
	case t.Kind == ingest.KindAuthSuccess, t.Post && t.Status >= 300 && t.Status < 400 && t.Kind == ingest.KindHTTPRequest:
		return entry
	case t.Stage >= ingest.StageSyntax && (t.Broke() || t.Waited() || t.Reads && t.Status < 300):
		return effect
	}
	return ordinary
}

// Broke reports an error of the server itself: not one that stands for a server
// behind it that is away (502, 503, 504).
func (t *Touch) Broke() bool {
	return t.Status >= 500 && t.Status < 600 && (t.Status < 502 || t.Status > 504)
}

// Waited reports whether the answer came as late as the payload asked for, within
// two tenths of a second.
func (t *Touch) Waited() bool { return t.Wait > 0 && int(t.Took) >= int(t.Wait)*100-20 }

// Touches is a bounded list of touches in an arena.
type Touches struct {
	off   uint32
	n     uint8
	class uint8
	worst uint8 // index of the one that goes next, valid when full
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
		cmp.Compare(a.Class, b.Class), cmp.Compare(a.Aux, b.Aux), cmp.Compare(a.Count, b.Count), cmp.Compare(a.bits(), b.bits()),
		cmp.Compare(a.Param, b.Param), cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(a.Took, b.Took), cmp.Compare(a.Wait, b.Wait))
}

// bits are the facts that are true or false.
func (t *Touch) bits() (bits uint8) {
	for i, fact := range [...]bool{t.Key, t.Absent, t.Post, t.Reads} {
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
	if t.worth() == repeat && l.repeats(b[:l.n], t) {
		return
	}
	if l.n == MaxTouches {
		l.more = true
		if goes := l.goes(b, t); goes != t {
			*goes = *t
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

// repeats keeps no more such requests than their quota, the first of them, and reports
// whether it has dealt with this one: who works all day under a name fills no list
// with it.
func (l *Touches) repeats(b []Touch, t *Touch) bool {
	n := 0
	var last *Touch
	for i := range b {
		if b[i].worth() == repeat {
			if n++; last == nil || compareTouch(&b[i], last) > 0 {
				last = &b[i]
			}
		}
	}
	if n < quota[repeat] {
		return false
	}
	if compareTouch(t, last) < 0 {
		*last = *t
		if l.n == MaxTouches {
			l.findWorst(b)
		}
	}
	return true
}

// goes returns which of a full list and one more touch is not kept: the latest of
// those of whose worth there are more than the quota.
func (l *Touches) goes(b []Touch, t *Touch) *Touch {
	worst := &b[l.worst]
	if w := t.worth(); w != ordinary {
		n := held(b)
		if n[w]++; n[w] <= quota[w] {
			return worst
		}
		worst = latest(b, n)
	}
	if compareTouch(t, worst) < 0 {
		return worst
	}
	return t
}

func (l *Touches) findWorst(b []Touch) {
	worst := latest(b, held(b))
	for i := range b {
		if &b[i] == worst {
			l.worst = uint8(i)
		}
	}
}

// held counts touches by their worth.
func held(b []Touch) (n [worths]int) {
	for i := range b {
		n[b[i].worth()]++
	}
	return n
}

// latest returns the latest touch of a worth of which there are n, more than the
// quota.
func latest(b []Touch, n [worths]int) (last *Touch) {
	for i := range b {
		if w := b[i].worth(); n[w] > quota[w] && (last == nil || compareTouch(&b[i], last) > 0) {
			last = &b[i]
		}
	}
	return last
}

func (l *Touches) merge(a *arena[Touch], o Touches, b *arena[Touch]) {
	l.more = l.more || o.more
	if o.n == 0 {
		return
	}
	kept := b.block(o.off, o.class)[:o.n]
	if l.n == 0 {
		l.off, l.n, l.class, l.worst = a.get(o.class), o.n, o.class, o.worst
		copy(a.block(l.off, l.class), kept)
		return
	}
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
	return a.run(l.off, int(l.n))
}
