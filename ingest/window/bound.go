package window

import "math/bits"

// Limits bound what a Store holds, whatever the logs are made of. What is above
// them is chosen by keyed hashes: a fair sample, of which nobody who writes logs
// can tell who is in it, and the same whoever counts what.
type Limits struct {
	Rows    int // address-hours held with everything that is counted, but for their failures, probes and logins
	Loud    int // address-hours held with their failures, probes and logins
	Objects int // hours of the accounts, paths or agents
	Things  int // accounts, paths or agents, with their names
}

// Limits that a machine with 1 GiB of memory bears: a quiet row takes some 90
// bytes, trouble 100, an object 110, and as much again in what is made of them.
var standard = Limits{Rows: 5 << 19, Loud: 1 << 19, Objects: 1 << 20, Things: 1 << 18}

// Evicted says what was above the limits, as estimated from the hashes of what
// is below (the k-th smallest of n hashes lies near k/n of their range).
type Evicted struct {
	Rows    int // address-hours of which nothing was kept, or failures, probes and logins alone
	Loud    int // address-hours of which failures, probes and logins were not kept
	Units   int // sources of which nothing was kept
	Objects int // hours of accounts, paths and agents
}

// orDefault fills in the limits that are not given.
func (l Limits) orDefault() Limits {
	for _, f := range []struct{ limit, standard *int }{
		{&l.Rows, &standard.Rows}, {&l.Loud, &standard.Loud}, {&l.Objects, &standard.Objects}, {&l.Things, &standard.Things},
	} {
		if *f.limit == 0 {
			*f.limit = *f.standard
		}
	}
	return l
}

// population is what a table holds of rows or of objects of a kind.
type population struct {
	limit int // 0: none
	below int // members below the bar
	bar   bar
}

func (p *population) over(limit int) bool { return p.limit > 0 && p.below > limit }

// total estimates how many of a population there were, of which n lie below the bar.
func (p *population) total(n int) int {
	if p.bar == 0 || uint64(n) >= uint64(p.bar) {
		return n
	}
	q, _ := bits.Div64(uint64(n), 0, uint64(p.bar))
	return int(q)
}

// bound cuts what has grown beyond its limits; spare allows for the slack of a
// table that still grows.
func (t *table) bound(spare func(limit int) int) {
	if t.all.over(spare(t.all.limit)) || t.loud.over(spare(t.loud.limit)) {
		t.evictRows()
	}
	for k := range t.names {
		pruned := t.names[k].prune(spare) // of too many objects, too: the bar of the names is theirs
		if p := &t.kinds[k]; pruned || p.over(spare(p.limit)) {
			t.evictObjects()
		}
	}
}

// evictRows sinks the bars of the rows and lets go of what they drop.
func (t *table) evictRows() {
	var all, loud []uint64
	for i := range uint32(t.rows.len()) {
		r := t.rows.at(i)
		id := r.unit().id(t.hash)
		if !t.all.bar.drops(id) {
			all = append(all, id)
		}
		if r.trouble != 0 && !t.loud.bar.drops(id) {
			loud = append(loud, id)
		}
	}
	t.all.bar.sink(all, t.all.limit)
	t.loud.bar.sink(loud, t.loud.limit)
	t.keepRows(func(r *Row, id uint64) bool {
		partial, beyond := t.all.bar.drops(id), t.loud.bar.drops(id)
		if partial && (r.trouble == 0 || beyond) {
			return false
		}
		if partial {
			r.hush(&t.arenas)
		}
		if r.trouble != 0 && beyond {
			t.dropTrouble(r)
			r.Flags |= Partial
		}
		return true
	})
}

