package window

import (
	"cmp"
	"runtime"
	"slices"
	"sync"

	"gumshoe/ingest"
)

// shards is how many parts the merged set has. A source's rows lie in one
// shard, and so do an object's hours. The count is fixed and shards are cut by
// a hash of the key alone, so that the set does not depend on the machine.
const (
	shardBits = 4
	shards    = 1 << shardBits
)

// unitShard and objectShard are the shards of rows and of objects.
func unitShard(unit *[16]byte) uint32 { return uint32(unitHash(unit, 0) >> (64 - shardBits)) }

func objectShard(id uint64) uint32 { return uint32(mix(id, 0) >> (64 - shardBits)) }

// shard is a finished part of a Set: rows by (unit, service, hour), objects by
// (kind, id, hour, service).
type shard struct {
	arenas
	rows    []Row
	objects []Object
	units   []Unit // in address order
}

// Merge joins the builders of all workers. The builders are spent. The result
// does not depend on their number or order.
func Merge(builders []*Builder, opt Options) *Set {
	s := &Set{hash: opt.Hash}
	remap := s.mergeServices(builders)
	parallel(shards+1, func(i int) {
		if i == 0 {
			s.names = mergeNames(builders, opt)
			return
		}
		s.shards[i-1] = collect(builders, i-1, remap, opt.Seed)
		s.shards[i-1].listUnits()
	})
	for _, b := range builders {
		*b = Builder{}
	}
	s.list()
	s.unitAt = sync.OnceValue(s.locate)
	return s
}

// parallel calls f(0) to f(n-1) on all cores.
func parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	gate := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		gate <- struct{}{}
		wg.Go(func() {
			f(i)
			<-gate
		})
	}
	wg.Wait()
}

// Where there are too many services for a byte, the alphabetically last ones
// share an index.
const (
	maxIndex = 255
	others   = "other services"
)

// mergeServices numbers the services of all builders in alphabetical order.
func (s *Set) mergeServices(builders []*Builder) (remap [][]uint8) {
	for _, b := range builders {
		for i := range b.services {
			s.services = append(s.services, b.services[i].name)
		}
	}
	slices.Sort(s.services)
	s.services = slices.Compact(s.services)
	remap = make([][]uint8, len(builders))
	for i, b := range builders {
		for j := range b.services {
			k, _ := slices.BinarySearch(s.services, b.services[j].name)
			remap[i] = append(remap[i], uint8(min(k, maxIndex)))
		}
	}
	if len(s.services) > maxIndex+1 {
		s.services = append(s.services[:maxIndex], others)
	}
	return remap
}

// mergeNames joins what the builders know of names.
func mergeNames(builders []*Builder, opt Options) map[uint64]Name {
	out := map[uint64]Name{}
	for _, b := range builders {
		for i := range b.services {
			out[b.services[i].id] = Name{Text: b.services[i].name}
		}
		for i := range b.logs {
			out[b.logs[i].id] = Name{Text: b.logs[i].name}
		}
	}
	for k := range AgentObject + 1 {
		all := newNames(opt.names)
		for _, b := range builders {
			for id, n := range b.names[k].of {
				all.put(id, n)
			}
		}
		all.prune()
		for id, n := range all.of {
			out[id] = n
		}
	}
	return out
}

// collect merges one part of all builders, and lets go of it there: not much
// more is in memory at a time than the builders hold.
func collect(builders []*Builder, part int, remap [][]uint8, seed uint64) shard {
	var t table
	for i, b := range builders {
		from := &b.tables[part]
		for j := range uint32(from.rows.len()) {
			r := from.rows.at(j)
			t.row(&r.Unit, r.Hour, uint16(remap[i][r.service]), seed).merge(r, &t.arenas, &from.arenas)
		}
		for j := range uint32(from.objects.len()) {
			o := from.objects.at(j)
			svc := uint16(0)
			if o.Kind != LogObject {
				svc = uint16(remap[i][o.service])
			}
			sum, _ := t.object(o.Kind, o.ID, o.Hour, svc, seed)
			sum.merge(o, &t.arenas, &from.arenas)
		}
		*from = table{}
	}
	s := shard{rows: sorted(&t.rows, func(a, b *Row) int {
		return cmp.Or(compareUnits(&a.Unit, &b.Unit), cmp.Compare(a.service, b.service), cmp.Compare(a.Hour, b.Hour))
	}), objects: sorted(&t.objects, func(a, b *Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.service, b.service))
	})}
	s.arenas = t.arenas
	s.settle()
	return s
}

// sorted copies single elements into order.
func sorted[T any](a *arena[T], compare func(x, y *T) int) []T {
	order := make([]*T, a.len())
	for i := range order {
		order[i] = a.at(uint32(i))
	}
	slices.SortFunc(order, compare)
	out := make([]T, len(order))
	for i, p := range order {
		out[i] = *p
	}
	return out
}

// settle writes down the final number of each row's and object's service, and
// sorts their sets and touches once for all who read them.
func (s *shard) settle() {
	for i := range s.rows {
		r := &s.rows[i]
		r.Service = uint8(r.service)
		r.goodNames.sort(&s.words)
		r.badNames.sort(&s.words)
		r.agents.sort(&s.words)
		r.touches.sort(&s.touches)
	}
	for i := range s.objects {
		o := &s.objects[i]
		o.Service = uint8(o.service)
		o.goodUnits.sort(&s.words)
		o.badUnits.sort(&s.words)
		sessions := o.touches.list(&s.touches)
		for j := range sessions {
			sessions[j].Aux = uint64(o.Service)
		}
		o.touches.sort(&s.touches)
	}
}

// Empty returns the set of no events.
func Empty() *Set { return Merge(nil, Options{Hash: ingest.Hash{}}) }
