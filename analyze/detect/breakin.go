package detect

import (
	"cmp"
	"fmt"
	"math"
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
	f      analyze.Finding
	before []try
	charge charge
	deeds  []window.Touch
	news   bool
	home   bool
}

// Detect implements analyze.Detector. Nobody's login can come after guesses
// where next to nothing failed, neither at the source nor, on the same account, in its
// network: of all others no login is looked at.
func (d BreakIn) Detect(in *analyze.Input) []analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	deeds := deedsOf(in)
	found := analyze.EachUnit(in, analyze.Current|analyze.SignedIn, func(_ int, u *window.Unit, found []breach) []breach {
		all := guessesOf(in, u)
		if failsOf(all) < fewestFails && !owners.suspect[hoodOf(u.Prefix)] {
			return found
		}
		return d.look(in, owners, u, all, deeds, found)
	})
	earlier := pastOf(in, found)
	var out []analyze.Finding
	for i := range found {
		out = append(out, found[i].tell(in, earlier[found[i].Name]))
	}
	return out
}

// look judges the logins of a source. A second login within the hour tells
// nothing new, and neither does one after a break-in.
func (d BreakIn) look(in *analyze.Input, owners *homes, u *window.Unit, all []try, deeds map[uint64][]window.Touch, found []breach) []breach {
	net := hoodOf(u.Prefix)
	suspect := owners.suspect[net]
	tried := newLately(all, func(account uint64) tally {
		return tally{owners: owners.excuses(account, net), exists: in.Exists(account)}
	})
	honest := owners.honestAccounts(in, u)
	judged := map[uint64]int64{} // the last hour in which an account was
	for _, l := range loginsOf(in, u) {
		now := l.Milli / 3_600_000
		if last, ok := judged[l.Name]; ok && last >= now || !in.Contains(uint32(now)) {
			continue
		}
		judged[l.Name] = now
		tried.until(l.at())
		if !suspect && tried.against(l.Name).fails < fewestFails {
			continue
		}
		if b, ok := d.judge(in, owners, l, tried, honest, deeds[l.Name]); ok {
			judged[l.Name] = math.MaxInt64
			found = append(found, b)
		}
	}
	return found
}

// guessesOf lists the failed logins of a source on all services in order of time.
func guessesOf(in *analyze.Input, u *window.Unit) (out []try) {
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
		out = append(out, all...)
	}
	slices.SortStableFunc(out, func(a, b try) int { return a.at.Compare(b.at) })
	return out
}

// failsOf adds up tries with those that were not kept.
func failsOf(all []try) (n int) {
	for i := range all {
		n += all[i].count + all[i].unkept
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

func (d BreakIn) judge(in *analyze.Input, owners *homes, l login, tried *lately, honest int, did []window.Touch) (breach, bool) {
	net := hoodOf(l.unit.Prefix)
	at := owners.at(l.Name, net)
	home := at != nil && at.kept < l.Milli
	c := tried.against(l.Name)
	if home && !c.failed {
		return breach{}, false // at its own place and not mistyped: what others fail at there is theirs
	}
	campaign := 0 // failures of the neighbours on the account: they guessed with it
	if at := owners.in(l.Name, net); at != nil && !home {
		campaign = max(0, int(at.fails)-c.own)
		c.fails += campaign
	}
	fails, own, names, invented := c.fails, c.own, c.names, c.unknown
	if fails < fewestFails || own == 0 && names < manyNames && campaign < manyFails {
		return breach{}, false // somebody else's old password, behind the same address
	}
	if home && names == 1 && own > 0 {
		return breach{}, false // one's own account at one's own place
	}
	deeds, news := after(l, did)
	prior := -2.0
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001", "T1078"}, Key: fmt.Sprintf("%s %s %s", l.service, in.Set.Name(l.Name).Text, l.unit.Prefix),
		Sources: []netip.Prefix{l.unit.Prefix}, Impact: analyze.Success, Own: true, Prior: &prior, Service: l.service, Existing: true,
		First: l.at(), Last: l.at(), Events: uint64(fails) + 1, Failures: fails, Absent: invented,
		Targets: []analyze.Target{{Kind: analyze.AccountName, Value: in.Set.Name(l.Name).Text}},
	}
	add := func(family analyze.Family, odds float64, trials int, fact string) {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: family, LogOdds: odds, Trials: trials, Fact: fact})
	}
	odds := 2 * min(1, max(0, float64(fails-typos)/(manyFails-typos))) // what a person mistypes fades out
	if fails >= manyFails && !home {
		odds = 6
	}
	switch {
	case names >= manyNames && fails > typos:
		odds += 4
	case names >= manyNames:
		odds += 2 // somebody unsure of his own name tries three, too
	}
	if !l.Key {
		odds++
	}
	add(analyze.Intrusion, odds, fails, fmt.Sprintf("%s on %s before the login", count(fails, "failed login"), count(max(1, names), "account")))
	if !home && owners.loggedBefore(l.Name, l.Milli) {
		add(analyze.Stranger, 2, 1, fmt.Sprintf("the account never logged in from %s before", network(l.unit.Prefix)))
	}
	if len(deeds) > 0 && news {
		add(analyze.Crosslog, 3, len(deeds), "what the account did next, it had never done before")
		f.Techniques = append(f.Techniques, "T1548.003")
	}
	if len(deeds) > 0 {
		f.Last = moment(deeds[len(deeds)-1].Milli)
	}
	doubt, why := 0.0, ""
	switch {
	case home:
		doubt, why = -4, "the account has logged in from this network before"
	case l.Key:
		doubt, why = -4, "it came with a key, which no guess finds"
	case own <= typos && (invented == 0 && honest >= max(2, names) || honest >= 3*names):
		doubt, why = -6, fmt.Sprintf("%s log in from here as their owners do: an office behind one address", count(honest, "account"))
	}
	if fails <= typos && names <= 1 {
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
		return breach{}, false
	}
	return breach{login: l, f: f, before: tried.list(l.Name), charge: c, deeds: deeds, news: news, home: home}, true
}

