package detect

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
)

// Spray finds a few passwords that a botnet tries at many accounts which exist: each
// source two or three tries and each account a few, so that no limit for either is
// met. The names are right, and an owner's mistake looks like a try.
//
// But a person who mistypes does so at one account, often again and again, and nearly
// always gets in. Counted are networks of strangers that never got anything right, in
// two ways: those that try two accounts and more, which hardly anybody does, and all
// that try no account twice, which is what somebody does who gives up. Where more try
// theirs again, passwords were changed, or each is tried twice to look like that: it is
// told, and nobody accused. How many there
// usually are a day is geometric around mu, as in Stuffing. All services count
// together: one list of names goes through all doors. Where one account draws most of
// the tries, it is Account's.
type Spray struct{}

// Name implements analyze.Detector.
func (Spray) Name() string { return "password_spraying" }

const (
	sprayP        = 1e-6
	fewestSprayed = 10  // accounts
	topAccount    = .25 // of the tries, at the most
	mostFromNet   = 3   // tries of one network at one account; more are a device's or a forgetful owner's
	severalADay   = .2  // mu of networks that try several accounts, before history tells
	lonesFor      = 10  // lone tries are blamed, too, where they are so many times the usual
)

// sprayer is what a stranger tried at accounts that exist.
type sprayer struct {
	tries   []lone
	several bool // accounts
}

// Detect implements analyze.Detector.
func (d Spray) Detect(in *analyze.Input) []*analyze.Finding {
	all, again := sprayersOf(in)
	var several, once []lone
	for _, s := range all {
		if s.several {
			several = append(several, s.tries...)
		}
		once = append(once, s.tries...)
	}
	byTime := func(a, b lone) int { return cmp.Or(earlierTry(a.try, b.try), cmp.Compare(a.unit, b.unit)) }
	slices.SortFunc(several, byTime)
	slices.SortFunc(once, byTime)
	wave := d.widest(in, several, func(string) float64 { return severalADay })
	if w := d.widest(in, once, func(service string) float64 { return usualStrangers(in, service) }); w.p < sprayP && float64(w.nets) >= lonesFor*w.mu {
		w.beside = beside(again, w.tries)
		if w.nets > w.beside || wave.p >= sprayP {
			wave = w
		}
	}
	if wave.p >= sprayP {
		return nil
	}
	f := d.finding(in, &wave)
	if wave.nets <= wave.beside {
		spare(&f, &wave)
	}
	return []*analyze.Finding{&f}
}

// beside counts the networks that tried one account again, within the time of some tries.
// Where the passwords of many were changed at once, most of them try twice.
func beside(again, tries []lone) int {
	at := slices.DeleteFunc(slices.Clone(again), func(t lone) bool { return t.milli < tries[0].milli || t.milli > tries[len(tries)-1].milli })
	return networksIn(at)
}

