package main

import (
	"context"
	"fmt"
	"maps"
	"math/bits"
	"net/netip"
	"slices"
	"time"

	"gumshoe/ingest/archive"
	"gumshoe/ingest/source"
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

	known    map[logHour]bool // hours of which the store holds all that is known
	coverage *coverage        // of the weeks that a season is learned from
	twice    claims           // what another log says too, and better
	apart    bool             // the queries cut days in two: a folded day is of the one in which it begins
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
	hours, damage, err := r.archive.Hours(r.from.Add(-lookBack), now)
	if err != nil {
		return err
	}
	r.damage = append(r.damage, damage...)
	spans := r.logs.spans()
	quiet := r.cover(hours, spans, now)
	r.store.Holds(r.coverage.holds)
	if err := r.put(ctx, spans); err != nil {
		return err
	}
	if err := r.putQuiet(quiet); err != nil {
		return err
	}
	if r.twice, err = r.settle(ctx, hours, now); err != nil {
		return err
	}
	r.store.Drop(func(log, service string, start time.Time) bool {
		return !start.Before(r.from) && (!r.known[logHour{log, start}] || r.twice[claim{log, service, hourNumber(start)}])
	})
	return r.recall(ctx, hours, now)
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
func (r *remembering) recall(ctx context.Context, hours []archive.Hour, now time.Time) error {
	for _, q := range r.missing(hours) {
		if err := r.load(ctx, q, q, window.Keys{}, false); err != nil {
			return err
		}
	}
	if !r.to.IsZero() && r.to.Before(now) { // --until in the past: the weeks before that
		now = r.to
	}
	keys := r.store.Keys(r.from, time.Time{}, 0)
	middle := r.from.Add(-recent)
	if err := r.load(ctx, archive.Query{From: middle, To: r.from}, archive.Query{From: now.Add(-serviceBack), To: r.from}, window.Keys{}, false); err != nil {
		return err
	}
	return r.load(ctx, archive.Query{From: now.Add(-lookBack), To: middle}, archive.Query{}, keys, true)
}

// missing asks for the hours of logs that are gone, or that show less than they
// did: each run of hours at once, because the row of a folded day stands for all of them.
func (r *remembering) missing(hours []archive.Hour) (out []archive.Query) {
	of := map[string][]time.Time{}
	for _, h := range hours {
		if !h.Start.Before(r.from) && h.Lines > 0 && !r.known[logHour{h.Log, h.Start}] {
			of[h.Log] = append(of[h.Log], h.Start)
		}
	}
	for _, log := range slices.Sorted(maps.Keys(of)) {
		starts := slices.SortedFunc(slices.Values(of[log]), time.Time.Compare)
		for i, start := range slices.CompactFunc(starts, time.Time.Equal) {
			end := start.Add(time.Hour)
			if last := len(out) - 1; i > 0 && out[last].To.Equal(start) {
				out[last].To = end
			} else {
				out = append(out, archive.Query{From: start, To: end, Logs: []string{log}})
			}
		}
	}
	return out
}

// serviceBack is how far back the season of a service is learned from.
const serviceBack = 26 * 7 * 24 * time.Hour

// load reads all kinds of rows: of the keys alone if only is set, and services
// by a query of their own, none if that is empty.
func (r *remembering) load(ctx context.Context, q, services archive.Query, keys window.Keys, only bool) error {
	of := func(ids []uint64) archive.Query {
		q := q
		if only {
			q.IDs = append([]uint64{}, ids...) // none is not all
		}
		return q
	}
	sources := q
	if only {
		sources.Sources = append([]netip.Prefix{}, keys.Sources...)
	}
	put := r.store.Load
	steps := []func() ([]archive.Damage, error){
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, sources, func(rows []archive.Address) error {
				put(archive.Batch{Addresses: r.begun(q, spoken(r.twice, rows))})
				return nil
			})
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, sources, func(rows []archive.Touch) error { put(archive.Batch{Touches: spoken(r.twice, rows)}); return nil })
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, of(keys.Accounts), func(rows []archive.Account) error { put(archive.Batch{Accounts: spoken(r.twice, rows)}); return nil })
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, of(keys.Paths), func(rows []archive.Path) error { put(archive.Batch{Paths: spoken(r.twice, rows)}); return nil })
		},
		func() ([]archive.Damage, error) {
			return archive.Read(ctx, r.archive, of(keys.Agents), func(rows []archive.Agent) error { put(archive.Batch{Agents: spoken(r.twice, rows)}); return nil })
		},
		func() ([]archive.Damage, error) {
			if services.To.IsZero() {
				return nil, nil
			}
			return archive.Read(ctx, r.archive, services, func(rows []archive.Service) error {
				for i := range rows {
					if !rows[i].Whole {
						r.coverage.holds(rows[i].Log, rows[i].Name)
					}
				}
				put(archive.Batch{Services: spoken(r.twice, rows)})
				return nil
			})
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

// begun leaves out the folded days whose first hour does not lie in a query that
// they were found by.
func (r *remembering) begun(q archive.Query, rows []archive.Address) []archive.Address {
	if !r.apart {
		return rows
	}
	return slices.DeleteFunc(rows, func(a archive.Address) bool {
		if a.Span <= uint32(time.Hour/time.Second) {
			return false
		}
		first := a.Start.Time().Add(time.Duration(bits.TrailingZeros32(a.Hours)) * time.Hour)
		return first.Before(q.From) || !first.Before(q.To)
	})
}
