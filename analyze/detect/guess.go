package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Guess finds one source that guesses passwords, however slowly: at least ten
// failures in six hours on one service, or a walk over accounts that fail on
// first contact, as in Scan. What a device repeats is not counted.
type Guess struct{}

// Name implements analyze.Detector.
func (Guess) Name() string { return "password_guessing" }

const (
	guessWindow = 6 * time.Hour
	guessLeast  = 10
	guessEach   = .5 // log-odds a failure, from guessLeast on
)

// Detect implements analyze.Detector.
func (d Guess) Detect(in *analyze.Input) []*analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	return analyze.EachUnit(in, analyze.Current|analyze.Failed, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		for lo := 0; lo < len(u.Rows); {
			hi := lo
			for hi < len(u.Rows) && u.Rows[hi].Service == u.Rows[lo].Service {
				hi++
			}
			service := in.Set.Service(u.Rows[lo].Service)
			if service != ingest.ServiceWeb {
				if f, ok := d.judge(in, owners, i, lo, hi, service); ok {
					out = append(out, new(f))
				}
			}
			lo = hi
		}
		return out
	})
}

// judge weighs what a source tried in some of its rows, those of a service.
func (d Guess) judge(in *analyze.Input, owners *homes, unit, lo, hi int, service string) (analyze.Finding, bool) {
	u := &in.Set.Units()[unit]
	rows := u.Rows[lo:hi]
	if most := atMost(u, rows); most < fewestGuesses {
		return analyze.Finding{}, false
	}
	list := lists.Get().(*[]try)
	defer lists.Put(list)
	all, total := guesses(owners, unit, lo, hi, list)
	if len(all) == 0 || !in.Contains(uint32(all[len(all)-1].milli/3_600_000)) || checksPort(all) || keepsOldList(rows, all) {
		return analyze.Finding{}, false
	}
	honest := max(owners.honestAccounts(in, u), owners.admitted(in, u))
	odds := guessWalk(all, settled(in, service)) - min(-creditFloor, ownAccount*float64(honest))
	dense := densest(all, total)
	if dense >= guessLeast {
		odds = max(odds, guessEach*float64(dense))
	}
	if total >= guessLeast {
		odds = max(odds, guessEach/2*float64(total))
	}
	if onlyRecipients(all) {
		odds /= byLists
	}
	if odds < softFlag {
		return analyze.Finding{}, false
	}
	names := namesIn(all)
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001"}, Key: u.Prefix().String() + " " + service, Sources: sources(u), Service: service,
		Impact: analyze.Generic, First: all[0].at(), Last: all[len(all)-1].at(), Events: uint64(total),
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Guessing, LogOdds: odds, Trials: total,
		Fact: count(total, failure(all)) + " on " + count(names, "account")}}
	if names >= 3 {
		f.Techniques = append(f.Techniques, "T1110.003")
	}
	f.Existing = slices.ContainsFunc(all, func(t try) bool { return t.exists })
	many, swarming := swarm(u, rows)
	if swarming && names == 1 {
		f.Evidence = append(f.Evidence, many)
	} else if e, ok := sharedFront(u, rows, total, honest, dense); ok {
		f.Evidence = append(f.Evidence, e)
	} else if e, ok := onTimer(all); ok {
		f.Evidence = append(f.Evidence, e)
	} else if e, ok := forgetful(all, service, names, honest, f.Existing && service != ingest.ServiceSSH); ok {
		f.Evidence = append(f.Evidence, e)
	}
	f.Tell = func(f *analyze.Finding) {
		list := lists.Get().(*[]try)
		defer lists.Put(list)
		all, total := guesses(owners, unit, lo, hi, list)
		f.Times, f.Marks = timesOf(all), marksOf(all)
		names := onNames(all)
		f.Targets = slices.Grow(f.Targets, min(len(names), analyze.MaxTargets))
		for _, a := range names[:min(len(names), analyze.MaxTargets)] {
			f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: in.Set.Name(a.id).Text})
		}
		if f.Silent {
			return
		}
		slices.SortStableFunc(names, func(a, b perName) int { return cmp.Compare(b.n, a.n) })
		f.Story = guessStory(in, unit, f, all, total, names, service)
	}
	return f, true
}

