package detect

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Everywhere finds the source that tries several services within a day, a little
// at each: two names at the shell, two at the mail, two paths that only scanners
// ask for. At each of them that is no more than an honest person may do; but an
// honest person does it at one, and gets something right sometime.
//
// Where each address of a network tries one service, the network is looked at as
// a whole: more of its addresses have to be about than meet by chance, at each
// service two, and it weighs less.
type Everywhere struct{}

// Name implements analyze.Detector.
func (Everywhere) Name() string { return "every_door" }

const (
	sameDay      = 24 * time.Hour
	twoDoors     = 3.0 // log-odds of two services
	threeDoors   = 5.0
	sharedOut    = 1.0 // how much less among the addresses of a network
	doorsAreMore = 8   // log-odds from which there is a finding
	muchMore     = 16  // times a little, over all days
	aLittle      = 24  // tries: who tries more is found at each door by itself
)

// rattle is one try at a door.
type rattle struct {
	*window.Touch
	unit    *window.Unit
	service uint8 // index in Set.Services
	name    string
}

// door names what has passwords of its own: a telephone with an old one fails on
// SMTP as it fails on IMAP, and what stands behind the web server is the web.
func (r *rattle) door() string {
	if r.name == ingest.ServiceApp {
		return ingest.ServiceWeb
	}
	return accountsOf(r.name)
}

// knocker is a source that tried something. There are many: they are small.
type knocker struct {
	unit  int32  // in Set.Units
	tries uint32 // in the window and the day before
	doors uint64 // bits by number of the service
}

// Detect implements analyze.Detector.
func (d Everywhere) Detect(in *analyze.Input) []*analyze.Finding {
	owners := analyze.Fact(in, "homes", homesOf)
	from, signs := rattledSince(in), analyze.Fact(in, "signs", signsOf)
	all := eachSign(in, 0, failed|rattled, func(i int, u *window.Unit, found []knocker) []knocker {
		if in.Standing(i).Success {
			return found
		}
		k := knocker{unit: int32(i)}
		hours, of := owners.tried.hours(i)
		for n := range hours {
			hours[n].failures(in, u, of, func(t *try) {
				if t.milli >= from {
					k.tries++
					k.doors |= 1 << (u.Rows[hours[n].row].Service % 64)
				}
			})
		}
		for n := 0; n < len(u.Rows) && signs[i]&rattled != 0; n++ {
			if r := &u.Rows[n]; in.Set.Service(r.Service) == ingest.ServiceWeb {
				rattlesIn(in, owners, u, r, from, func(rattle) {
					k.tries++
					k.doors |= 1 << (r.Service % 64)
				})
			}
		}
		if k.tries > 0 {
			found = append(found, k)
		}
		return found
	})
	var out []*analyze.Finding
	units, limit := in.Set.Units(), chanceLimit(len(all))
	for lo := 0; lo < len(all); {
		net, hi := network(units[all[lo].unit].Prefix()), lo
		for hi < len(all) && net.Contains(units[all[hi].unit].Prefix().Addr()) {
			hi++
		}
		out = append(out, d.inNetwork(in, owners, net, all[lo:hi], limit)...)
		lo = hi
	}
	return out
}

// inNetwork looks at the sources of a network, and if none of them tried several
// doors, at all together, unless anybody in it ever got anything right. Who tried
// far more than a little is found at each door by itself.
func (d Everywhere) inNetwork(in *analyze.Input, owners *homes, net netip.Prefix, all []knocker, limit int) (out []*analyze.Finding) {
	units := in.Set.Units()
	listed := func(k knocker, list []rattle) []rattle {
		rattles(in, owners, &units[k.unit], func(r rattle) { list = append(list, r) })
		return list
	}
	var doors uint64
	tries := 0
	for _, k := range all {
		doors |= k.doors
		tries += int(k.tries)
		if bits.OnesCount64(k.doors) > 1 && k.tries <= muchMore*aLittle {
			out = append(out, d.judge(in, units[k.unit].Prefix(), listed(k, nil), 1)...)
		}
	}
	if len(out) > 0 || len(all) < limit || bits.OnesCount64(doors) < 2 || tries > muchMore*aLittle*len(all) || in.Collateral(net, nil) > 0 {
		return out
	}
	var together []rattle
	for _, k := range all {
		together = listed(k, together)
	}
	return d.judge(in, net, together, limit)
}

