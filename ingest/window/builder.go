package window

import "gumshoe/ingest"

// Builder is the Sink of one worker. It counts a chunk or a few in tables that
// stay in the processor's cache, and then merges them into its Store.
type Builder struct {
	store *Store
	hash  ingest.Hash
	seed  uint64
	first int  // shard to begin with when merging
	whole bool // also what only the archive tells is counted: see Options

	rows     arena[tally]
	rowSets  arenas
	objects  arena[Object]
	sets     arenas // of the objects
	rowAt    index
	objectAt index
	named    arena[naming] // of the objects, by number
	text     copies        // of the names
	params   params        // met since the last merge

	rowsBy, objectsBy hands // when merging

	logs     []stream
	services []stream   // by their index in the Store; those not met here have no name
	met      [][]uint16 // by number of the log: indices of services met
	service  uint16     // index of the last one: lines come in runs
	vhost    []byte     // the last one and its hash
	vhostID  uint64
	lower    []byte
	login    ingest.Event // see signOn
	chunk    uint32
	hour     uint32 // of the event that is counted now, and its second in it
	second   uint16
	foreseen uint32 // of what Foresee saw: a look that comes to nothing is left out by the compiler

	batch   []ingest.Event // that Foresee saw
	sights  [ingest.Batch]sight
	counted int    // of the batch
	sight   *sight // of the event that is counted now; nil: Foresee did not see it, or another service's
}

// stream is a population whose events come in order of time, nearly: a service
// or a log. The object of the last hour is kept at hand.
type stream struct {
	name   string
	id     uint64
	log    uint16  // number of the log; 0: of none in particular
	object *Object // nil before the first event
	web    bool    // service: a web request was among the events
}

// A Builder merges its rows at the next chunk when it has fullRows of them, and
// everything when it has fullObjects. Fewer are merged too often, and more are looked for
// in slower memory. Of the objects, most of them paths, half are met again after their
// sources' rows were merged.
const (
	fullRows    = 5000
	fullObjects = 1 << 13
)

// Begin implements ingest.Sink.
func (b *Builder) Begin(chunk uint32) {
	b.chunk = chunk + 1
	switch {
	case b.objects.len() >= fullObjects:
		b.flush()
	case b.rows.len() >= fullRows:
		b.flushRows()
	}
}

// Add implements ingest.Sink. An event with Count 0 repeats what another line
// tells and is passed over.
func (b *Builder) Add(ev *ingest.Event, at ingest.Origin) {
	b.sight = b.seen(ev)
	if ev.Count == 0 {
		return
	}
	sec := seconds(ev)
	b.hour, b.second = sec/3600, uint16(sec%3600)
	out := outcomeOf(ev)
	log := uint16(0)
	if uint(at.Source) < uint(len(b.logs)) {
		l := &b.logs[at.Source]
		b.at(LogObject, l, 0).count(out, ev, b.second)
		log = l.log
	}
	b.count(ev, at, log, out)
	if login := b.signOn(ev); login != nil {
		b.sight = nil
		b.count(login, at, log, outcomeOf(login))
	}
}

// count adds an event to the windows of its service.
func (b *Builder) count(ev *ingest.Event, at ingest.Origin, log uint16, out outcome) {
	svc := b.serviceIndex(ev.Service, log)
	if ev.Kind == ingest.KindSession {
		b.session(ev, at, svc)
		return
	}
	s := b.at(ServiceObject, &b.services[svc], svc)
	s.count(out, ev, b.second)
	if !ev.Src.IsValid() {
		return
	}
	if !telling(ev.Kind) {
		b.remark(ev, at, svc)
		return
	}

	r := b.row(unitOf(ev.Src), svc)
	if b.whole && r.news(out) {
		b.join(s, out, r.member)
	}
	r.saw(b.second, placeOf(at))
	r.count(out, ev)
	if ev.Method != nil {
		r.marks |= visited
		b.services[svc].web = true
		b.web(r, ev, out, at)
	} else {
		b.auth(r, ev, out, at)
	}
}

// touch remembers an event singly, and what it touched.
func (b *Builder) touch(r *tally, ev *ingest.Event, at ingest.Origin, name uint64) {
	req := &ev.Request
	r.bad.touches.add(&b.rowSets.touches, &Touch{Milli: ev.Time, Offset: at.Offset, Source: at.Source, Count: ev.Count, Status: ev.Status, Kind: ev.Kind,
		Stage: req.Stage, Class: req.Class, Aux: b.aux(ev), Param: b.param(req.Param), Bytes: clamp[uint32](ev.Bytes), Took: clamp[uint16](int64(ev.Duration) / 10),
		Wait: req.Wait, Reads: req.Reads, Key: ev.Key, Absent: ev.Account == ingest.AccountAbsent, Post: string(ev.Method) == "POST", Name: name})
}

