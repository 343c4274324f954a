package detect

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"sort"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// Network finds networks from which more distinct strangers fail than chance
// puts there: distributed guessing that stays under every limit per address.
//
// Failing sources are counted per /24 (v6 /56, and per /48 what no /56 explains) in
// windows of 6 h, 24 h and 7 d.
// Thrown at random on the networks of the internet, N failing sources put at
// most about 2 + .09 sqrt N into one /24 (simulation over 300,000 Pareto-weighted
// networks: 5 for 2,000, 9 for 10,000); fewer than six never count. The network
// named is the longest prefix that holds at least 80 % of them.
type Network struct{}

// Name implements analyze.Detector.
func (Network) Name() string { return "distributed_guessing" }

var networkWindows = [...]time.Duration{6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// failing is one hour of one stranger's failed logins.
type failing struct {
	unit  *window.Unit
	row   *window.Row
	from  int32 // number of the source, of those of the block
	tries []try // of which the guilty ones are such logins
	count int   // with those that were not kept singly
}

// slip is an hour in which a stranger failed. There are many: they are small, and
// point to nothing.
type slip struct {
	unit    uint32 // in Set.Units
	hour    uint32
	service uint8
}

// block is the strangers of one network who failed on a service: their units lie
// side by side.
type block struct {
	lo, hi  uint32 // in Set.Units
	service uint8
	sources int
	hours   []uint32 // one for each slip
}

// Detect implements analyze.Detector. The hours of all strangers are counted
// first, by network; what they tried is listed where there are enough of them.
func (d Network) Detect(in *analyze.Input) []*analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	units := in.Set.Units()
	slips := analyze.EachUnit(in, analyze.Failed, func(i int, u *window.Unit, found []slip) []slip {
		if in.Standing(i).KnownHere() {
			return found
		}
		hours, _ := owners.tried.hours(i)
		for k := range hours {
			if h := &hours[k]; h.guilty {
				r := &u.Rows[h.row]
				found = append(found, slip{uint32(i), r.Hour, r.Service})
			}
		}
		return found
	})
	var hourly [256]map[uint32]int
	for _, s := range slips {
		if hourly[s.service] == nil {
			hourly[s.service] = map[uint32]int{}
		}
		hourly[s.service][s.hour]++
	}
	var total [256][]hourCount
	for i := range total {
		total[i] = cumulative(hourly[i])
	}
	look := func(slips []slip, net func(prefix) prefix) []*analyze.Finding {
		nets := bounds(units, slips, net)
		return analyze.Gather(len(nets)-1, func(i int, found []*analyze.Finding) []*analyze.Finding {
			for _, b := range blocksOf(slips[nets[i]:nets[i+1]]) {
				if !b.enough(total[b.service]) {
					continue
				}
				if f, ok := d.judge(in, &b, net(units[b.lo].Prefix()), fails(in, owners, &b), total[b.service]); ok {
					found = append(found, new(f))
				}
			}
			return found
		})
	}
	found := look(slips, network)
	return append(found, look(unexplained(units, slips, found), site)...)
}

// bounds is where in slips each network begins, and the end.
func bounds(units []window.Unit, slips []slip, net func(prefix) prefix) (out []int) {
	var last prefix
	for i, s := range slips {
		if i > 0 && s.unit == slips[i-1].unit {
			continue
		}
		if n := net(units[s.unit].Prefix()); i == 0 || n != last {
			out, last = append(out, i), n
		}
	}
	return append(out, len(slips))
}

// site is the v6 /48 of a source: whoever has one has all its networks (RFC 6177).
// A /24 has no such owner.
func site(p prefix) prefix {
	if p.Addr().Is4() {
		return network(p)
	}
	n, _ := p.Addr().Prefix(widest6)
	return n
}

// unexplained keeps the slips of v6 sites of which no network was found: what a
// part explains is not counted again for the whole.
func unexplained(units []window.Unit, slips []slip, found []*analyze.Finding) (out []slip) {
	known := map[prefix]bool{}
	for i := range found {
		known[site(found[i].Sources[0])] = true
	}
	for _, s := range slips {
		if p := units[s.unit].Prefix(); p.Addr().Is6() && !known[site(p)] {
			out = append(out, s)
		}
	}
	return out
}