// guesses lists the tries of some rows that no owner's mistake explains, to be read
// only; the list is used again by the next. total counts also those that were not kept: hours
// too busy are taken to be like the rest.
func guesses(owners *homes, unit, lo, hi int, list *[]try) (all []try, total int) {
	hours, of := owners.tried.within(unit, lo, hi)
	excused, listed := false, 0
	for i := range hours {
		h := &hours[i]
		excused = excused || h.excused
		listed += int(h.listed)
		total += int(h.listed + h.more)
	}
	if all, asTheyAre := inOneGoOf(hours, of); asTheyAre && !excused {
		return all, total
	}
	all = (*list)[:0]
	for i := range hours {
		for k := hours[i].lo; k < hours[i].hi; k++ {
			if !of[k].excused {
				all = append(all, of[k])
			}
		}
	}
	*list = all
	if !slices.IsSortedFunc(all, earlierTry) {
		slices.SortStableFunc(all, earlierTry)
	}
	return all, total * countOf(all) / max(1, listed)
}

// onNames counts the tries on accounts that are named.
func onNames(all []try) []perName {
	return slices.DeleteFunc(perAccount(all), func(a perName) bool { return a.id == 0 })
}

// namesIn counts the accounts that are named.
func namesIn(all []try) (n int) {
	seen := distincts.Get().(*distinct)
	defer distincts.Put(seen)
	seen.clear()
	for i := range all {
		if all[i].name != 0 && seen.add(all[i].name) {
			n++
		}
	}
	return n
}

// timesOf and marksOf are what a finding shows of some tries.
func timesOf(all []try) []time.Time {
	out := make([]time.Time, len(all))
	for i := range all {
		out[i] = all[i].at()
	}
	return out
}

const shownTries = 3

func marksOf(all []try) []analyze.Mark {
	all = analyze.Spread(all, shownTries)
	out := make([]analyze.Mark, 0, len(all))
	for i := range all {
		out = append(out, all[i].mark())
	}
	return out
}

// fewestGuesses is how many failures a finding takes at the very least.
var fewestGuesses = int(math.Ceil(softFlag / (absentWeight * math.Log(failHostile/t0OfLogins))))

// atMost returns a number that the failures of some rows do not exceed.
func atMost(u *window.Unit, rows []window.Row) (n int) {
	for i := range rows {
		n += int(max(rows[i].Events-min(rows[i].Events, rows[i].Good), u.Trouble(&rows[i]).Bad))
	}
	return n
}

// t0OfLogins is the share of first logins to an account that fail an honest
// user: people mistype, so a single failure means less than a missing page.
const t0OfLogins = .3

// ownAccount is the credit for an account that the source logs in to as its
// owner does: ln((1-t0)/(1-t1)).
var ownAccount = math.Log((1 - t0OfLogins) / (1 - failHostile))

// absentWeight is what a guess at an account that does not exist counts.
const absentWeight = 1.5

// guessWalk is the walk over (source, account): each account counts once, those
// that do not exist half as much again; on a settled service, those that nobody ever
// logged in to.
func guessWalk(all []try, settled bool) (sum float64) {
	seen := distincts.Get().(*distinct)
	defer distincts.Put(seen)
	seen.clear()
	var last int64
	for i := range all {
		t := &all[i]
		if t.name == 0 || !seen.add(t.name) {
			continue
		}
		if sum > 0 {
			sum *= math.Exp2(-float64(t.milli-last) / float64(halfLife.Milliseconds()))
		}
		last = t.milli
		w := 1.0
		if t.login && (t.absent || settled && !t.exists) {
			w = absentWeight
		}
		sum += w * math.Log(failHostile/t0OfLogins)
	}
	return sum
}

// densest returns the most tries in any six hours. Of those that were not kept
// singly, each is taken to have happened when its neighbours did.
func densest(all []try, total int) int {
	best, sum, lo := 0, 0, 0
	for hi := range all {
		sum += int(all[hi].count)
		for all[hi].milli-all[lo].milli >= guessWindow.Milliseconds() {
			sum -= int(all[lo].count)
			lo++
		}
		best = max(best, sum)
	}
	return best * total / max(1, countOf(all))
}

