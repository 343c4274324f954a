package window

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
)

// LogHour is what one log said of one hour: what the archive writes at a time. It
// is good until the first Load, Drop or Set, and safe for concurrent use.
type LogHour struct {
	Log   string
	Start time.Time // UTC
	store *Store
	members
}

// Export lists what was counted of the hours that begin in [from, to), by hour
// and by the name of the log; a zero to is no limit.
//
// Export needs Options.PerLog. It is called between the last event and the first
// Load, by one goroutine, and changes nothing of what Set will return. What is
// above the limits is exported as Set would have it.
func (s *Store) Export(from, to time.Time) []*LogHour {
	s.flush()
	s.params.prune(func(limit int) int { return limit })
	final, web := s.number(&Set{})
	ingest.OnAllCores(shards, func(i int) { s.shards[i].cut(final, web) })

	var out []*LogHour
	for c, m := range s.cells(from, to) {
		out = append(out, &LogHour{Log: s.logs[c.log], Start: c.start(), store: s, members: *m})
	}
	slices.SortFunc(out, func(a, b *LogHour) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Log, b.Log))
	})
	return out
}

// Len is the number of rows of the hour, with the touches of its sources.
func (h *LogHour) Len() int {
	n := len(h.rows) + len(h.objects)
	for _, m := range h.rows {
		t := &h.store.shards[m.shard].table
		if r := t.rows.at(m.n); r.trouble != 0 {
			n += int(t.troubles.at(r.trouble - 1).touches.n)
		}
	}
	return n
}

// Touches yields the remembered events of the hour with their sources, in the
// order of the batch's touches; those of an account alone have none.
func (h *LogHour) Touches() iter.Seq2[archive.Addr, *Touch] {
	return func(yield func(archive.Addr, *Touch) bool) {
		h.eachTouch(func(of *archive.Touch, t *Touch) bool { return yield(of.Address, t) })
	}
}

// eachTouch also tells of whom an event is.
func (h *LogHour) eachTouch(yield func(of *archive.Touch, t *Touch) bool) {
	give := func(list []Touch, of *archive.Touch) bool {
		for i := range list {
			if !yield(of, &list[i]) {
				return false
			}
		}
		return true
	}
	for _, m := range h.rows {
		t := &h.store.shards[m.shard].table
		r := t.rows.at(m.n)
		if r.trouble == 0 {
			continue
		}
		of := &archive.Touch{Address: archive.AddrOf(r.unit().addr()), Service: h.store.services[r.service].name}
		if !give(t.troubles.at(r.trouble-1).touches.list(&t.touches), of) {
			return
		}
	}
	for _, m := range h.objects {
		t := &h.store.shards[m.shard].table
		o := t.objects.at(m.n)
		if o.Kind != AccountObject {
			continue
		}
		service := h.store.services[o.service].name
		if !give(o.touches.list(&t.touches), &archive.Touch{Service: service, Via: service}) {
			return
		}
	}
}

// Services yields the services of the hour and how many events each has.
func (h *LogHour) Services() iter.Seq2[string, uint32] {
	return func(yield func(string, uint32) bool) {
		for _, m := range h.objects {
			if o := h.store.shards[m.shard].table.objects.at(m.n); o.Kind == ServiceObject && !yield(h.store.services[o.service].name, o.Events) {
				return
			}
		}
	}
}

// Batch returns the rows of the hour, which are the receiver's to keep, and where
// the lines of its touches stand, one each: their Text is left to the receiver.
func (h *LogHour) Batch() (archive.Batch, []ingest.Origin) {
	e := exporting{Store: h.store, log: h.Log}
	e.batch.Addresses = make([]archive.Address, 0, len(h.rows))
	touches := h.Len() - len(h.rows) - len(h.objects)
	e.batch.Touches, e.origins = make([]archive.Touch, 0, touches), make([]ingest.Origin, 0, touches)
	for _, m := range h.rows {
		t := &h.store.shards[m.shard].table
		e.row(t, t.rows.at(m.n))
	}
	for _, m := range h.objects {
		t := &h.store.shards[m.shard].table
		e.object(t, t.objects.at(m.n))
	}
	h.eachTouch(func(of *archive.Touch, t *Touch) bool {
		e.touch(of, t)
		return true
	})
	return e.batch, e.origins
}

