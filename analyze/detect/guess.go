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

// try is one failed login, or several of one line.
type try struct {
	at     time.Time
	name   uint64
	count  int
	absent bool
	origin ingest.Origin
}

// Detect implements analyze.Detector.
func (d Guess) Detect(in *analyze.Input) []analyze.Finding {
	var out []analyze.Finding
	units := in.Set.Units()
	for i := range units {
		u := &units[i]
		if !in.Current(u) {
			continue
		}
		for lo := 0; lo < len(u.Rows); {
			hi := lo
			for hi < len(u.Rows) && u.Rows[hi].Service == u.Rows[lo].Service {
				hi++
			}
			service := in.Set.Service(u.Rows[lo].Service)
			if service != ingest.ServiceWeb {
				if f, ok := d.judge(in, u, u.Rows[lo:hi], service, in.Standing(i)); ok {
					out = append(out, f)
				}
			}
			lo = hi
		}
	}
	return out
}

// tries lists the failed logins of some rows in order of time; total counts also
// those of hours too busy to be kept singly.
func tries(in *analyze.Input, u *window.Unit, rows []window.Row) (out []try, total int) {
	for i := range rows {
		r := &rows[i]
		total += int(r.Bad)
		for _, t := range u.Touches(r) {
			if t.Kind != ingest.KindAuthFailure && t.Kind != ingest.KindUserUnknown && t.Kind != ingest.KindRelayDenied &&
				t.Kind != ingest.KindReject && t.Kind != ingest.KindAbuse && t.Kind != ingest.KindProbe {
				continue
			}
			th := in.Thing(t.Name)
			out = append(out, try{at: time.UnixMilli(t.Milli).UTC(), name: t.Name, count: int(t.Count), origin: t.Origin(),
				absent: t.Absent || th != nil && !exists(th) && absent(th)})
		}
	}
	slices.SortStableFunc(out, func(a, b try) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
	})
	return out, total
}

func exists(t *window.Thing) bool {
	for i := range t.Hours {
		if t.Hours[i].Flags&window.Exists != 0 {
			return true
		}
	}
	return false
}

func absent(t *window.Thing) bool {
	for i := range t.Hours {
		if t.Hours[i].Flags&window.Absent != 0 {
			return true
		}
	}
	return false
}

func (d Guess) judge(in *analyze.Input, u *window.Unit, rows []window.Row, service string, st *analyze.Standing) (analyze.Finding, bool) {
	all, total := tries(in, u, rows)
	if len(all) == 0 || !in.Contains(uint32(all[len(all)-1].at.Unix()/3600)) && !in.Contains(rows[len(rows)-1].Hour) {
		return analyze.Finding{}, false
	}
	names := accounts(all)
	odds := guessWalk(all, t0OfLogins)
	if n := densest(rows); n >= guessLeast {
		odds = max(odds, guessEach*float64(n))
	} else if total >= guessLeast {
		odds = max(odds, guessEach/2*float64(total))
	}
	if odds < softFlag {
		return analyze.Finding{}, false
	}
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001"}, Key: u.Prefix.String() + " " + service, Sources: sources(u), Service: service,
		Impact: analyze.Generic, First: all[0].at, Last: all[len(all)-1].at, Events: uint64(total),
	}
	f.Last = later(f.Last, rows[len(rows)-1].Last)
	f.Evidence = []analyze.Evidence{{Family: analyze.Guessing, LogOdds: odds, Trials: total,
		Fact: fmt.Sprintf("%s on %s", count(total, "failed login"), count(len(names), "account"))}}
	if len(names) >= 3 {
		f.Techniques = append(f.Techniques, "T1110.003")
	}
	for _, t := range all {
		f.Times = append(f.Times, t.at)
		f.Marks = append(f.Marks, analyze.Mark{Origin: t.origin, Time: t.at})
	}
	f.Marks = analyze.Spread(f.Marks, 3)
	for _, id := range names {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: in.Set.Name(id).Text})
		if th := in.Thing(id); th != nil && exists(th) {
			f.Existing = true
		}
	}
	if e, ok := forgetful(in, u, st, all, names, f); ok {
		f.Evidence = append(f.Evidence, e)
	}
	f.Story = guessStory(in, u, f, all, total, names, service)
	return f, true
}

// t0OfLogins is the share of first logins to an account that fail an honest
// user: people mistype, so a single failure means less than a missing page.
const t0OfLogins = .3

