package detect

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// What is refused and guesses nothing: somebody's check whether the port is open,
// once a minute, and mail for people who have left, to a list that nobody keeps.
const (
	fewestChecks = 30
	checkPause   = 10 * time.Second
	overAndOver  = 3 // refusals to one recipient
	byLists      = 3 // times as many recipients as accounts are guessed at
)

// checksPort reports a source that never tries to log in nor to send to anybody, and
// knocks like a clock for hours.
func checksPort(all []try) bool {
	if len(all) < fewestChecks || all[len(all)-1].at().Sub(all[0].at()) < guessWindow || slices.ContainsFunc(all, func(t try) bool { return t.login || t.name != 0 }) {
		return false
	}
	pauses := gaps(timesOf(all))
	return median(pauses) >= checkPause && tooRegular(evenPauses(&pauses)) < byItself
}

// Of failures without a name, what a timer makes is a device's.
const timerEven = 1.001 // Greenwood of pauses that are a twentieth longer or shorter at most

// onTimer is the guard for a panel on the wall or an application whose key is no good any
// more, in a log that names no accounts: for half a day it has tried again whenever its
// timer ran out. A script that guesses may sleep as evenly: it stays worth a look.
func onTimer(all []try) (analyze.Evidence, bool) {
	if len(all) < fewestChecks || all[len(all)-1].at().Sub(all[0].at()) < patience || slices.ContainsFunc(all, func(t try) bool { return !t.login || t.name != 0 }) {
		return analyze.Evidence{}, false
	}
	pauses := gaps(timesOf(all))
	usual := median(pauses)
	n, even := evenPauses(&pauses)
	if usual < checkPause || n < fewestChecks-1 || even >= timerEven {
		return analyze.Evidence{}, false
	}
	return analyze.Evidence{Family: analyze.Guard, LogOdds: -3, Trials: 1,
		Fact: "it tries once every " + span(usual) + ", to the second: a panel or an application that goes on with a key that is no good any more"}, true
}

// keepsOldList reports a source that sends mail to the same few people who do not
// exist, again and again: who looks for addresses asks for each once.
func keepsOldList(rows []window.Row, all []try) bool {
	events := 0
	for i := range rows {
		events += int(rows[i].Events)
	}
	return events >= overAndOver*len(all) && onlyRecipients(all)
}

// onlyRecipients reports tries that are mail to people who do not exist, and of whom a
// dozen at once mean little: a list is written to for the first time in a year.
func onlyRecipients(all []try) bool {
	return !slices.ContainsFunc(all, func(t try) bool { return t.login || t.name == 0 })
}

// evenPauses leaves out those in which a program was off, and returns how many there
// are and how even.
func evenPauses(pauses *[]time.Duration) (n int, g float64) {
	usual := median(*pauses)
	*pauses = slices.DeleteFunc(*pauses, func(p time.Duration) bool { return p > offAfter*usual })
	return len(*pauses), greenwood(*pauses)
}

// People behind one address mistype more often the more of them there are.
const (
	households  = 5 // accounts that log in there
	goodToWrong = 4 // logins to one failure
	ownMachine  = 100
)

// sharedFront is the guard for an address that passes on what many people type: a
// webmail of this machine, whose own log alone knows who they are, or an office that
// logs in far more often than it fails. n is the most failures in six hours.
func sharedFront(u *window.Unit, rows []window.Row, total, honest, n int) (analyze.Evidence, bool) {
	good := 0
	for i := range rows {
		good += int(rows[i].Good)
	}
	switch {
	case honest >= households && goodToWrong*total <= good:
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: honest,
			Fact: fmt.Sprintf("%s log in from here as their owners do, %s to %s", count(honest, "account"), count(good, "login"), count(total, "failure"))}, true
	case (u.Prefix().Addr().IsLoopback() || u.Prefix().Contains(netip.IPv6Loopback())) && n < ownMachine:
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: 1,
			Fact: "it is this machine: a webmail that passes on what people type, say, whose own log knows who they are"}, true
	}
	return analyze.Evidence{}, false
}
