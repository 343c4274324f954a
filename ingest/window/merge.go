package window

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"runtime"
	"slices"
	"sync"

	"gumshoe/ingest"
)

// shards is how many parts the merged set has. A source's rows lie in one
// shard, and so do an object's hours. The count is fixed and shards are cut by
// the keyed hash, so that the set does not depend on the machine.
const shards = 16

// shard is a table that is sorted: rows by (unit, service, hour), objects by
// (kind, id, hour, service).
type shard struct{ table }

// Merge joins the builders of all workers. The builders are spent. The result
// does not depend on their number or order.
func Merge(builders []*Builder, opt Options) *Set {
	s := &Set{hash: opt.Hash, names: map[uint64]Name{}, services: []string{}}
	remap := mergeServices(s, builders)
	for _, b := range builders {
		for id, n := range b.names {
			// Spellings of one account may differ in case: the smallest is kept.
			if old, ok := s.names[id]; !ok || n.Text < old.Text {
				s.names[id] = n
			}
		}
	}
	var wg sync.WaitGroup
	gate := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range s.shards {
		wg.Add(1)
		go func() {
			defer wg.Done()
			gate <- struct{}{}
			s.shards[i].collect(builders, remap, uint64(i), opt.Seed)
			<-gate
		}()
	}
	wg.Wait()
	s.index()
	return s
}

// mergeServices numbers the services of all builders in alphabetical order.
func mergeServices(s *Set, builders []*Builder) [][]uint8 {
	for _, b := range builders {
		s.services = append(s.services, b.services...)
	}
	slices.Sort(s.services)
	s.services = slices.Compact(s.services)
	if len(s.services) > 255 {
		s.services = s.services[:255]
	}
	remap := make([][]uint8, len(builders))
	for i, b := range builders {
		remap[i] = make([]uint8, max(1, len(b.services)))
		for j, name := range b.services {
			k, _ := slices.BinarySearch(s.services, name)
			remap[i][j] = uint8(min(k, 254))
		}
	}
	return remap
}

func (s *shard) collect(builders []*Builder, remap [][]uint8, part, seed uint64) {
	for i, b := range builders {
		for j := range b.rows {
			r := &b.rows[j]
			if unitHash(&r.Unit, 0)>>60 != part {
				continue
			}
			t, fresh := s.row(&r.Unit, r.Hour, remap[i][r.Service], seed)
			if fresh {
				t.First, t.firstSource, t.firstOffset = r.First, r.firstSource, r.firstOffset
			}
			t.merge(r, &s.arenas, &b.arenas)
		}
		for j := range b.objects {
			o := &b.objects[j]
			if mix(o.ID, 0)>>60 != part {
				continue
			}
			svc := o.Service
			if o.Kind != LogObject {
				svc = remap[i][svc]
			}
			t, fresh := s.object(o.Kind, o.ID, o.Hour, svc, seed)
			if fresh {
				t.First = o.First
			}
			t.merge(o, &s.arenas, &b.arenas)
		}
	}
	s.rowAt, s.objectAt = index{}, index{}
	slices.SortFunc(s.rows, func(a, b Row) int {
		return cmp.Or(bytes.Compare(a.Unit[:], b.Unit[:]), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Hour, b.Hour))
	})
	slices.SortFunc(s.objects, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Service, b.Service))
	})
}

// index lists the units and things of all shards in order.
func (s *Set) index() {
	for i := range s.shards {
		sh := &s.shards[i]
		for lo := 0; lo < len(sh.rows); {
			hi := lo + 1
			for hi < len(sh.rows) && sh.rows[hi].Unit == sh.rows[lo].Unit {
				hi++
			}
			s.units = append(s.units, Unit{Prefix: PrefixOf(sh.rows[lo].Unit), Rows: sh.rows[lo:hi:hi], key: sh.rows[lo].Unit, arenas: &sh.arenas})
			lo = hi
		}
		for lo := 0; lo < len(sh.objects); {
			hi := lo + 1
			for hi < len(sh.objects) && sh.objects[hi].ID == sh.objects[lo].ID {
				hi++
			}
			o := sh.objects[lo]
			s.things[o.Kind] = append(s.things[o.Kind], Thing{ID: o.ID, Kind: o.Kind, Name: s.names[o.ID], Hours: sh.objects[lo:hi:hi], arenas: &sh.arenas})
			lo = hi
		}
	}
	slices.SortFunc(s.units, func(a, b Unit) int {
		return cmp.Or(cmp.Compare(binary.BigEndian.Uint64(a.key[:8]), binary.BigEndian.Uint64(b.key[:8])),
			cmp.Compare(binary.BigEndian.Uint64(a.key[8:]), binary.BigEndian.Uint64(b.key[8:])))
	})
	for k := range s.things {
		slices.SortFunc(s.things[k], func(a, b Thing) int {
			return cmp.Or(cmp.Compare(a.Name.Text, b.Name.Text), cmp.Compare(a.ID, b.ID))
		})
	}
	s.unitAt = make(map[uint64]int32, len(s.units))
	for i := range s.units {
		s.unitAt[UnitID(s.hash, s.units[i].key)] = int32(i)
	}
}

// Empty returns the set of no events.
func Empty() *Set { return Merge(nil, Options{Hash: ingest.Hash{}}) }