// guessWalk is the walk over (source, account): each account counts once, those
// that do not exist half as much again.
func guessWalk(all []try, t0 float64) (sum float64) {
	seen := map[uint64]bool{}
	var last time.Time
	for _, t := range all {
		if t.name == 0 || seen[t.name] {
			continue
		}
		seen[t.name] = true
		if !last.IsZero() {
			sum *= math.Exp2(-float64(t.at.Sub(last)) / float64(halfLife))
		}
		last = t.at
		w := 1.0
		if t.absent {
			w = 1.5
		}
		sum += w * math.Log(failHostile/t0)
	}
	return sum
}

// densest returns the most failures in any six consecutive hours.
func densest(rows []window.Row) int {
	best := 0
	for i := range rows {
		n := 0
		for j := i; j < len(rows) && rows[j].Hour < rows[i].Hour+uint32(guessWindow/time.Hour); j++ {
			n += int(rows[j].Bad)
		}
		best = max(best, n)
	}
	return best
}

// forgetful is the guard for stale passwords: one or two accounts, none of them
// made up, and the source or its owner has been let in before. A phone that
// keeps retrying an old password is a nuisance, not an attacker.
func forgetful(in *analyze.Input, u *window.Unit, st *analyze.Standing, all []try, names []uint64, f analyze.Finding) (analyze.Evidence, bool) {
	if len(names) > 2 {
		if st.LoginDays >= 2 && st.Accounts >= 2 && !anyAbsent(all) {
			return analyze.Evidence{Family: analyze.Guard, LogOdds: -6, Trials: st.Accounts,
				Fact: fmt.Sprintf("%s from here, and every account that failed exists: an office behind one address", count(st.Accounts, "account")+" logged in")}, true
		}
		return analyze.Evidence{}, false
	}
	if anyAbsent(all) {
		return analyze.Evidence{}, false
	}
	switch {
	case !st.FirstOK.IsZero() && st.FirstOK.Before(all[0].at), st.LoginDays >= 2: // a first login after the guesses excuses nobody
		return analyze.Evidence{Family: analyze.Guard, LogOdds: guardStale, Trials: st.LoginDays,
			Fact: fmt.Sprintf("has logged in on %s: a stale password is likelier than an attack", count(st.LoginDays, "day"))}, true
	case f.Existing && len(names) == 1:
		return analyze.Evidence{Family: analyze.Guard, LogOdds: -3, Trials: 1,
			Fact: "one account that exists, one password perhaps: could be its owner on a new device"}, true
	}
	return analyze.Evidence{}, false
}

const guardStale = -8

func anyAbsent(all []try) bool {
	return slices.ContainsFunc(all, func(t try) bool { return t.absent })
}

func accounts(all []try) []uint64 {
	var ids []uint64
	for _, t := range all {
		if t.name != 0 {
			ids = append(ids, t.name)
		}
	}
	return analyze.Unique(ids)
}

func later(t time.Time, sec uint32) time.Time {
	if s := time.Unix(int64(sec), 0).UTC(); s.After(t) {
		return s
	}
	return t
}

func guessStory(in *analyze.Input, u *window.Unit, f analyze.Finding, all []try, total int, names []uint64, service string) analyze.Story {
	by := map[uint64]int{}
	for _, t := range all {
		by[t.name] += t.count
	}
	slices.SortStableFunc(names, func(a, b uint64) int { return cmp.Compare(by[b], by[a]) })
	var list []string
	for _, id := range names {
		list = append(list, fmt.Sprintf("%s %d", in.Set.Name(id).Text, by[id]))
	}
	lasted := f.Last.Sub(f.First)
	rate := "all at once"
	if total > 1 && lasted > time.Minute {
		rate = "one every " + span(lasted/time.Duration(total-1))
	}
	s := analyze.Story{Headline: fmt.Sprintf("%s on %s, %s", upper(count(total, "guess")), service, rate)}
	body := fmt.Sprintf("%s failed to log in %s over %s", bare(u.Prefix), count(total, "time"), span(lasted))
	if len(list) > 0 {
		body += fmt.Sprintf(", on %s: %s", count(len(names), "account"), some(list, 6))
	}
	s.Body = []string{body + "."}
	if in.StandingOf(u.Prefix).FirstOK.IsZero() {
		s.Body = append(s.Body, "None of the guesses got in while the log was there.")
	}
	n := 0
	for _, id := range names {
		if th := in.Thing(id); th == nil || !exists(th) {
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
