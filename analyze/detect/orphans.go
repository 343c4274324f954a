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

// Orphans finds the scan that is spread over so many networks that each address
// knocks once: a stranger who was never shown a page asks for a door that only
// scanners know, and so does another of another network, hours later. No count
// per address can see it.
//
// An orphan is a source without any success in all that was read. Its doors are
// paths of the scanners' vocabulary that were never answered and mostly fail
// orphans: a page that is missing fails visitors too, and is no door. The referer
// proves nothing, since robots forge it. Three networks within three days, or
// five within two weeks, are no coincidence.
//
// Those whom more connects than that are Campaign's, and are told by it alone.
//
// What it finds goes on wherever there is a web server, and is a nuisance.
type Orphans struct{}

// Name implements analyze.Detector.
func (Orphans) Name() string { return "orphan_fanin" }

const (
	fewDoors  = 3   // a source with more is seen by the walk, by itself
	seenAlone = 7.4 // the walk's sum from which a source is likelier hostile than not, by itself
	doorWorth = 1.5
)

// orphanWindows are the spans in which networks are counted, and how many it takes.
var orphanWindows = []struct {
	span     time.Duration
	networks int
}{{72 * time.Hour, 3}, {14 * 24 * time.Hour, 5}}

// orphan is a source that was never shown a page, with what it asked for.
type orphan struct {
	unit  *window.Unit
	doors []contact // every request, in order of time
}

func (o *orphan) last() time.Time { return o.doors[len(o.doors)-1].at() }

// Detect implements analyze.Detector.
func (d Orphans) Detect(in *analyze.Input) []*analyze.Finding {
	campaigners := inCampaigns(in)
	all := eachSign(in, analyze.Visitor|analyze.Troubled, listed, func(i int, u *window.Unit, found []orphan) []orphan {
		if st := in.Standing(i); st.Success || st.LoginDays > 0 || campaigners[uint32(i)] {
			return found
		}
		list := contactLists.Get().(*contactList)
		list.doors = knocksOf(in, u, list.doors[:0])
		like, o := knocksLikeOne(u, list.doors), orphan{unit: u}
		if like {
			o.doors = slices.Clone(list.doors)
		}
		contactLists.Put(list)
		if !like {
			return found
		}
		if walkAlone(in, u) >= seenAlone || len(hiddenServed(in, u)) > 0 {
			return found // told by itself
		}
		return append(found, o)
	})
	all = onlyScannersDoors(in, all)
	slices.SortStableFunc(all, func(a, b orphan) int { return a.last().Compare(b.last()) })
	for _, w := range orphanWindows {
		from := in.From.Add(-w.span)
		part := all[sortedAfter(all, from):]
		if len(part) == 0 || part[len(part)-1].last().Before(in.From) {
			continue
		}
		if n := networksOf(part); n >= w.networks {
			return []*analyze.Finding{new(d.finding(in, part, n))}
		}
	}
	return nil
}

// sortedAfter returns how many orphans were last seen before from.
func sortedAfter(all []orphan, from time.Time) int {
	i, _ := slices.BinarySearchFunc(all, from, func(o orphan, t time.Time) int { return o.last().Compare(t) })
	return i
}

// knocksLikeOne reports whether a stranger behaves like a part of something
// larger: it knocks at a few doors and is gone. Somebody who mistyped one address
// was shown the page that says so, with its pictures.
func knocksLikeOne(u *window.Unit, doors []contact) bool {
	if len(doors) == 0 || len(doors) >= knocksLeast {
		return false
	}
	n := distinctDoors(doors)
	return n <= fewDoors && (n > 1 || !anyRow(u, func(r *window.Row) bool { return r.Flags&window.Assets != 0 }))
}

