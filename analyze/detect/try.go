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
	origin ingest.Origin
	count  uint32
	unkept uint32 // further ones of its hour that were not kept singly, beside the hour's last
	absent bool
	login  bool // a login, as against mail refused

	nobodys bool // nobody ever logged in to the account: see markNobodys
	web     bool // a web server refused it
	paired  bool // two logs tell of it
}

func (t *try) at() time.Time { return moment(t.milli) }

func (t *try) mark() analyze.Mark { return analyze.Mark{Origin: t.origin, Time: t.at()} }

// lists are lists of tries that were looked at: one source's is needed no more
// when the next one's is made.
var lists = sync.Pool{New: func() any { return new([]try) }}

// tries appends the failed logins and refusals of some rows to a list, in order of
// time; total counts also those of hours too busy to be kept singly.
//
// A server that takes no passwords says only that a name is invalid: such a line
// counts where no failure on the name follows in the hour. Mail to a recipient
// who does not exist counts once a recipient: honest senders try again. A wrong
// password that a web server writes into its error log and, as a 401 with a name,
// into its access log counts once.
func tries(in *analyze.Input, u *window.Unit, rows []window.Row, to []try) (all []try, total int) {
	all = to
	var mailed, failed distinct
	for i := range rows {
		r := &rows[i]
		if calm(u, r) {
			continue
		}
		touches := u.Touches(r)
		announced, kept, listed := false, 0, 0
		for k := range touches {
			if t := &touches[k]; t.Kind == ingest.KindInvalidUser {
				announced = true
			} else if t.Kind.Hostile() {
				listed += int(t.Count)
			}
		}
		failed.clear()
		for k := range touches {
			if announced && touches[k].Kind == ingest.KindAuthFailure {
				failed.add(touches[k].Name)
			}
		}
		for k := range touches {
			t := &touches[k]
			switch t.Kind {
			case ingest.KindAuthFailure, ingest.KindRelayDenied, ingest.KindReject, ingest.KindAbuse, ingest.KindProbe:
			case ingest.KindUserUnknown:
				if !mailed.add(t.Name) {
					continue
				}
			case ingest.KindInvalidUser:
				if failed.has(t.Name) {
					continue
				}
			default:
				continue
			}
			one := try{milli: t.Milli, name: t.Name, origin: t.Origin(), count: t.Count, web: t.Status == 401,
				absent: t.Absent || in.Absent(t.Name), login: t.Kind == ingest.KindAuthFailure || t.Kind == ingest.KindInvalidUser}
			if toldTwice(all[len(to):], &one) {
				continue
			}
			all = append(all, one)
			kept += int(t.Count)
		}
		total += kept
		if u.TouchesFull(r) {
			total += max(0, int(u.Trouble(r).Bad)-listed)
		}
	}
	if mine := all[len(to):]; !slices.IsSortedFunc(mine, earlierTry) { // hours of one service come in order
		slices.SortStableFunc(mine, earlierTry)
	}
	return all, total
}

// oneAnswer is how far apart two logs may stamp one answer.
const oneAnswer = 1000 // milliseconds

// toldTwice reports whether another log has told of a refusal already: the latest
// of some tries, on the same account at the same time.
func toldTwice(all []try, one *try) bool {
	for i := len(all) - 1; i >= 0 && one.milli-all[i].milli <= oneAnswer; i-- {
		if t := &all[i]; t.name == one.name && (t.web || one.web) && !t.paired && t.origin.Source != one.origin.Source && one.login && t.login {
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
	return cmp.Or(cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
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
	if d.has(id) {
		return false
	}
	had := d.many()
	d.ids = append(d.ids, id)
	switch {
	case had:
		d.at[id] = len(d.ids) - 1
	case d.many():
		if d.at == nil {
			d.at = make(map[uint64]int, 2*len(d.ids))
		}
		for i, id := range d.ids {
			d.at[id] = i
		}
	}
	return true
}

// onlyLogins keeps the failed logins among some tries.
func onlyLogins(all []try) []try {
	return slices.DeleteFunc(all, func(t try) bool { return !t.login })
}

func anyAbsent(all []try) bool {
	return slices.ContainsFunc(all, func(t try) bool { return t.absent })
}

// tried is how often an account was.
type tried struct {
	id uint64
	n  int
}

// perAccount counts the tries on each account, in order of first appearance.
func perAccount(all []try) (out []tried) {
	var seen distinct
	for i := range all {
		id := all[i].name
		at := seen.find(id)
		if at < 0 {
			seen.add(id)
			at = len(out)
			out = append(out, tried{id: id})
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
