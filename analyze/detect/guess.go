package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Guess finds one source that guesses passwords, however slowly: at least ten
// failures in six hours on one service, or a walk over accounts that fail on
// first contact, as in Scan.
type Guess struct{}

// Name implements analyze.Detector.
func (Guess) Name() string { return "password_guessing" }

const (
	guessWindow = 6 * time.Hour
	guessLeast  = 10
	guessEach   = .5 // log-odds a failure, from guessLeast on
)

// Detect implements analyze.Detector.
func (d Guess) Detect(in *analyze.Input) []analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	return analyze.EachUnit(in, analyze.Current|analyze.Failed, func(_ int, u *window.Unit, out []analyze.Finding) []analyze.Finding {
		for lo := 0; lo < len(u.Rows); {
			hi := lo
			for hi < len(u.Rows) && u.Rows[hi].Service == u.Rows[lo].Service {
				hi++
			}
			service := in.Set.Service(u.Rows[lo].Service)
			if service != ingest.ServiceWeb {
				if f, ok := d.judge(in, owners, u, u.Rows[lo:hi], service); ok {
					out = append(out, f)
				}
			}
			lo = hi
		}
		return out
	})
}

func (d Guess) judge(in *analyze.Input, owners *homes, u *window.Unit, rows []window.Row, service string) (analyze.Finding, bool) {
	if most := atMost(u, rows); most < fewestGuesses {
		return analyze.Finding{}, false
	}
	all, total := tries(in, u, rows)
	everything := countOf(all)
	all = owners.guilty(u.Prefix, all)
	if len(all) == 0 || !in.Contains(uint32(all[len(all)-1].at.Unix()/3600)) {
		return analyze.Finding{}, false
	}
	total = total * countOf(all) / max(1, everything) // hours too busy are taken to be like the rest
	names := accounts(all)
	honest := owners.honestAccounts(in, u)
	odds := guessWalk(all) - min(-creditFloor, ownAccount*float64(honest))
	if n := densest(all, total); n >= guessLeast {
		odds = max(odds, guessEach*float64(n))
	}
	if total >= guessLeast {
		odds = max(odds, guessEach/2*float64(total))
	}
	if odds < softFlag {
		return analyze.Finding{}, false
	}
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001"}, Key: u.Prefix.String() + " " + service, Sources: sources(u), Service: service,
		Impact: analyze.Generic, First: all[0].at, Last: all[len(all)-1].at, Events: uint64(total),
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Guessing, LogOdds: odds, Trials: total,
		Fact: fmt.Sprintf("%s on %s", count(total, failure(all)), count(len(names), "account"))}}
	if len(names) >= 3 {
		f.Techniques = append(f.Techniques, "T1110.003")
	}
	f.Times, f.Marks = make([]time.Time, 0, len(all)), make([]analyze.Mark, 0, len(all))
	for _, t := range all {
		f.Times = append(f.Times, t.at)
		f.Marks = append(f.Marks, analyze.Mark{Origin: t.origin, Time: t.at})
	}
	f.Marks = analyze.Spread(f.Marks, 3)
	for i, id := range names {
		if i < analyze.MaxTargets {
			f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: in.Set.Name(id).Text})
		}
		f.Existing = f.Existing || in.Exists(id)
	}
	if e, ok := forgetful(all, names, honest, f.Existing && service != ingest.ServiceSSH); ok {
		f.Evidence = append(f.Evidence, e)
	}
	f.Story = guessStory(in, u, f, all, total, names, service)
	return f, true
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
// that do not exist half as much again.
func guessWalk(all []try) (sum float64) {
	var seen distinct
	var last time.Time
	for _, t := range all {
		if t.name == 0 || !seen.add(t.name) {
			continue
		}
		if !last.IsZero() {
			sum *= math.Exp2(-float64(t.at.Sub(last)) / float64(halfLife))
		}
		last = t.at
		w := 1.0
		if t.absent && t.login {
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
		sum += all[hi].count
		for all[hi].at.Sub(all[lo].at) >= guessWindow {
			sum -= all[lo].count
			lo++
		}
		best = max(best, sum)
	}
	return best * total / max(1, countOf(all))
}

// forgetful is the guard for people: an office behind one address, and the
// owner of one account on a new device, whose program repeats an old password by
// itself. At an SSH prompt nobody types that often, and what scripts use there is
// a key. (Failures on accounts that log in from the same network do not get here:
// see homes.)
func forgetful(all []try, names []uint64, honest int, stored bool) (analyze.Evidence, bool) {
	switch {
	case honest >= 2 && honest >= len(names):
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: honest,
			Fact: fmt.Sprintf("%s log in from here as their owners do: an office behind one address", count(honest, "account"))}, true
	case stored && len(names) == 1 && !anyAbsent(all):
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -3, Trials: 1,
			Fact: "one account that exists, one password perhaps: could be its owner on a new device"}, true
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

// tried names the accounts that were tried most, each with its number.
func tried(in *analyze.Input, names []uint64, by map[uint64]int) string {
	const told = 6
	list := make([]string, len(names)) // of which no more is written than some tells
	for i, id := range names[:min(len(names), told+1)] {
		list[i] = fmt.Sprintf("%s %d", in.Set.Name(id).Text, by[id])
	}
	return some(list, told)
}

func guessStory(in *analyze.Input, u *window.Unit, f analyze.Finding, all []try, total int, names []uint64, service string) analyze.Story {
	by := perAccount(all)
	slices.SortStableFunc(names, func(a, b uint64) int { return cmp.Compare(by[b], by[a]) })
	lasted := f.Last.Sub(f.First)
	rate := "all at once"
	if total > 1 && lasted > time.Minute {
		rate = "one every " + span(lasted/time.Duration(total-1))
	}
	what, did := "guess", "failed to log in"
	if failure(all) == "refusal" {
		what, did = "refusal", "was refused"
	}
	s := analyze.Story{Headline: fmt.Sprintf("%s on %s, %s", upper(count(total, what)), service, rate)}
	body := fmt.Sprintf("%s %s %s over %s", bare(u.Prefix), did, count(total, "time"), span(lasted))
	if len(names) > 0 {
		body += fmt.Sprintf(", on %s: %s", count(len(names), "account"), tried(in, names, by))
	}
	s.Body = []string{body + "."}
	if !in.StandingOf(u.Prefix).LoggedIn {
		s.Body = append(s.Body, "None of the guesses got in while the log was there.")
	}
	n := 0
	for _, id := range names {
		if !in.Exists(id) {
			n++
		}
	}
	switch {
	case len(names) > 0 && n == len(names):
		s.Why = []string{fmt.Sprintf("None of the %s has ever logged in here: nobody mistypes a name that often.", count(n, "account"))}
	case n > 0:
		s.Why = []string{fmt.Sprintf("%d of the %d accounts have never logged in here.", n, len(names))}
	default:
		s.Why = []string{fmt.Sprintf("%s without a single success in between.", upper(count(total, "failure")))}
	}
	s.Do = []string{"Nothing to do if passwords are off for these accounts; else make sure that they are strong."}
	return s
}
