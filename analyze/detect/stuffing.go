package detect

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Stuffing finds leaked pairs of name and password that a botnet tries out: many
// accounts, about one try each, by sources that try two or three and are gone. No
// source fails often, and no account does.
//
// Counted are networks from which strangers try names that nobody is known to
// have here. How many there usually are a day is geometric around mu, as in
// Account, so that P(K >= k) = (mu/(1+mu))^k. mu is learned from the quieter half
// of the days before, so that a week with some attacks in it has no large one.
// Programs with an old password try one account again and again: where fewer than
// .8 of the tries are at another account each, it is not stuffing. Who keeps to the
// order of a list is Dictionary's.
type Stuffing struct{}

// Name implements analyze.Detector.
func (Stuffing) Name() string { return "credential_stuffing" }

const (
	stuffingP       = 1e-6
	fewestStuffers  = 6   // sources
	mostStuffed     = 10  // tries of one source in a week that it takes for a lone one
	distinctShare   = .8  // of tries that are at another account each
	inventedShare   = .2  // of accounts that nobody is known to have
	strangersADay   = .2  // mu at the least
	accountsADay    = 100 // accounts of which one stranger a day tries another's name, before history tells
	mostADay        = 30  // mu at the most: what goes on for weeks does not become usual
	quietHalf       = 3.3 // mean of an exponential over the mean of its lower half, 1/(1 - ln 2)
	historyForToday = 3   // days before a service's own are used
)

// Detect implements analyze.Detector.
func (d Stuffing) Detect(in *analyze.Input) []*analyze.Finding {
	services := analyze.Fact(in, "knockings", knockingsOf)
	return analyze.Gather(len(services), func(i int, found []*analyze.Finding) []*analyze.Finding {
		if f, ok := d.judge(in, &services[i]); ok {
			found = append(found, new(f))
		}
		return found
	})
}

func (d Stuffing) judge(in *analyze.Input, k *knockings) (analyze.Finding, bool) {
	passing := passingBy(in, k.tries, inLists(in, k.service))
	tries := slices.DeleteFunc(slices.Clone(k.tries), func(t lone) bool { return !passing(t.unit) })
	nets := netsOf(tries)
	days := nets.newcomers(tries)
	usually := usualStrangers(in, k.service)
	var best []lone
	bestP, bestMu, span := 1.0, 0.0, time.Duration(0)
	for _, w := range spansFor(in) {
		lo, hi := nets.fullest(in, tries, w)
		lo += lastEpisode(tries[lo:hi])
		part := tries[lo:hi]
		if len(part) == 0 || !likeStuffing(part, len(k.names)) {
			continue
		}
		mu := usualNewcomers(in, days, part[0].at(), k.service, usually) * max(1, w.Hours()/24)
		if p := math.Pow(mu/(1+mu), float64(nets.ofStrange(part, lo))); p < bestP {
			best, bestP, bestMu, span = part, p, mu, w
		}
	}
	if bestP >= stuffingP {
		return analyze.Finding{}, false
	}
	members := membersOf(best)
	networks := networksIn(members)
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1110.004"}, Service: k.service, Key: "stuffing " + k.service,
		Evidence: []analyze.Evidence{{Family: analyze.Fanin, LogOdds: analyze.FromP(bestP), Trials: networks,
			Fact: fmt.Sprintf("strangers of %s try names that are nobody's within %s, where %.1f are usual", count(networks, "network"), hours(span), bestMu)}}}
	crowdOf(in, &f, members)
	f.Story = d.story(f, members, networks, bestMu)
	return f, true
}

// spansFor are the spans in which networks are counted: the windows of a Network, and
// all that is analyzed, if that is longer. A try or two a day shows in weeks.
func spansFor(in *analyze.Input) []time.Duration {
	spans := networkWindows[:]
	if all := in.To.Sub(in.From); all > spans[len(spans)-1] {
		spans = append(slices.Clone(spans), all)
	}
	return spans
}

// passingBy tells of the sources of some tries which of the others try little.
func passingBy(in *analyze.Input, all []lone, but map[uint32]bool) func(unit uint32) bool {
	of := make([]uint64, len(in.Set.Units()))
	for i := range all {
		of[all[i].unit] += uint64(all[i].count)
	}
	return func(unit uint32) bool { return of[unit] < mostStuffed && (len(but) == 0 || !but[unit]) }
}

// nets numbers the networks of some tries.
type nets struct {
	of []int32 // of each try
	n  int
}

func netsOf(all []lone) nets {
	out, numbers := nets{of: make([]int32, len(all))}, map[hood]int32{}
	for i := range all {
		number, known := numbers[all[i].net]
		if !known {
			number = int32(len(numbers))
			numbers[all[i].net] = number
		}
		out.of[i] = number
	}
	out.n = len(numbers)
	return out
}

// fullest returns where the tries begin and end of the span of length w that holds most networks, of
// those that end in the analyzed window.
func (n *nets) fullest(in *analyze.Input, all []lone, w time.Duration) (first, end int) {
	lo, most, held := 0, 0, 0
	inside := make([]int32, n.n)
	for hi := range all {
		if inside[n.of[hi]]++; inside[n.of[hi]] == 1 {
			held++
		}
		for all[hi].milli-all[lo].milli >= w.Milliseconds() {
			if inside[n.of[lo]]--; inside[n.of[lo]] == 0 {
				held--
			}
			lo++
		}
		if held >= most && in.Contains(uint32(all[hi].milli/3_600_000)) {
			most, first, end = held, lo, hi+1
		}
	}
	return first, end
}

