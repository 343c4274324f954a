package detect

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"sort"
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
	manyFails     = 20
	manyNames     = 3
)

// login is one authenticated login.
type login struct {
	at      time.Time
	account uint64
	unit    *window.Unit
	service string
	key     bool
	origin  ingest.Origin
}

// Detect implements analyze.Detector.
func (d BreakIn) Detect(in *analyze.Input) []analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	guesses := map[*window.Unit]guessed{}
	earlier := map[uint64]past{}
	done := map[visitor]int64{} // the last hour in which it was judged
	var out []analyze.Finding
	for _, l := range logins(in) {
		who, now := visitor{l.account, l.unit}, l.at.Unix()/3600
		if judged, ok := done[who]; (!ok || judged < now) && in.Contains(uint32(now)) {
			if _, ok := guesses[l.unit]; !ok {
				guesses[l.unit] = guessesOf(in, owners, l.unit)
			}
			done[who] = now // a second login within the hour tells nothing new
			if f, ok := d.judge(in, owners, l, guesses[l.unit], earlier[l.account]); ok {
				done[who] = math.MaxInt64
				out = append(out, f)
			}
		}
		earlier[l.account] = earlier[l.account].with(l)
	}
	return out
}

// visitor is an account at a source.
type visitor struct {
	account uint64
	unit    *window.Unit
}

// past is what is known of an account's logins before a moment.
type past struct {
	logins int
	from   map[prefix]bool // networks
}

func (p past) with(l login) past {
	if p.from == nil {
		p.from = map[prefix]bool{}
	}
	p.from[network(l.unit.Prefix)] = true
	p.logins++
	return p
}

// guessed is what a source got wrong on all services.
type guessed struct {
	tries  []try                  // failed logins, in order of time
	honest int                    // accounts that it logs in to without having guessed them
	on     map[uint64][]time.Time // tries on each account
}

func guessesOf(in *analyze.Input, owners homes, u *window.Unit) guessed {
	g := guessed{honest: honestAccounts(in, owners, u), on: map[uint64][]time.Time{}}
	for i := range u.Rows {
		r := u.Rows[i : i+1]
		if in.Set.Service(r[0].Service) == ingest.ServiceWeb {
			continue
		}
		all, total := tries(in, u, r)
		more := total - countOf(all)
		if all = onlyLogins(all); len(all) > 0 {
			all[len(all)-1].unkept = more
		}
		g.tries = append(g.tries, all...)
	}
	slices.SortStableFunc(g.tries, func(a, b try) int { return a.at.Compare(b.at) })
	for _, t := range g.tries {
		g.on[t.name] = append(g.on[t.name], t.at)
	}
	return g
}

// failedOn reports whether the source failed on the login's own account in the
// days before it.
func (g guessed) failedOn(l login) bool {
	times := g.on[l.account]
	i := sort.Search(len(times), func(i int) bool { return !times[i].Before(l.at) })
	return i > 0 && l.at.Sub(times[i-1]) <= guessedWithin
}

// before lists the tries in the days before a login, without those of other
// accounts' owners; fails counts them, own those on the account itself.
func (g guessed) before(owners homes, l login) (before []try, fails, own int) {
	lo := sort.Search(len(g.tries), func(i int) bool { return l.at.Sub(g.tries[i].at) <= guessedWithin })
	for i := lo; i < len(g.tries) && g.tries[i].at.Before(l.at); i++ {
		t := g.tries[i]
		if t.name != l.account && owners.mistyped(t.name, l.unit.Prefix) {
			continue
		}
		before = append(before, t)
		fails += t.count + t.unkept
		if t.name == l.account {
			own += t.count
		}
	}
	return before, fails, own
}

