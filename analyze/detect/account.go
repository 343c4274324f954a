package detect

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Account finds accounts that more distinct networks fail on than is usual for
// them: botnets spread over many networks, one or two tries each.
//
// The usual number of failing networks a day is geometric around its own trimmed
// mean mu (a negative binomial with r = 1), so P(K >= k) = (mu/(1+mu))^k. Names
// that everybody guesses (root, admin) have a large mu and stay quiet; real
// accounts stand out. Networks that have logged in to the account do not count.
type Account struct{}

// Name implements analyze.Detector.
func (Account) Name() string { return "account_fanin" }

const (
	faninP         = 1e-5
	usualReal      = .3   // failing networks a day of an account that exists, before history tells
	usualInvented  = 3    // of a name that does not
	usualFamous    = 1000 // of a name that is guessed everywhere
	fewestKnocks   = 4    // networks that the smallest mean asks for
	patient        = 10   // tries of one source, from which it does not hide
	historyForMean = 7    // days before an account's own mean is used
)

// knock is one hour in which a source failed on an account. There are many: they
// are small, and point to nothing.
type knock struct {
	account uint64
	net     hood
	hour    uint32
	unit    uint32 // in Set.Units
	row     uint32 // of the unit
}

// Detect implements analyze.Detector. Most accounts that are guessed at are
// knocked at too seldom for any judgement, and are not collected.
func (d Account) Detect(in *analyze.Input) []*analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	all := analyze.EachUnit(in, analyze.Failed, func(n int, u *window.Unit, found []knock) []knock {
		net := hoodOf(u.Prefix())
		hours, _ := owners.tried.hours(n)
		for i := range hours {
			r := &u.Rows[hours[i].row]
			names, _ := u.BadNames(r)
			for _, id := range names {
				if in.Refused(id) >= fewestKnocks && owners.in(id, net) == nil && !owners.repeats(id, u.Prefix()) {
					found = append(found, knock{id, net, r.Hour, uint32(n), hours[i].row})
				}
			}
		}
		return found
	})
	shards := sharded(len(all), func(i int) uint64 { return all[i].account })
	found := analyze.Gather(homeShards, func(shard int, found []*analyze.Finding) []*analyze.Finding {
		for _, mine := range byName(shards[shard], func(i int32) uint64 { return all[i].account }) {
			if len(mine) < fewestKnocks {
				continue
			}
			found = append(found, d.judge(in, in.Thing(all[mine[0]].account), all, mine)...)
		}
		return found
	})
	slices.SortStableFunc(found, func(a, b *analyze.Finding) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), a.First.Compare(b.First))
	})
	return oneBotnet(in, found)
}

// judge weighs the knocks at one account, by their number among all.
func (d Account) judge(in *analyze.Input, t *window.Thing, all []knock, mine []int32) (out []*analyze.Finding) {
	real := in.Exists(t.ID)
	usually := byDefault(t, real)
	if math.Pow(usually/(1+usually), float64(len(mine))) >= faninP && !longKnown(all, mine) {
		return nil // not even if all were networks of one window
	}
	sortByTime(mine, func(i *int32) int64 { return int64(all[*i].hour) }, nil) // they come by source and row
	strangers := make([]knock, len(mine))
	for k, i := range mine {
		strangers[k] = all[i]
	}
	best := fanin{p: 1}
	for _, w := range networkWindows {
		part, k := mostNetworks(recent(in, strangers, w, func(k knock) uint32 { return k.hour }), w)
		if len(part) == 0 || !in.Contains(part[len(part)-1].hour) {
			continue
		}
		if f := newFanin(part, k, w, usual(strangers, part[0].hour, usually)); f.p < best.p {
			best = f
		}
	}
	if best.p >= faninP {
		return nil
	}
	for _, part := range best.attacks() {
		if last := part.knocks[len(part.knocks)-1]; !in.Contains(last.hour) {
			continue
		}
		if f, ok := d.finding(in, t, real, part); ok {
			out = append(out, new(f))
		}
	}
	return out
}

// fanin is networks that fail on one account within a span.
type fanin struct {
	knocks []knock // in order of time
	span   time.Duration
	daily  float64 // usual networks a day
	p      float64
}

func newFanin(knocks []knock, networks int, span time.Duration, daily float64) fanin {
	f := fanin{knocks: knocks, span: span, daily: daily}
	f.p = math.Pow(f.mu()/(1+f.mu()), float64(networks))
	return f
}

// mu is how many networks are usual in the span.
func (f *fanin) mu() float64 { return f.daily * max(1, f.span.Hours()/24) }