// lastEpisode is what came after the last pause that is much longer than the others,
// if it is enough: what leaked pairs somebody tried days ago is another attack.
func lastEpisode(all []lone) (first int) {
	pauses := make([]int64, 0, max(0, len(all)-1))
	for i := range cap(pauses) {
		pauses = append(pauses, all[i+1].milli-all[i].milli)
	}
	long := max((episodeHours * time.Hour).Milliseconds(), episodePauses*median(pauses))
	for i := len(pauses) - 1; i >= 0; i-- {
		if pauses[i] >= long && len(all)-i-1 >= fewestStuffers {
			return i + 1
		}
	}
	return 0
}

// likeStuffing reports whether nearly every try is at another account, and
// enough of these are nobody's. The names have numbers below a limit.
func likeStuffing(part []lone, names int) bool {
	var sources distinct
	per := make([]int32, names)
	for i := range part {
		if len(sources.ids) < fewestStuffers {
			sources.add(uint64(part[i].unit))
		}
		per[part[i].number]++
	}
	accounts, tries, invented := 0, 0, 0
	for i := range part {
		n := int(per[part[i].number])
		if n == 0 {
			continue
		}
		per[part[i].number] = 0
		accounts++
		switch {
		case !part[i].exists:
			invented++
			tries += n
		case n <= sharedNames:
			tries += n
		default: // many fail on one account: an attack on it, which Account tells
			tries++
		}
	}
	return len(sources.ids) >= fewestStuffers && float64(accounts) >= distinctShare*float64(tries) && float64(invented) >= inventedShare*float64(accounts)
}

// ofStrange counts the networks from which those of some tries come, of which the
// first has a number.
func (n *nets) ofStrange(part []lone, first int) (networks int) {
	seen := make([]bool, n.n)
	for i := range part {
		if net := n.of[first+i]; !part[i].exists && !seen[net] {
			seen[net] = true
			networks++
		}
	}
	return networks
}

// membersOf are the tries of the sources that tried a name which is nobody's. Who
// failed on an account that exists and on nothing else may be its owner.
func membersOf(part []lone) []lone {
	strange := map[uint32]bool{}
	for i := range part {
		if t := &part[i]; !t.exists {
			strange[t.unit] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(part), func(t lone) bool { return !strange[t.unit] })
}

// newcomers counts, by day, the networks from which strangers try what is nobody's.
func (n *nets) newcomers(tries []lone) map[int64]int {
	last, days := make([]int64, n.n), map[int64]int{} // the day + 1 on which each network was seen last
	for i := range tries {
		if t := &tries[i]; !t.exists && last[n.of[i]] != t.milli/dayMilli+1 {
			last[n.of[i]] = t.milli/dayMilli + 1
			days[t.milli/dayMilli]++
		}
	}
	return days
}

// usualStrangers is mu before history tells. Where accounts are many, more people
// mistype a name and never come back; on SSH the whole internet tries names all day.
func usualStrangers(in *analyze.Input, service string) float64 {
	if service == ingest.ServiceSSH {
		return usualInvented
	}
	n := 0
	for _, t := range in.Set.Things(window.AccountObject) {
		if len(t.Hours) > 0 && in.Set.Service(t.Hours[0].Service) == service && in.Exists(t.ID) {
			n++
		}
	}
	return max(strangersADay, float64(n)/accountsADay)
}

// usualNewcomers is mu before a moment, of the days of which everybody is known.
func usualNewcomers(in *analyze.Input, days map[int64]int, before time.Time, service string, usually float64) float64 {
	first, ok := firstDay(in, service)
	last := before.Unix()/86400 - 1
	if !ok || last-first+1 < historyForToday {
		return usually
	}
	var each []int
	for day := first; day <= last; day++ {
		each = append(each, days[day])
	}
	slices.Sort(each)
	sum := 0
	for _, n := range each[:(len(each)+1)/2] {
		sum += n
	}
	return min(mostADay, max(strangersADay, quietHalf*float64(sum)/float64((len(each)+1)/2)))
}

// firstDay is the first whole day of which everybody is known, at most a week
// before the analyzed window.
func firstDay(in *analyze.Input, service string) (int64, bool) {
	for _, t := range in.Set.Things(window.ServiceObject) {
		if t.Name.Text == service && len(t.Hours) > 0 {
			return max(int64(t.Hours[0].Hour)/24+1, in.From.Unix()/86400-historyForMean+1), true
		}
	}
	return 0, false
}

func (Stuffing) story(f analyze.Finding, members []lone, nets int, mu float64) analyze.Story {
	accounts := map[uint64]int{}
	for i := range members {
		accounts[members[i].name]++
	}
	s := analyze.Story{
		Headline: fmt.Sprintf("%d addresses try %s, about once each", len(f.Sources), count(len(accounts), "account")),
		Body: []string{fmt.Sprintf("%s of %s tried %s over %s in %s, %s in all, and none of them came back for more.",
			upper(count(len(f.Sources), "address")), count(nets, "network"), count(len(accounts), "account"), f.Service, span(f.Last.Sub(f.First)), count(f.Events, "time"))},
		Why: []string{fmt.Sprintf("So many strangers with names that are nobody's do not come by chance: %.1f networks in that time are usual here. It is how leaked passwords are tried out.", mu)},
		Not: []string{"None of them got in while the log was there. Sources that only tried accounts which exist are not named: they may be their owners."},
	}
	if f.Existing {
		s.Do = []string{"Some of the accounts exist here: tell their owners to use no password twice, and give the accounts a second factor."}
	} else {
		s.Do = []string{"None of the accounts has ever logged in here; there is nothing to lock."}
	}
	return s
}