// blocksOf cuts the slips of a network by service, if there are enough.
func blocksOf(slips []slip) (out []block) {
	if len(slips) < fewestStrangers {
		return nil
	}
	for _, s := range slips {
		at := slices.IndexFunc(out, func(b block) bool { return b.service == s.service })
		if at < 0 {
			at = len(out)
			out = append(out, block{lo: s.unit, service: s.service})
		}
		b := &out[at]
		if b.hi != s.unit+1 {
			b.hi = s.unit + 1
			b.sources++
		}
		b.hours = append(b.hours, s.hour)
	}
	return out
}

// enough reports whether a block has as many sources as chance does not put into
// the shortest window from any of its hours.
func (b *block) enough(total []hourCount) bool {
	return b.sources >= fewestStrangers && slices.ContainsFunc(b.hours, func(h uint32) bool {
		return b.sources >= chanceLimit(between(total, h, h+uint32(networkWindows[0]/time.Hour)))
	})
}

// fails lists what the strangers of a block tried.
func fails(in *analyze.Input, owners *homes, b *block) []failing {
	units := in.Set.Units()
	out, from := make([]failing, 0, len(b.hours)), int32(0)
	for i := b.lo; i < b.hi; i++ {
		u := &units[i]
		if in.Standing(int(i)).KnownHere() {
			continue
		}
		hours, of := owners.tried.hours(int(i))
		for k := range hours {
			h := &hours[k]
			r := &u.Rows[h.row]
			if r.Service != b.service || !h.guilty {
				continue
			}
			f := failing{unit: u, row: r, from: from, tries: of[h.lo:h.hi]}
			guilty := 0
			for k := range f.tries {
				if t := &f.tries[k]; t.guilty() {
					guilty += int(t.count)
				}
			}
			f.count = h.total() * guilty / int(h.kept)
			out = append(out, f)
		}
		if len(out) > 0 && out[len(out)-1].unit == u {
			from++
		}
	}
	return out
}

// fewestStrangers is how many it takes, whatever chance would put into a network.
const fewestStrangers = 6

// chanceLimit is how many of n failing sources chance puts into one network.
func chanceLimit(n int) int { return max(fewestStrangers, int(math.Ceil(2+.09*math.Sqrt(float64(n))))) }

