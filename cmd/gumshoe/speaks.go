package main

import (
	"context"
	"fmt"
	"maps"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/overlap"
)

// Two logs of the archive can hold the same lines: a configuration that reads a
// service from the journal today read it from auth.log yesterday, and the hours
// around the change were read from both. What one run reads from several logs it
// has chosen from already (package overlap); here the same is decided between logs
// that were not read together: of one service in one hour the rank of logs that
// has the most of it counts, at a tie the first rank. One machine wrote the
// archive, and rows do not tell programs apart: the service stands for them.

// claim is what a log says of a service in an hour.
type claim struct {
	log, service string
	hour         int64
}

// claims are those that do not count, because another log speaks for the hour.
type claims map[claim]bool

// settle finds what the archive holds twice.
func (r *remembering) settle(ctx context.Context, hours []archive.Hour, now time.Time) (claims, error) {
	rank := r.ranks(hours)
	if !several(rank) {
		return nil, nil
	}
	type at struct {
		service string
		hour    int64
	}
	said := map[at]map[string]uint64{} // events by log
	say := func(log, service string, hour int64, events uint32) {
		k := at{service, hour}
		if said[k] == nil {
			said[k] = map[string]uint64{}
		}
		said[k][log] += uint64(events)
	}
	q := archive.Query{From: now.Add(-serviceBack), To: now, Columns: []string{"start", "log", "service", "events", "whole"}}
	damage, err := archive.Read(ctx, r.archive, q, func(rows []archive.Service) error {
		for i := range rows {
			s := &rows[i]
			if s.Whole || rank[s.Log].of(s.Service) == overlap.Apart {
				continue
			}
			if !r.unwritten(s.Log, s.Start.Time()) {
				say(s.Log, s.Service, hourNumber(s.Start.Time()), s.Events)
			}
		}
		return nil
	})
	r.damage = append(r.damage, damage...)
	if err != nil {
		return nil, fmt.Errorf("reading the archive: %w", err)
	}
	if r.lock == nil {
		for _, h := range r.store.Export(r.from, r.to) {
			for service, events := range h.Services() {
				if r.unwritten(h.Log, h.Start) && rank[h.Log].of(service) != overlap.Apart {
					say(h.Log, service, hourNumber(h.Start), events)
				}
			}
		}
	}
	out := claims{}
	for k, logs := range said {
		for _, log := range outdone(logs, rank) {
			out[claim{log, k.service, k.hour}] = true
		}
	}
	return out, nil
}

// unwritten reports whether a dry run knows an hour of a log better than the archive.
func (r *remembering) unwritten(log string, start time.Time) bool {
	return r.lock == nil && !start.Before(r.from) && r.known[logHour{log, start.UTC()}]
}

// standing is the rank of a log of the archive.
type standing struct {
	overlap.Rank
	present bool // this run reads it: it has chosen between all such
}

// of is the rank for a service. Web servers and guards write logs of their own,
// whose lines are in no other.
func (s standing) of(service string) overlap.Rank {
	if !s.present && s.Rank == overlap.Special && (service == ingest.ServiceWeb || service == ingest.ServiceFail2ban) {
		return overlap.Apart
	}
	return s.Rank
}

// ranks are those of all logs that are known. Of one that is gone nothing but the
// name is.
func (r *remembering) ranks(hours []archive.Hour) map[string]standing {
	out := map[string]standing{}
	for i, rank := range ranks(r.logs.sources) {
		s := r.logs.sources[i]
		if s.Size() == 0 { // without a line it has no format
			rank = rankOf(logOf(s))
		}
		if old, ok := out[logOf(s)]; !ok || old.Rank == overlap.Apart {
			out[logOf(s)] = standing{rank, true}
		}
	}
	for _, h := range hours {
		if _, ok := out[h.Log]; !ok {
			out[h.Log] = standing{rankOf(h.Log), false}
		}
	}
	return out
}

// rankOf tells the rank of a log by its name.
func rankOf(log string) overlap.Rank {
	switch base := filepath.Base(log); {
	case base == "journal" || strings.HasSuffix(base, ".journal"):
		return overlap.Journal
	case slices.Contains(generalLogs, base):
		return overlap.General
	case slices.Contains(partLogs, base):
		return overlap.Part
	}
	return overlap.Special
}

// several reports whether a log that is gone may hold what one of another rank does.
func several(logs map[string]standing) bool {
	seen := map[overlap.Rank]bool{}
	gone := false
	for _, s := range logs {
		seen[s.Rank] = s.Rank != overlap.Apart || seen[s.Rank]
		gone = gone || !s.present
	}
	delete(seen, overlap.Apart)
	return gone && len(seen) > 1
}

// outdone lists the logs that do not count of those that tell of the same: all but
// those of the best rank. Logs that this run reads have been chosen from already.
func outdone(events map[string]uint64, rank map[string]standing) (out []string) {
	sums := map[overlap.Rank]uint64{}
	gone := false
	for log, n := range events {
		sums[rank[log].Rank] += n
		gone = gone || !rank[log].present
	}
	if len(sums) < 2 || !gone {
		return nil
	}
	best := slices.MaxFunc(slices.Sorted(maps.Keys(sums)), func(a, b overlap.Rank) int {
		if sums[a] < sums[b] {
			return -1
		}
		if sums[a] > sums[b] {
			return 1
		}
		return int(b) - int(a) // the first rank is the greater one
	})
	for log := range events {
		if rank[log].Rank != best {
			out = append(out, log)
		}
	}
	return out
}

// spoken drops the rows of claims that do not count.
func spoken[T archive.Row](c claims, rows []T) []T {
	if len(c) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(row T) bool {
		switch r := any(&row).(type) {
		case *archive.Address:
			return c.silence(r)
		case *archive.Touch:
			return c[claim{r.Log, r.Service, hourNumber(r.Time.Time())}]
		case *archive.Account:
			return c.has(&r.Tally)
		case *archive.Path:
			return c.has(&r.Tally)
		case *archive.Agent:
			return c.has(&r.Tally)
		case *archive.Service:
			return !r.Whole && c.has(&r.Tally)
		}
		return false
	})
}

func (c claims) has(t *archive.Tally) bool {
	return c[claim{t.Log, t.Service, hourNumber(t.Start.Time())}]
}

// silence reports whether a row does not count: of a folded day, if none of its
// hours does.
func (c claims) silence(a *archive.Address) bool {
	start := hourNumber(a.Start.Time())
	if a.Span <= uint32(time.Hour/time.Second) {
		return c[claim{a.Log, a.Service, start}]
	}
	for set := a.Hours; set != 0; set &= set - 1 {
		if !c[claim{a.Log, a.Service, start + int64(bits.TrailingZeros32(set))}] {
			return false
		}
	}
	return a.Hours != 0
}