// logins lists all authenticated logins in order of time.
func logins(in *analyze.Input) (out []login) {
	units := in.Set.Units()
	for i := range units {
		u := &units[i]
		for j := range u.Rows {
			r := &u.Rows[j]
			if r.Good == 0 || in.Set.Service(r.Service) == ingest.ServiceWeb {
				continue
			}
			for _, t := range u.Touches(r) {
				if t.Kind == ingest.KindAuthSuccess {
					out = append(out, login{time.UnixMilli(t.Milli).UTC(), t.Name, u, in.Set.Service(r.Service), t.Key, t.Origin()})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b login) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
	})
	return out
}

func (d BreakIn) judge(in *analyze.Input, owners homes, l login, g guessed, earlier past) (analyze.Finding, bool) {
	home := earlier.from[network(l.unit.Prefix)]
	if home && !g.failedOn(l) {
		return analyze.Finding{}, false // at its own place and not mistyped: what others fail at there is theirs
	}
	before, fails, own := g.before(owners, l)
	campaign := 0 // failures of the neighbours on the account: they guessed with it
	if at := owners.of(l.account, l.unit.Prefix); at != nil && !home {
		campaign = max(0, at.fails-own)
		fails += campaign
	}
	names := accounts(before)
	if fails < 3 || own == 0 && len(names) < manyNames && campaign < manyFails {
		return analyze.Finding{}, false // somebody else's old password, behind the same address
	}
	if home && len(names) == 1 && own > 0 {
		return analyze.Finding{}, false // one's own account at one's own place
	}
	invented := 0
	for _, id := range names {
		if !in.Exists(id) {
			invented++
		}
	}
	deeds, news := after(in, l)
	prior := -2.0
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001", "T1078"}, Key: fmt.Sprintf("%s %s %s", l.service, in.Set.Name(l.account).Text, l.unit.Prefix),
		Sources: []netip.Prefix{l.unit.Prefix}, Impact: analyze.Success, Own: true, Prior: &prior, Service: l.service, Existing: true,
		First: l.at, Last: l.at, Events: uint64(fails) + 1, Failures: fails, Absent: invented,
		Targets: []analyze.Target{{Kind: analyze.AccountName, Value: in.Set.Name(l.account).Text}},
	}
	add := func(family analyze.Family, odds float64, trials int, fact string) {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: family, LogOdds: odds, Trials: trials, Fact: fact})
	}
	if len(before) > 0 {
		f.First = before[0].at
	}
	odds := 2 * min(1, max(0, float64(fails-typos)/(manyFails-typos))) // what a person mistypes fades out
	if fails >= manyFails && !home {
		odds = 6
	}
	switch {
	case len(names) >= manyNames && fails > typos:
		odds += 4
	case len(names) >= manyNames:
		odds += 2 // somebody unsure of his own name tries three, too
	}
	if !l.key {
		odds++
	}
	add(analyze.Intrusion, odds, fails, fmt.Sprintf("%s on %s before the login", count(fails, "failed login"), count(max(1, len(names)), "account")))
	if !home && earlier.logins > 0 {
		add(analyze.Stranger, 2, earlier.logins, fmt.Sprintf("the account never logged in from %s before", network(l.unit.Prefix)))
	}
	if len(deeds) > 0 && news {
		add(analyze.Crosslog, 3, len(deeds), "what the account did next, it had never done before")
		f.Techniques = append(f.Techniques, "T1548.003")
	}
	if len(deeds) > 0 {
		f.Last = time.UnixMilli(deeds[len(deeds)-1].Milli).UTC()
	}
	doubt, why := 0.0, ""
	switch {
	case home:
		doubt, why = -4, "the account has logged in from this network before"
	case l.key:
		doubt, why = -4, "it came with a key, which no guess finds"
	case own <= typos && (invented == 0 && g.honest >= max(2, len(names)) || g.honest >= 3*len(names)):
		doubt, why = -6, fmt.Sprintf("%s log in from here as their owners do: an office behind one address", count(g.honest, "account"))
	}
	if fails <= typos && len(names) <= 1 {
		doubt -= 2
		if why == "" {
			why = "as few failures as a person makes with a keyboard"
		}
	}
	if doubt < 0 {
		add(analyze.Guard, doubt, 1, why)
	}
	sum := prior
	for _, e := range f.Evidence {
		sum += e.LogOdds
	}
	if sum < 0 {
		return analyze.Finding{}, false
	}
	for _, t := range before {
		f.Times = append(f.Times, t.at)
	}
	f.Times = append(f.Times, l.at)
	if n := len(before); n > 0 {
		f.Marks = append(f.Marks, analyze.Mark{Origin: before[n-1].origin, Time: before[n-1].at})
	}
	f.Marks = append(f.Marks, analyze.Mark{Origin: l.origin, Time: l.at})
	for _, t := range deeds[:min(len(deeds), 3)] {
		when := time.UnixMilli(t.Milli).UTC()
		f.Marks = append(f.Marks, analyze.Mark{Origin: t.Origin(), Time: when})
		f.Times = append(f.Times, when)
	}
	f.Story = breakInStory(in, l, before, fails, names, earlier, deeds, news, home)
	return f, true
}

