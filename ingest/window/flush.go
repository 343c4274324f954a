package window

import (
	"math/bits"
	"slices"

	"gumshoe/ingest"
)

// flush merges what the builder has counted into the store, shard by shard, and
// empties its tables, whose memory it keeps. Each worker begins with another
// shard and comes back later to those that others hold.
func (b *Builder) flush() { b.hand(b.objects.len()) }

// flushRows merges the rows alone. Objects stay: most are met again within the hour.
func (b *Builder) flushRows() { b.hand(0) }

// hand merges the rows and none or all of the objects.
func (b *Builder) hand(objects int) {
	b.rowsBy.deal(b.rows.len(), func(i uint32) uint32 { return rowShard(b.rows.at(i).member) })
	b.objectsBy.deal(objects, func(i uint32) uint32 { return objectShard(b.objects.at(i).ID) })
	var busy uint64
	for i := range shards {
		k := (b.first + i) % shards
		if s := &b.store.shards[k]; s.mu.TryLock() {
			b.merge(s, uint32(k))
		} else {
			busy |= 1 << k
		}
	}
	for ; busy != 0; busy &= busy - 1 {
		k := bits.TrailingZeros64(busy)
		s := &b.store.shards[k]
		s.mu.Lock()
		b.merge(s, uint32(k))
	}
	b.tellServices()
	b.store.learnParams(b.params)
	clear(b.params)
	b.resetRows()
	if objects > 0 {
		b.resetObjects()
	}
}

// merge merges a shard's part and unlocks the shard.
func (b *Builder) merge(s *shard, k uint32) {
	defer s.mu.Unlock()
	for numbers := range slices.Chunk(b.rowsBy.of(k), ingest.Batch) {
		b.foreseen = s.foreseeRows(b, numbers)
		for _, i := range numbers {
			r := b.rows.at(i)
			s.addRow(&r.Row, &r.bad, r.member, &b.rowSets)
		}
	}
	for numbers := range slices.Chunk(b.objectsBy.of(k), ingest.Batch) {
		b.foreseen = s.foreseeObjects(b, numbers)
		for _, i := range numbers {
			o := b.objects.at(i)
			if s.addObject(o, &b.sets) {
				s.names[o.Kind].add(o.ID, b.named.at(i))
			}
		}
	}
	s.bound(slack)
}

// tellServices notes which services have web requests.
func (b *Builder) tellServices() {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	for i := range b.services {
		if b.services[i].web {
			b.store.services[i].web = true
		}
	}
}

func (b *Builder) resetRows() {
	b.rows.reset()
	b.rowAt.reset()
	b.rowSets.reset()
	b.batch = nil
}

func (b *Builder) resetObjects() {
	b.objects.reset()
	b.objectAt.reset()
	b.sets.reset()
	b.named.reset()
	b.text.reset()
	for _, streams := range [][]stream{b.services, b.logs} {
		for i := range streams {
			streams[i].object = nil
		}
	}
}

// hands are numbers by shard.
type hands struct {
	all   []uint32
	start [shards + 1]uint32
}

func (h *hands) of(shard uint32) []uint32 { return h.all[h.start[shard]:h.start[shard+1]] }

// deal hands the numbers 0 to n-1 out to the shards they belong to.
func (h *hands) deal(n int, shardOf func(i uint32) uint32) {
	h.start = [shards + 1]uint32{}
	for i := range uint32(n) {
		h.start[shardOf(i)+1]++
	}
	for k := range shards {
		h.start[k+1] += h.start[k]
	}
	if cap(h.all) < n {
		h.all = make([]uint32, n+n/4)
	}
	h.all = h.all[:n]
	next := h.start
	for i := range uint32(n) {
		k := shardOf(i)
		h.all[next[k]] = i
		next[k]++
	}
}