// attacks takes a week apart in which an account was attacked more than once:
// what chance does not explain by itself, between two pauses much longer than those
// within, is an attack by itself. What is left is one that never hurries.
func (f *fanin) attacks() (out []fanin) {
	var rest []knock
	for _, part := range episodes(f.knocks) {
		if a := newFanin(part, distinctNetworks(part), spanOf(part), f.daily); a.p < faninP {
			out = append(out, a)
		} else {
			rest = append(rest, part...)
		}
	}
	if len(out) == 0 {
		return []fanin{*f}
	}
	if a := newFanin(rest, distinctNetworks(rest), f.span, f.daily); a.p < faninP {
		out = append(out, a)
	}
	return out
}

// A pause ends an episode if it is at least so many hours and so many times the
// usual pause within.
const (
	episodeHours  = 6
	episodePauses = 10
)

// episodes cuts knocks, which come in order of time, at long pauses.
func episodes(all []knock) (out [][]knock) {
	var pauses []int
	for i := range all[1:] {
		pauses = append(pauses, int(all[i+1].hour-all[i].hour))
	}
	if len(pauses) == 0 {
		return [][]knock{all}
	}
	long := max(episodeHours, episodePauses*median(pauses))
	lo := 0
	for i, pause := range pauses {
		if pause >= long {
			out = append(out, all[lo:i+1])
			lo = i + 1
		}
	}
	return append(out, all[lo:])
}

func distinctNetworks(all []knock) int {
	nets := map[hood]bool{}
	for i := range all {
		nets[all[i].net] = true
	}
	return len(nets)
}

// spanOf is the shortest of the windows that holds some knocks.
func spanOf(all []knock) time.Duration {
	lasted := time.Duration(all[len(all)-1].hour-all[0].hour+1) * time.Hour
	for _, w := range networkWindows {
		if lasted <= w {
			return w
		}
	}
	return lasted
}

func (d Account) finding(in *analyze.Input, t *window.Thing, real bool, best fanin) (analyze.Finding, bool) {
	knocks := best.knocks
	units := in.Set.Units()
	service := in.Set.Service(units[knocks[0].unit].Rows[knocks[0].row].Service)
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1110.001"}, Key: "account " + service + " " + t.Name.Text, Service: service,
		Impact: analyze.Generic, Existing: real, Targets: []analyze.Target{{Kind: analyze.AccountName, Value: t.Name.Text}}}
	per, nets := map[netip.Prefix]int{}, map[hood]bool{}
	f.Times, f.Marks = make([]time.Time, 0, len(knocks)), make([]analyze.Mark, 0, len(knocks))
	for _, k := range knocks {
		u := &units[k.unit]
		eachFailure(u, &u.Rows[k.row], k.account, func(x *window.Touch) {
			at := moment(x.Milli)
			nets[k.net] = true
			per[u.Prefix()] += int(x.Count)
			f.Events += uint64(x.Count)
			f.Times = append(f.Times, at)
			f.Marks = append(f.Marks, analyze.Mark{Origin: x.Origin(), Time: at})
			if f.First.IsZero() || at.Before(f.First) {
				f.First = at
			}
			if at.After(f.Last) {
				f.Last = at
			}
		})
	}
	if best = newFanin(knocks, len(nets), best.span, best.daily); best.p >= faninP {
		return analyze.Finding{}, false
	}
	f.Marks = analyze.Spread(f.Marks, 3)
	f.Sources = sortedPrefixKeys(per)
	if real || len(f.Sources) >= 10 {
		f.Impact = analyze.Targeted
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Fanin, LogOdds: analyze.FromP(best.p), Trials: len(nets),
		Fact: fmt.Sprintf("%d networks that never logged in to it fail on one account within %s", len(nets), hours(best.span))}}
	if e, ok := strangersTogether(in, per); ok {
		f.Evidence = append(f.Evidence, e)
	}
	if e, ok := retrying(per); ok {
		f.Evidence = append(f.Evidence, e)
	}
	explain(in, &f)
	f.Story = faninStory(t, f, per, len(nets), best.span, best.daily, real)
	return f, true
}

// eachFailure visits the failed logins of an hour on an account; mail that was
// refused is none. That the name is invalid counts where no failure follows it.
func eachFailure(u *window.Unit, r *window.Row, account uint64, visit func(*window.Touch)) {
	touches := u.Touches(r)
	kind := ingest.KindInvalidUser
	for i := range touches {
		if t := &touches[i]; t.Name == account && t.Kind == ingest.KindAuthFailure {
			kind = ingest.KindAuthFailure
		}
	}
	for i := range touches {
		if t := &touches[i]; t.Name == account && t.Kind == kind {
			visit(t)
		}
	}
}

// strangersTogether is the evidence that the sources are one campaign: at least
// eight that never got anything right and each stop within three tries.
func strangersTogether(in *analyze.Input, per map[netip.Prefix]int) (analyze.Evidence, bool) {
	if len(per) < 8 || maxOf(per) > 3 && !quota(per) {
		return analyze.Evidence{}, false
	}
	for p := range per {
		if st := in.StandingOf(p); st != nil && st.Success {
			return analyze.Evidence{}, false
		}
	}
	return analyze.Evidence{Family: analyze.Campaign, LogOdds: min(5, 1.5*math.Log(float64(len(per)))), Trials: len(per),
		Fact: fmt.Sprintf("%d sources, none of which ever succeeded at anything, each stop within %s", len(per), count(maxOf(per), "try"))}, true
}

