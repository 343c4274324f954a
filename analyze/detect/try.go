package detect

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// try is one failed login or refusal, or several of one line. Detectors make more
// of them than of anything else: they are small, and point to nothing.
type try struct {
	milli  int64
	name   uint64
	offset int64 // of its line
	source int32
	count  uint32
	unkept uint32 // further ones of its hour that were not kept singly, beside the hour's last
	absent bool
	login  bool // a login, as against mail refused
	named  bool // a login of which the line says no more than that the name is invalid

	exists  bool // the account is known to
	famous  bool // everybody tries it everywhere
	excused bool // an owner's mistake, or a device's
	web     bool // a web server refused it
	paired  bool // two logs tell of it
}

func (t *try) at() time.Time { return moment(t.milli) }

func (t *try) origin() ingest.Origin { return ingest.Origin{Source: t.source, Offset: t.offset} }

// guilty reports a failed login that neither an owner's mistake nor a device explains.
func (t *try) guilty() bool { return t.login && !t.excused }

func (t *try) mark() analyze.Mark { return analyze.Mark{Origin: t.origin(), Time: t.at()} }

// lists are lists of tries that were looked at: one source's is needed no more
// when the next one's is made.
var lists = sync.Pool{New: func() any { return new([]try) }}

// oneAnswer is how far apart two logs may stamp one answer.
const oneAnswer = 1000 // milliseconds

// toldTwice reports whether another log has told of a refusal already: the latest
// of some tries, on the same account at the same time.
func toldTwice(all []try, one *try) bool {
	for i := len(all) - 1; i >= 0 && one.milli-all[i].milli <= oneAnswer; i-- {
		if t := &all[i]; t.name == one.name && (t.web || one.web) && !t.paired && t.source != one.source && one.login && t.login {
			t.paired = true
			return true
		}
	}
	return false
}

// calm reports whether an hour holds nothing but good logins.
func calm(u *window.Unit, r *window.Row) bool { return r.Events == r.Good && u.Trouble(r).Bad == 0 }

func earlierTry(a, b try) int {
	if a.milli != b.milli {
		return cmp.Compare(a.milli, b.milli)
	}
	return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.offset, b.offset))
}

// distinct numbers accounts in the order in which they come. In most hours a
// source tries one or two, for which a list is cheaper than a map; a long list
// gets one.
type distinct struct {
	ids []uint64
	at  map[uint64]int // in use when there are more than a few
}

const (
	fewAccounts  = 32
	manyAccounts = 1 << 10 // of which to clear the map would be paid by all who come after
)

// clear forgets the accounts and keeps the room.
func (d *distinct) clear() {
	switch {
	case len(d.ids) > manyAccounts:
		d.at = nil
	case d.many():
		clear(d.at)
	}
	d.ids = d.ids[:0]
}

func (d *distinct) many() bool { return len(d.ids) > fewAccounts }

func (d *distinct) has(id uint64) bool { return d.find(id) >= 0 }

// find returns the number of an account, or -1.
func (d *distinct) find(id uint64) int {
	if !d.many() {
		return slices.Index(d.ids, id)
	}
	if i, ok := d.at[id]; ok {
		return i
	}
	return -1
}

// add reports whether id is new.
func (d *distinct) add(id uint64) bool {
	_, fresh := d.number(id)
	return fresh
}

// number returns the number of an account, and whether it is new.
func (d *distinct) number(id uint64) (n int, fresh bool) {
	if n = d.find(id); n >= 0 {
		return n, false
	}
	had := d.many()
	n = len(d.ids)
	d.ids = append(d.ids, id)
	switch {
	case had:
		d.at[id] = n
	case d.many():
		if d.at == nil {
			d.at = make(map[uint64]int, 2*len(d.ids))
		}
		for i, id := range d.ids {
			d.at[id] = i
		}
	}
	return n, true
}

func anyAbsent(all []try) bool {
	return slices.ContainsFunc(all, func(t try) bool { return t.absent })
}

// perName is how often an account was tried.
type perName struct {
	id uint64
	n  int
}

// distincts are accounts that were numbered, and are not needed any more.
var distincts = sync.Pool{New: func() any { return new(distinct) }}

// perAccount counts the tries on each account, in order of first appearance.
func perAccount(all []try) []perName {
	seen := distincts.Get().(*distinct)
	defer distincts.Put(seen)
	seen.clear()
	out := make([]perName, 0, min(len(all), 8))
	for i := range all {
		at, fresh := seen.number(all[i].name)
		if fresh {
			out = append(out, perName{id: all[i].name})
		}
		out[at].n += int(all[i].count)
	}
	return out
}

// countOf adds up tries.
func countOf(all []try) (n int) {
	for i := range all {
		n += int(all[i].count)
	}
	return n
}