// remark remembers what a client said to whoever reads the log, of an event that
// otherwise tells nothing.
func (b *Builder) remark(ev *ingest.Event, at ingest.Origin, svc uint16) {
	if ev.Request.Class&ingest.ClassLLM == 0 {
		return
	}
	r := b.row(unitOf(ev.Src), svc)
	r.saw(b.second, placeOf(at))
	r.count(neutral, ev)
	b.touch(r, ev, at, 0)
}

// aux is the shape of a request's payload, or the Number of one that has none; of a login
// from a v6 /64, which of its addresses that was.
func (b *Builder) aux(ev *ingest.Event) uint64 {
	if ev.Method != nil && ev.Request.Class == 0 && ev.Request.Shape == 0 {
		return b.number(ev)
	}
	if ev.Method != nil || ev.Src.Is4() || ev.Src.Is4In6() {
		return ev.Request.Shape
	}
	a := ev.Src.As16()
	return b.hash.Bytes(a[8:])
}

func seconds(ev *ingest.Event) uint32 { return uint32(ev.Time / 1000) }

// row finds or makes the row of a source in this hour.
func (b *Builder) row(u unit, svc uint16) *tally {
	var tag uint32
	if s := b.sight; s != nil && s.service == svc {
		if r := s.row; r != nil && r.is(u, svc) && r.Hour == b.hour {
			return r
		}
		tag = s.rowTag
	} else {
		tag = tagOf(mix(rowHash(u, svc, b.seed), uint64(b.hour)))
	}
	n, i := b.rowAt.next(b.rowAt.home(tag), tag)
	for ; n != none; n, i = b.rowAt.next(i+1, tag) {
		if r := b.rows.at(n); r.is(u, svc) && r.Hour == b.hour {
			return r
		}
	}
	n = b.rows.get(0)
	b.rowAt.insert(tag, n)
	r := b.rows.at(n)
	*r = tally{Row: newRow(u, b.hour, svc), member: u.id(b.hash)}
	return r
}

// object finds or makes an object of this hour; fresh tells that it is new to these chunks.
func (b *Builder) object(k ObjectKind, id uint64, svc uint16) (number uint32, fresh bool) {
	return b.tagged(tagOf(mix(objectHash(id, svc, b.seed), uint64(b.hour))), k, id, svc)
}

// tagged does so for an object whose tag is known.
func (b *Builder) tagged(tag uint32, k ObjectKind, id uint64, svc uint16) (number uint32, fresh bool) {
	n, i := b.objectAt.next(b.objectAt.home(tag), tag)
	for ; n != none; n, i = b.objectAt.next(i+1, tag) {
		if o := b.objects.at(n); o.is(k, id, svc) && o.Hour == b.hour {
			return n, false
		}
	}
	n = b.objects.get(0)
	b.objectAt.insert(tag, n)
	*b.objects.at(n) = newObject(k, id, b.hour, svc)
	*b.named.at(b.named.get(0)) = naming{}
	return n, true
}

// at returns the object of a stream in this hour.
func (b *Builder) at(k ObjectKind, s *stream, svc uint16) *Object {
	if s.object == nil || s.object.Hour != b.hour {
		n, _ := b.object(k, s.id, svc)
		s.object = b.objects.at(n)
	}
	return s.object
}

// join adds a source to the sets of an object.
func (b *Builder) join(o *Object, out outcome, member uint64) {
	switch out {
	case good:
		o.goodUnits.add(&b.sets.words, member)
	case bad, failed:
		o.badUnits.add(&b.sets.words, member)
	}
}

func (b *Builder) serviceIndex(s string, log uint16) uint16 {
	if int(b.service) < len(b.services) {
		if last := &b.services[b.service]; last.name == s && last.log == log && last.id != 0 {
			return b.service
		}
	}
	for _, i := range b.met[log] {
		if b.services[i].name == s {
			b.service = i
			return b.service
		}
	}
	b.service = b.store.serviceIndex(s, log)
	for len(b.services) <= int(b.service) {
		b.services = append(b.services, stream{})
	}
	if b.services[b.service].id == 0 {
		b.services[b.service] = stream{name: s, id: serviceID(b.hash, s), log: log}
		b.met[log] = append(b.met[log], b.service)
	}
	return b.service
}