// keepRows lets go of the rows that are not to be kept, of which it tells the
// ids of the units, and counts the others anew.
func (t *table) keepRows(keep func(r *Row, id uint64) bool) {
	t.all.below, t.loud.below = 0, 0
	for _, h := range t.hours {
		h.rows.reset()
	}
	kept := uint32(0)
	for i := range uint32(t.rows.len()) {
		r := t.rows.at(i)
		id := r.unit().id(t.hash)
		if !keep(r, id) {
			t.drop(r)
			continue
		}
		if !t.all.bar.drops(id) {
			t.all.below++
		}
		if r.trouble != 0 {
			t.loud.below++
		}
		*t.rows.at(kept) = *r
		t.hour(r.Hour).rows.insert(tagOf(rowHash(r.unit(), r.service, t.seed)), kept)
		kept++
	}
	t.rows.truncate(int(kept))
	t.dropHours()
}

// evictObjects does the same for objects.
func (t *table) evictObjects() {
	var ids [len(t.names)][]uint64
	for i := range uint32(t.objects.len()) {
		if o := t.objects.at(i); o.Kind <= AgentObject {
			ids[o.Kind] = append(ids[o.Kind], o.ID)
		}
	}
	for k := range ids {
		p, things := &t.kinds[k], t.names[k].bar
		p.bar.sink(ids[k], p.limit)
		if things != 0 && !p.bar.drops(uint64(things)) {
			p.bar = things
		}
	}
	t.keepObjects(func(o *Object) bool { return !t.kinds[o.Kind].bar.drops(o.ID) })
}

// keepObjects lets go of the objects that are not to be kept, and counts the
// others anew.
func (t *table) keepObjects(keep func(*Object) bool) {
	for k := range t.kinds {
		t.kinds[k].below = 0
	}
	for _, h := range t.hours {
		h.objects.reset()
	}
	kept := uint32(0)
	for i := range uint32(t.objects.len()) {
		o := t.objects.at(i)
		if !keep(o) {
			o.goodUnits.drop(&t.words)
			o.badUnits.drop(&t.words)
			o.answers.drop(&t.words)
			o.touches.drop(&t.touches)
			continue
		}
		t.kinds[o.Kind].below++
		*t.objects.at(kept) = *o
		t.hour(o.Hour).objects.insert(tagOf(objectHash(o.ID, o.service, t.seed)), kept)
		kept++
	}
	t.objects.truncate(int(kept))
	t.dropHours()
}

// dropHours forgets the hours of which nothing is left.
func (t *table) dropHours() {
	t.last = nil
	for n, h := range t.hours {
		if h.rows.n+h.objects.n == 0 {
			delete(t.hours, n)
		}
	}
}

// drop gives back what a row holds.
func (t *table) drop(r *Row) {
	r.goodNames.drop(&t.words)
	r.agents.drop(&t.words)
	t.dropTrouble(r)
}

func (t *table) dropTrouble(r *Row) {
	if r.trouble != 0 {
		bad := t.troubles.at(r.trouble - 1)
		bad.badNames.drop(&t.words)
		bad.touches.drop(&t.touches)
		t.troubles.put(r.trouble-1, 0)
		r.trouble = 0
	}
}

// hush gives back what a row above the bar will not show: see partial.
func (r *Row) hush(a *arenas) {
	if r.marks&visited != 0 {
		r.goodNames.drop(&a.words)
		r.agents.drop(&a.words)
	}
}

// partial takes away what a row above the bar counted of ordinary visits: how
// much of them was counted before the bar sank depends on who was quick. Only
// the events that make trouble were counted always. On services without web
// requests that is every event, and the row is whole.
func (t *table) partial(r *Row) {
	r.goodNames.drop(&t.words)
	r.agents.drop(&t.words)
	bad := t.troubles.at(r.trouble - 1)
	seen := bad.touches.list(&t.touches)
	*r = Row{net: r.net, Hour: r.Hour, service: r.service, Service: r.Service, marks: r.marks, trouble: r.trouble, Flags: Partial,
		Events: max(plus(bad.Bad, bad.Errors), bad.Probes), first: 3600, place: nowhere}
	for i := range seen {
		r.saw(uint16(seen[i].Milli/1000%3600), placeOf(seen[i].Origin()))
	}
	if len(seen) == 0 { // the archive has lost them
		r.first = 0
	}
}
