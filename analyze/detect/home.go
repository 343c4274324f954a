package detect

import (
	"cmp"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// homes knows from which networks each account has logged in. A person's own
// network is a /24 or a /56: providers hand out another address of it every night.
// They are kept in shards by the top bits of the account's id, which is a hash,
// and so are made on all cores.
type homes struct {
	shards  [homeShards]homeShard
	near    filter        // of the residences
	began   int64         // of the window
	suspect map[hood]bool // networks that failed on an account before they logged in to it

	tried    *tried
	devices  []device
	repeated map[uint64][]prefix // by account, the sources of its devices
	unrushed map[uint64][]prefix // the same, of those that leave time between tries
	handed   map[uint64]bool     // accounts whose device goes from one address of a carrier to the next
}

const (
	homeBits   = 4
	homeShards = 1 << homeBits
)

type homeShard struct {
	index map[residence]int32 // in homes
	homes []home
	first map[uint64]int64 // when each account first logged in anywhere, as home.kept
}

// residence is an account in a network.
type residence struct {
	account uint64
	net     hood
}

func (r residence) mixed() uint64 { return r.account ^ uint64(r.net)*0x9e3779b97f4a7c15 }

// home is one network of an account. Times are Unix milliseconds, never for none.
type home struct {
	since int64 // first good login
	kept  int64 // first one that was kept singly
	fails int64 // failed logins to the account from the network before since
}

const never = math.MaxInt64

// arrival is a good login of an hour, the first on its account.
type arrival struct {
	residence
	since, kept int64
}

func homesOf(in *analyze.Input) *homes {
	out := &homes{began: in.From.UnixMilli(), suspect: map[hood]bool{}}
	came := analyze.EachUnit(in, analyze.SignedIn, func(_ int, u *window.Unit, found []arrival) []arrival {
		net, before := hoodOf(u.Prefix()), len(found)
		for i := range u.Rows {
			if r := &u.Rows[i]; r.Good > 0 && in.Set.Service(r.Service) != ingest.ServiceWeb {
				found = arrivals(u, r, net, found, before)
			}
		}
		return found
	})
	perShard := sharded(len(came), func(i int) uint64 { return came[i].account })
	analyze.Gather(homeShards, func(k int, _ []struct{}) []struct{} {
		out.shards[k].fill(came, perShard[k])
		return nil
	})
	out.near = newFilter(len(came))
	for i := range came {
		out.near.add(came[i].mixed())
	}
	out.tried = triedOf(in, out)
	guessed := analyze.EachUnit(in, analyze.Failed, func(i int, u *window.Unit, found []hood) []hood {
		if net := hoodOf(u.Prefix()); out.failedBefore(in, i, u, net) {
			found = append(found, net)
		}
		return found
	})
	for _, net := range guessed {
		out.suspect[net] = true
	}
	out.devices = devicesOf(in, out)
	out.repeated, out.unrushed, out.handed = map[uint64][]prefix{}, map[uint64][]prefix{}, map[uint64]bool{}
	units := in.Set.Units()
	for _, d := range out.devices {
		if d.handed {
			out.handed[d.account] = true
		}
		for _, s := range d.sources {
			out.repeated[d.account] = append(out.repeated[d.account], units[s].Prefix())
			if d.pause >= inNoHurry {
				out.unrushed[d.account] = append(out.unrushed[d.account], units[s].Prefix())
			}
		}
	}
	out.tried.excuse(in, out)
	return out
}

func shardOf(account uint64) int { return int(account >> (64 - homeBits)) }

// sharded deals the numbers below n out to the shards of their accounts, in order.
func sharded(n int, account func(i int) uint64) (out [homeShards][]int32) {
	var sizes [homeShards]int
	for i := range n {
		sizes[shardOf(account(i))]++
	}
	for k := range out {
		out[k] = make([]int32, 0, sizes[k])
	}
	for i := range n {
		k := shardOf(account(i))
		out[k] = append(out[k], int32(i))
	}
	return out
}

// byName deals some numbers out to the accounts or paths that they are of, in the
// order of these names' ids and their own.
func byName(all []int32, name func(i int32) uint64) [][]int32 {
	type group struct {
		name   uint64
		lo, hi int // in out
	}
	var groups []group
	numbers, of := map[uint64]int32{}, make([]int32, len(all))
	for k, i := range all {
		id := name(i)
		n, ok := numbers[id]
		if !ok {
			n = int32(len(groups))
			numbers[id] = n
			groups = append(groups, group{name: id})
		}
		of[k] = n
		groups[n].hi++
	}
	at := 0
	for n := range groups {
		groups[n].lo, groups[n].hi, at = at, at, at+groups[n].hi
	}
	dealt := make([]int32, len(all))
	for k, i := range all {
		g := &groups[of[k]]
		dealt[g.hi] = i
		g.hi++
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.name, b.name) })
	out := make([][]int32, len(groups))
	for n, g := range groups {
		out[n] = dealt[g.lo:g.hi]
	}
	return out
}

