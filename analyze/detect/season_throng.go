package detect

import (
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// talker is a source in an unusual hour.
type talker struct {
	p     prefix
	n     uint32
	first analyze.Mark
}

// throng is who made an unusual hour.
type throng struct {
	top     []talker // the busiest, at most busiest of them
	sources int
}

const busiest = 5

// add counts a source. Of equally busy ones the first stay.
func (c *throng) add(t talker) {
	c.sources++
	c.insert(t)
}

func (c *throng) insert(t talker) {
	i, _ := slices.BinarySearchFunc(c.top, t, func(a, b talker) int {
		if a.n >= b.n {
			return -1
		}
		return 1
	})
	if i < busiest {
		c.top = slices.Insert(c.top, i, t)
		c.top = c.top[:min(len(c.top), busiest)]
	}
}

// throngsOf looks once at all sources, for all anomalies together, in stretches
// of the address space that are joined in order.
func throngsOf(in *analyze.Input, found []anomaly) []throng {
	out := make([]throng, len(found))
	if len(found) == 0 {
		return out
	}
	byHour := map[uint32][]int{}
	for i, a := range found {
		byHour[uint32(a.worst.Hour)] = append(byHour[uint32(a.worst.Hour)], i)
	}
	units := in.Set.Units()
	const stretches = 16
	seen := analyze.Gather(stretches, func(k int, all [][]throng) [][]throng {
		mine := make([]throng, len(found))
		for i := k * len(units) / stretches; i < (k+1)*len(units)/stretches; i++ {
			for j := range units[i].Rows {
				r := &units[i].Rows[j]
				for _, a := range byHour[r.Hour] {
					if n := found[a].share(in, &units[i], r); n > 0 {
						mine[a].add(talker{units[i].Prefix(), n, analyze.Mark{Origin: r.FirstAt(), Time: moment(int64(r.First()) * 1000)}})
					}
				}
			}
		}
		return append(all, mine)
	})
	for _, part := range seen {
		for i := range part {
			out[i].sources += part[i].sources
			for _, t := range part[i].top {
				out[i].insert(t)
			}
		}
	}
	return out
}

// share is what a row adds to the number that is unusual.
func (a *anomaly) share(in *analyze.Input, u *window.Unit, r *window.Row) uint32 {
	if in.Set.Service(r.Service) != a.thing.Name.Text {
		return 0
	}
	return a.metric.By(u, r)
}
