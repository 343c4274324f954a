package detect

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Creep finds guesses that are spread so thin over sources and accounts that no
// one of either stands out: of all logins to accounts that exist more fail than
// used to (Javed and Paxson, CCS 2013).
//
// Logins are cut into epochs of about a hundred. Y, how many of a hundred failed,
// is betabinomial; C = max(0, C + Y - mean - k) sums up what is too much, and at H
// there is an alarm. H is the least for which chance alone would give one in ten
// thousand epochs, by the exact run length of the chain. What owners mistype at
// home is no failure here, and sources that guess enough to be found alone are left
// out. It needs twenty epochs of history.
type Creep struct{}

// Name implements analyze.Detector.
func (Creep) Name() string { return "creeping_guesses" }

const (
	epochLogins  = 100
	fewestEpochs = 20
	mostEpochs   = 2000
	rareAlarm    = 10_000 // epochs between two false alarms
	slackSD      = 1.5    // k in standard deviations
	sumsBack     = 7 * 24 * time.Hour
	fewestCreeps = 5 // sources that are accused together
)

// epoch is some hours with about a hundred logins.
type epoch struct {
	from, to uint32 // hours, [from, to)
	y        int    // of a hundred that failed
}

// hourLogins is what an hour of a service counts for epochs.
type hourLogins struct {
	hour      uint32
	good, bad uint32
	service   uint8 // index in Set.Services
}

// Detect implements analyze.Detector.
func (d Creep) Detect(in *analyze.Input) []*analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	byService := loginHours(in, owners)
	var out []*analyze.Finding
	for _, service := range slices.Sorted(maps.Keys(byService)) {
		if a, ok := alarmOf(in, epochsOf(byService[service])); ok {
			out = append(out, new(d.finding(in, owners, service, a)))
		}
	}
	return out
}

// loginHours adds up the logins of each service, hour by hour.
func loginHours(in *analyze.Input, owners *homes) map[string]map[uint32]hourLogins {
	all := analyze.EachUnit(in, analyze.Asked, func(unit int, u *window.Unit, found []hourLogins) []hourLogins {
		from := len(found)
		strange := 0
		net := hoodOf(u.Prefix())
		tries, of := owners.tried.hours(unit)
		for i := range u.Rows {
			r := &u.Rows[i]
			service := in.Set.Service(r.Service)
			if service == ingest.ServiceWeb || service == ingest.ServiceFail2ban {
				continue
			}
			h := hourLogins{service: r.Service, hour: r.Hour, good: r.Good}
			for len(tries) > 0 && int(tries[0].row) < i {
				tries = tries[1:]
			}
			if len(tries) > 0 && int(tries[0].row) == i && tries[0].exists && tries[0].bad {
				tries[0].failures(in, u, of, func(t *try) {
					if t.exists && owners.in(t.name, net) == nil && !owners.repeats(t.name, u.Prefix()) {
						h.bad += t.count
					}
				})
			}
			strange += int(h.bad)
			if h.good+h.bad > 0 {
				found = append(found, h)
			}
		}
		if strange > patient {
			for i := from; i < len(found); i++ {
				found[i].bad = 0
			}
		}
		return found
	})
	out := map[string]map[uint32]hourLogins{}
	for _, h := range all {
		service := accountsOf(in.Set.Service(h.service))
		if out[service] == nil {
			out[service] = map[uint32]hourLogins{}
		}
		sum := out[service][h.hour]
		out[service][h.hour] = hourLogins{hour: h.hour, good: sum.good + h.good, bad: sum.bad + h.bad}
	}
	return out
}

// eachStrange visits the failures of an hour on accounts that exist, from a network
// that never logged in to them.
func eachStrange(in *analyze.Input, owners *homes, u *window.Unit, r *window.Row, visit func(*window.Touch)) {
	if u.Trouble(r).Bad == 0 {
		return
	}
	net, touches := hoodOf(u.Prefix()), u.Touches(r)
	for i := range touches {
		if t := &touches[i]; t.Kind == ingest.KindAuthFailure && in.Exists(t.Name) && owners.in(t.Name, net) == nil && !owners.repeats(t.Name, u.Prefix()) {
			visit(t)
		}
	}
}

