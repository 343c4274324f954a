package analyze

import (
	"bytes"
	"math/bits"
	"net/netip"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
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

	// Covered tells whether an hour of a log or service was read completely, by this
	// run or an earlier one: nothing counted is then nothing happened. It is asked by
	// several goroutines; nil takes all hours from the first event on for read.
	Covered func(t *window.Thing, hour uint32) bool

	// Crawlers says of sources that carry the name of a crawler whether they are
	// one, as far as it was asked; the caller fills it before Run.
	Crawlers map[netip.Prefix]Crawler

	// Past are the cases of earlier runs, and Guarded tells that a log or the database
	// of fail2ban was among what was read; the caller fills both before Run.
	Past    []PastCase
	Guarded bool

	// Flagged is what sources that earlier runs accused added to the counts of
	// services: what is usual is learned without it.
	Flagged map[ServiceHour]uint64

	// Novel are the kinds of line that nobody understands and no run has met before.
	Novel []NovelLine

	// Ruled is what learned rules met among such lines, of rules that count.
	Ruled []RuleHit

	// Scanners are the owner's own, at the times at which they work.
	Scanners []Scanner

	start    int64 // From, to the hour, and To, in Unix seconds rounded up
	end      int64
	standing []Standing // by index in Set.Units
	posts    [][16]byte // the address of every postsApart-th of them
	benign   int
	things   *things
	facts    sync.Map      // what Fact has made
	foreseen atomic.Uint32 // of what Foresee saw: a look that comes to nothing is left out by the compiler
}

// NovelLine is a kind of line that no run has met before. All of it is hostile text.
type NovelLine struct {
	ID      string   `json:"id"`
	Program string   `json:"program"` // of the envelope, where there is one
	Text    string   `json:"text"`    // "login of <*> from <ip> refused", without secrets
	Lines   uint64   `json:"lines"`
	Clients int      `json:"addresses"` // distinct public ones in them
	Samples []string `json:"samples"`   // escaped
}

// NewInput prepares the facts that several detectors need.
func NewInput(set *window.Set, from, to, now time.Time, loc *time.Location) *Input {
	in := &Input{Set: set, From: from, To: to, Now: now, Location: loc, things: newThings(set)}
	in.start, in.end = from.Truncate(time.Hour).Unix(), to.Add(time.Second-1).Unix()
	units := set.Units()
	for i := 0; i < len(units); i += postsApart {
		in.posts = append(in.posts, units[i].Prefix().Addr().As16())
	}
	in.standing = make([]Standing, len(units))
	var benign atomic.Int64
	parts(len(units), func(_, lo, hi int) {
		var paths []uint64
		n := 0
		for i := lo; i < hi; i++ {
			st := in.standingOf(&units[i])
			paths = in.note(&units[i], &st, paths)
			if st.Benign {
				n++
			}
			in.standing[i] = st
		}
		benign.Add(int64(n))
	})
	in.benign = int(benign.Load())
	return in
}

// Unique removes repetitions and keeps the order of first appearance. A list
// without any is returned as it is.
func Unique[T comparable](in []T) []T {
	const few = 32 // of which looking through the list is cheaper than a map
	var seen map[T]bool
	if len(in) > few {
		seen = make(map[T]bool, len(in))
	}
	out, n := in, 0
	for i, v := range in {
		if seen[v] || seen == nil && slices.Contains(out[:n], v) {
			if n == i {
				out = slices.Clone(in)
			}
			continue
		}
		if seen != nil {
			seen[v] = true
		}
		if n < i {
			out[n] = v
		}
		n++
	}
	return out[:n]
}

// Standing returns how the i-th unit has behaved.
func (in *Input) Standing(i int) *Standing { return &in.standing[i] }

// StandingOf returns the standing of a source, or nil when it was not seen.
func (in *Input) StandingOf(p netip.Prefix) *Standing {
	if i, ok := in.search(p.Addr()); ok {
		return &in.standing[i]
	}
	return nil
}

// Benign returns the number of benign visitors.
func (in *Input) Benign() int { return in.benign }

// BenignBad returns how many benign visitors a path failed: a broken link or a
// missing icon fails everybody. Eight strangers who load what belongs to pages are as good
// as one: a style sheet is soon asked for, by whoever wants to be taken for a visitor.
func (in *Input) BenignBad(path uint64) int {
	return int(in.things.find(path).benignBad.Load() / visitorWorth)
}

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

// postsApart is how many units lie between two signposts. Those lie side by side, the
// units far from each other: to look at one is to wait for memory.
const postsApart = 32