func distinctDoors(doors []contact) int {
	var names []uint64
	for _, c := range doors {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return len(slices.Compact(names))
}

// onlyScannersDoors drops the doors that fail others more often than orphans.
func onlyScannersDoors(in *analyze.Input, all []orphan) []orphan {
	hours := map[uint64]int{} // rows of orphans that name the path, as Input.Refused counts
	for _, o := range all {
		type row struct {
			name uint64
			hour int64
		}
		seen := map[row]bool{}
		for _, c := range o.doors {
			if at := (row{c.name, c.at().Unix() / 3600}); !seen[at] {
				seen[at] = true
				hours[c.name]++
			}
		}
	}
	out := all[:0]
	for _, o := range all {
		o.doors = slices.DeleteFunc(o.doors, func(c contact) bool { return 2*hours[c.name] < in.Refused(c.name) })
		if len(o.doors) > 0 {
			out = append(out, o)
		}
	}
	return out
}

func networksOf(all []orphan) int {
	nets := map[hood]bool{}
	for _, o := range all {
		nets[hoodOf(o.unit.Prefix())] = true
	}
	return len(nets)
}

func (d Orphans) finding(in *analyze.Input, part []orphan, networks int) analyze.Finding {
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1595.003"}, Key: "orphans", Impact: analyze.Nuisance, Service: ingest.ServiceWeb}
	type door struct {
		name    uint64
		sources int
	}
	var doors []door
	index := map[uint64]int{}
	var knocks []contact
	for _, o := range part {
		f.Sources = append(f.Sources, o.unit.Prefix())
		knocks = append(knocks, o.doors...)
		seen := map[uint64]bool{}
		for _, c := range o.doors {
			if seen[c.name] {
				continue
			}
			seen[c.name] = true
			i, ok := index[c.name]
			if !ok {
				i = len(doors)
				index[c.name] = i
				doors = append(doors, door{name: c.name})
			}
			doors[i].sources++
		}
	}
	slices.SortFunc(f.Sources, prefix.Compare)
	slices.SortStableFunc(knocks, func(a, b contact) int { return cmp.Compare(a.milli, b.milli) })
	f.First, f.Last, f.Events = knocks[0].at(), knocks[len(knocks)-1].at(), uint64(len(knocks))
	for _, c := range knocks {
		f.Times = append(f.Times, c.at())
		f.Marks = append(f.Marks, c.mark())
	}
	f.Marks = analyze.Spread(f.Marks, 5)
	slices.SortStableFunc(doors, func(a, b door) int { return cmp.Compare(b.sources, a.sources) })
	var paths []string
	for _, p := range doors {
		paths = append(paths, in.Set.Name(p.name).Text)
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: paths[len(paths)-1]})
	}
	f.Evidence = []analyze.Evidence{
		{Family: analyze.Probing, LogOdds: float64(networks) * doorWorth * math.Log(failHostile/failHonest), Trials: networks,
			Fact: fmt.Sprintf("%d networks, none of which was ever shown a page, ask for %s that only scanners know", networks, count(len(doors), "path"))},
		{Family: analyze.Campaign, LogOdds: min(5, 1.5*math.Log(float64(networks))), Trials: networks,
			Fact: fmt.Sprintf("%s of %d networks each knock at %d doors at most and are gone", count(len(f.Sources), "stranger"), networks, fewDoors)},
	}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("%s, a knock or two each, at doors that are not here", count(len(f.Sources), "stranger")),
		Body: []string{fmt.Sprintf("Over %s %s of %d networks asked %s for %s. None of them was ever shown a page, and each was gone after %s at most.",
			span(f.Last.Sub(f.First)), count(len(f.Sources), "address"), networks, count(len(knocks), "time"), some(paths, 4), count(fewDoors, "path"))},
		Why: []string{"One of them would mean nothing, and no limit for an address sees any of them. That so many strangers ask for the same kind of thing, and for nothing else, is a scan that is shared out."},
		Not: []string{"Nothing they asked for was served. They need not belong together: every web server on the internet is knocked at like this."},
		Do:  []string{"Nothing to do as long as what they ask for is not there."},
	}
	return f
}