// epochsOf cuts the hours of a service into epochs; the last one is left open.
func epochsOf(hours map[uint32]hourLogins) (out []epoch) {
	good, bad := 0, 0
	var from uint32
	for _, hour := range slices.Sorted(maps.Keys(hours)) {
		h := hours[hour]
		if good+bad == 0 {
			from = hour
		}
		good, bad = good+int(h.good), bad+int(h.bad)
		if n := good + bad; n >= epochLogins {
			out = append(out, epoch{from, hour + 1, (bad*epochLogins + n/2) / n})
			good, bad = 0, 0
		}
	}
	return out
}

// alarm is a sum that reached its limit.
type alarm struct {
	from, to    uint32  // hours of the epochs that were summed up
	mean        float64 // of a hundred, before
	seen        float64 // in those epochs
	epochs      int
	chance      float64 // epochs until chance alone brings such a sum
	last        uint32  // the hour in which the limit was reached
	fewestSince int     // epochs of history
}

// alarmOf runs the sum over the last week and returns the last alarm in the window.
func alarmOf(in *analyze.Input, all []epoch) (last alarm, ok bool) {
	began := uint32(in.From.Unix() / 3600)
	history := slices.IndexFunc(all, func(e epoch) bool { return e.to > began })
	if history < 0 {
		history = len(all)
	}
	past := all[max(0, history-mostEpochs):history]
	if len(past) < fewestEpochs || history == len(all) {
		return last, false
	}
	mean, variance := usualFailures(past)
	y := fitBetaBinomial(epochLogins, mean, variance).pmf()
	drift := int(math.Round(mean + max(1, slackSD*math.Sqrt(variance))))
	limit := limitFor(y, drift, rareAlarm)
	sum, from := 0, 0
	start := uint32(max(0, in.From.Add(-sumsBack).Unix()) / 3600)
	for i, e := range all {
		if e.to <= start {
			from = i + 1
			continue
		}
		if sum = max(0, sum+e.y-drift); sum == 0 {
			from = i + 1
			continue
		}
		if sum >= limit && in.Contains(e.to-1) {
			part := all[from : i+1]
			last = alarm{from: part[0].from, to: e.to, mean: mean, epochs: len(part), last: e.to - 1, fewestSince: len(past), chance: averageRunLength(y, drift, sum)}
			for _, e := range part {
				last.seen += float64(e.y) / float64(len(part))
			}
			ok = true
		}
	}
	return last, ok
}

// usualFailures returns mean and variance of Y, the highest twentieth brought down
// to the rest: of a past in which there were attacks, too.
func usualFailures(past []epoch) (mean, variance float64) {
	ys := make([]int, len(past))
	for i, e := range past {
		ys[i] = e.y
	}
	slices.Sort(ys)
	top := ys[len(ys)-1-len(ys)/20]
	var sum, squares float64
	for _, y := range ys {
		v := float64(min(y, top))
		sum += v
		squares += v * v
	}
	n := float64(len(ys))
	mean = sum / n
	return mean, max(squares/n-mean*mean, mean*(1-mean/epochLogins))
}

// creeper is a source in the hours of an alarm.
type creeper struct {
	prefix   netip.Prefix
	tries    int
	accounts map[uint64]bool
	hours    []uint32
	touches  []*window.Touch
}