// rattles visits what a source tried in the window and the day before: logins that
// no owner's mistake explains, and of the web what only scanners ask for.
func rattles(in *analyze.Input, owners *homes, u *window.Unit, visit func(rattle)) {
	from := rattledSince(in)
	for i := range u.Rows {
		rattlesIn(in, owners, u, &u.Rows[i], from, visit)
	}
}

// rattledSince is where the day before the window begins, milli.
func rattledSince(in *analyze.Input) int64 { return in.From.Add(-sameDay).UnixMilli() }

func rattlesIn(in *analyze.Input, owners *homes, u *window.Unit, r *window.Row, from int64, visit func(rattle)) {
	if calm(u, r) || int64(r.Last()+1)*1000 < from {
		return
	}
	touches := u.Touches(r)
	if len(touches) == 0 {
		return
	}
	name := in.Set.Service(r.Service)
	for k := range touches {
		t := &touches[k]
		if t.Milli < from {
			continue
		}
		hostile := false
		if name == ingest.ServiceWeb {
			hostile = scannersOnly(in, t)
		} else if t.Kind == ingest.KindAuthFailure {
			hostile = !owners.excuses(t.Name, hoodOf(u.Prefix())) && !owners.repeats(t.Name, u.Prefix())
		}
		if hostile {
			visit(rattle{t, u, r.Service, name})
		}
	}
}

func scannersOnly(in *analyze.Input, t *window.Touch) bool {
	return t.Kind == ingest.KindProbe || refusal(t.Status) && in.BenignBad(t.Name) < 3 && in.Answered(t.Name) == 0 &&
		in.Path(t.Name)&(ingest.PathVocabulary|ingest.PathSensitive) != 0
}

// judge weighs the day in which most doors were tried, by at least so many sources.
func (d Everywhere) judge(in *analyze.Input, of netip.Prefix, all []rattle, sources int) []*analyze.Finding {
	slices.SortFunc(all, func(a, b rattle) int {
		return cmp.Or(cmp.Compare(a.Milli, b.Milli), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset), a.unit.Prefix().Compare(b.unit.Prefix()))
	})
	if len(all) == 0 {
		return nil
	}
	day, doors := mostDoors(all)
	n, each := sourcesOf(day)
	if len(doors) < 2 || len(day) > aLittle*n || n < sources || sources > 1 && each < 2 || !in.Contains(uint32(day[len(day)-1].Milli/3_600_000)) {
		return nil
	}
	cross := twoDoors
	if len(doors) > 2 {
		cross = threeDoors
	}
	if sources > 1 {
		cross -= sharedOut
	}
	guessing, probing, names, paths := weighDoors(in, day)
	if cross+guessing+probing < doorsAreMore {
		return nil
	}
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1595", "T1110.001"}, Key: "doors " + of.String(), Impact: analyze.Targeted,
		Events: uint64(len(day)), First: moment(day[0].Milli), Last: moment(day[len(day)-1].Milli)}
	for _, r := range day {
		f.Sources = append(f.Sources, r.unit.Prefix())
		f.Times = append(f.Times, moment(r.Milli))
		f.Marks = append(f.Marks, analyze.Mark{Origin: r.Origin(), Time: moment(r.Milli)})
		kind := analyze.AccountName
		if r.name == ingest.ServiceWeb {
			kind = analyze.Endpoint
		}
		if text := in.Set.Name(r.Name).Text; text != "" {
			f.Targets = append(f.Targets, analyze.Target{Kind: kind, Value: text})
		}
	}
	slices.SortFunc(f.Sources, netip.Prefix.Compare)
	f.Sources, f.Targets, f.Marks = slices.Compact(f.Sources), analyze.Unique(f.Targets), analyze.Spread(f.Marks, 6)
	f.Evidence = []analyze.Evidence{{Family: analyze.Crosslog, LogOdds: cross, Trials: len(doors), Fact: "misbehaved on " + and(doors)}}
	if names > 0 {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Guessing, LogOdds: guessing, Trials: names, Fact: count(names, "account") + " tried, none of them its own"})
	}
	if paths > 0 {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Probing, LogOdds: probing, Trials: paths, Fact: count(paths, "path") + " that only scanners ask for"})
	}
	who := bare(of)
	if len(f.Sources) > 1 {
		f.Impact = analyze.Generic
		who = fmt.Sprintf("%s of %s", count(len(f.Sources), "address"), of)
	}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("A little at every door: %s within %s", and(doors), span(f.Last.Sub(f.First))),
		Body:     []string{fmt.Sprintf("%s tried %s on %s.", who, count(len(day), "time"), and(doors))},
		Why:      []string{"At one door that is little. But nobody there ever got anything right here, at any of them."},
		Not:      []string{"None of it got in."},
		Do:       []string{doNothing},
	}
	f.Service = doors[0]
	out := []*analyze.Finding{new(f)}
	if len(f.Sources) > 1 {
		return out
	}
	for _, s := range doors[1:] { // the case is about all of them; the evidence stands in the first
		out = append(out, &analyze.Finding{Detector: f.Detector, Key: f.Key + " " + s, Sources: f.Sources, Impact: f.Impact, Service: s, First: f.First, Last: f.Last})
	}
	return out
}

