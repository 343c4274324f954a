package window

import (
	"maps"
	"slices"
	"sync"

	"gumshoe/ingest"
)

// Store holds the windows of a run while its workers count. Each counts with a
// Builder of its own, which merges what it has into the Store now and then.
type Store struct {
	opt      Options
	shards   [shards]shard
	builders []*Builder

	mu       sync.Mutex
	services []service

	logs   []string        // by number; 0: no log in particular
	logOf  []uint16        // number of each source's log
	loaded map[uint64]Name // services and logs of the archive
	params names           // of parameters
	texts  texts
}

// shard is a part of a Store. A source's rows lie in one, and so do an object's
// hours. The count is fixed and shards are cut by a hash of the key alone, so
// that the set does not depend on the machine.
type shard struct {
	mu sync.Mutex
	table
}

// service is one of a Store: with Options.PerLog, as one log tells of it.
type service struct {
	name string
	log  uint16 // number of the log; 0: of none in particular
	web  bool   // requests were among its events
}

const (
	shardBits = 4
	shards    = 1 << shardBits
)

// Options of the windows.
type Options struct {
	Hash   ingest.Hash
	Logs   []string // name of the log each source belongs to: rotated siblings share one
	Seed   uint64   // of the tables; random per process
	Limits Limits   // those that are 0 get a default

	// PerLog: keep apart what each log tells, until Set, for Export and Drop; and count
	// also which sources a service and an agent had, an account let in, and a part of a page
	// (an image, a style sheet) was sent to without being asked for by a query. Only the
	// archive tells that, and it is a twentieth of the work.
	PerLog bool
}

// rowShard and objectShard are the shards of a source's rows, by its id, and of
// an object.
func rowShard(member uint64) uint32 { return uint32(member>>1) % shards }

func objectShard(id uint64) uint32 { return uint32(id>>1) % shards }

// NewStore returns an empty store.
func NewStore(opt Options) *Store {
	s := &Store{opt: opt, loaded: map[uint64]Name{}, params: names{limit: maxParams}}
	s.numberLogs()
	l := opt.Limits.orDefault()
	for i := range s.shards {
		s.shards[i].table = newTable(opt, l)
	}
	return s
}

func newTable(opt Options, l Limits) table {
	part := func(limit int) int { return max(1, limit/shards) }
	t := table{hash: opt.Hash, seed: opt.Seed, all: population{limit: part(l.Rows)}, loud: population{limit: part(l.Loud)}}
	for k := range t.names {
		t.names[k].limit = part(l.Things)
		t.kinds[k].limit = part(l.Objects)
	}
	return t
}

// Builder returns the Sink of a worker. It is not to be called at the same time
// from several.
func (s *Store) Builder() *Builder {
	b := &Builder{store: s, hash: s.opt.Hash, seed: s.opt.Seed, first: len(s.builders), whole: s.opt.PerLog, chunk: 1, met: make([][]uint16, len(s.logs))}
	for i, l := range s.opt.Logs {
		b.logs = append(b.logs, stream{name: l, id: logID(b.hash, l), log: s.logOf[i]})
	}
	s.builders = append(s.builders, b)
	return b
}

// numberLogs numbers the logs, if they are kept apart.
func (s *Store) numberLogs() {
	s.logs = []string{""}
	s.logOf = make([]uint16, len(s.opt.Logs))
	if !s.opt.PerLog {
		return
	}
	numbers := map[string]uint16{}
	for i, l := range s.opt.Logs {
		n, ok := numbers[l]
		if !ok && l != "" && len(s.logs) < maxLogs {
			n = uint16(len(s.logs))
			numbers[l] = n
			s.logs = append(s.logs, l)
		}
		s.logOf[i] = n
	}
}

// maxLogs bounds the logs that are kept apart, maxServices the services of a
// Store. The names of both come from the configuration and from formats, not
// from log lines.
const (
	maxLogs     = 1 << 14
	maxServices = 1 << 16
)

// serviceIndex numbers a service of a log.
func (s *Store) serviceIndex(name string, log uint16) uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.services, func(x service) bool { return x.log == log && x.name == name })
	if i < 0 {
		if len(s.services) == maxServices {
			return maxServices - 1 // the rest share the last
		}
		i = len(s.services)
		s.services = append(s.services, service{name: name, log: log})
	}
	return uint16(i)
}

// Where there are too many services for a byte, the alphabetically last ones
// share an index.
const (
	maxIndex = 255
	others   = "other services"
)

// Set ends the counting and returns what was counted. The store and its builders
// are spent. The set does not depend on the number of builders, nor on who
// counted what.
func (s *Store) Set() *Set {
	s.flush()
	s.params.prune(func(limit int) int { return limit })
	set := &Set{texts: s.texts.all, params: s.params.of}
	final, web := s.number(set)
	set.streams = s.streams()
	s.builders = nil
	ingest.OnAllCores(shards, func(i int) {
		t := &s.shards[i].table
		if len(s.services) > len(set.services) {
			t.cut(final, web) // how far it has grown beyond its limits depends on who was quick
			t.renumber(final)
		}
		t.settle(final, web)
		set.shards[i] = t.finish()
	})
	set.list()
	return set
}