// sprayersOf lists the strangers who tried little, and only or mostly at accounts
// that exist; again are the tries of those who stayed at one account.
func sprayersOf(in *analyze.Input) (out []sprayer, again []lone) {
	of, strange := map[uint32][]lone{}, make([]int32, len(in.Set.Units()))
	type pair struct {
		account uint64
		net     hood
	}
	from := map[pair]uint32{}
	for _, k := range analyze.Fact(in, "knockings", knockingsOf) {
		passing := passingBy(in, k.tries, inLists(in, k.service))
		for _, t := range k.tries {
			switch {
			case !passing(t.unit):
				continue
			case !t.exists:
				strange[t.unit]++
				continue
			}
			of[t.unit] = append(of[t.unit], t)
			from[pair{t.name, t.net}] += t.count
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(of)) {
		s := sprayer{tries: of[unit]}
		per := map[string]int{}
		repeats := false
		for _, t := range s.tries {
			name := mailName(in, t.name)
			per[name] += int(t.count)
			repeats = repeats || from[pair{t.name, t.net}] > mostFromNet
		}
		s.several = len(per) > 1
		switch {
		case int(strange[unit]) > len(s.tries):
		case !s.several && countLone(s.tries) > 1:
			again = append(again, s.tries...)
		case !repeats:
			out = append(out, s)
		}
	}
	return out, again
}

// mailName is an account's name without its domain, so that one of several services
// counts once.
func mailName(in *analyze.Input, account uint64) string {
	name, _, _ := strings.Cut(strings.ToLower(in.Set.Name(account).Text), "@")
	return name
}

func countLone(all []lone) (n int) {
	for i := range all {
		n += int(all[i].count)
	}
	return n
}

// wave is the tries of a span that chance explains least.
type wave struct {
	tries   []lone
	nets    int
	span    time.Duration
	mu, p   float64
	beside  int    // networks that tried one account again
	service string // where most was tried
}

func (d Spray) widest(in *analyze.Input, tries []lone, usually func(service string) float64) wave {
	best := wave{p: 1}
	nets, days := netsOf(tries), networksByDay(tries)
	for _, span := range spansFor(in) {
		lo, hi := nets.fullest(in, tries, span)
		lo += lastEpisode(tries[lo:hi])
		part := tries[lo:hi]
		if len(part) == 0 || !spread(in, part) {
			continue
		}
		w := wave{tries: part, nets: networksIn(part), span: span, service: servedBy(in, part)}
		w.mu = usualNewcomers(in, days, part[0].at(), w.service, usually(w.service)) * max(1, span.Hours()/24)
		if w.p = math.Pow(w.mu/(1+w.mu), float64(w.nets)); w.p < best.p {
			best = w
		}
	}
	return best
}

// spread reports whether many accounts are tried, none of them most of all.
func spread(in *analyze.Input, tries []lone) bool {
	per := map[string]int{}
	for i := range tries {
		per[mailName(in, tries[i].name)] += int(tries[i].count)
	}
	return len(per) >= fewestSprayed && float64(maxOf(per)) <= topAccount*float64(countLone(tries))
}

// networksByDay counts the networks that try, day by day.
func networksByDay(tries []lone) map[int64]int {
	per := map[int64]map[hood]bool{}
	for i := range tries {
		day := tries[i].milli / dayMilli
		if per[day] == nil {
			per[day] = map[hood]bool{}
		}
		per[day][tries[i].net] = true
	}
	out := map[int64]int{}
	for day, nets := range per {
		out[day] = len(nets)
	}
	return out
}

// servedBy is the service on which most was tried.
func servedBy(in *analyze.Input, tries []lone) string {
	on := map[string]int{}
	for i := range tries {
		if t := in.Thing(tries[i].name); t != nil && len(t.Hours) > 0 {
			on[in.Set.Service(t.Hours[0].Service)]++
		}
	}
	service, _ := most(on)
	return service
}

func (d Spray) finding(in *analyze.Input, w *wave) analyze.Finding {
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1110.003"}, Service: w.service, Key: "spray",
		Evidence: []analyze.Evidence{{Family: analyze.Fanin, LogOdds: analyze.FromP(w.p), Trials: w.nets,
			Fact: fmt.Sprintf("%s that never got anything right try accounts of others within %s, where %.1f are usual", count(w.nets, "network"), hours(w.span), w.mu)}}}
	crowdOf(in, &f, w.tries)
	accounts := map[string]int{}
	for i := range w.tries {
		accounts[mailName(in, w.tries[i].name)] += int(w.tries[i].count)
	}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("%d addresses try a password or two at %s", len(f.Sources), count(len(accounts), "account")),
		Body: []string{fmt.Sprintf("%s of %s tried %s that exist, %s in all over %s, at most %s each, and no source more than a few.",
			upper(count(len(f.Sources), "address")), count(w.nets, "network"), count(len(accounts), "account"), count(f.Events, "time"), span(f.Last.Sub(f.First)), count(maxOf(accounts), "time"))},
		Why: []string{fmt.Sprintf("People who mistype do so at their own account, and then get in. Strangers who go from account to account, each gone after a few tries, are usually %.1f networks in that time: somebody has the list of names and shares it out.", w.mu)},
		Not: []string{"None of them got in while the log was there. Sources that try one account again and again are not named: they may be its owner's."},
		Do:  []string{"The names are known to somebody: see that none of these accounts has a common password, and give them a second factor."},
	}
	return f
}

// spare makes it a question: the same crowd comes when the passwords of many were changed.
func spare(f *analyze.Finding, w *wave) {
	f.Floor, f.Impact = new(analyze.Low), analyze.Nuisance
	f.Visitors, f.Sources = f.Sources, nil
	f.Story.Headline = "Were passwords changed? " + f.Story.Headline
	f.Story.Why = []string{fmt.Sprintf("Where %.1f networks that give up after a try are usual, there were %d; in the same time %s tried one account again, as people do whose passwords were changed.",
		w.mu, w.nets, count(w.beside, "network"))}
	f.Story.Not = []string{"Whoever goes through a list of names, and tries some of them twice, looks the same."}
	f.Story.Do = []string{"If nobody changed the passwords of many, somebody has the list of names: see that none of these accounts has a common password, and give them a second factor."}
}