// after lists what the account did with root rights within a day of the login.
// news reports that it had not been seen to use them before.
func after(in *analyze.Input, l login) (out []window.Touch, news bool) {
	th := in.Thing(l.account)
	if th == nil {
		return nil, false
	}
	news = true
	for i := range th.Hours {
		for _, t := range th.Touches(&th.Hours[i]) {
			if t.Kind != ingest.KindSession || in.Set.Service(uint8(t.Aux)) != ingest.ServiceSudo {
				continue
			}
			at := time.UnixMilli(t.Milli)
			if at.Before(l.at) {
				news = false
			} else if at.Sub(l.at) <= followUp {
				out = append(out, t)
			}
		}
	}
	return out, news
}

func breakInStory(in *analyze.Input, l login, before []try, fails int, names []uint64, earlier past, deeds []window.Touch, news, home bool) analyze.Story {
	account := in.Set.Name(l.account).Text
	by := perAccount(before)
	var list []string
	for _, id := range byCount(by) {
		list = append(list, fmt.Sprintf("%s %d", in.Set.Name(id).Text, by[id]))
	}
	how := "with a password"
	if l.key {
		how = "with a key"
	}
	s := analyze.Story{Headline: fmt.Sprintf("Someone may have guessed the way into %s", account)}
	s.Body = []string{fmt.Sprintf("At %s %s, which had guessed wrong %s (%s), logged in as %s over %s, %s.",
		l.at.In(in.Location).Format("15:04 on Mon 2 Jan"), bare(l.unit.Prefix), count(fails, "time"), some(list, 6), account, l.service, how)}
	if len(deeds) > 0 {
		first := ""
		if news {
			first = ", for the first time in this log"
		}
		s.Body = append(s.Body, fmt.Sprintf("%s later the account used root rights%s.", upper(span(time.UnixMilli(deeds[0].Milli).Sub(l.at))), first))
	}
	switch {
	case earlier.logins == 0:
		s.Why = []string{fmt.Sprintf("%s was never seen to log in before; whether it ever does from there is unknown.", account)}
	case !home:
		s.Why = []string{fmt.Sprintf("%s had logged in %s before, from %s: never from this one.", account, count(earlier.logins, "time"), count(len(earlier.from), "network"))}
	}
	if len(names) >= 3 {
		s.Why = append(s.Why, fmt.Sprintf("It tried %d names before this one worked: its owner knows his own.", len(names)))
	}
	s.Not = []string{"If it was you or a colleague on a new line, say so; the guesses on other names would remain to be explained."}
	s.Do = []string{
		"If it was not you: keep a console or a second login open, then lock the account (usermod --expiredate 1 NAME, keys too), end its sessions (loginctl terminate-user NAME) and keep the logs.",
		"Plan to change every password and key that the machine held; if root was used, to rebuild it.",
	}
	return s
}