// arrivals adds the first login of an hour on each account to those of the source's
// hours before.
func arrivals(u *window.Unit, r *window.Row, net hood, found []arrival, before int) []arrival {
	names, exact := u.GoodNames(r)
	if !exact {
		for _, t := range u.Touches(r) {
			if t.Kind == ingest.KindAuthSuccess {
				found = arrive(found, before, arrival{residence{t.Name, net}, never, t.Milli})
			}
		}
		return found
	}
	for _, id := range names {
		at := firstLogin(u, r, id)
		since := at
		if at == never { // it was not kept singly
			since = int64(r.Last()) * 1000
		}
		found = arrive(found, before, arrival{residence{id, net}, since, at})
	}
	return found
}

// arrive joins an arrival with one of the same account among the latest of the
// source: who logs in every hour is one, not hundreds.
func arrive(found []arrival, before int, a arrival) []arrival {
	for i := max(before, len(found)-window.Exact); i < len(found); i++ {
		if f := &found[i]; f.account == a.account {
			f.since, f.kept = min(f.since, a.since), min(f.kept, a.kept)
			return found
		}
	}
	return append(found, a)
}

// firstLogin is when an account first logged in within an hour of a source.
func firstLogin(u *window.Unit, r *window.Row, account uint64) int64 {
	touches := u.Touches(r)
	for i := range touches {
		if t := &touches[i]; t.Kind == ingest.KindAuthSuccess && t.Name == account {
			return t.Milli
		}
	}
	return never
}

func (s *homeShard) fill(came []arrival, mine []int32) {
	s.index, s.first = make(map[residence]int32, len(mine)/2), map[uint64]int64{}
	for _, i := range mine {
		a := &came[i]
		at, ok := s.index[a.residence]
		if !ok {
			at = int32(len(s.homes))
			s.index[a.residence] = at
			s.homes = append(s.homes, home{since: never, kept: never})
		}
		h := &s.homes[at]
		h.since, h.kept = min(h.since, a.since), min(h.kept, a.kept)
		if first, ok := s.first[a.account]; !ok || a.kept < first {
			s.first[a.account] = a.kept
		}
	}
}

// failedBefore counts the failures of a source on accounts that log in from its
// network later, and reports whether there are any.
func (h *homes) failedBefore(in *analyze.Input, unit int, u *window.Unit, net hood) (any bool) {
	hours, of := h.tried.hours(unit)
	for i := range hours {
		if !hours[i].lived || !hours[i].bad {
			continue
		}
		hours[i].failures(in, u, of, func(t *try) {
			if at := h.at(t.name, net); at != nil && t.milli < at.since {
				atomic.AddInt64(&at.fails, int64(t.count))
				any = true
			}
		})
	}
	return any
}

// at returns the account's home in a network, also one of which only single
// logins are known; nil for none.
func (h *homes) at(account uint64, net hood) *home {
	of := residence{account, net}
	if !h.near.mayHave(of.mixed()) {
		return nil // nearly always
	}
	s := &h.shards[shardOf(account)]
	if i, ok := s.index[of]; ok {
		return &s.homes[i]
	}
	return nil
}

// in returns the account's home in a network; nil for none.
func (h *homes) in(account uint64, net hood) *home {
	if at := h.at(account, net); at != nil && at.since != never {
		return at
	}
	return nil
}

