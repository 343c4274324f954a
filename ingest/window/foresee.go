package window

import "gumshoe/ingest"

// sight is what Foresee found out of an event: the hashes that it is looked for with, and
// perhaps its row and its path; nil: there are none yet.
type sight struct {
	pathID          uint64
	rowTag, pathTag uint32
	row             *tally
	path            *Object
	service         uint16
}

// Foresee implements ingest.Foreseer: it looks at the row and the path that each event
// will count in, if they are of the service of the event before these, as nearly all are.
func (b *Builder) Foresee(evs []ingest.Event) {
	b.batch, b.counted = evs, 0
	if len(b.rowAt.slots) == 0 || len(b.objectAt.slots) == 0 {
		b.batch = nil
		return
	}
	sum := uint32(0)
	for i := range evs {
		ev, hour, s := &evs[i], uint64(seconds(&evs[i])/3600), &b.sights[i]
		s.service = b.service
		s.rowTag = tagOf(mix(rowHash(unitOf(ev.Src), b.service, b.seed), hour))
		sum += b.rowAt.peek(s.rowTag)
		if t := ev.Request.Template; t != 0 {
			s.pathID = b.pathID(ev.VHost, t)
			s.pathTag = tagOf(mix(objectHash(s.pathID, b.service, b.seed), hour))
			sum += b.objectAt.peek(s.pathTag)
		}
	}
	for i := range evs { // a row and an object lie across several lines of the cache
		s := &b.sights[i]
		s.row, s.path = nil, nil
		if n, _ := b.rowAt.next(b.rowAt.home(s.rowTag), s.rowTag); n != none {
			r := b.rows.at(n)
			sum += r.Hour + r.Events + r.bad.Bad + r.agent
			s.row = r
		}
		if n, _ := b.objectAt.next(b.objectAt.home(s.pathTag), s.pathTag); n != none {
			o := b.objects.at(n)
			sum += o.Hour + o.touches.off
			s.path = o
		}
	}
	b.foreseen = sum
}

// seen is what Foresee found out of an event, or nil.
func (b *Builder) seen(ev *ingest.Event) *sight {
	if b.counted >= len(b.batch) || ev != &b.batch[b.counted] {
		return nil
	}
	b.counted++
	return &b.sights[b.counted-1]
}

// ahead is where some rows or objects of a builder will be looked for in a table. It makes
// no hour: the limits may drop all of its rows.
type ahead struct {
	in   [ingest.Batch]*index // nil: nothing of that hour was merged yet
	tags [ingest.Batch]uint32
}

// expect notes where the j-th is looked for, and looks there.
func (a *ahead) expect(j int, in *index, tag uint32) uint32 {
	a.in[j], a.tags[j] = in, tag
	return in.peek(tag)
}

// at is the number of what is there; none if there is nothing.
func (a *ahead) at(j int) uint32 {
	if a.in[j] == nil {
		return none
	}
	n, _ := a.in[j].next(a.in[j].home(a.tags[j]), a.tags[j])
	return n
}

// foreseeRows looks at what merging some rows of a builder will look at, for all of
// them at each step: the memory that they are in answers these looks together.
func (t *table) foreseeRows(b *Builder, numbers []uint32) (sum uint32) {
	var places ahead
	for j, i := range numbers {
		r := b.rows.at(i)
		if h := t.known(r.Hour); h != nil {
			sum += places.expect(j, &h.rows, tagOf(rowHash(r.unit(), r.service, t.seed)))
		}
	}
	var rows [ingest.Batch]*Row
	for j := range numbers {
		if n := places.at(j); n != none {
			rows[j] = t.rows.at(n)
			sum += uint32(rows[j].net) + uint32(rows[j].Parts)
		}
	}
	for _, r := range rows[:len(numbers)] {
		if r != nil {
			sum += r.goodNames.peek(&t.words)
			if r.trouble != 0 {
				sum += t.troubles.at(r.trouble - 1).Bad
			}
		}
	}
	return sum
}

// foreseeObjects does so for objects.
func (t *table) foreseeObjects(b *Builder, numbers []uint32) (sum uint32) {
	var places ahead
	for j, i := range numbers {
		o := b.objects.at(i)
		if h := t.known(o.Hour); h != nil {
			sum += places.expect(j, &h.objects, tagOf(objectHash(o.ID, o.service, t.seed)))
		}
	}
	var objects [ingest.Batch]*Object
	for j := range numbers {
		if n := places.at(j); n != none {
			objects[j] = t.objects.at(n)
			sum += uint32(objects[j].ID) + objects[j].touches.off
		}
	}
	for _, o := range objects[:len(numbers)] {
		if o != nil {
			sum += o.goodUnits.peek(&t.words) + o.badUnits.peek(&t.words)
		}
	}
	return sum
}

// peek looks at where the search for a tag begins.
func (x *index) peek(tag uint32) uint32 {
	if len(x.slots) == 0 {
		return 0
	}
	return x.slots[x.home(tag)].row
}

// peek looks at the first member that does not stand in the set itself.
func (d *Distinct) peek(a *arena[uint64]) uint32 {
	if d.empty() || d.single() || d.class() == concluded {
		return 0
	}
	return uint32(*a.at(d.off()))
}
