package window

import "gumshoe/ingest"

// Builder is the Sink of one worker: it counts events into hourly rows and
// objects. Builders are merged by Merge.
type Builder struct {
	tables [shards]table
	hash   ingest.Hash
	seed   uint64 // of the process, for tables
	names  [AgentObject + 1]names

	logs     []stream
	services []stream
	service  uint16 // index of the last one: lines come in runs
	vhost    []byte // the last one and its hash
	vhostID  uint64
	lower    []byte
	chunk    uint32
}

// Options of the windows.
type Options struct {
	Hash ingest.Hash
	Logs []string // name of the log each source belongs to: rotated siblings share one
	Seed uint64   // of the tables; random per process

	names int // most names of one kind; 0: maxNames
}

// stream is a population whose events come in order of time, nearly: a service
// or a log. The object of the last hour is kept at hand.
type stream struct {
	name   string
	id     uint64
	object *Object // nil before the first event
}

// maxServices bounds the services of a Builder. Their names come from formats,
// not from log lines.
const maxServices = 1 << 12

// NewBuilder returns an empty builder.
func NewBuilder(opt Options) *Builder {
	b := &Builder{hash: opt.Hash, seed: opt.Seed, chunk: 1}
	for k := range b.names {
		b.names[k] = newNames(opt.names)
	}
	for _, l := range opt.Logs {
		b.logs = append(b.logs, stream{name: l, id: tagged(LogObject, b.hash.String(l))})
	}
	return b
}

// Begin implements ingest.Sink.
func (b *Builder) Begin(chunk uint32) { b.chunk = chunk + 1 }

// Add implements ingest.Sink. An event with Count 0 repeats what another line
// tells and is passed over.
func (b *Builder) Add(ev *ingest.Event, at ingest.Origin) {
	if ev.Count == 0 {
		return
	}
	sec := seconds(ev)
	hour := sec / 3600
	svc := b.serviceIndex(ev.Service)
	out := outcomeOf(ev)

	if uint(at.Source) < uint(len(b.logs)) {
		b.at(LogObject, &b.logs[at.Source], hour, 0).count(out, ev)
	}
	if ev.Kind == ingest.KindSession {
		b.session(ev, at, hour, svc)
		return
	}
	s := b.at(ServiceObject, &b.services[svc], hour, svc)
	s.count(out, ev)
	if !ev.Src.IsValid() || !telling(ev.Kind) {
		return
	}

	unit := unitOf(ev.Src)
	member := UnitID(b.hash, unit)
	t := &b.tables[unitShard(&unit)]
	r := t.row(&unit, hour, svc, b.seed)
	// A source joins the service's sets with its first good and bad event.
	if out == good && r.Good == 0 || out != good && r.Bad == 0 && r.Errors == 0 {
		b.join(s, out, member)
	}
	r.saw(sec, at)
	r.count(out, ev)
	touch := Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Status: ev.Status, Kind: ev.Kind,
		Stage: ev.Request.Stage, Class: ev.Request.Class, Aux: ev.Request.Shape, Key: ev.Key, Absent: ev.Account == ingest.AccountAbsent}
	if ev.Method != nil {
		b.web(t, r, ev, out, member, &touch)
	} else {
		b.auth(t, r, ev, out, member, &touch)
	}
}

func seconds(ev *ingest.Event) uint32 { return uint32(ev.Time / 1000) }

// object finds or makes an object; number tells it from all others of the Builder.
func (b *Builder) object(k ObjectKind, id uint64, hour uint32, svc uint16) (o *Object, number uint32) {
	shard := objectShard(id)
	o, number = b.tables[shard].object(k, id, hour, svc, b.seed)
	return o, number*shards + shard
}

// at returns the object of a stream's hour.
func (b *Builder) at(k ObjectKind, s *stream, hour uint32, svc uint16) *Object {
	if s.object == nil || s.object.Hour != hour {
		s.object, _ = b.object(k, s.id, hour, svc)
	}
	return s.object
}

// join adds a source to the sets of an object.
func (b *Builder) join(o *Object, out outcome, member uint64) {
	words := &b.tables[objectShard(o.ID)].words
	switch out {
	case good:
		o.goodUnits.add(words, member)
	case bad, failed:
		o.badUnits.add(words, member)
	}
}

func (b *Builder) serviceIndex(s string) uint16 {
	if int(b.service) < len(b.services) && b.services[b.service].name == s {
		return b.service
	}
	i := 0
	for i < len(b.services) && b.services[i].name != s {
		i++
	}
	if i == len(b.services) {
		if i == maxServices {
			i-- // the rest share the last
		} else {
			b.services = append(b.services, stream{name: s, id: tagged(ServiceObject, b.hash.String(s))})
		}
	}
	b.service = uint16(i)
	return b.service
}