// forgetful is the guard for people: an office behind one address, and the
// owner of one account on a new device, whose program repeats an old password by
// itself, or a copier whose password nobody changed. At an SSH prompt nobody types that often, and what scripts use there is
// a key. (Failures on accounts that log in from the same network do not get here:
// see homes.)
func forgetful(all []try, service string, names, honest int, stored bool) (analyze.Evidence, bool) {
	switch {
	case honest >= 2 && honest >= names:
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: honest,
			Fact: fmt.Sprintf("%s log in from here as their owners do: an office behind one address", count(honest, "account"))}, true
	case stored && names == 1 && !anyAbsent(all):
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -3, Trials: 1,
			Fact: "one account that exists, one password perhaps: could be its owner on a new device"}, true
	case names == 1 && service != ingest.ServiceSSH && !anyAbsent(all) && !slices.ContainsFunc(all, func(t try) bool { return t.famous }) && hurried(all, all[0].name) <= typos:
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -3, Trials: 1,
			Fact: "one account that nobody else tries, and never more than a few times in one go: a copier that nobody told of the new password does so when somebody uses it"}, true
	}
	return analyze.Evidence{}, false
}

// failure names what failed: a login, or whatever else was refused.
func failure(all []try) string {
	if slices.ContainsFunc(all, func(t try) bool { return !t.login }) {
		return "refusal"
	}
	return "failed login"
}

func later(t time.Time, sec uint32) time.Time {
	if s := time.Unix(int64(sec), 0).UTC(); s.After(t) {
		return s
	}
	return t
}

// mostTried names the first of some accounts, each with its number of tries.
func mostTried(in *analyze.Input, names []perName) string {
	const told = 6
	list := make([]string, len(names)) // of which no more is written than some tells
	for i, a := range names[:min(len(names), told+1)] {
		list[i] = in.Set.Name(a.id).Text + " " + strconv.Itoa(a.n)
	}
	return some(list, told)
}

// neverIn says of accounts that nobody ever logged in to them.
func neverIn(in *analyze.Input, names []perName) string {
	if len(names) == 1 {
		return in.Set.Name(names[0].id).Text + " has never logged in here"
	}
	return "None of the " + count(len(names), "account") + " has ever logged in here"
}

func guessStory(in *analyze.Input, unit int, f *analyze.Finding, all []try, total int, names []perName, service string) analyze.Story {
	source := in.Set.Units()[unit].Prefix()
	lasted := f.Last.Sub(f.First)
	rate := "all at once"
	if total > 1 && lasted > time.Minute {
		rate = "one every " + span(lasted/time.Duration(total-1))
	}
	what, did := "guess", "failed to log in"
	if failure(all) == "refusal" {
		what, did = "refusal", "was refused"
	}
	s := analyze.Story{Headline: upper(count(total, what)) + " on " + service + ", " + rate}
	body := bare(source) + " " + did + " " + count(total, "time") + " over " + span(lasted)
	if len(names) > 0 {
		body += ", on " + count(len(names), "account") + ": " + mostTried(in, names)
	}
	s.Body = []string{body + "."}
	if !in.Standing(unit).LoggedIn {
		s.Body = append(s.Body, "None of the guesses got in while the log was there.")
	}
	n := 0
	for _, a := range names {
		if !in.Exists(a.id) {
			n++
		}
	}
	switch {
	case len(names) > 0 && n == len(names):
		s.Why = []string{neverIn(in, names) + ": nobody mistypes a name that often."}
	case n > 0:
		s.Why = []string{fmt.Sprintf("%d of the %d accounts have never logged in here.", n, len(names))}
	case in.Standing(unit).LoggedIn:
		s.Why = []string{upper(count(total, "failure")) + ": more than the people who log in from there make by mistake."}
	default:
		s.Why = []string{upper(count(total, "failure")) + " without a single success in between."}
	}
	s.Do = []string{"Nothing to do if passwords are off for these accounts; else make sure that they are strong."}
	return s
}
