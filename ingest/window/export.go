package window

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
)

// LogHour is what one log said of one hour: what the archive writes at a time.
type LogHour struct {
	Log     string
	Start   time.Time // UTC
	Batch   archive.Batch
	Origins []ingest.Origin // where the lines of Batch.Touches stand, one each; their Text is left to the receiver
}

// Export hands out what was counted of the hours that begin in [from, to), hour
// by hour and by the name of the log; a zero to is no limit. What it yields is the
// receiver's to keep. An error of yield ends it.
//
// Export needs Options.PerLog. It is called between the last event and the first
// Load, by one goroutine, and changes nothing of what Set will return. What is
// above the limits is exported as Set would have it.
func (s *Store) Export(from, to time.Time, yield func(*LogHour) error) error {
	s.flush()
	final, web := s.number(&Set{})
	parallel(shards, func(i int) { s.shards[i].cut(final, web) })

	cells := s.cells(from, to)
	keys := make([]cell, 0, len(cells))
	for c := range cells {
		keys = append(keys, c)
	}
	slices.SortFunc(keys, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.hour, b.hour), cmp.Compare(s.logs[a.log], s.logs[b.log]))
	})
	for _, c := range keys {
		e := exporting{Store: s, LogHour: LogHour{Log: s.logs[c.log], Start: c.start()}}
		for _, m := range cells[c].rows {
			t := &s.shards[m.shard].table
			e.row(t, t.rows.at(m.n))
		}
		for _, m := range cells[c].objects {
			t := &s.shards[m.shard].table
			e.object(t, t.objects.at(m.n))
		}
		delete(cells, c)
		if err := yield(&e.LogHour); err != nil {
			return err
		}
	}
	return nil
}

// Drop forgets the hours of logs of which superseded says so: those that the
// archive knows better, and that are to be loaded from it. It needs
// Options.PerLog and is called like Export.
func (s *Store) Drop(superseded func(log string, start time.Time) bool) {
	s.flush()
	gone := map[cell]bool{}
	for c := range s.cells(time.Time{}, time.Time{}) {
		if superseded(s.logs[c.log], c.start()) {
			gone[c] = true
		}
	}
	if len(gone) == 0 {
		return
	}
	logs := s.logNumbers()
	parallel(shards, func(i int) {
		t := &s.shards[i].table
		t.keepRows(func(r *Row, _ uint64) bool { return !gone[s.cellOfRow(r)] })
		t.keepObjects(func(o *Object) bool { return !gone[s.cellOfObject(o, logs)] })
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

// exporting is a LogHour that is being filled.
type exporting struct {
	*Store
	LogHour
	ids []uint64 // of the sets: one block of memory for many
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
		Authenticated: r.Flags&Authenticated != 0, Claimed: r.Flags&Claimed != 0, Odd: r.Flags&Odd != 0,
		Wrote: r.Flags&Wrote != 0, Assets: r.Flags&Assets != 0, Partial: r.Flags&Partial != 0,
		Touches: uint32(bad.touches.n), TouchesFull: bad.touches.more,
	}
	a.GoodNames, a.GoodNamesSketch, a.GoodNamesCount = e.set(t, &r.goodNames)
	a.BadNames, a.BadNamesSketch, a.BadNamesCount = e.set(t, &bad.badNames)
	a.Agents, a.AgentsSketch, a.AgentsCount = e.set(t, &r.agents)
	e.Batch.Addresses = append(e.Batch.Addresses, a)
	e.touches(bad.touches.list(&t.touches), archive.Touch{Address: a.Address, Service: a.Service})
}

func (e *exporting) object(t *table, o *Object) {
	row := archive.Tally{
		ID: o.ID, First: milli(o.First), Last: milli(o.Last), Events: o.Events, Good: o.Good, Bad: o.Bad, Errors: o.Errors,
		Probes: o.Probes, ProbeErrors: o.ProbeErrors, Static: o.Static,
	}
	row.GoodSources, row.GoodSourcesSketch, row.GoodSourcesCount = e.set(t, &o.goodUnits)
	row.BadSources, row.BadSourcesSketch, row.BadSourcesCount = e.set(t, &o.badUnits)
	if o.Kind == LogObject {
		row.Name = e.Log
		e.Batch.Services = append(e.Batch.Services, archive.Service{Tally: row, Whole: true})
		return
	}
	row.Service = e.services[o.service].name
	if o.Kind == ServiceObject {
		row.Name = row.Service
		e.Batch.Services = append(e.Batch.Services, archive.Service{Tally: row})
		return
	}
	name := t.names[o.Kind].of[o.ID]
	row.Name = name.Text
	switch o.Kind {
	case AccountObject:
		e.Batch.Accounts = append(e.Batch.Accounts, archive.Account{Tally: row, Exists: o.Flags&Exists != 0, Absent: o.Flags&Absent != 0})
		e.touches(o.touches.list(&t.touches), archive.Touch{Service: row.Service, Via: row.Service})
	case PathObject:
		e.Batch.Paths = append(e.Batch.Paths, archive.Path{Tally: row, Traits: uint16(o.path)})
	case AgentObject:
		e.Batch.Agents = append(e.Batch.Agents, archive.Agent{Tally: row, Client: name.Client.String(), Claim: name.Claim})
	}
}

// touches adds events; of says whose they are.
func (e *exporting) touches(list []Touch, of archive.Touch) {
	for i := range list {
		t, a := &list[i], of
		a.Time, a.Name, a.Action, a.Status, a.Count = archive.Milli(t.Milli), t.Name, t.Kind.String(), t.Status, t.Count
		a.Stage, a.Class, a.Shape = uint8(t.Stage), t.Class.String(), t.Aux
		a.Key, a.Absent, a.Post = t.Key, t.Absent, t.Post
		e.Batch.Touches = append(e.Batch.Touches, a)
		e.Origins = append(e.Origins, t.Origin())
	}
}

// set returns the members of a set or its sketch, and its size.
func (e *exporting) set(t *table, d *Distinct) (ids []uint64, sketch []byte, count uint32) {
	members, exact := d.members(&t.words)
	if !exact {
		return nil, packed(t.words.block(d.off(), sketchClass)), uint32(d.count(&t.words))
	}
	n := len(e.ids)
	e.ids = append(e.ids, members...)
	return e.ids[n:len(e.ids):len(e.ids)], nil, uint32(len(members))
}

func milli(second uint32) archive.Milli { return archive.Milli(second) * 1000 }