// search finds the unit that begins at an address, or the place where it would be.
func (in *Input) search(a netip.Addr) (i int, ok bool) {
	units, want := in.Set.Units(), a.As16() // units lie in the order of their 16 bytes, v4 as ::ffff:a.b.c.d
	before := postsApart * (sort.Search(len(in.posts), func(i int) bool { return bytes.Compare(in.posts[i][:], want[:]) > 0 }) - 1)
	if before < 0 {
		return 0, false
	}
	i = before + sort.Search(min(postsApart, len(units)-before), func(i int) bool {
		at := units[before+i].Prefix().Addr().As16()
		return bytes.Compare(at[:], want[:]) >= 0
	})
	return i, i < len(units) && units[i].Prefix().Addr().As16() == want
}

// Within returns the sources inside p and the index of the first.
func (in *Input) Within(p netip.Prefix) (units []window.Unit, first int) {
	all := in.Set.Units()
	first, _ = in.search(p.Masked().Addr())
	last := first
	for last < len(all) && p.Contains(all[last].Prefix().Addr()) {
		last++
	}
	return all[first:last], first
}

// Collateral counts the sources inside p that have been honest. The accused are
// not counted: an attacker's own success buys nothing.
func (in *Input) Collateral(p netip.Prefix, accused map[netip.Prefix]bool) int {
	n := 0
	units, first := in.Within(p)
	for i := range units {
		if in.standing[first+i].Success && !accused[units[i].Prefix()] {
			n++
		}
	}
	return n
}

// Seen counts the sources inside p.
func (in *Input) Seen(p netip.Prefix) int {
	units, _ := in.Within(p)
	return len(units)
}

// AppendMinutes lists the active minutes of a row behind those of others.
func AppendMinutes(all []time.Time, r *window.Row) []time.Time {
	for m := r.Minutes; m != 0; m &= m - 1 {
		all = append(all, time.Unix(int64(r.Hour)*3600+int64(bits.TrailingZeros64(m))*60, 0).UTC())
	}
	return all
}

// Thing returns an account, path or agent with all its hours; nil if unknown.
func (in *Input) Thing(id uint64) *window.Thing { return in.things.find(id).Thing }

// Path returns what a path is: nothing of an unknown one.
func (in *Input) Path(id uint64) ingest.PathFlags {
	if t := in.things.find(id); t.Thing != nil {
		return t.path
	}
	return in.Set.Name(id).Path
}

// Exists reports whether an account is known to exist: it has logged in, or a
// line says so.
func (in *Input) Exists(id uint64) bool { return in.things.find(id).flags&window.Exists != 0 }

// Absent reports whether lines say that an account does not exist, and none
// that it does.
func (in *Input) Absent(id uint64) bool {
	return in.things.find(id).flags&(window.Exists|window.Absent) == window.Absent
}

// Answered returns how often an account or path was answered well.
func (in *Input) Answered(id uint64) uint64 { return in.things.find(id).good }

// Denied tells how many of the requests for a path were refused or failed; the
// others were answered, even where nobody calls it a success: a probe's.
func (in *Input) Denied(id uint64) (denied, of uint64) {
	t := in.things.find(id)
	return t.denied, t.events
}

// Pictured reports whether anybody asked for a picture, a script or a style sheet by the
// name of an agent.
func (in *Input) Pictured(agent uint64) bool { return in.things.find(agent).pictured }

// Refused returns how many sources failed on an account or path, counting each
// once an hour: no fewer than the rows that name it.
func (in *Input) Refused(id uint64) int { return in.things.find(id).refused }

// Logins sums up the good logins of the sources inside p before a moment, into
// the named accounts, or into any when none is named.
func (in *Input) Logins(p netip.Prefix, accounts []string, before time.Time) (days, distinct int, last time.Time) {
	units, first := in.Within(p)
	onDays, into := map[int64]bool{}, map[uint64]bool{}
	for k := range units {
		if in.standing[first+k].traits&SignedIn == 0 {
			continue
		}
		u := &units[k]
		for i := range u.Rows {
			if u.Rows[i].Good == 0 || in.Set.Service(u.Rows[i].Service) == ingest.ServiceWeb {
				continue
			}
			touches := u.Touches(&u.Rows[i])
			for n := range touches {
				t := &touches[n]
				if t.Kind != ingest.KindAuthSuccess {
					continue
				}
				when := time.UnixMilli(t.Milli).UTC()
				if !when.Before(before) {
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
	in.eachBan(p, func(r *window.Row) { n += int(r.Events) })
	return n
}

// banned lists the hours in which another guard banned a source.
func (in *Input) banned(p netip.Prefix) (out []time.Time) {
	in.eachBan(p, func(r *window.Row) { out = append(out, time.Unix(int64(r.Last()), 0).UTC()) })
	return out
}

func (in *Input) eachBan(p netip.Prefix, visit func(*window.Row)) {
	i, ok := in.search(p.Addr())
	if !ok {
		return
	}
	u := &in.Set.Units()[i]
	for k := range u.Rows {
		if in.Set.Service(u.Rows[k].Service) == ingest.ServiceFail2ban {
			visit(&u.Rows[k])
		}
	}
}