// Drop forgets what logs said of services in hours of which superseded says so:
// what the archive knows better and is to be loaded from it, or another log. What
// a log counted as a whole is of the service "". It needs Options.PerLog and is
// called like Export.
func (s *Store) Drop(superseded func(log, service string, start time.Time) bool) {
	s.flush()
	type part struct {
		cell
		service string
	}
	gone := map[part]bool{}
	for c := range s.cells(time.Time{}, time.Time{}) {
		if superseded(s.logs[c.log], "", c.start()) {
			gone[part{c, ""}] = true
		}
		for _, of := range s.services {
			if of.log == c.log && superseded(s.logs[c.log], of.name, c.start()) {
				gone[part{c, of.name}] = true
			}
		}
	}
	if len(gone) == 0 {
		return
	}
	logs := s.logNumbers()
	ingest.OnAllCores(shards, func(i int) {
		t := &s.shards[i].table
		t.keepRows(func(r *Row, _ uint64) bool { return !gone[part{s.cellOfRow(r), s.services[r.service].name}] })
		t.keepObjects(func(o *Object) bool {
			of := ""
			if o.Kind != LogObject {
				of = s.services[o.service].name
			}
			return !gone[part{s.cellOfObject(o, logs), of}]
		})
	})
}

// cell is an hour of a log.
type cell struct {
	hour uint32
	log  uint16 // number in the Store; 0: of no log in particular
}

func (c cell) start() time.Time { return time.Unix(int64(c.hour)*3600, 0).UTC() }

func (s *Store) cellOfRow(r *Row) cell { return cell{r.Hour, s.services[r.service].log} }

func (s *Store) cellOfObject(o *Object, logs map[uint64]uint16) cell {
	if o.Kind == LogObject {
		return cell{o.Hour, logs[o.ID]}
	}
	return cell{o.Hour, s.services[o.service].log}
}

// logNumbers are the numbers of the logs by their ids.
func (s *Store) logNumbers() map[uint64]uint16 {
	out := map[uint64]uint16{}
	for i, l := range s.logs[1:] {
		out[logID(s.opt.Hash, l)] = uint16(i + 1)
	}
	return out
}

// member says where a row or object stands.
type member struct {
	shard uint8
	n     uint32
}

type members struct{ rows, objects []member }

// cells finds what belongs to each hour of each log.
func (s *Store) cells(from, to time.Time) map[cell]*members {
	out := map[cell]*members{}
	logs := s.logNumbers()
	in := hoursIn(from, to)
	var last cell
	var at *members
	find := func(c cell) bool {
		if c == last && at != nil {
			return true
		}
		if c.log == 0 || !in(c.hour) {
			return false
		}
		last, at = c, out[c]
		if at == nil {
			at = &members{}
			out[c] = at
		}
		return true
	}
	for k := range s.shards {
		t := &s.shards[k].table
		for i := range uint32(t.rows.len()) {
			if find(s.cellOfRow(t.rows.at(i))) {
				at.rows = append(at.rows, member{uint8(k), i})
			}
		}
		for i := range uint32(t.objects.len()) {
			if find(s.cellOfObject(t.objects.at(i), logs)) {
				at.objects = append(at.objects, member{uint8(k), i})
			}
		}
	}
	return out
}

// hoursIn reports which hours begin in [from, to); a zero to is no limit.
func hoursIn(from, to time.Time) func(hour uint32) bool {
	lo, hi := from.Unix(), to.Unix()
	if to.IsZero() {
		hi = math.MaxInt64
	}
	return func(hour uint32) bool { return int64(hour)*3600 >= lo && int64(hour)*3600 < hi }
}

// exporting is a batch that is being filled.
type exporting struct {
	*Store
	log     string
	batch   archive.Batch
	origins []ingest.Origin
	ids     []uint64 // of the sets: one block of memory for many
}

