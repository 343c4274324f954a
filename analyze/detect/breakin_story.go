package detect

import (
	"fmt"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// tell completes the finding with its lines and its story, unless what is known of
// the account's travels makes it nothing to tell of.
func (b *breach) tell(in *analyze.Input, all past) (analyze.Finding, bool) {
	f := &b.f
	for _, t := range b.deeds[:min(len(b.deeds), shownDeeds)] {
		f.Marks = append(f.Marks, analyze.Mark{Origin: t.Origin(), Time: moment(t.Milli)})
		f.Times = append(f.Times, moment(t.Milli))
	}
	logins, networks := all.before(b.Milli)
	for i := range f.Evidence {
		if e := &f.Evidence[i]; e.Family == analyze.Stranger && logins > 0 {
			e.LogOdds, e.Trials = newNetwork(logins, networks), logins
		}
	}
	f.Story = b.story(in, logins, networks)
	if b.passerby() || b.mended(logins) {
		f.Sources, f.Visitors = nil, f.Sources // it is asked about, and not accused
	}
	if b.passerby() && networks >= travels {
		return *f, false
	}
	return *f, b.odds() >= 0
}

// shownDeeds is how much is shown of what the account did.
const shownDeeds = 3

// travels is how many networks make an owner of whom one more is no news.
const travels = 3

// passerby reports a login that only what others did makes suspect: most likely its
// owner comes from somewhere new while a botnet guesses in vain.
func (b *breach) passerby() bool {
	return b.siege.fails > 0 && !b.siege.member && b.charge.fails < fewestFails && !b.news && !b.changed
}

// mended reports a login after the tries of a device at an account of which nothing
// is known: most likely its owner told the device the new password.
func (b *breach) mended(logins int) bool {
	return b.device && logins == 0 && b.siege.fails == 0 && !b.news && !b.changed
}

func (b *breach) story(in *analyze.Input, logins, networks int) analyze.Story {
	l, deeds := b.login, b.deeds
	account := in.Set.Name(l.Name).Text
	how := "with a password"
	if l.Key {
		how = "with a key"
	}
	s := analyze.Story{Headline: fmt.Sprintf("Someone may have guessed the way into %s", account)}
	when, who := l.at().In(in.Location).Format("15:04 on Mon 2 Jan"), bare(l.unit.Prefix())
	own := b.charge.fails
	if b.siege.member {
		own -= b.siege.fails
	}
	switch {
	case b.siege.fails == 0:
		s.Body = []string{fmt.Sprintf("At %s %s, which had guessed wrong %s (%s), logged in as %s over %s, %s.", when, who, count(own, "time"), b.guessed, account, l.service, how)}
	case own > 0:
		s.Body = []string{fmt.Sprintf("%s other networks had guessed at %s %s. At %s %s, which had guessed wrong %s, logged in as %s over %s, %s.",
			upper(number(b.siege.networks)), account, count(b.siege.fails, "time"), when, who, count(own, "time"), account, l.service, how)}
	default:
		s.Body = []string{fmt.Sprintf("%s networks had guessed at %s %s. At %s %s, which had not been among them, logged in as %s over %s, %s.",
			upper(number(b.siege.networks)), account, count(b.siege.fails, "time"), when, who, account, l.service, how)}
	}
	if i := slices.IndexFunc(deeds, func(t window.Touch) bool { return rootRights(in, t) }); i >= 0 {
		first := ""
		if b.news {
			first = ", for the first time in this log"
		}
		s.Body = append(s.Body, fmt.Sprintf("%s later the account used root rights%s.", upper(span(moment(deeds[i].Milli).Sub(l.at()))), first))
	}
	if changed := changedIn(in, deeds); len(changed) > 0 {
		s.Body = append(s.Body, fmt.Sprintf("Within %s the account or timetable of %s was made or changed.", span(moment(deeds[len(deeds)-1].Milli).Sub(l.at())), some(changed, 3)))
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

func rootRights(in *analyze.Input, t window.Touch) bool {
	return in.Set.Service(uint8(t.Aux)) == ingest.ServiceSudo
}

// changedIn lists the accounts that were made or changed, and those whose timetable
// was.
func changedIn(in *analyze.Input, deeds []window.Touch) (names []string) {
	for _, t := range deeds {
		if !rootRights(in, t) {
			names = append(names, in.Set.Name(t.Name).Text)
		}
	}
	return analyze.Unique(names)
}