// finding names those of whom at least two of these hold beside that they never got
// anything right: others tried the same account, it came back in another hour, it
// stopped within three tries.
func (d Creep) finding(in *analyze.Input, owners *homes, service string, a alarm) analyze.Finding {
	all := creepers(in, owners, service, a)
	by := map[uint64]int{}
	for _, c := range all {
		for id := range c.accounts {
			by[id]++
		}
	}
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110"}, Key: "creep " + service, Service: service, Existing: true, Impact: analyze.Generic,
		First: time.Unix(int64(a.from)*3600, 0).UTC(), Last: time.Unix(int64(a.to)*3600-1, 0).UTC(),
		Evidence: []analyze.Evidence{{Family: analyze.Seasonal, LogOdds: analyze.FromP(1 / a.chance), Trials: a.epochs,
			Fact: fmt.Sprintf("%.1f of 100 logins to real accounts failed, where %.1f do", a.seen, a.mean)}},
	}
	var accused []creeper
	for _, c := range all {
		traits := 0
		for _, holds := range []bool{len(c.hours) > 1, c.tries <= 3, slices.ContainsFunc(slices.Collect(maps.Keys(c.accounts)), func(id uint64) bool { return by[id] > 1 })} {
			if holds {
				traits++
			}
		}
		if st := in.StandingOf(c.prefix); traits >= 2 && (st == nil || !st.Success) {
			accused = append(accused, c)
		}
	}
	if len(accused) < fewestCreeps {
		level := analyze.Medium
		f.Floor = &level
		for _, c := range all {
			f.Visitors = append(f.Visitors, c.prefix)
		}
		accused = nil
	}
	targets := map[uint64]int{}
	for _, c := range accused {
		f.Sources = append(f.Sources, c.prefix)
		for _, t := range c.touches {
			targets[t.Name] += int(t.Count)
			f.Times = append(f.Times, moment(t.Milli))
			f.Marks = append(f.Marks, analyze.Mark{Origin: t.Origin(), Time: moment(t.Milli)})
			f.Events += uint64(t.Count)
		}
	}
	if len(accused) > 0 {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Campaign, LogOdds: min(5, 1.5*math.Log(float64(len(accused)))), Trials: len(accused),
			Fact: fmt.Sprintf("%d sources that never succeeded share accounts and habits", len(accused))})
	}
	for _, id := range byCount(targets) {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: in.Set.Name(id).Text})
	}
	slices.SortFunc(f.Times, time.Time.Compare)
	f.Marks = analyze.Spread(f.Marks, 4)
	f.Story = a.story(service, len(all), len(accused), len(targets))
	return f
}

func creepers(in *analyze.Input, owners *homes, service string, a alarm) []creeper {
	return analyze.EachUnit(in, analyze.Failed, func(unit int, u *window.Unit, found []creeper) []creeper {
		c := creeper{prefix: u.Prefix(), accounts: map[uint64]bool{}}
		tries, _ := owners.tried.hours(unit)
		for i := range tries {
			r := &u.Rows[tries[i].row]
			if !tries[i].exists || r.Hour < a.from || r.Hour >= a.to || accountsOf(in.Set.Service(r.Service)) != service {
				continue
			}
			before := c.tries
			eachStrange(in, owners, u, r, func(t *window.Touch) {
				c.tries += int(t.Count)
				c.accounts[t.Name] = true
				c.touches = append(c.touches, t)
			})
			if c.tries > before && (len(c.hours) == 0 || c.hours[len(c.hours)-1] != r.Hour) {
				c.hours = append(c.hours, r.Hour)
			}
		}
		if c.tries > 0 && c.tries <= patient {
			found = append(found, c)
		}
		return found
	})
}

func (a *alarm) story(service string, strangers, accused, accounts int) analyze.Story {
	s := analyze.Story{
		Headline: fmt.Sprintf("More logins fail on real accounts of %s than used to", service),
		Body: []string{fmt.Sprintf("In %s, %.1f of 100 logins to accounts that exist failed from networks that their owners do not use; %.1f is usual. %s failed there.",
			span(time.Duration(a.to-a.from)*time.Hour), a.seen, a.mean, upper(count(strangers, "source")))},
		Why: []string{fmt.Sprintf("Chance alone would bring that once in %s such stretches of %d logins; %d of them were read before.", number(uint64(cmp.Or(a.chance, 1))), epochLogins, a.fewestSince)},
		Not: []string{"No single source and no single account stands out: a change in how people log in would look the same."},
		Do:  []string{"See whether the accounts have a second factor; look at who logs in to them from a new network in the next days."},
	}
	if accused > 0 {
		s.Body = append(s.Body, fmt.Sprintf("%d of them, which tried %s, never got anything right and share accounts or habits.", accused, count(accounts, "account")))
	}
	return s
}
