package detect

import (
	"cmp"
	"fmt"
	"net/netip"
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
	typos         = 5
	manyFails     = 20
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
	all := logins(in)
	earlier := map[uint64][]login{}
	done := map[string]bool{}
	var out []analyze.Finding
	for _, l := range all {
		key := fmt.Sprintf("%d %s", l.account, l.unit.Prefix)
		if !done[key] && in.Contains(uint32(l.at.Unix()/3600)) {
			if f, ok := d.judge(in, l, all, earlier[l.account]); ok {
				done[key] = true
				out = append(out, f)
			}
		}
		earlier[l.account] = append(earlier[l.account], l)
	}
	return out
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
	slices.SortStableFunc(out, func(a, b login) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
	})
	return out
}

func (d BreakIn) judge(in *analyze.Input, l login, all []login, earlier []login) (analyze.Finding, bool) {
	before, fails := triesBefore(in, l)
	if fails < 3 {
		return analyze.Finding{}, false
	}
	names := accounts(before)
	home := slices.ContainsFunc(earlier, func(e login) bool { return network(e.unit.Prefix) == network(l.unit.Prefix) })
	invented := 0
	for _, id := range names {
		if th := in.Thing(id); th != nil && !exists(th) {
			invented++
		}
	}
	deeds, news := after(in, l)
	prior := -2.0
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001", "T1078"}, Key: fmt.Sprintf("%s %s %s", l.service, in.Set.Name(l.account).Text, l.unit.Prefix),
		Sources: []netip.Prefix{l.unit.Prefix}, Impact: analyze.Success, Own: true, Prior: &prior, Service: l.service, Existing: true,
		First: before[0].at, Last: l.at, Events: uint64(fails) + 1, Failures: fails, Absent: invented,
		Targets: []analyze.Target{{Kind: analyze.AccountName, Value: in.Set.Name(l.account).Text}},
	}
	add := func(family analyze.Family, odds float64, trials int, fact string) {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: family, LogOdds: odds, Trials: trials, Fact: fact})
	}
	odds := 0.0
	if fails >= manyFails && !home {
		odds += 6
	} else if fails > typos {
		odds += 2
	}
	if len(names) >= 3 {
		odds += 4
	}
	if !l.key {
		odds++
	}
	add(analyze.Intrusion, odds, fails, fmt.Sprintf("%s on %s before the login", count(fails, "failed login"), count(len(names), "account")))
	if !home {
		add(analyze.History, 2, max(1, len(earlier)), fmt.Sprintf("the account never logged in from %s before", network(l.unit.Prefix)))
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
	case invented == 0 && len(names) >= 2 && ownersMistype(in, l, all, names):
		doubt, why = -6, "most accounts that failed here also logged in from here: an office behind one address"
	}
	if fails <= typos && len(names) == 1 {
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
	final := before[len(before)-1]
	f.Marks = []analyze.Mark{{Origin: final.origin, Time: final.at}, {Origin: l.origin, Time: l.at}}
	for _, t := range deeds[:min(len(deeds), 3)] {
		when := time.UnixMilli(t.Milli).UTC()
		f.Marks = append(f.Marks, analyze.Mark{Origin: t.Origin(), Time: when})
		f.Times = append(f.Times, when)
	}
	f.Story = breakInStory(in, l, before, fails, names, earlier, deeds, news, home)
	return f, true
}

// triesBefore lists the failures of the login's source on any service in the
// days before it; fails counts them.
func triesBefore(in *analyze.Input, l login) (before []try, fails int) {
	for lo := range l.unit.Rows {
		r := l.unit.Rows[lo : lo+1]
		if r[0].Bad == 0 || in.Set.Service(r[0].Service) == ingest.ServiceWeb {
			continue
		}
		all, _ := tries(in, l.unit, r)
		kept := 0
		for _, t := range all {
			if t.at.Before(l.at) && l.at.Sub(t.at) <= guessedWithin {
				before = append(before, t)
				kept += t.count
			}
		}
		if kept > 0 && l.unit.TouchesFull(&r[0]) && time.Unix(int64(r[0].Hour+1)*3600, 0).Before(l.at) {
			kept = max(kept, int(r[0].Bad)) // an hour too busy to be kept singly
		}
		fails += kept
	}
	slices.SortStableFunc(before, func(a, b try) int { return a.at.Compare(b.at) })
	return before, fails
}

// ownersMistype reports whether at least half of the accounts that failed also
// logged in from the same source: people mistype their own names' passwords.
func ownersMistype(in *analyze.Input, l login, all []login, names []uint64) bool {
	in2 := map[uint64]bool{}
	for _, o := range all {
		if o.unit.Prefix == l.unit.Prefix {
			in2[o.account] = true
		}
	}
	n := 0
	for _, id := range names {
		if in2[id] {
			n++
		}
	}
	return 2*n >= len(names) && len(in2) >= 2
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

func breakInStory(in *analyze.Input, l login, before []try, fails int, names []uint64, earlier []login, deeds []window.Touch, news, home bool) analyze.Story {
	account := in.Set.Name(l.account).Text
	by := map[uint64]int{}
	for _, t := range before {
		by[t.name] += t.count
	}
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
	nets := map[netip.Prefix]bool{}
	for _, e := range earlier {
		nets[network(e.unit.Prefix)] = true
	}
	switch {
	case len(earlier) == 0:
		s.Why = []string{fmt.Sprintf("%s was never seen to log in before; whether it ever does from there is unknown.", account)}
	case !home:
		s.Why = []string{fmt.Sprintf("%s had logged in %s before, from %s: never from this one.", account, count(len(earlier), "time"), count(len(nets), "network"))}
	}
	if len(names) >= 3 {
		s.Why = append(s.Why, fmt.Sprintf("It tried %d names before this one worked: its owner knows his own.", len(names)))
	}
	s.Not = []string{"If it was you or a colleague on a new line, say so; the guesses on other names would remain to be explained."}
	s.Do = []string{
		"Was it you? If not: keep a console or a second login open, then lock the account (usermod --expiredate 1 NAME, keys too), end its sessions (loginctl terminate-user NAME) and keep the logs.",
		"Plan to change every password and key that the machine held; if root was used, to rebuild it.",
	}
	return s
}
