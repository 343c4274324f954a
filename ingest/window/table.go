package window

import "gumshoe/ingest"

// arenas hold what rows and objects grow.
type arenas struct {
	words   arena[uint64]
	touches arena[Touch]
}

func (a *arenas) reset() {
	a.words.reset()
	a.touches.reset()
}

// table is a shard of a Store: the rows of some sources, and some objects. It
// grows by pages: nothing is copied, and no two generations of a slice are alive
// at once.
type table struct {
	arenas
	rows     arena[Row]
	troubles arena[trouble]
	objects  arena[Object]
	names    [AgentObject + 1]names

	hash  ingest.Hash
	seed  uint64
	hours map[uint32]*hour
	last  *hour // the one that was asked for last

	all   population // of rows
	loud  population // of rows with trouble
	kinds [LogObject + 1]population
}

// hour finds the rows and objects of one hour. Logs are written in order of
// time: an index of one hour is small enough to stay near the processor while
// the hour lasts, one of all hours is not.
type hour struct {
	number  uint32
	rows    index
	objects index
}

func (t *table) hour(number uint32) *hour {
	if h := t.known(number); h != nil {
		return h
	}
	if t.hours == nil {
		t.hours = map[uint32]*hour{}
	}
	h := &hour{number: number}
	if t.last != nil && t.last.number+1 == number { // one hour is much like the next
		h.rows.expect(t.last.rows.n)
		h.objects.expect(t.last.objects.n)
	}
	t.hours[number] = h
	t.last = h
	return h
}

// known is the hour if the table has it, or nil.
func (t *table) known(number uint32) *hour {
	if t.last != nil && t.last.number == number {
		return t.last
	}
	h := t.hours[number]
	if h != nil {
		t.last = h
	}
	return h
}

func rowHash(u unit, svc uint16, seed uint64) uint64 {
	family := uint64(0)
	if u.v6 {
		family = 1
	}
	return mix(u.net^seed, uint64(svc)<<1|family)
}

func objectHash(id uint64, svc uint16, seed uint64) uint64 { return mix(id^seed, uint64(svc)) }

// addRow merges a row, whose sets live in from, unless it is beyond the limits.
func (t *table) addRow(o *Row, bad *trouble, member uint64, from *arenas) {
	partial := t.all.bar.drops(member)
	if partial && (!bad.any() || t.loud.bar.drops(member)) {
		return
	}
	r, fresh := t.row(o)
	if fresh && !partial {
		t.all.below++
	}
	r.merge(o, &t.arenas, from)
	if partial {
		r.hush(&t.arenas)
	}
	switch {
	case !bad.any():
		return
	case t.loud.bar.drops(member):
		r.Flags |= Partial
		return
	case r.trouble == 0:
		r.trouble = t.troubles.get(0) + 1
		*t.troubles.at(r.trouble - 1) = trouble{}
		t.loud.below++
	}
	t.troubles.at(r.trouble-1).merge(bad, &t.arenas, from)
}

// row finds or makes the row with the key of another.
func (t *table) row(o *Row) (r *Row, fresh bool) {
	u, at := o.unit(), &t.hour(o.Hour).rows
	tag := tagOf(rowHash(u, o.service, t.seed))
	if r = t.findRow(at, tag, u, o.service); r != nil {
		return r, false
	}
	n := t.rows.get(0)
	at.insert(tag, n)
	r = t.rows.at(n)
	*r = newRow(u, o.Hour, o.service)
	return r, true
}

// findRow finds a row in the index of its hour, or nil.
func (t *table) findRow(at *index, tag uint32, u unit, svc uint16) *Row {
	n, i := at.next(at.home(tag), tag)
	for ; n != none; n, i = at.next(i+1, tag) {
		if r := t.rows.at(n); r.is(u, svc) {
			return r
		}
	}
	return nil
}

// addObject merges an object, whose sets live in from, unless it is beyond the
// limit of its kind, and reports whether its name may be news.
func (t *table) addObject(o *Object, from *arenas) bool {
	p := &t.kinds[o.Kind]
	if p.bar.drops(o.ID) {
		return false
	}
	sum := t.object(o)
	news := o.Kind <= AgentObject && sum.Events == 0
	if sum.Events == 0 {
		p.below++
	}
	sum.merge(o, &t.arenas, from)
	return news
}

// object finds or makes the object with the key of another.
func (t *table) object(o *Object) *Object {
	at := &t.hour(o.Hour).objects
	tag := tagOf(objectHash(o.ID, o.service, t.seed))
	if x := t.findObject(at, tag, o.Kind, o.ID, o.service); x != nil {
		return x
	}
	n := t.objects.get(0)
	at.insert(tag, n)
	x := t.objects.at(n)
	*x = newObject(o.Kind, o.ID, o.Hour, o.service)
	return x
}

// findObject finds an object in the index of its hour, or nil.
func (t *table) findObject(at *index, tag uint32, k ObjectKind, id uint64, svc uint16) *Object {
	n, i := at.next(at.home(tag), tag)
	for ; n != none; n, i = at.next(i+1, tag) {
		if x := t.objects.at(n); x.is(k, id, svc) {
			return x
		}
	}
	return nil
}