// retrying is the guard for mail programs that were not told of a new password:
// each of them tries again and again, while those who guess in company stop early.
func retrying(per map[netip.Prefix]int) (analyze.Evidence, bool) {
	var each []int
	for _, n := range per {
		each = append(each, n)
	}
	n := median(each)
	return analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: len(per),
		Fact: fmt.Sprintf("half of the sources tried %s or more: programs with an old password do that too", count(n, "time"))}, n >= patient
}

// byDefault is the usual number of failing networks a day before history tells.
func byDefault(t *window.Thing, real bool) float64 {
	name, _, _ := strings.Cut(strings.ToLower(t.Name.Text), "@")
	switch {
	case famous[name]:
		return usualFamous
	case real:
		return usualReal
	}
	return usualInvented
}

// famous are the names that every guesser of the internet tries everywhere, and
// the mailboxes that every domain has.
var famous = map[string]bool{
	"root": true, "admin": true, "administrator": true, "test": true, "user": true, "guest": true, "ubuntu": true, "debian": true, "centos": true,
	"ec2-user": true, "pi": true, "oracle": true, "postgres": true, "mysql": true, "git": true, "ftp": true, "ftpuser": true, "www": true, "www-data": true,
	"nobody": true, "support": true, "info": true, "postmaster": true, "webmaster": true, "contact": true, "mail": true, "sales": true, "office": true,
	"backup": true, "nagios": true, "jenkins": true, "hadoop": true, "tomcat": true, "deploy": true, "dev": true, "steam": true, "minecraft": true, "demo": true,
}

// longKnown reports whether knocks reach back far enough for an account's own mean.
func longKnown(all []knock, some []int32) bool {
	first, last := all[some[0]].hour, all[some[0]].hour
	for _, i := range some {
		first, last = min(first, all[i].hour), max(last, all[i].hour)
	}
	return last >= first+historyForMean*24
}

// usual is the trimmed mean number of failing networks a day before hour, or a
// default when the account's history is too short.
func usual(all []knock, hour uint32, def float64) float64 {
	if len(all) == 0 || hour < all[0].hour+historyForMean*24 {
		return def
	}
	first := all[0].hour / 24
	days := make([]int, hour/24-first)
	seen := map[hood]uint32{}
	for _, k := range all {
		day, n := k.hour/24, k.net
		if k.hour < hour && int(day-first) < len(days) && seen[n] != day+1 {
			seen[n] = day + 1
			days[day-first]++
		}
	}
	return usualOf(days)
}

// usualOf is the mean of a count by day, its highest tenth left out.
func usualOf(days []int) float64 {
	days = slices.Sorted(slices.Values(days))
	days = days[:len(days)-len(days)/10]
	sum := 0
	for _, d := range days {
		sum += d
	}
	return max(.05, float64(sum)/float64(len(days)))
}

// mostNetworks returns the knocks of the window of length w with most distinct
// networks. all are sorted by hour.
func mostNetworks(all []knock, w time.Duration) (best []knock, k int) {
	n := uint32(w / time.Hour)
	inside := map[hood]int{}
	lo := 0
	for hi := range all {
		inside[all[hi].net]++
		for all[hi].hour-all[lo].hour >= n {
			if p := all[lo].net; inside[p] == 1 {
				delete(inside, p)
			} else {
				inside[p]--
			}
			lo++
		}
		if len(inside) >= k {
			best, k = all[lo:hi+1], len(inside)
		}
	}
	return best, k
}

func faninStory(t *window.Thing, f analyze.Finding, per map[netip.Prefix]int, nets int, w time.Duration, mu float64, real bool) analyze.Story {
	name := t.Name.Text
	s := analyze.Story{
		Headline: fmt.Sprintf("%d networks guess at %s", nets, name),
		Body: []string{fmt.Sprintf("%s was tried %s over %s by %s from %d networks, at most %s each, in %s.", name, count(f.Events, "time"),
			f.Service, count(len(per), "address"), nets, count(maxOf(per), "try"), span(f.Last.Sub(f.First)))},
		Why: []string{fmt.Sprintf("None of these networks has ever logged in to it. Usual are %.1f failing networks a day; here there were %d within %s.", mu, nets, hours(w))},
	}
	if real {
		s.Do = []string{fmt.Sprintf("Tell the owner of %s, and give the account a second factor or a long password.", name)}
	} else {
		s.Do = []string{"The account has never logged in here; there is nothing to lock."}
	}
	return s
}
