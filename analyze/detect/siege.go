package detect

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// sieges are the accounts that somebody logged in to from a new network while
// others had been failing on them: a botnet that guesses one password may walk in
// from the last of its addresses, which guessed two or three times itself, or from
// one that never guessed.
type sieges struct {
	on map[uint64]*besieged // by account
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

// besieged is what strangers got wrong on one account, with what every login to it
// asks, summed once: an account may have as many logins as it has attackers.
type besieged struct {
	tries []attempt                     // in order of time, once summed
	fails []uint64                      // failures up to and with each try
	most  [len(networkWindows)][]uint32 // by network window: the most networks in any such span of the week up to each try
	of    map[hood]*[]int32             // the tries of a network
	daily []int                         // networks a day since the first try
}

// siegesOf looks only at accounts that were entered in the window from a network
// they had not come from, and that enough networks failed on for a fan-in. What one device
// repeats is none; but from many networks it may be a botnet as well, if somebody gets in.
func siegesOf(in *analyze.Input, owners *homes) sieges {
	s := sieges{on: map[uint64]*besieged{}, at: map[hood]bool{}}
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
	names := newFilter(len(entered))
	for id := range entered {
		names.add(id)
	}
	all := analyze.EachUnit(in, analyze.Failed, func(unit int, u *window.Unit, found []attempt) []attempt {
		net := hoodOf(u.Prefix())
		hours, of := owners.tried.hours(unit)
		for i := range hours {
			if !hours[i].bad {
				continue
			}
			hours[i].failures(in, u, of, func(t *try) {
				if !names.mayHave(t.name) || !entered[t.name] || owners.repeats(t.name, u.Prefix()) && !owners.handed[t.name] {
					return
				}
				if at := owners.in(t.name, net); at == nil || t.milli < at.since {
					found = append(found, attempt{t.name, t.milli, net, t.count})
				}
			})
		}
		return found
	})
	shards := sharded(len(all), func(i int) uint64 { return all[i].account })
	each := analyze.Gather(homeShards, func(shard int, each []*besieged) []*besieged {
		for _, mine := range byName(shards[shard], func(i int32) uint64 { return all[i].account }) {
			on := &besieged{tries: make([]attempt, len(mine))}
			for k, i := range mine {
				on.tries[k] = all[i]
			}
			on.sum()
			each = append(each, on)
		}
		return each
	})
	for _, on := range each {
		s.on[on.tries[0].account] = on
	}
	return s
}

// before returns how many logins failed on an account in the week up to the last
// failure before a moment, from how many networks, the one of the login set aside;
// none where that failure is a week old, or that many networks are no surprise (see
// Account).
func (s *sieges) before(in *analyze.Input, account uint64, milli int64, own hood) (fails, networks int) {
	on, t := s.on[account], in.Thing(account)
	if on == nil || t == nil {
		return 0, 0
	}
	week := guessedWithin.Milliseconds()
	last := on.upTo(milli) - 1
	if last < 0 || on.tries[last].milli < milli-week {
		return 0, 0
	}
	first := on.upTo(on.tries[last].milli - week + 1)
	aside := on.by(own, first, last)
	usually := on.usually(milli-week, byDefault(t, true))
	for i, w := range networkWindows {
		most := int(on.most[i][last])
		if aside > 0 {
			most-- // at least so many are others
		}
		mu := usually * max(1, w.Hours()/24)
		if most < fewestKnocks || math.Pow(mu/(1+mu), float64(most)) >= faninP {
			continue
		}
		networks = int(on.most[len(networkWindows)-1][last])
		if aside > 0 {
			networks--
		}
		return on.between(first, last) - aside, networks
	}
	return 0, 0
}

// sum puts the tries into order and fills in what before asks. The last of the network windows is the week itself.
func (s *besieged) sum() {
	sortByTime(s.tries, func(a *attempt) int64 { return a.milli }, func(a, b attempt) int { return cmp.Or(cmp.Compare(a.net, b.net), cmp.Compare(a.count, b.count)) })
	s.fails = make([]uint64, len(s.tries))
	s.of = map[hood]*[]int32{}
	before := make([]int32, len(s.tries)) // the try of the same network before; -1: none
	var total uint64
	for i, a := range s.tries {
		total += uint64(a.count)
		s.fails[i] = total
		of := s.of[a.net]
		if of == nil {
			of = new([]int32)
			s.of[a.net] = of
		}
		before[i] = -1
		if n := len(*of); n > 0 {
			before[i] = (*of)[n-1]
		}
		*of = append(*of, int32(i))
		day := int(a.milli/dayMilli - s.tries[0].milli/dayMilli)
		for len(s.daily) <= day {
			s.daily = append(s.daily, 0)
		}
		if before[i] < 0 || s.tries[before[i]].milli/dayMilli != a.milli/dayMilli {
			s.daily[day]++
		}
	}
	for i, w := range networkWindows {
		s.most[i] = distinctWithin(s.tries, before, w)
		if w < guessedWithin {
			s.most[i] = highest(s.tries, s.most[i], guessedWithin)
		}
	}
}

// distinctWithin returns for each try how many networks tried in the w up to it. before
// is the try before of the same network: a network counts by the last of its tries.
func distinctWithin(tries []attempt, before []int32, w time.Duration) []uint32 {
	n, lo, out := uint32(0), int32(0), make([]uint32, len(tries))
	last := make([]bool, len(tries)) // its network has not tried since
	for i, a := range tries {
		last[i] = true
		n++
		if b := before[i]; b >= 0 && last[b] {
			last[b] = false
			n--
		}
		for ; a.milli-tries[lo].milli >= w.Milliseconds(); lo++ {
			if last[lo] {
				last[lo] = false
				n--
			}
		}
		out[i] = n
	}
	return out
}

// highest returns for each try the highest of the values of the tries in the w up to
// it. The queue holds those that a later, higher one has not outlived.
func highest(tries []attempt, values []uint32, w time.Duration) []uint32 {
	out := make([]uint32, len(values))
	var queue []int
	for i, v := range values {
		for len(queue) > 0 && values[queue[len(queue)-1]] <= v {
			queue = queue[:len(queue)-1]
		}
		queue = append(queue, i)
		for tries[i].milli-tries[queue[0]].milli >= w.Milliseconds() {
			queue = queue[1:]
		}
		out[i] = values[queue[0]]
	}
	return out
}

// upTo is how many tries came before a moment.
func (s *besieged) upTo(milli int64) int {
	i, _ := slices.BinarySearchFunc(s.tries, milli, func(a attempt, milli int64) int { return cmp.Compare(a.milli, milli) })
	return i
}

// between is how many logins failed in the tries from first to last.
func (s *besieged) between(first, last int) int {
	n := s.fails[last]
	if first > 0 {
		n -= s.fails[first-1]
	}
	return int(n)
}

// by is how many of these are a network's.
func (s *besieged) by(net hood, first, last int) (fails int) {
	of := s.of[net]
	if of == nil {
		return 0
	}
	i, _ := slices.BinarySearch(*of, int32(first))
	for _, at := range (*of)[i:] {
		if int(at) > last {
			break
		}
		fails += int(s.tries[at].count)
	}
	return fails
}

// usually is how many networks failed on the account on a day before a moment, or
// def where its history is too short to tell: much of the internet guesses at some
// accounts every day.
func (s *besieged) usually(before int64, def float64) float64 {
	if before < s.tries[0].milli+historyForMean*dayMilli {
		return max(def, .05)
	}
	return usualOf(s.daily[:min(len(s.daily), int(before/dayMilli-s.tries[0].milli/dayMilli))])
}