// excuses reports whether failures from the network on the account are its
// owner's: the account logs in from there, and did so without more failures
// before than a person makes. A login that was guessed excuses nothing. That of an
// earlier window was judged then, with what was known before it: now failures may
// be the first thing that is known of somebody who has been here for years.
func (h *homes) excuses(account uint64, net hood) bool {
	at := h.in(account, net)
	return at != nil && (at.fails <= typos || at.since < h.began)
}

// repeats reports whether the source's failures on the account are a device's.
func (h *homes) repeats(account uint64, source prefix) bool {
	return len(h.repeated) > 0 && slices.Contains(h.repeated[account], source)
}

// loggedBefore reports whether the account is seen to log in before a moment.
func (h *homes) loggedBefore(account uint64, milli int64) bool {
	first, ok := h.shards[shardOf(account)].first[account]
	return ok && first < milli
}

// patient reports whether they are those of one that takes its time between tries:
// a login that follows may be its owner's.
func (h *homes) patient(account uint64, source prefix) bool {
	return len(h.unrushed) > 0 && slices.Contains(h.unrushed[account], source)
}

// inNoHurry is the pace from which that is believed.
const inNoHurry = 5 * time.Minute

// honestAccounts counts the accounts that the source logs in to without having
// guessed them.
func (h *homes) honestAccounts(in *analyze.Input, u *window.Unit) (n int) {
	net := hoodOf(u.Prefix())
	var seen distinct
	for i := range u.Rows {
		r := &u.Rows[i]
		if r.Good == 0 || in.Set.Service(r.Service) == ingest.ServiceWeb {
			continue
		}
		names, _ := u.GoodNames(r)
		for _, id := range names {
			if seen.add(id) && h.excuses(id, net) {
				n++
			}
		}
	}
	return n
}

// admitted counts the accounts that log in from a source within an hour if they are many,
// few others than they are tried, and whoever mistypes gets in after all: people behind one
// address of whom nothing is known from before. Who guesses gets into far fewer than he
// tries, and of a stolen list, however good it is, each password is tried once.
func (h *homes) admitted(in *analyze.Input, u *window.Unit) (most int) {
	entered, failed := 0, 0
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) == ingest.ServiceWeb {
			continue
		}
		n := u.GoodCount(r)
		most = max(most, n)
		entered, failed = entered+n, failed+u.BadCount(r)
	}
	if most < colleagues || perFailed*failed > entered || perShut*h.shutOut(in, u) > most {
		return 0
	}
	return most
}

// How many accounts are let in for each that is mistyped, and for each that never gets in,
// at the least.
const (
	perFailed = 2
	perShut   = 10
)

// shutOut counts the accounts that a source tried and that nobody got into there. Of an
// hour that is too busy to keep all of it the first half is looked at: who mistypes then
// gets in before the end of what is kept.
func (h *homes) shutOut(in *analyze.Input, u *window.Unit) int {
	net := hoodOf(u.Prefix())
	var out distinct
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) == ingest.ServiceWeb {
			continue
		}
		all := u.Touches(r)
		if u.TouchesFull(r) {
			all = all[:len(all)/2]
		}
		for k := range all {
			if t := &all[k]; t.Name != 0 && (t.Kind == ingest.KindAuthFailure || t.Kind == ingest.KindInvalidUser) && h.at(t.Name, net) == nil {
				out.add(t.Name)
			}
		}
	}
	return len(out.ids)
}

// typos is how many failures a person with a keyboard makes before giving up
// or getting in.
const typos = 5

// network is the neighbourhood in which strangers are counted.
func network(p netip.Prefix) netip.Prefix {
	bits := 24
	if p.Addr().Is6() {
		bits = 56
	}
	n, _ := p.Addr().Prefix(bits)
	return n
}

// hood is a network in one word: its bits above a byte that tells v4 from v6.
type hood uint64

func hoodOf(p netip.Prefix) hood {
	a := p.Addr()
	if a.Is4() {
		b := a.As4()
		return hood(binary.BigEndian.Uint32(b[:])&^0xff) | 4
	}
	b := a.As16()
	return hood(binary.BigEndian.Uint64(b[:8])&^0xff) | 6
}

// dayMilli is a day in the unit of a Touch's time.
const dayMilli = 24 * 3_600_000

// moment is a time of a Touch.
func moment(milli int64) time.Time { return time.UnixMilli(milli).UTC() }