func (d Network) judge(in *analyze.Input, b *block, net prefix, fails []failing, total []hourCount) (analyze.Finding, bool) {
	service := in.Set.Service(b.service)
	var best []failing
	var limit int
	var span time.Duration
	odds := 0.0
	sortByTime(fails, func(f *failing) int64 { return int64(f.row.Hour) }, nil)
	for _, w := range networkWindows {
		part, from := widest(recent(in, fails, w, func(f failing) uint32 { return f.row.Hour }), w)
		if len(part) == 0 {
			continue
		}
		k := distinctUnits(part)
		l := chanceLimit(between(total, from, from+uint32(w/time.Hour)))
		if o := 4 + .5*float64(k-l); k >= l && o > odds && in.Contains(part[len(part)-1].row.Hour) {
			best, limit, odds, span = part, l, o, w
		}
	}
	if best == nil {
		return analyze.Finding{}, false
	}
	accused := map[netip.Prefix]bool{}
	for _, f := range best {
		accused[f.unit.Prefix()] = true
	}
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1110.003"}, Service: service, Impact: analyze.Generic}
	perAccount, perUnit := map[uint64]int{}, map[netip.Prefix]int{}
	total0, existing := 0, false
	for _, x := range best {
		total0 += x.count
		perUnit[x.unit.Prefix()] += x.count
		for i := range x.tries {
			t := &x.tries[i]
			if !t.guilty() {
				continue
			}
			at := t.at()
			f.Times = append(f.Times, at)
			f.Marks = append(f.Marks, t.mark())
			if t.name != 0 {
				perAccount[t.name] += int(t.count)
				existing = existing || t.exists
			}
			if f.First.IsZero() || at.Before(f.First) {
				f.First = at
			}
			if at.After(f.Last) {
				f.Last = at
			}
		}
	}
	f.Marks = analyze.Spread(f.Marks, 3)
	f.Sources = sortedPrefixKeys(accused)
	f.Prefix = longest(net, f.Sources)
	f.Key = f.Prefix.String() + " " + service
	f.Collateral = in.Collateral(f.Prefix, accused)
	f.Events = uint64(total0)
	f.Existing = existing
	k := len(f.Sources)
	if _, people, _ := in.Logins(f.Prefix, nil, f.Last); people >= k && len(perAccount) >= k {
		return analyze.Finding{}, false // where so many log in, so many mistype, each at an account of their own
	}
	if k >= 10 || existing {
		f.Impact = analyze.Targeted
	}
	if quota(perUnit) {
		odds += 2
	} else if maxOf(perUnit) <= 3 {
		odds++
	}
	f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Subnet, LogOdds: odds, Trials: k,
		Fact: fmt.Sprintf("%d strangers of %s fail within %s, where chance puts at most %d", k, f.Prefix, hours(span), limit)})
	target, onTarget := most(perAccount)
	for _, id := range byCount(perAccount) {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: in.Set.Name(id).Text})
	}
	one := k >= 8 && onTarget*10 >= total0*8
	if one {
		f.Techniques = []string{"T1110.001"}
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Fanin, LogOdds: 4, Trials: k,
			Fact: fmt.Sprintf("%d of %d tries aim at one account", onTarget, total0)})
	}
	if e, ok := successive(in, best, perAccount); ok {
		if one {
			e.LogOdds *= 2 // that they aim at one account says nothing then, either
		}
		f.Evidence = append(f.Evidence, e)
	}
	f.Story = networkStory(in, f, service, total0, limit, target, one, perUnit, existing)
	return f, true
}

// recent drops what ended more than w before the analyzed window. all are sorted
// by hour.
func recent[T any](in *analyze.Input, all []T, w time.Duration, hour func(T) uint32) []T {
	from := uint32(max(0, in.From.Add(-w).Unix()) / 3600)
	i := sort.Search(len(all), func(i int) bool { return hour(all[i]) >= from })
	return all[i:]
}

// widest returns the fails of the window of length w that holds most sources,
// and the hour at which it starts. fails are sorted by hour.
func widest(fails []failing, w time.Duration) (best []failing, from uint32) {
	n := uint32(w / time.Hour)
	inside := make([]int32, sourcesIn(fails))
	most, lo, held := 0, 0, 0
	for hi := range fails {
		if inside[fails[hi].from]++; inside[fails[hi].from] == 1 {
			held++
		}
		for fails[hi].row.Hour-fails[lo].row.Hour >= n {
			if inside[fails[lo].from]--; inside[fails[lo].from] == 0 {
				held--
			}
			lo++
		}
		if held >= most {
			most, best, from = held, fails[lo:hi+1], fails[lo].row.Hour
		}
	}
	return best, from
}

// sourcesIn is more than any number of a source.
func sourcesIn(fails []failing) (n int32) {
	for i := range fails {
		n = max(n, fails[i].from+1)
	}
	return n
}

func distinctUnits(fails []failing) (n int) {
	seen := make([]bool, sourcesIn(fails))
	for i := range fails {
		if from := fails[i].from; !seen[from] {
			seen[from] = true
			n++
		}
	}
	return n
}

// longest returns the longest prefix inside net that holds at least 80 % of the
// sources, no longer than a /28 or a v6 /64.
func longest(net netip.Prefix, sources []netip.Prefix) netip.Prefix {
	stop := 28
	if net.Addr().Is6() {
		stop = 64
	}
	for net.Bits() < stop {
		next, n := mostHeld(sources, net.Bits()+1, net.Contains)
		if n*10 < len(sources)*8 {
			break
		}
		net = next
	}
	return net
}

// quota reports whether the sources share one small number of tries: Fano factor
// of tries under .3 with a mean of at least two, over eight sources or more.
func quota(per map[netip.Prefix]int) bool {
	if len(per) < 8 {
		return false
	}
	var sum, squares float64
	for _, n := range per {
		sum += float64(n)
		squares += float64(n) * float64(n)
	}
	mean := sum / float64(len(per))
	return mean >= 2 && (squares/float64(len(per))-mean*mean)/mean < .3
}

