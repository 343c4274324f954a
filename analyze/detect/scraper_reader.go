package detect

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// readHour is what one source read in an hour.
type readHour struct {
	unit      uint32 // in Set.Units
	hour      uint32
	pages     uint32 // answered well
	minutes   uint64 // bit per minute
	documents uint64 // bit per kind of document
}

// reader is a source that reads by a browser's name and loads nothing that belongs
// to a page, or several of them that may be one.
type reader []readHour // in order of units and hours

// units are the sources of a reader.
func (r reader) units() (out []uint32) {
	for i := range r {
		out = append(out, r[i].unit)
	}
	return slices.Compact(out)
}

const (
	scraperLately = 48 * time.Hour // before the end of the window: earlier hours may be folded into days
	pagesAPart    = 20             // pages for each part of one, at the least: a browser loads several for one page
	fewInPool     = 4              // sources of a pool
	bareShare     = .8             // of the sources of a network that load no parts
)

// bareReaders lists the hours of sources that read pages by a browser's name, sign
// in nowhere, send nothing, and load next to no part of a page, now or before. loads
// counts, by network, the others with a browser.
func bareReaders(in *analyze.Input) (bare []reader, loads map[hood]int) {
	from := uint32(in.To.Add(-scraperLately).Unix() / 3600)
	type looked struct {
		net  hood
		unit uint32
		bare bool
	}
	var reading []uint32
	loads = map[hood]int{}
	for _, l := range analyze.EachUnit(in, analyze.Current|analyze.Visitor, func(i int, u *window.Unit, out []looked) []looked {
		return append(out, looked{hoodOf(u.Prefix()), uint32(i), in.Standing(i).LoginDays == 0 && readsBare(in, u, from)})
	}) {
		if l.bare {
			reading = append(reading, l.unit)
		} else {
			loads[l.net]++
		}
	}
	return analyze.Gather(len(reading), func(i int, out []reader) []reader {
		return append(out, readerOf(in, reading[i], from))
	}), loads
}

// readsBare reports whether a source reads pages without their parts, and did so
// from an hour on.
func readsBare(in *analyze.Input, u *window.Unit, from uint32) bool {
	pages, parts, lately := 0, 0, false
	for k := range u.Rows {
		r := &u.Rows[k]
		if !browsed(in, r) {
			continue
		}
		parts += partsOf(r)
		pages += int(r.Good)
		if r.Hour < from {
			continue
		}
		if r.Clients != 1<<ingest.ClientBrowser || r.Flags&(window.Authenticated|window.Wrote) != 0 || 2*r.Good < r.Events {
			return false
		}
		lately = lately || r.Good > 0
	}
	return lately && pagesAPart*parts <= pages
}

// readerOf lists what a source read from an hour on.
func readerOf(in *analyze.Input, unit, from uint32) (hours reader) {
	u := &in.Set.Units()[unit]
	for k := range u.Rows {
		if r := &u.Rows[k]; browsed(in, r) && r.Hour >= from && r.Good > 0 {
			hours = append(hours, readHour{unit, r.Hour, r.Good, r.Minutes, r.Documents})
		}
	}
	slices.SortFunc(hours, func(a, b readHour) int { return cmp.Compare(a.hour, b.hour) })
	return hours
}

// browsed reports whether a browser was among the clients of a row.
func browsed(in *analyze.Input, r *window.Row) bool {
	return in.Set.Service(r.Service) == ingest.ServiceWeb && r.Has(ingest.ClientBrowser)
}

// partsOf counts the images, scripts and style sheets of a row. Old archives only say
// that there were some.
func partsOf(r *window.Row) int {
	if r.Parts == 0 && r.Flags&window.Assets != 0 {
		return int(r.Good)
	}
	return int(r.Parts)
}

// pools puts readers together who may be one: those of an agent that nobody loads
// pictures with, and those of a network in which hardly anybody does.
func pools(in *analyze.Input, bare []reader, loads map[hood]int) (out []reader) {
	ofAgent, ofHood := map[uint64][]int{}, map[hood][]int{}
	units := in.Set.Units()
	for i, agent := range analyze.Gather(len(bare), func(i int, out []uint64) []uint64 {
		return append(out, onlyAgent(in, &units[bare[i][0].unit]))
	}) {
		h := hoodOf(units[bare[i][0].unit].Prefix())
		ofHood[h] = append(ofHood[h], i)
		if agent != 0 {
			ofAgent[agent] = append(ofAgent[agent], i)
		}
	}
	join := func(members []int) {
		if len(members) < fewInPool {
			return
		}
		var all reader
		for _, i := range members {
			all = append(all, bare[i]...)
		}
		out = append(out, all)
	}
	for _, agent := range slices.Sorted(maps.Keys(ofAgent)) {
		if t := in.Thing(agent); t != nil && !slices.ContainsFunc(t.Hours, func(o window.Object) bool { return o.Static > 0 }) {
			join(ofAgent[agent])
		}
	}
	for _, h := range slices.Sorted(maps.Keys(ofHood)) {
		if n := len(ofHood[h]); float64(n) >= bareShare*float64(n+loads[h]) {
			join(ofHood[h])
		}
	}
	return out
}

// onlyAgent is the agent of a source that only ever had one; 0: it had several.
func onlyAgent(in *analyze.Input, u *window.Unit) (agent uint64) {
	for i := range u.Rows {
		if in.Set.Service(u.Rows[i].Service) != ingest.ServiceWeb {
			continue
		}
		ids, few := u.Agents(&u.Rows[i])
		for _, id := range ids {
			if agent != 0 && id != agent || !few {
				return 0
			}
			agent = id
		}
	}
	return agent
}

// summed are the hours of a reader, one each in order of time, whichever of its
// sources read.
func (r reader) summed() (out []readHour) {
	at := map[uint32]int{}
	for _, h := range r {
		i, ok := at[h.hour]
		if !ok {
			i = len(out)
			at[h.hour] = i
			out = append(out, readHour{hour: h.hour})
		}
		out[i].pages += h.pages
		out[i].minutes |= h.minutes
		out[i].documents |= h.documents
	}
	slices.SortFunc(out, func(a, b readHour) int { return cmp.Compare(a.hour, b.hour) })
	return out
}

// slots counts the twelfths of an hour with a page.
func (h *readHour) slots() (n int) {
	for m := h.minutes & (1<<60 - 1); m != 0; {
		n++
		k := bits.TrailingZeros64(m) / 5
		m &^= 0x1f << (5 * k)
	}
	return n
}
