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

// bareReader is a source that reads pages by a browser's name, signs in nowhere,
// sends nothing, and loads next to no part of a page, now or before.
type bareReader struct {
	unit uint32 // in Set.Units
	busy bool   // it read enough lately to be told of by itself
}

// barely lists such sources. Few of them read enough to be looked at further.
func barely(in *analyze.Input) []bareReader {
	from := readSince(in)
	return analyze.EachUnit(in, analyze.Current|analyze.Visitor, func(i int, u *window.Unit, out []bareReader) []bareReader {
		if in.Standing(i).LoginDays > 0 {
			return out
		}
		if pages, ok := readsBare(in, u, from); ok {
			out = append(out, bareReader{uint32(i), pages >= scraperDocuments})
		}
		return out
	})
}

// readSince is the hour from which on is looked at what somebody read.
func readSince(in *analyze.Input) uint32 { return uint32(in.To.Add(-scraperLately).Unix() / 3600) }

// readsBare reports whether a source reads pages without their parts, and did so
// from an hour on; lately is how many since then.
func readsBare(in *analyze.Input, u *window.Unit, from uint32) (lately int, ok bool) {
	pages, parts := 0, 0
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
			return 0, false
		}
		lately += int(r.Good)
	}
	return lately, lately > 0 && pagesAPart*parts <= pages
}

// readerOf lists what sources read lately.
func readerOf(in *analyze.Input, units []uint32) (hours reader) {
	from := readSince(in)
	for _, unit := range units {
		u, before := &in.Set.Units()[unit], len(hours)
		for k := range u.Rows {
			if r := &u.Rows[k]; browsed(in, r) && r.Hour >= from && r.Good > 0 {
				hours = append(hours, readHour{unit, r.Hour, r.Good, r.Minutes, r.Documents})
			}
		}
		slices.SortFunc(hours[before:], func(a, b readHour) int { return cmp.Compare(a.hour, b.hour) })
	}
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

// pools lists the sources who may be one reader: those of an agent that nobody loads
// pictures with, and those of a network in which hardly anybody does.
func pools(in *analyze.Input, bare []bareReader) (out [][]uint32) {
	units, ofAgent := in.Set.Units(), map[uint64][]uint32{}
	join := func(members []uint32) {
		if len(members) >= fewInPool {
			out = append(out, members)
		}
	}
	for i, agent := range analyze.Gather(len(bare), func(i int, out []uint64) []uint64 {
		return append(out, oddAgent(in, &units[bare[i].unit]))
	}) {
		if agent != 0 {
			ofAgent[agent] = append(ofAgent[agent], bare[i].unit)
		}
	}
	for _, agent := range slices.Sorted(maps.Keys(ofAgent)) {
		join(ofAgent[agent])
	}
	byAgent := len(out)
	for lo := 0; lo < len(bare); { // the sources of a network follow each other
		net, hi := hoodOf(units[bare[lo].unit].Prefix()), lo+1
		for hi < len(bare) && hoodOf(units[bare[hi].unit].Prefix()) == net {
			hi++
		}
		if n := hi - lo; n >= fewInPool && float64(n) >= bareShare*float64(readersAround(in, int(bare[lo].unit))) {
			members := make([]uint32, 0, n)
			for _, b := range bare[lo:hi] {
				members = append(members, b.unit)
			}
			join(members)
		}
		lo = hi
	}
	slices.SortFunc(out[byAgent:], func(a, b []uint32) int {
		return cmp.Compare(hoodOf(units[a[0]].Prefix()), hoodOf(units[b[0]].Prefix()))
	})
	return out
}

// readersAround counts who visits from the network of a source.
func readersAround(in *analyze.Input, unit int) (n int) {
	units := in.Set.Units()
	net := hoodOf(units[unit].Prefix())
	for unit > 0 && hoodOf(units[unit-1].Prefix()) == net {
		unit--
	}
	for ; unit < len(units) && hoodOf(units[unit].Prefix()) == net; unit++ {
		if in.Standing(unit).Is(analyze.Current | analyze.Visitor) {
			n++
		}
	}
	return n
}

// oddAgent is the agent of a source that only ever had one, if nobody ever loaded a
// picture with it; else 0.
func oddAgent(in *analyze.Input, u *window.Unit) uint64 {
	agent := onlyAgent(in, u)
	if in.Thing(agent) == nil || in.Pictured(agent) {
		return 0
	}
	return agent
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
