package report

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"gumshoe/ban"
)

// Rehearsal is what bans would have done over some weeks of the past, for the
// person who thinks of switching them on.
type Rehearsal struct {
	ban.Rehearsal
	Host     string
	AdHoc    bool // over files: there is no archive
	From, To time.Time
	Known    time.Time      // from when on anything is known: what the first steps had to compare with
	Location *time.Location // of times; nil: UTC
	Runs     int
	Elapsed  time.Duration

	Logins  uint64            // good ones in the span, of everybody
	People  int               // sources that were honest in it
	Kinds   map[string]string // of the cases of Bans, by id
	Began   map[string]time.Time
	Guarded bool // fail2ban was there, and is known by its log
	Unseen  int  // bans of whom it never banned

	Policy    ban.Policy
	AllowList string   // a file in which an address is spared
	Notes     []string // what the page must say about reading
}

// reached are the honest visitors from whom a ban would have taken something.
func (r *Rehearsal) reached() []ban.Hit {
	return slices.DeleteFunc(slices.Clone(r.Hits), func(h ban.Hit) bool { return h.During.Logins+h.During.Visits == 0 })
}

// lost is how many good logins bans would have prevented.
func (r *Rehearsal) lost() (n int) {
	for _, h := range r.Hits {
		n += h.During.Logins
	}
	return n
}

// rehearsedWeek is one line of the course.
type rehearsedWeek struct {
	from       time.Time
	cases      int // that led to a ban
	bans, hits int
	history    time.Duration // that its first run had
}

func (r *Rehearsal) weeks() (out []rehearsedWeek) {
	const week = 7 * 24 * time.Hour
	hits := r.reached()
	for from := r.From; from.Before(r.To); from = from.Add(week) {
		w := rehearsedWeek{from: from, history: from.Sub(r.Known)}
		in := func(t time.Time) bool { return t.After(from) && !t.After(from.Add(week)) } // a run speaks of what was before it
		cases := map[string]bool{}
		for i := range r.Bans {
			if b := &r.Bans[i]; in(b.From) {
				cases[b.Case] = true
				w.bans++
			}
		}
		for _, h := range hits {
			if in(r.Bans[h.Ban].From) {
				w.hits++
			}
		}
		w.cases = len(cases)
		out = append(out, w)
	}
	return out
}

// rehearsedKind is what bans of one kind of case have in common.
type rehearsedKind struct {
	kind              string
	bans, cases       int
	shortest, longest time.Duration
}

// kinds are the reasons of bans, the most frequent first.
func (r *Rehearsal) kinds() []rehearsedKind {
	of, cases := map[string]*rehearsedKind{}, map[string]bool{}
	for i := range r.Bans {
		b := &r.Bans[i]
		name, length := r.Kinds[b.Case], b.Until.Sub(b.From)
		k := of[name]
		if k == nil {
			k = &rehearsedKind{kind: name, shortest: length}
			of[name] = k
		}
		k.bans++
		if !cases[b.Case] {
			cases[b.Case] = true
			k.cases++
		}
		k.shortest, k.longest = min(k.shortest, length), max(k.longest, length)
	}
	out := make([]rehearsedKind, 0, len(of))
	for _, k := range of {
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b rehearsedKind) int { return cmp.Or(b.bans-a.bans, cmp.Compare(a.kind, b.kind)) })
	return out
}

// heldFor is what one guard held back.
type heldFor struct {
	guard  string
	first  ban.HeldBack
	others int
}

// holds are the guards that held anything back, the busiest first. A source that
// one guard held back in several cases counts once.
func (r *Rehearsal) holds() []heldFor {
	of, seen := map[string]*heldFor{}, map[[2]string]bool{}
	for _, h := range r.Held {
		if k := [2]string{h.Guard, h.Prefix.String()}; seen[k] {
			continue
		} else {
			seen[k] = true
		}
		if of[h.Guard] == nil {
			of[h.Guard] = &heldFor{guard: h.Guard, first: h}
		} else {
			of[h.Guard].others++
		}
	}
	out := make([]heldFor, 0, len(of))
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, *of[name])
	}
	slices.SortStableFunc(out, func(a, b heldFor) int { return b.others - a.others })
	return out
}

// runsOf counts the bans by run.
func (r *Rehearsal) runsOf() (runs, most int) {
	of := map[time.Time]int{}
	for i := range r.Bans {
		of[r.Bans[i].From]++
		most = max(most, of[r.Bans[i].From])
	}
	return len(of), most
}

// all are the bans as a ledger has them.
func (r *Rehearsal) all() []ban.Ban {
	out := make([]ban.Ban, len(r.Bans))
	for i := range r.Bans {
		out[i] = r.Bans[i].Ban
	}
	return out
}

// sizes counts the sources and the networks that bans are of.
func sizes(bans []ban.Ban) (addresses, networks int) {
	seen := map[netip.Prefix]bool{}
	for i := range bans {
		p := bans[i].Prefix
		if seen[p] {
			continue
		}
		seen[p] = true
		if p.IsSingleIP() || p.Addr().Is6() && p.Bits() >= 64 {
			addresses++
		} else {
			networks++
		}
	}
	return addresses, networks
}

// delay is how long half of the bans came after the first event of their case, at most.
func (r *Rehearsal) delay() time.Duration {
	var all []time.Duration
	for i := range r.Bans {
		if began := r.Began[r.Bans[i].Case]; !began.IsZero() {
			all = append(all, r.Bans[i].From.Sub(began))
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}
