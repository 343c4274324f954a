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

// sieges are the accounts that somebody logged in to from a new network while
// others had been failing on them: a botnet that guesses one password may walk in
// from the last of its addresses, which guessed two or three times itself, or from
// one that never guessed.
type sieges struct {
	on map[uint64][]attempt // by account, in order of time: what strangers got wrong
	at map[hood]bool        // the networks from which such accounts were entered
}

// attempt is failed logins of one line, on a besieged account, from a network that
// never logged in to it.
type attempt struct {
	account uint64
	milli   int64
	net     hood
	count   uint32
}

// siegesOf looks only at accounts that were entered in the window from a network
// they had not come from, and that enough networks failed on for a fan-in.
func siegesOf(in *analyze.Input, owners *homes) sieges {
	s := sieges{on: map[uint64][]attempt{}, at: map[hood]bool{}}
	entered := map[uint64]bool{}
	for i := range owners.shards {
		for r, at := range owners.shards[i].index {
			if kept := owners.shards[i].homes[at].kept; kept != never && in.Contains(uint32(kept/3_600_000)) && in.Refused(r.account) >= fewestKnocks {
				entered[r.account], s.at[r.net] = true, true
			}
		}
	}
	if len(entered) == 0 {
		return s
	}
	all := analyze.EachUnit(in, analyze.Failed, func(_ int, u *window.Unit, found []attempt) []attempt {
		net := hoodOf(u.Prefix)
		for i := range u.Rows {
			r := &u.Rows[i]
			if u.Trouble(r).Bad == 0 || in.Set.Service(r.Service) == ingest.ServiceWeb {
				continue
			}
			for _, t := range u.Touches(r) {
				if t.Kind == ingest.KindAuthFailure && entered[t.Name] {
					found = append(found, attempt{t.Name, t.Milli, net, t.Count})
				}
			}
		}
		return found
	})
	slices.SortFunc(all, func(a, b attempt) int {
		return cmp.Or(cmp.Compare(a.milli, b.milli), cmp.Compare(a.net, b.net), cmp.Compare(a.count, b.count))
	})
	for _, a := range all {
		if at := owners.in(a.account, a.net); at == nil || a.milli < at.since {
			s.on[a.account] = append(s.on[a.account], a)
		}
	}
	return s
}

// before returns how many logins failed on an account in the week before a moment,
// from how many networks, the one of the login set aside; none where that many
// networks are no surprise (see Account).
func (s *sieges) before(in *analyze.Input, account uint64, milli int64, own hood) (fails, networks int) {
	all := s.on[account]
	all = all[searchAttempt(all, milli-guessedWithin.Milliseconds()):searchAttempt(all, milli)]
	all = slices.DeleteFunc(slices.Clone(all), func(a attempt) bool { return a.net == own })
	t := in.Thing(account)
	if t == nil || len(all) < fewestKnocks {
		return 0, 0
	}
	usually := s.usually(account, milli-guessedWithin.Milliseconds(), byDefault(t, true))
	for _, w := range networkWindows {
		mu := usually * max(1, w.Hours()/24)
		if math.Pow(mu/(1+mu), float64(mostAtOnce(all, w))) >= faninP {
			continue
		}
		nets := map[hood]bool{}
		for _, a := range all {
			nets[a.net] = true
			fails += int(a.count)
		}
		return fails, len(nets)
	}
	return 0, 0
}

// usually is how many networks failed on the account on a day before a moment, or
// def where its history is too short to tell: much of the internet guesses at some
// accounts every day.
func (s *sieges) usually(account uint64, before int64, def float64) float64 {
	var knocks []knock
	for _, a := range s.on[account] {
		if a.milli < before {
			knocks = append(knocks, knock{net: a.net, hour: uint32(a.milli / 3_600_000)})
		}
	}
	return max(usual(knocks, uint32(before/3_600_000), def), .05)
}

func searchAttempt(all []attempt, milli int64) int {
	i, _ := slices.BinarySearchFunc(all, milli, func(a attempt, milli int64) int { return cmp.Compare(a.milli, milli) })
	return i
}

// mostAtOnce returns the most networks in any span of w.
func mostAtOnce(all []attempt, w time.Duration) (most int) {
	inside, lo := map[hood]int{}, 0
	for _, a := range all {
		inside[a.net]++
		for a.milli-all[lo].milli >= w.Milliseconds() {
			if inside[all[lo].net]--; inside[all[lo].net] == 0 {
				delete(inside, all[lo].net)
			}
			lo++
		}
		most = max(most, len(inside))
	}
	return most
}
