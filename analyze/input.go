package analyze

import (
	"bytes"
	"math/bits"
	"net/netip"
	"slices"
	"sort"
	"sync"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Input is what detectors read: the windows, and which part of them the run is
// about. Hours before From are history.
type Input struct {
	Set      *window.Set
	From, To time.Time // [From, To)
	Now      time.Time
	Location *time.Location // for hours of the day and the week

	start     int64 // From, to the hour, and To, in Unix seconds rounded up
	end       int64
	standing  []*Standing // by index in Set.Units; alike ones are shared
	benign    int
	benignBad map[uint64]int // path -> benign visitors whom it failed
	things    map[uint64]thing
	facts     sync.Map // what Fact has made
}

// thing is an account, path or agent with what its hours say together, so that
// no detector walks the hours of a busy path once for every source.
type thing struct {
	*window.Thing
	flags window.ObjectFlags
	good  uint64
}

// Standing is how a source has behaved over everything that was read.
type Standing struct {
	Success   bool      // authenticated, or at least three distinct pages with their assets
	Benign    bool      // Success, and nothing hostile, and mostly answered well
	Accounts  int       // distinct accounts it logged in to
	LoginDays int       // days with a good login
	FirstOK   time.Time // first and last good login; zero: none
	LastOK    time.Time
	PageDays  int // days with page views and their assets

	probed bool // sent something hostile
}

// KnownHere reports a source that is somebody's: it logged in on two days or
// more, or visited pages as people do. One login alone may be an intruder's.
func (s *Standing) KnownHere() bool { return s.LoginDays >= 2 || s.Success && s.FirstOK.IsZero() }

// NewInput prepares the facts that several detectors need.
func NewInput(set *window.Set, from, to, now time.Time, loc *time.Location) *Input {
	in := &Input{Set: set, From: from, To: to, Now: now, Location: loc, benignBad: map[uint64]int{}}
	in.start, in.end = from.Truncate(time.Hour).Unix(), to.Add(time.Second-1).Unix()
	in.things = map[uint64]thing{}
	for _, k := range []window.ObjectKind{window.AccountObject, window.PathObject, window.AgentObject} {
		things := set.Things(k)
		for i := range things {
			in.things[things[i].ID] = sumUp(&things[i])
		}
	}
	units := set.Units()
	in.standing = make([]*Standing, len(units))
	parts(len(units), func(_, lo, hi int) {
		alike := map[Standing]*Standing{} // of two million visitors most have one of a few standings
		for i := lo; i < hi; i++ {
			s := standing(&units[i], set)
			shared := alike[s]
			if shared == nil {
				shared = new(s)
				alike[s] = shared
			}
			in.standing[i] = shared
		}
	})
	for i := range units {
		in.note(&units[i], in.standing[i])
	}
	return in
}

// note counts a visitor and the paths that failed it. What only scanners ask for
// has to fail a benign one; a page that is missing for everybody makes visitors
// who are answered well less than half the time.
func (in *Input) note(u *window.Unit, st *Standing) {
	if st.Benign {
		in.benign++
	}
	if !st.Success || st.probed {
		return
	}
	for _, id := range badPaths(u) {
		if st.Benign || in.Set.Name(id).Path&(ingest.PathVocabulary|ingest.PathSensitive) == 0 {
			in.benignBad[id]++
		}
	}
}

func sumUp(t *window.Thing) thing {
	s := thing{Thing: t}
	for i := range t.Hours {
		s.flags |= t.Hours[i].Flags
		s.good += uint64(t.Hours[i].Good)
	}
	return s
}

func standing(u *window.Unit, set *window.Set) Standing {
	var s Standing
	accounts := map[uint64]bool{}
	loginDays, pageDays := map[uint32]bool{}, map[uint32]bool{}
	var pages distinctPages
	var events, bad, probes uint32
	var assets bool
	for i := range u.Rows {
		r := &u.Rows[i]
		events += r.Events
		trouble := u.Trouble(r)
		bad += trouble.Bad
		probes += trouble.Probes
		if set.Service(r.Service) == ingest.ServiceWeb {
			pages.add(u, r)
			assets = assets || r.Flags&window.Assets != 0
			if u.GoodCount(r) >= enoughPages && r.Flags&window.Assets != 0 {
				pageDays[r.Hour/24] = true
			}
			if r.Flags&window.Authenticated != 0 {
				s.Success = true
			}
			continue
		}
		if r.Good == 0 {
			continue
		}
		s.Success = true
		loginDays[r.Hour/24] = true
		names, _ := u.GoodNames(r)
		for _, id := range names {
			accounts[id] = true
		}
		first, last := r.First(), r.Last()
		for _, t := range u.Touches(r) {
			if t.Kind == ingest.KindAuthSuccess {
				first = uint32(t.Milli / 1000)
				break
			}
		}
		if at := time.Unix(int64(first), 0).UTC(); s.FirstOK.IsZero() || at.Before(s.FirstOK) {
			s.FirstOK = at
		}
		if at := time.Unix(int64(last), 0).UTC(); at.After(s.LastOK) {
			s.LastOK = at
		}
	}
	if pages.enough() && assets {
		s.Success = true
	}
	s.Accounts, s.LoginDays, s.PageDays = len(accounts), len(loginDays), len(pageDays)
	s.probed = probes > 0
	s.Benign = s.Success && !s.probed && bad*2 <= events
	return s
}

// enoughPages is how many distinct pages, with their assets, make a visitor.
const enoughPages = 3

// distinctPages holds the first few distinct pages of a source: one page an
// hour, three hours long, is one page.
type distinctPages struct {
	seen [enoughPages]uint64
	n    int
}

func (d *distinctPages) enough() bool { return d.n == enoughPages }

func (d *distinctPages) add(u *window.Unit, r *window.Row) {
	if d.enough() || r.Good == 0 {
		return
	}
	names, few := u.GoodNames(r)
	if !few {
		d.n = enoughPages
	}
	for _, id := range names {
		if !d.enough() && !slices.Contains(d.seen[:d.n], id) {
			d.seen[d.n] = id
			d.n++
		}
	}
}

func badPaths(u *window.Unit) []uint64 {
	var out []uint64
	for i := range u.Rows {
		if names, ok := u.BadNames(&u.Rows[i]); ok {
			out = append(out, names...)
		}
	}
	return Unique(out)
}

// Unique removes repetitions and keeps the order of first appearance.
func Unique[T comparable](in []T) []T {
	if len(in) < 2 {
		return in
	}
	seen := make(map[T]bool, len(in))
	out := in[:0:0]
	for _, v := range in {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// Standing returns how the i-th unit has behaved.
func (in *Input) Standing(i int) *Standing { return in.standing[i] }

// StandingOf returns the standing of a source, or nil when it was not seen.
func (in *Input) StandingOf(p netip.Prefix) *Standing {
	if i, ok := in.search(p.Addr()); ok {
		return in.standing[i]
	}
	return nil
}

// Benign returns the number of benign visitors.
func (in *Input) Benign() int { return in.benign }

// BenignBad returns how many benign visitors a path failed: a broken link or a
// missing icon fails everybody.
func (in *Input) BenignBad(path uint64) int { return in.benignBad[path] }

// Contains reports whether an hour belongs to the analyzed window.
func (in *Input) Contains(hour uint32) bool {
	at := int64(hour) * 3600
	return in.start <= at && at < in.end
}

// Current reports whether any row of the unit lies in the window.
func (in *Input) Current(u *window.Unit) bool {
	for i := range u.Rows {
		if in.Contains(u.Rows[i].Hour) {
			return true
		}
	}
	return false
}

// search finds the unit that begins at an address, or the place where it would be.
func (in *Input) search(a netip.Addr) (i int, ok bool) {
	units, want := in.Set.Units(), a.As16() // units lie in the order of their 16 bytes, v4 as ::ffff:a.b.c.d
	i = sort.Search(len(units), func(i int) bool {
		at := units[i].Prefix.Addr().As16()
		return bytes.Compare(at[:], want[:]) >= 0
	})
	return i, i < len(units) && units[i].Prefix.Addr().As16() == want
}

// within returns the sources inside p and the index of the first.
func (in *Input) within(p netip.Prefix) (units []window.Unit, first int) {
	all := in.Set.Units()
	first, _ = in.search(p.Masked().Addr())
	last := first
	for last < len(all) && p.Contains(all[last].Prefix.Addr()) {
		last++
	}
	return all[first:last], first
}

// Collateral counts the sources inside p that have been honest. The accused are
// not counted: an attacker's own success buys nothing.
func (in *Input) Collateral(p netip.Prefix, accused map[netip.Prefix]bool) int {
	n := 0
	units, first := in.within(p)
	for i := range units {
		if in.standing[first+i].Success && !accused[units[i].Prefix] {
			n++
		}
	}
	return n
}

// Minutes lists the active minutes of a row.
func Minutes(r *window.Row) []time.Time {
	var out []time.Time
	for m := r.Minutes; m != 0; m &= m - 1 {
		out = append(out, time.Unix(int64(r.Hour)*3600+int64(bits.TrailingZeros64(m))*60, 0).UTC())
	}
	return out
}

// Thing returns an account, path or agent with all its hours; nil if unknown.
func (in *Input) Thing(id uint64) *window.Thing { return in.things[id].Thing }

// Exists reports whether an account is known to exist: it has logged in, or a
// line says so.
func (in *Input) Exists(id uint64) bool { return in.things[id].flags&window.Exists != 0 }

// Absent reports whether lines say that an account does not exist, and none
// that it does.
func (in *Input) Absent(id uint64) bool {
	return in.things[id].flags&(window.Exists|window.Absent) == window.Absent
}

// Answered returns how often an account or path was answered well.
func (in *Input) Answered(id uint64) uint64 { return in.things[id].good }

// Logins sums up the good logins of the sources inside p before a moment, into
// the named accounts, or into any when none is named.
func (in *Input) Logins(p netip.Prefix, accounts []string, before time.Time) (days, distinct int, last time.Time) {
	units, _ := in.within(p)
	onDays, into := map[int64]bool{}, map[uint64]bool{}
	for k := range units {
		u := &units[k]
		for i := range u.Rows {
			if u.Rows[i].Good == 0 || in.Set.Service(u.Rows[i].Service) == ingest.ServiceWeb {
				continue
			}
			for _, t := range u.Touches(&u.Rows[i]) {
				when := time.UnixMilli(t.Milli).UTC()
				if t.Kind != ingest.KindAuthSuccess || !when.Before(before) {
					continue
				}
				if len(accounts) > 0 && !slices.Contains(accounts, in.Set.Name(t.Name).Text) {
					continue
				}
				onDays[when.Unix()/86400] = true
				into[t.Name] = true
				if when.After(last) {
					last = when
				}
			}
		}
	}
	return len(onDays), len(into), last
}

// Saw reports whether any event of a service was read.
func (in *Input) Saw(service string) bool {
	for _, t := range in.Set.Things(window.ServiceObject) {
		if t.Name.Text == service {
			return true
		}
	}
	return false
}

// Banned counts how often another guard banned a source.
func (in *Input) Banned(p netip.Prefix) (n int) {
	i, ok := in.search(p.Addr())
	if !ok {
		return 0
	}
	u := &in.Set.Units()[i]
	for k := range u.Rows {
		if in.Set.Service(u.Rows[k].Service) == ingest.ServiceFail2ban {
			n += int(u.Rows[k].Events)
		}
	}
	return n
}