func (e *exporting) row(t *table, r *Row) {
	bad := &calm
	if r.trouble != 0 {
		bad = t.troubles.at(r.trouble - 1)
	}
	a := archive.Address{
		Address: archive.AddrOf(r.unit().addr()), Service: e.services[r.service].name,
		First: milli(r.First()), Last: milli(r.Last()), Minutes: r.Minutes,
		Events: r.Events, Good: r.Good, Bad: bad.Bad, Errors: bad.Errors, Probes: bad.Probes, Same: uint32(r.Same), Diff: uint32(r.Diff), Clients: r.Clients,
		Documents: r.Documents, Parts: r.Parts,
		Authenticated: r.Flags&Authenticated != 0, Claimed: r.Flags&Claimed != 0, Odd: r.Flags&Odd != 0,
		Wrote: r.Flags&Wrote != 0, Assets: r.Flags&Assets != 0, Partial: r.Flags&Partial != 0,
		Touches: uint32(bad.touches.n), TouchesFull: bad.touches.more,
	}
	a.GoodNames, a.GoodNamesSketch, a.GoodNamesCount = e.set(t, &r.goodNames)
	a.BadNames, a.BadNamesSketch, a.BadNamesCount = e.set(t, &bad.badNames)
	a.Agents, a.AgentsSketch, a.AgentsCount = e.set(t, &r.agents)
	e.batch.Addresses = append(e.batch.Addresses, a)
}

func (e *exporting) object(t *table, o *Object) {
	row := archive.Tally{
		ID: o.ID, First: milli(o.First()), Last: milli(o.Last()), Events: o.Events, Good: o.Good, Bad: o.Bad, Errors: o.Errors,
		Probes: o.Probes, ProbeErrors: o.ProbeErrors, Static: o.Static,
	}
	row.GoodSources, row.GoodSourcesSketch, row.GoodSourcesCount = e.set(t, &o.goodUnits)
	row.BadSources, row.BadSourcesSketch, row.BadSourcesCount = e.set(t, &o.badUnits)
	if o.Kind == LogObject {
		row.Name = e.log
		e.batch.Services = append(e.batch.Services, archive.Service{Tally: row, Whole: true})
		return
	}
	row.Service = e.services[o.service].name
	if o.Kind == ServiceObject {
		row.Name = row.Service
		e.batch.Services = append(e.batch.Services, archive.Service{Tally: row})
		return
	}
	name := t.names[o.Kind].of[o.ID]
	row.Name = name.Text
	switch o.Kind {
	case AccountObject:
		e.batch.Accounts = append(e.batch.Accounts, archive.Account{Tally: row, Exists: o.Flags&Exists != 0, Absent: o.Flags&Absent != 0})
	case PathObject:
		a := o.answers.get(&t.words)
		e.batch.Paths = append(e.batch.Paths, archive.Path{Tally: row, Traits: uint16(o.path), Sized: a.Sized, SizeLogs: a.Sum, SizeSquares: a.Squares, Slow: a.Slow})
	case AgentObject:
		e.batch.Agents = append(e.batch.Agents, archive.Agent{Tally: row, Client: name.Client.String(), Claim: name.Claim})
	}
}

// touch adds an event; as says whose it is.
func (e *exporting) touch(as *archive.Touch, t *Touch) {
	of := *as
	of.Time, of.Name, of.Action, of.Status, of.Count = archive.Milli(t.Milli), t.Name, t.Kind.String(), t.Status, t.Count
	of.Stage, of.Class, of.Shape = uint8(t.Stage), t.Class.String(), t.Aux
	of.Param, of.Bytes, of.Took, of.Wait, of.Reads = e.params.of[uint64(t.Param)].Text, t.Bytes, t.Took, t.Wait, t.Reads
	of.Key, of.Absent, of.Post = t.Key, t.Absent, t.Post
	e.batch.Touches = append(e.batch.Touches, of)
	e.origins = append(e.origins, t.Origin())
}

// set returns the members of a set or its sketch, and its size.
func (e *exporting) set(t *table, d *Distinct) (ids []uint64, sketch []byte, count uint32) {
	members, exact := d.members(&t.words)
	if !exact {
		return nil, d.archived(&t.words), uint32(d.count(&t.words))
	}
	n := len(e.ids)
	e.ids = append(e.ids, members...)
	return e.ids[n:len(e.ids):len(e.ids)], nil, uint32(len(members))
}

func milli(second uint32) archive.Milli { return archive.Milli(second) * 1000 }
