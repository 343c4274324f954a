package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/source"
	"gumshoe/ingest/template"
	"gumshoe/ingest/window"
)

// remembering is the part of a run that writes to the archive what was scanned,
// and adds to it what the archive knows of the weeks before.
type remembering struct {
	*memory
	logs     *logs
	store    *window.Store
	from, to time.Time // whole hours that were scanned; a zero to: up to now
	damage   []archive.Damage

	known map[logHour]bool // hours of which the store holds all that is known
}

type logHour struct {
	log   string
	start time.Time
}

// recent is how far back everybody's hours are read: what is done by many at a
// slow pace shows only where all of them are seen. Of the weeks before only those
// are of interest who are here again.
const recent = 7 * 24 * time.Hour

// exchange puts the hours that were scanned into the archive and loads the weeks
// before them, and what the archive knows better than the logs that are left.
func (r *remembering) exchange(ctx context.Context, now time.Time) error {
	hurried.Store(true)
	defer hurried.Store(false)
	r.known = map[logHour]bool{}
	if err := r.put(ctx); err != nil {
		return err
	}
	r.store.Drop(func(log string, start time.Time) bool {
		return !start.Before(r.from) && !r.known[logHour{log, start}]
	})
	return r.recall(ctx, now)
}

// put writes every hour of every log. A dry run writes nothing.
func (r *remembering) put(ctx context.Context) error {
	spans := r.logs.spans()
	if r.lock == nil {
		for at := range spans {
			r.known[at] = true
		}
		return nil
	}
	lines := r.evidence()
	write := func(at logHour, b archive.Batch) error {
		out, err := r.archive.Put(at.start, at.log, b, spans[at])
		if err == nil && out != archive.KeptOld {
			r.known[at] = true
		}
		return err
	}
	done := map[logHour]bool{}
	err := r.store.Export(r.from, r.to, func(h *window.LogHour) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, at := range h.Origins {
			h.Batch.Touches[i].Text = lines[at]
		}
		at := logHour{h.Log, h.Start}
		done[at] = true
		return write(at, h.Batch)
	})
	if err != nil {
		return err
	}
	// An hour of which lines were read that count nothing was quiet, not unseen.
	for _, at := range inOrder(spans) {
		if !done[at] && !at.start.Before(r.from) && (r.to.IsZero() || at.start.Before(r.to)) {
			if err := write(at, archive.Batch{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func inOrder(spans map[logHour][]archive.Seen) []logHour {
	var out []logHour
	for at := range spans {
		out = append(out, at)
	}
	slices.SortFunc(out, func(a, b logHour) int { return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.log, b.log)) })
	return out
}

// Of a source that did more in an hour than mistype a password its first lines
// are kept: the log will be gone when they are asked for.
const (
	suspectTouches = 3
	quotedLines    = 5
)

// evidence reads the lines to be kept, all at once: a compressed log is read from
// its beginning for each time it is asked.
func (r *remembering) evidence() map[ingest.Origin]string {
	var wanted []ingest.Origin
	// Nothing is written yet, so that an error can only be that of the yield below.
	_ = r.store.Export(r.from, r.to, func(h *window.LogHour) error {
		wanted = append(wanted, telling(h)...)
		return nil
	})
	lines := source.Lines(r.logs.sources, wanted)
	for at, line := range lines {
		lines[at] = template.Scrub(line)
	}
	return lines
}

// telling are the places of the lines of an hour that are to be kept.
func telling(h *window.LogHour) (out []ingest.Origin) {
	type suspect struct {
		touches, lines int
		probed         bool
	}
	suspects := map[archive.Addr]*suspect{}
	for i := range h.Batch.Touches {
		t := &h.Batch.Touches[i]
		s := suspects[t.Address]
		if s == nil {
			s = &suspect{}
			suspects[t.Address] = s
		}
		if t.Action != ingest.KindAuthSuccess.String() {
			s.touches++
		}
		s.probed = s.probed || t.Stage > 0 || t.Action == ingest.KindProbe.String()
	}
	for _, i := range firstToLast(h) {
		s := suspects[h.Batch.Touches[i].Address]
		if (s.probed || s.touches >= suspectTouches) && s.lines < quotedLines {
			s.lines++
			out = append(out, h.Origins[i])
		}
	}
	return out
}

// firstToLast orders the touches of an hour, which come as they were counted, by
// time and place.
func firstToLast(h *window.LogHour) []int {
	order := make([]int, len(h.Origins))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := h.Origins[i], h.Origins[j]
		return cmp.Or(cmp.Compare(h.Batch.Touches[i].Time, h.Batch.Touches[j].Time), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
	})
	return order
}

// spans are the places of the hours of every log in its files.
func (l *logs) spans() map[logHour][]archive.Seen {
	out := map[logHour][]archive.Seen{}
	for i, h := range l.health {
		var first []byte
		if f, ok := l.sources[i].(*source.File); ok && !f.Journal() {
			first = f.Head()
		}
		for _, s := range h.Hours {
			at := logHour{logOf(l.sources[i]), time.Unix(s.Hour*3600, 0).UTC()}
			out[at] = append(out[at], archive.Seen{First: first, From: s.From, To: s.To, Lines: int64(s.Lines)})
		}
	}
	return out
}

// recall loads what the archive knows beyond what was scanned.
func (r *remembering) recall(ctx context.Context, now time.Time) error {
	hours, damage, err := r.archive.Hours(r.from, now)
	if err != nil {
		return err
	}
	r.damage = append(r.damage, damage...)
	for _, h := range hours { // of logs that are gone, or that show less than they did
		if at := (logHour{h.Log, h.Start}); !r.known[at] {
			q := archive.Query{From: h.Start, To: h.Start.Add(time.Hour), Logs: []string{h.Log}}
			if err := r.load(ctx, q, q, window.Keys{}, false); err != nil {
				return err
			}
		}
	}
	keys := r.store.Keys(r.from, time.Time{}, 0)
	middle := r.from.Add(-recent)
	if err := r.load(ctx, archive.Query{From: middle, To: r.from}, archive.Query{From: now.Add(-serviceBack), To: r.from}, window.Keys{}, false); err != nil {
		return err
	}
	return r.load(ctx, archive.Query{From: now.Add(-lookBack), To: middle}, archive.Query{}, keys, true)
}

// serviceBack is how far back the season of a service is learned from.
const serviceBack = 26 * 7 * 24 * time.Hour

// load reads all kinds of rows: of the keys alone if only is set, and services
// by a query of their own, none if that is empty.
func (r *remembering) load(ctx context.Context, q, services archive.Query, keys window.Keys, only bool) error {
	of := func(ids []uint64) archive.Query {
		q := q
		if only {
			q.IDs = slices.Concat([]uint64{}, ids) // none is not all
		}
		return q
	}
	sources := q
	if only {
		sources.Sources = append(sources.Sources, keys.Sources...)
	}
	put := r.store.Load
	steps := []func() ([]archive.Damage, error){
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, sources, func(rows []archive.Address) error { put(archive.Batch{Addresses: rows}); return nil })
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, sources, func(rows []archive.Touch) error { put(archive.Batch{Touches: rows}); return nil })
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, of(keys.Accounts), func(rows []archive.Account) error { put(archive.Batch{Accounts: rows}); return nil })
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, of(keys.Paths), func(rows []archive.Path) error { put(archive.Batch{Paths: rows}); return nil })
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, of(keys.Agents), func(rows []archive.Agent) error { put(archive.Batch{Agents: rows}); return nil })
		},
		func() ([]archive.Damage, error) {
			if services.To.IsZero() {
				return nil, nil
			}
			return archive.Read(ctx, r.archive, services, func(rows []archive.Service) error { put(archive.Batch{Services: rows}); return nil })
		},
	}
	for _, step := range steps {
		damage, err := step()
		r.damage = append(r.damage, damage...)
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
	}
	return nil
}