// tell completes the finding with its lines and its story.
func (b *breach) tell(in *analyze.Input, all past) analyze.Finding {
	f := &b.f
	for _, t := range b.before {
		f.Times = append(f.Times, t.at)
	}
	f.Times = append(f.Times, b.at())
	if n := len(b.before); n > 0 {
		f.First = b.before[0].at
		f.Marks = append(f.Marks, analyze.Mark{Origin: b.before[n-1].origin, Time: b.before[n-1].at})
	}
	f.Marks = append(f.Marks, analyze.Mark{Origin: b.Origin(), Time: b.at()})
	for _, t := range b.deeds[:min(len(b.deeds), 3)] {
		f.Marks = append(f.Marks, analyze.Mark{Origin: t.Origin(), Time: moment(t.Milli)})
		f.Times = append(f.Times, moment(t.Milli))
	}
	logins, networks := all.before(b.Milli)
	for i := range f.Evidence {
		if e := &f.Evidence[i]; e.Family == analyze.Stranger {
			e.Trials = logins
		}
	}
	f.Story = b.story(in, logins, networks)
	return *f
}

func (b *breach) story(in *analyze.Input, logins, networks int) analyze.Story {
	l, deeds := b.login, b.deeds
	account := in.Set.Name(l.Name).Text
	by := perAccount(b.before)
	how := "with a password"
	if l.Key {
		how = "with a key"
	}
	s := analyze.Story{Headline: fmt.Sprintf("Someone may have guessed the way into %s", account)}
	s.Body = []string{fmt.Sprintf("At %s %s, which had guessed wrong %s (%s), logged in as %s over %s, %s.",
		l.at().In(in.Location).Format("15:04 on Mon 2 Jan"), bare(l.unit.Prefix), count(b.charge.fails, "time"), tried(in, byCount(by), by), account, l.service, how)}
	if len(deeds) > 0 {
		first := ""
		if b.news {
			first = ", for the first time in this log"
		}
		s.Body = append(s.Body, fmt.Sprintf("%s later the account used root rights%s.", upper(span(moment(deeds[0].Milli).Sub(l.at()))), first))
	}
	switch {
	case logins == 0:
		s.Why = []string{fmt.Sprintf("%s was never seen to log in before; whether it ever does from there is unknown.", account)}
	case !b.home:
		s.Why = []string{fmt.Sprintf("%s had logged in %s before, from %s: never from this one.", account, count(logins, "time"), count(networks, "network"))}
	}
	if b.charge.names >= 3 {
		s.Why = append(s.Why, fmt.Sprintf("It tried %d names before this one worked: its owner knows his own.", b.charge.names))
	}
	s.Not = []string{"If it was you or a colleague on a new line, say so; the guesses on other names would remain to be explained."}
	s.Do = []string{
		"If it was not you: keep a console or a second login open, then lock the account (usermod --expiredate 1 NAME, keys too), end its sessions (loginctl terminate-user NAME) and keep the logs.",
		"Plan to change every password and key that the machine held; if root was used, to rebuild it.",
	}
	return s
}