// sourcesOf counts the sources, and those at the door that had the fewest.
func sourcesOf(day []rattle) (all, fewest int) {
	at := map[string]map[netip.Prefix]bool{}
	seen := map[netip.Prefix]bool{}
	for i := range day {
		door, p := day[i].door(), day[i].unit.Prefix()
		if at[door] == nil {
			at[door] = map[netip.Prefix]bool{}
		}
		at[door][p], seen[p] = true, true
	}
	fewest = len(day)
	for _, sources := range at {
		fewest = min(fewest, len(sources))
	}
	return len(seen), fewest
}

// mostDoors returns the tries of the day in which most doors were tried, and the
// services.
func mostDoors(all []rattle) (best []rattle, services []string) {
	inside, most, lo := map[string]int{}, 0, 0
	for hi := range all {
		inside[all[hi].door()]++
		for all[hi].Milli-all[lo].Milli > sameDay.Milliseconds() {
			if inside[all[lo].door()]--; inside[all[lo].door()] == 0 {
				delete(inside, all[lo].door())
			}
			lo++
		}
		if len(inside) >= most {
			best, most = all[lo:hi+1], len(inside)
		}
	}
	seen := map[string]bool{}
	for i := range best {
		if door := best[i].door(); !seen[door] {
			seen[door] = true
			services = append(services, best[i].name)
		}
	}
	slices.Sort(services)
	return best, services
}

// weighDoors adds up first contacts with accounts and paths, as Guess and Scan do.
func weighDoors(in *analyze.Input, day []rattle) (guessing, probing float64, names, paths int) {
	seen := map[uint64]bool{}
	for _, r := range day {
		if seen[r.Name] || r.Name == 0 {
			continue
		}
		seen[r.Name] = true
		if r.name == ingest.ServiceWeb {
			probing += scannerWeight * math.Log(failHostile/failHonest)
			paths++
			continue
		}
		w := 1.0
		if r.Absent || in.Absent(r.Name) {
			w = absentWeight
		}
		guessing += w * math.Log(failHostile/t0OfLogins)
		names++
	}
	return guessing, probing, names, paths
}

// scannerWeight is what a path counts that only scanners ask for: see weight.
const scannerWeight = 1.5
