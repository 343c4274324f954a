package detect

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
)

const (
	walkedIn   = 1.5              // log-odds of a login from a new network while many guess at the account
	typingTime = 30 * time.Minute // how long before it succeeds a person's first typing error may lie
	inOneGo    = 10 * time.Minute // in which a person types, and a program that repeats a password does so but a few times
)

// judge weighs a login against what went wrong before it.
func (d BreakIn) judge(k *known, l login, wrong *lately, honest int, crowd bool) (breach, bool) {
	in, net := k.in, hoodOf(l.unit.Prefix())
	at := k.owners.at(l.Name, net)
	home := at != nil && at.kept < l.Milli
	c := wrong.against(l.Name)
	if home && !c.failed {
		return breach{}, false // at its own place and not mistyped: what others fail at there is theirs
	}
	list := lists.Get().(*[]try)
	defer lists.Put(list)
	before := wrong.list(l.Name, list)
	campaign := 0 // failures of the neighbours on the account: they guessed with it
	if at := k.owners.in(l.Name, net); at != nil && !home {
		campaign = max(0, int(at.fails)-c.own)
		c.fails += campaign
	}
	alone := c.own == 0 && c.names < manyNames && campaign < manyFails // somebody else's old password, behind the same address
	b := breach{login: l, home: home}
	if !home {
		b.siege.fails, b.siege.networks = k.sieges.before(in, l.Name, l.Milli, net)
		b.siege.member = b.siege.fails > 0 && (c.own > typos || c.own > 0 && l.at().Sub(firstOn(before, l.Name)) > typingTime)
	}
	switch {
	case b.siege.member:
		c.fails += b.siege.fails
		c.names = max(1, c.names)
	case b.siege.fails > 0 && alone:
		c.fails, c.names, c.unknown = c.own, min(c.own, 1), 0
	case b.siege.fails > 0:
	case c.fails < fewestFails || alone:
		return breach{}, false
	}
	if home && (c.unknown < manyNames || honest > 1) {
		return breach{}, false // one's own account at one's own place: what is wrong with others' is not its fault
	}
	b.office = !home && (crowd || honest >= max(colleagues, 3*c.names)) && hurried(before, l.Name) <= typos
	if b.office && !b.siege.member {
		c.fails, c.names, c.unknown = c.own, min(c.own, 1), 0 // what others there get wrong is theirs
	}
	b.charge = c
	b.device = k.owners.patient(l.Name, l.unit.Prefix())
	b.deeds, b.news, b.changed = k.deeds.after(l)
	b.weigh(in, honest, k.owners.loggedBefore(l.Name, l.Milli), d.Name())
	if b.odds() < 0 {
		return breach{}, false
	}
	b.f.Marks = make([]analyze.Mark, 0, 2+shownDeeds)
	if n := len(before); n > 0 {
		b.f.First = before[0].at()
		b.f.Marks = append(b.f.Marks, before[n-1].mark())
	}
	b.f.Times = make([]time.Time, 0, len(before)+1+shownDeeds)
	for i := range before {
		b.f.Times = append(b.f.Times, before[i].at())
	}
	b.f.Times = append(b.f.Times, l.at())
	b.f.Marks = append(b.f.Marks, analyze.Mark{Origin: l.Origin(), Time: l.at()})
	by := perAccount(before)
	slices.SortFunc(by, func(a, b perName) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.id, b.id)) })
	b.guessed = mostTried(in, by)
	return b, true
}

// firstOn is when an account was first tried.
func firstOn(all []try, account uint64) time.Time {
	i := slices.IndexFunc(all, func(t try) bool { return t.name == account })
	return all[i].at()
}

