package detect

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// BreakIn finds logins that come after guesses: the one event that must never
// be missed, and the one where a person who mistyped must not be accused.
//
// A login that follows failures is already selected, so its prior is higher
// (-2). For it speak many failures, several names, a network that the account
// never came from, a password, and what the account did next; against it an
// earlier login from the same network, a key, and failures as few as typos are.
// Unknown history counts as none.
type BreakIn struct{}

// Name implements analyze.Detector.
func (BreakIn) Name() string { return "break_in" }

const (
	guessedWithin = 7 * 24 * time.Hour
	followUp      = 24 * time.Hour
	fewestFails   = 3
	manyFails     = 20
	manyNames     = 3
)

// login is one authenticated login.
type login struct {
	*window.Touch
	unit    *window.Unit
	service string
}

func (l login) at() time.Time { return moment(l.Milli) }

// breach is a login that is taken for an intruder's.
type breach struct {
	login
	f       analyze.Finding
	guessed string // the accounts that were tried most before it
	charge  charge
	siege   siege
	deeds   []window.Touch
	news    bool // the account had not done such things before
	changed bool // something was done to other accounts of the machine
	home    bool
	office  bool // among many people behind one address, and not tried in a hurry
	device  bool // what failed is most likely a program with an old password
}

// siege is what others got wrong on the account in the week before.
type siege struct {
	fails, networks int
	member          bool // the source is one of them, and had its turns
}

// Detect implements analyze.Detector. Nobody's login can come after guesses
// where next to nothing failed, neither at the source nor, on the same account, in its
// network or in many: of all others no login is looked at.
func (d BreakIn) Detect(in *analyze.Input) []*analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	k := known{in: in, owners: owners, deeds: deedsOf(in), sieges: siegesOf(in, owners)}
	found := analyze.EachUnit(in, analyze.Current|analyze.SignedIn, func(i int, u *window.Unit, found []breach) []breach {
		suspect := k.suspect(hoodOf(u.Prefix()))
		if !suspect && atMost(u, u.Rows) < fewestFails {
			return found
		}
		list := lists.Get().(*[]try)
		defer lists.Put(list)
		all := guessesOf(owners, i, list)
		if !suspect && failsOf(all) < fewestFails {
			return found
		}
		return d.look(&k, u, all, found)
	})
	earlier := pastOf(in, found)
	out := analyze.Gather(len(found), func(i int, out []*analyze.Finding) []*analyze.Finding {
		if f, ok := found[i].tell(in, earlier[found[i].Name]); ok {
			out = append(out, new(f))
		}
		return out
	})
	return append(out, d.atForms(in)...)
}

// known is what a login is judged by beside its source.
type known struct {
	in     *analyze.Input
	owners *homes
	sieges sieges
	deeds  deeds
}

// suspect reports a network whose logins are looked at however little its sources
// failed.
func (k *known) suspect(net hood) bool { return k.owners.suspect[net] || k.sieges.at[net] }

// look judges the logins of a source. A second login within the hour tells
// nothing new, and neither does one after a break-in.
func (d BreakIn) look(k *known, u *window.Unit, all []try, found []breach) []breach {
	in, net := k.in, hoodOf(u.Prefix())
	suspect := k.suspect(net)
	wrong := newLately(all, func(account uint64) tally {
		return tally{owners: k.owners.excuses(account, net) || k.owners.repeats(account, u.Prefix()), exists: in.Exists(account)}
	})
	crowd := k.owners.admitted(in, u)
	honest := max(k.owners.honestAccounts(in, u), crowd)
	judged := map[uint64]int64{} // the last hour in which an account was
	for _, l := range loginsOf(in, u) {
		now := l.Milli / 3_600_000
		if last, ok := judged[l.Name]; ok && last >= now || !in.Contains(uint32(now)) {
			continue
		}
		judged[l.Name] = now
		wrong.until(l.Milli)
		if !suspect && wrong.against(l.Name).fails < fewestFails {
			continue
		}
		if b, ok := d.judge(k, l, wrong, honest, crowd > 0); ok {
			judged[l.Name] = math.MaxInt64
			found = append(found, b)
		}
	}
	return found
}

// guessesOf lists the failed logins of a source on all services in order of time;
// the list is used again by the next source.
func guessesOf(owners *homes, unit int, list *[]try) []try {
	out := (*list)[:0]
	hours, of := owners.tried.hours(unit)
	for i := range hours {
		before := len(out)
		for k := hours[i].lo; k < hours[i].hi; k++ {
			if of[k].login {
				out = append(out, of[k])
			}
		}
		if len(out) > before {
			out[len(out)-1].unkept = hours[i].more
		}
	}
	*list = out
	if byTime := func(a, b try) int { return cmp.Compare(a.milli, b.milli) }; !slices.IsSortedFunc(out, byTime) {
		slices.SortStableFunc(out, byTime)
	}
	return out
}

// failsOf adds up tries with those that were not kept.
func failsOf(all []try) (n int) {
	for i := range all {
		n += int(all[i].count) + int(all[i].unkept)
	}
	return n
}

// loginsOf lists the logins of a source in order of time.
func loginsOf(in *analyze.Input, u *window.Unit) (out []login) {
	for i := range u.Rows {
		r := &u.Rows[i]
		if r.Good == 0 || in.Set.Service(r.Service) == ingest.ServiceWeb {
			continue
		}
		touches := u.Touches(r)
		for k := range touches {
			if touches[k].Kind == ingest.KindAuthSuccess {
				out = append(out, login{&touches[k], u, in.Set.Service(r.Service)})
			}
		}
	}
	if !slices.IsSortedFunc(out, earlierLogin) { // hours of one service come in order
		slices.SortFunc(out, earlierLogin)
	}
	return out
}

func earlierLogin(a, b login) int {
	if c := cmp.Compare(a.Milli, b.Milli); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
}
