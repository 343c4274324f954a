package detect

import (
	"cmp"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// try is one failed login or refusal, or several of one line.
type try struct {
	at     time.Time
	name   uint64
	count  int
	unkept int // further ones of its hour that were not kept singly, beside the hour's last
	absent bool
	login  bool // a login, as against mail refused
	origin ingest.Origin
}

// tries lists the failed logins and refusals of some rows in order of time;
// total counts also those of hours too busy to be kept singly.
//
// A server that takes no passwords says only that a name is invalid: such a line
// counts where no failure on the name follows in the hour. Mail to a recipient
// who does not exist counts once a recipient: honest senders try again.
func tries(in *analyze.Input, u *window.Unit, rows []window.Row) (out []try, total int) {
	kept := 0
	for i := range rows {
		if r := &rows[i]; !calm(u, r) {
			kept += min(len(u.Touches(r)), int(r.Events-min(r.Events, r.Good)))
		}
	}
	if kept == 0 {
		return nil, 0
	}
	out = make([]try, 0, kept)
	var mailed, failed distinct
	for i := range rows {
		r := &rows[i]
		if calm(u, r) {
			continue
		}
		touches := u.Touches(r)
		failed.clear()
		announced := slices.ContainsFunc(touches, func(t window.Touch) bool { return t.Kind == ingest.KindInvalidUser })
		kept, listed := 0, 0
		for _, t := range touches {
			if announced && t.Kind == ingest.KindAuthFailure {
				failed.add(t.Name)
			}
			if t.Kind.Hostile() && t.Kind != ingest.KindInvalidUser {
				listed += int(t.Count)
			}
		}
		for _, t := range touches {
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
			out = append(out, try{at: time.UnixMilli(t.Milli).UTC(), name: t.Name, count: int(t.Count), origin: t.Origin(),
				absent: t.Absent || in.Absent(t.Name), login: t.Kind == ingest.KindAuthFailure || t.Kind == ingest.KindInvalidUser})
			kept += int(t.Count)
		}
		total += kept
		if u.TouchesFull(r) {
			total += max(0, int(u.Trouble(r).Bad)-listed)
		}
	}
	if !slices.IsSortedFunc(out, earlierTry) { // hours of one service come in order
		slices.SortStableFunc(out, earlierTry)
	}
	return out, total
}

// calm reports whether an hour holds nothing but good logins.
func calm(u *window.Unit, r *window.Row) bool { return r.Events == r.Good && u.Trouble(r).Bad == 0 }

func earlierTry(a, b try) int {
	if c := a.at.Compare(b.at); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
}

// distinct is a set of accounts. In most hours a source tries one or two, for
// which a list is cheaper than a map; a long list becomes one.
type distinct struct {
	few  []uint64
	many map[uint64]bool
}

func (d *distinct) clear() { d.few, d.many = d.few[:0], nil }

func (d *distinct) has(id uint64) bool {
	if d.many != nil {
		return d.many[id]
	}
	return slices.Contains(d.few, id)
}

// add reports whether id is new.
func (d *distinct) add(id uint64) bool {
	if d.has(id) {
		return false
	}
	switch {
	case d.many != nil:
		d.many[id] = true
	case len(d.few) < 16:
		d.few = append(d.few, id)
	default:
		d.many = map[uint64]bool{id: true}
		for _, id := range d.few {
			d.many[id] = true
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

// accounts lists the distinct accounts of some tries in order of first appearance.
func accounts(all []try) []uint64 {
	var ids []uint64
	for _, t := range all {
		if t.name != 0 {
			ids = append(ids, t.name)
		}
	}
	return analyze.Unique(ids)
}

// perAccount counts the tries on each account.
func perAccount(all []try) map[uint64]int {
	out := map[uint64]int{}
	for _, t := range all {
		out[t.name] += t.count
	}
	return out
}

// countOf adds up tries.
func countOf(all []try) (n int) {
	for _, t := range all {
		n += t.count
	}
	return n
}