// weigh makes the finding with its evidence.
func (b *breach) weigh(in *analyze.Input, honest int, loggedBefore bool, name string) {
	l, c := b.login, b.charge
	prior := -2.0
	b.f = analyze.Finding{
		Detector: name, Techniques: []string{"T1110.001", "T1078"}, Key: l.service + " " + in.Set.Name(l.Name).Text + " " + l.unit.Prefix().String(),
		Sources: []netip.Prefix{l.unit.Prefix()}, Impact: analyze.Success, Own: true, Prior: &prior, Service: l.service, Existing: true,
		First: l.at(), Last: l.at(), Events: uint64(c.fails) + 1, Failures: c.fails, Absent: c.unknown,
		Targets: []analyze.Target{{Kind: analyze.AccountName, Value: in.Set.Name(l.Name).Text}},
	}
	add := func(family analyze.Family, odds float64, trials int, fact string) {
		b.f.Evidence = append(b.f.Evidence, analyze.Evidence{Family: family, LogOdds: odds, Trials: trials, Fact: fact})
	}
	odds := 2 * min(1, max(0, float64(c.fails-typos)/(manyFails-typos))) // what a person mistypes fades out
	if c.fails >= manyFails && !b.home {
		odds = 6
	}
	switch {
	case c.names >= manyNames && c.fails > typos:
		odds += 4
	case c.names >= manyNames:
		odds += 2 // somebody unsure of his own name tries three, too
	}
	fact := count(c.fails, "failed login") + " on " + count(max(1, c.names), "account") + " before the login"
	if b.siege.fails > 0 {
		odds = max(odds, walkedIn)
		fact = fmt.Sprintf("%s by %s guessed at the account before the login", count(b.siege.fails, "time"), count(b.siege.networks, "other network"))
	}
	if !l.Key {
		odds++
	}
	add(analyze.Intrusion, odds, c.fails, fact)
	if !b.home && loggedBefore {
		add(analyze.Stranger, 2, 1, fmt.Sprintf("the account never logged in from %s before", network(l.unit.Prefix())))
	}
	if b.news || b.changed {
		add(analyze.Crosslog, 3, len(b.deeds), "what followed within a day had never been done before")
		b.f.Techniques = append(b.f.Techniques, "T1548.003")
	}
	if len(b.deeds) > 0 {
		b.f.Last = moment(b.deeds[len(b.deeds)-1].Milli)
	}
	if doubt, why := b.doubt(honest); doubt < 0 {
		add(analyze.Guard, doubt, 1, why)
	}
}

// doubt is what speaks for the owner.
func (b *breach) doubt(honest int) (doubt float64, why string) {
	c := b.charge
	switch {
	case b.home:
		doubt, why = -4, "the account has logged in from this network before"
	case b.Key:
		doubt, why = -4, "it came with a key, which no guess finds"
	case b.office, c.own <= typos && (c.unknown == 0 && honest >= max(2, c.names) || honest >= 3*max(1, c.names)):
		doubt, why = -6, fmt.Sprintf("%s log in from here as their owners do: an office behind one address", count(honest, "account"))
	case b.device:
		doubt, why = -4, "pauses as even as a clock's before it: a program with an old password that was told the new one looks the same"
	}
	if c.fails <= typos && c.names <= 1 && b.siege.fails == 0 {
		doubt -= 2
		if why == "" {
			why = "as few failures as a person makes with a keyboard"
		}
	}
	return doubt, why
}

// colleagues is how many people behind one address make it likely that one of them has
// a telephone with an old password, which goes on for a day.
const colleagues = 10

// hurried returns the most tries on an account that were made in one go.
func hurried(all []try, account uint64) (most int) {
	sum, lo := 0, 0
	for hi := range all {
		if all[hi].name == account {
			sum += int(all[hi].count)
		}
		for all[hi].milli-all[lo].milli > inOneGo.Milliseconds() {
			if all[lo].name == account {
				sum -= int(all[lo].count)
			}
			lo++
		}
		most = max(most, sum)
	}
	return most
}

// odds is what the finding weighs by itself.
func (b *breach) odds() float64 {
	sum := *b.f.Prior
	for _, e := range b.f.Evidence {
		sum += e.LogOdds
	}
	return sum
}

// newNetwork is what it weighs that an account comes from a network that it never
// came from: much for one that is always at home, little for one that travels, of
// whose logins many came from new networks (-ln of their share).
func newNetwork(logins, networks int) float64 {
	return min(2, max(0, -math.Log((float64(networks)-.5)/float64(logins+1))))
}