// successive is the guard for telephones to which their carrier gives one address after
// the other: of those that try an account no two are there at a time, where bots have no
// reason to wait for each other. Of tries that are spread over addresses by chance next
// to none follow each other like that, if an address makes more than one.
func successive(in *analyze.Input, fails []failing, accounts map[uint64]int) (analyze.Evidence, bool) {
	type turn struct {
		account uint64
		milli   int64
		from    int32
	}
	if len(accounts) == 0 || len(accounts) > ownDevices {
		return analyze.Evidence{}, false
	}
	for id := range accounts {
		if !in.Exists(id) && isFamous(in, id) {
			return analyze.Evidence{}, false
		}
	}
	var turns []turn
	for i := range fails {
		for k := range fails[i].tries {
			if t := &fails[i].tries[k]; t.guilty() {
				turns = append(turns, turn{t.name, t.milli, fails[i].from})
			}
		}
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.milli, b.milli)) })
	type place struct {
		account uint64
		from    int32
	}
	stays, places := 0, map[place]bool{}
	for i, t := range turns {
		if i == 0 || t.account != turns[i-1].account || t.from != turns[i-1].from {
			stays++
		}
		places[place{t.account, t.from}] = true
	}
	if !inSuccession(stays, len(places)) || 3*stays > 2*len(turns) || fails[len(fails)-1].row.Hour-fails[0].row.Hour < uint32(patience/time.Hour) {
		return analyze.Evidence{}, false
	}
	return analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: stays,
		Fact: "one address after the other, and never two at a time: a telephone with an old password, to which its carrier gives another address now and then, looks the same"}, true
}

func networkStory(in *analyze.Input, f analyze.Finding, service string, total, limit int, target uint64, one bool, per map[netip.Prefix]int, existing bool) analyze.Story {
	k := len(f.Sources)
	least, most := math.MaxInt, 0
	for _, n := range per {
		least, most = min(least, n), max(most, n)
	}
	each := fmt.Sprintf("%d to %d tries each", least, most)
	if least == most {
		each = count(most, "try") + " each"
	}
	s := analyze.Story{}
	lasted := span(f.Last.Sub(f.First))
	if one {
		name := in.Set.Name(target).Text
		s.Headline = fmt.Sprintf("%d addresses, one account: %s", k, name)
		s.Body = []string{fmt.Sprintf("%s was tried %s over %s by %d addresses of one network, %s, %s.", name, count(total, "time"), service, k, f.Prefix, each),
			fmt.Sprintf("It went on for %s, and none of them got in while the log was there.", lasted)}
		s.Why = []string{"All of them are strangers to this account, all fail, and all stop early: one hand guides them."}
		if existing {
			s.Do = []string{fmt.Sprintf("Tell the owner of %s, and give the account a second factor or a long password.", name)}
		} else {
			s.Do = []string{fmt.Sprintf("%s has never logged in here; there is nothing to lock.", name)}
		}
	} else {
		s.Headline = fmt.Sprintf("%d addresses of one network guess on %s", k, service)
		on := ""
		if len(f.Targets) > 0 {
			on = " on " + count(len(f.Targets), "account")
		}
		s.Body = []string{fmt.Sprintf("%d addresses of %s failed to log in %s over %s%s, %s.", k, f.Prefix, count(total, "time"), lasted, on, each)}
		s.Do = []string{"Nothing to do if passwords are off for these accounts; else make sure that they are strong."}
	}
	s.Why = append(s.Why, fmt.Sprintf("On such a log chance puts at most %d failing strangers into one network of this size; here there are %d.", limit, k))
	if f.Collateral == 0 {
		s.Not = []string{fmt.Sprintf("Nobody honest was seen in %s.", f.Prefix)}
	} else {
		s.Not = []string{fmt.Sprintf("%s in %s: the network as a whole is not to blame.", upper(count(f.Collateral, "honest address")), f.Prefix)}
	}
	return s
}