// flush merges what the builders still have.
func (s *Store) flush() {
	ingest.OnAllCores(len(s.builders), func(i int) { s.builders[i].flush() })
}

// number gives the services their final numbers, in alphabetical order: one to
// those of one name. It tells of which numbers there were web requests.
func (s *Store) number(set *Set) (final []uint8, web []bool) {
	for _, x := range s.services {
		set.services = append(set.services, x.name)
	}
	slices.Sort(set.services)
	set.services = slices.Compact(set.services)
	for _, x := range s.services {
		i, _ := slices.BinarySearch(set.services, x.name)
		final = append(final, uint8(min(i, maxIndex)))
	}
	if len(set.services) > maxIndex+1 {
		set.services = append(set.services[:maxIndex], others)
	}
	web = make([]bool, len(set.services))
	for i, x := range s.services {
		web[final[i]] = web[final[i]] || x.web
	}
	return final, web
}

// streams names the services and logs that were met.
func (s *Store) streams() map[uint64]Name {
	out := s.loaded
	for _, b := range s.builders {
		for _, streams := range [][]stream{b.services, b.logs} {
			for _, x := range streams {
				out[x.id] = Name{Text: x.name}
			}
		}
	}
	return out
}

// renumber merges the rows and objects of services that share a number.
func (t *table) renumber(final []uint8) {
	old := *t
	*t = table{hash: old.hash, seed: old.seed, names: old.names, all: old.all, loud: old.loud, kinds: old.kinds}
	t.all.below, t.loud.below = 0, 0
	for k := range t.kinds {
		t.kinds[k].below = 0
	}
	first := [maxIndex + 1]uint16{} // the index of a service that has the number
	for i := len(final) - 1; i >= 0; i-- {
		first[final[i]] = uint16(i)
	}
	for i := range uint32(old.rows.len()) {
		r := old.rows.at(i)
		r.service = first[final[r.service]]
		bad := &trouble{}
		if r.trouble != 0 {
			bad = old.troubles.at(r.trouble - 1)
		}
		t.addRow(r, bad, r.unit().id(t.hash), &old.arenas)
	}
	for i := range uint32(old.objects.len()) {
		o := old.objects.at(i)
		if o.Kind != LogObject {
			o.service = first[final[o.service]]
		}
		t.addObject(o, &old.arenas)
	}
}

// cut cuts the table to its limits.
func (t *table) cut(final []uint8, web []bool) {
	t.bound(func(limit int) int { return limit })
	for k := range t.names { // whether a name came before its object was let go of depends on it, too
		t.names[k].forget(t.kinds[k].bar)
	}
	if t.all.bar == 0 {
		return
	}
	for i := range uint32(t.rows.len()) {
		if r := t.rows.at(i); web[final[r.service]] && t.all.bar.drops(r.unit().id(t.hash)) {
			t.partial(r)
		}
	}
}

// settle cuts the table to its limits, writes down the final numbers of
// services, and sorts sets and touches once for all who read them.
func (t *table) settle(final []uint8, web []bool) {
	t.cut(final, web)
	for i := range uint32(t.rows.len()) {
		r := t.rows.at(i)
		r.Service = final[r.service]
		r.goodNames.sort(&t.words)
		r.agents.sort(&t.words)
		if r.trouble != 0 {
			bad := t.troubles.at(r.trouble - 1)
			bad.badNames.sort(&t.words)
			bad.touches.sort(&t.touches)
		}
	}
	for i := range uint32(t.objects.len()) {
		o := t.objects.at(i)
		if o.Kind != LogObject {
			o.Service = final[o.service]
		}
		o.goodUnits.sort(&t.words)
		o.badUnits.sort(&t.words)
		sessions := o.touches.list(&t.touches)
		for j := range sessions {
			sessions[j].Aux = uint64(o.Service)
		}
		o.touches.sort(&t.touches)
	}
}

// finish puts the table into order and takes it over into a Set.
func (t *table) finish() part {
	t.hours, t.last = nil, nil
	if t.held() >= worthPacking {
		t.pack()
	}
	arrangeRows(&t.rows)
	arrangeObjects(&t.objects)
	p := part{table: t, rows: t.rows, names: t.allNames()}
	p.count(t)
	for i := 0; i < t.objects.len(); {
		hours := stretch(&t.objects, uint32(i), func(a, b *Object) bool { return a.Kind == b.Kind && a.ID == b.ID })
		p.add(hours)
		i += len(hours)
	}
	t.rows, t.objects, t.names = arena[Row]{}, arena[Object]{}, [AgentObject + 1]names{} // whose memory p has
	return p
}

// allNames joins the dictionaries of the kinds.
func (t *table) allNames() map[uint64]Name {
	out := map[uint64]Name{}
	for k := range t.names {
		of := t.names[k].of
		if len(of) > len(out) {
			out, of = of, out
		}
		maps.Copy(out, of)
	}
	return out
}

// Empty returns the set of no events.
func Empty() *Set { return NewStore(Options{}).Set() }
