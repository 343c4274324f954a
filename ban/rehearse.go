package ban

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
)

// Step is one run of the past: its clock and what it found.
type Step struct {
	Now   time.Time
	Cases []analyze.Case
}

// Good is what an honest visitor did in some span.
type Good struct {
	Source netip.Prefix
	Logins int // authenticated
	Visits int // page views as people make them
}

// Rehearsal is what a policy would have done, had it been on.
type Rehearsal struct {
	Bans []Rehearsed // by time, then address
	Hits []Hit       // by ban, then address
	Held []HeldBack  // by time, in the order of the plans
}

// Rehearsed is one ban, with all the extensions that it would have got.
type Rehearsed struct {
	Ban            // From the first run that decided it, Until the end after the last extension
	Extensions int // how often it was prolonged
	Headline   string
	Level      analyze.Level
	Confidence float64
	Families   []analyze.Evidence
}

// Hit is an honest visitor whom a ban would have reached.
type Hit struct {
	Source netip.Prefix
	Ban    int  // index into Bans
	Before Good // what it did in the weeks before: it may only be a guest that is gone
	During Good // what the ban would have kept it from
}

// HeldBack is a ban that the guards prevented, at the first run that did.
type HeldBack struct {
	Entry
	At time.Time
}

// Rehearse runs policy and guards over the past, step by step, with a ledger
// that begins empty: each step sees the bans of those before it. good says who
// was honest among those whom a ban reaches, between two moments (the zero
// moment: from the beginning); it knows which services the ban closes. The
// guards answer for the time of each case, so that nothing is known too early.
func Rehearse(steps iter.Seq[Step], policy Policy, guards Guards, good func(b *Ban, from, until time.Time) []Good) Rehearsal {
	r := rehearsal{policy: policy, guards: guards, of: map[netip.Prefix][]Ban{}, at: map[int64]int{}, held: map[heldKey]bool{}}
	r.policy.Armed = true
	for s := range steps {
		r.step(&s)
	}
	if good != nil {
		r.hits(good)
	}
	return r.out
}

type rehearsal struct {
	policy Policy
	guards Guards
	last   int64                  // the number of the latest ban
	active []Ban                  // in force
	of     map[netip.Prefix][]Ban // all that a prefix ever had
	at     map[int64]int          // which of out.Bans a ban belongs to
	held   map[heldKey]bool
	out    Rehearsal
}

type heldKey struct {
	prefix      netip.Prefix
	kase, guard string
}

func (r *rehearsal) step(s *Step) {
	r.active = slices.DeleteFunc(r.active, func(b Ban) bool { return !b.Active(s.Now) })
	r.policy.Active = r.active
	r.policy.Offences = func(p netip.Prefix) int { return Offences(r.of[p], p, s.Now) }
	plan := Make(s.Cases, r.policy, r.guards, s.Now)
	for _, e := range plan.Hold {
		k := heldKey{e.Prefix, e.Case, e.Guard}
		if !r.held[k] {
			r.held[k] = true
			r.out.Held = append(r.out.Held, HeldBack{e, s.Now})
		}
	}
	add, _ := plan.Deeds(s.Cases, "", s.Now)
	slices.SortFunc(add, Compare)
	index := map[Key]int{}
	for i := range r.active {
		index[r.active[i].Key()] = i
	}
	for _, b := range add {
		r.last++
		b.ID = r.last
		if i, ok := index[b.Key()]; ok {
			b.Extends = r.active[i].ID
			r.prolong(&b)
			r.active[i] = b
		} else {
			r.at[b.ID] = len(r.out.Bans)
			r.out.Bans = append(r.out.Bans, rehearsed(b, s.Cases))
			r.active = append(r.active, b)
		}
		r.of[b.Prefix] = append(r.of[b.Prefix], b)
	}
}

func (r *rehearsal) prolong(b *Ban) {
	i := r.at[b.Extends]
	r.at[b.ID] = i
	r.out.Bans[i].Until = b.Until
	r.out.Bans[i].Extensions++
}

func rehearsed(b Ban, cases []analyze.Case) Rehearsed {
	out := Rehearsed{Ban: b}
	if i := slices.IndexFunc(cases, func(c analyze.Case) bool { return c.ID == b.Case }); i >= 0 {
		c := &cases[i]
		out.Headline, out.Level, out.Confidence, out.Families = c.Headline, c.Level, c.Confidence, c.Families
	}
	return out
}

// hits asks who was honest behind each ban, before it and while it stood.
func (r *rehearsal) hits(good func(b *Ban, from, until time.Time) []Good) {
	for i := range r.out.Bans {
		b := &r.out.Bans[i].Ban
		found := map[netip.Prefix]*Hit{}
		hit := func(p netip.Prefix) *Hit {
			if found[p] == nil {
				found[p] = &Hit{Source: p, Ban: i}
			}
			return found[p]
		}
		for _, g := range good(b, time.Time{}, b.From) {
			hit(g.Source).Before = g
		}
		for _, g := range good(b, b.From, b.Until) {
			hit(g.Source).During = g
		}
		for _, h := range found {
			r.out.Hits = append(r.out.Hits, *h)
		}
	}
	slices.SortFunc(r.out.Hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(a.Ban, b.Ban), a.Source.Compare(b.Source)) })
}
