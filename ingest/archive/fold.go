package archive

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"
)

// Fold merges the hours of every day that ended before a time into one file a
// kind. Rows keep their hour; only the plain visits of a source on a service, as
// one log tells them, are summed into a row of the day. Hours that are put into a
// folded day later, of logs that it has not seen, join it with the next Fold; a
// log's hour that was folded is not replaced any more.
//
// The new files are written beside the hours and become valid with the manifest of
// the day: from that moment on the hours of its logs are not read. Then the
// manifests of the hours are removed, and then their files.
func (a *Archive) Fold(before time.Time) ([]Damage, error) {
	if a.opt.ReadOnly {
		return nil, errReadOnly
	}
	if err := a.sweepOnce(); err != nil {
		return nil, fmt.Errorf("folding the archive: %w", err)
	}
	units, damage, err := a.unitsOrAside(interval{to: dayOf(before)})
	if err != nil {
		return damage, fmt.Errorf("folding the archive: %w", err)
	}
	for _, d := range byDay(units) {
		if len(d) == 1 && d[0].span == day {
			continue
		}
		if err := a.mending(d, &damage, a.foldDay); err != nil && !errors.Is(err, errUnreadable) {
			return damage, fmt.Errorf("folding the day %s: %w", dayOf(d[0].start).Format(dayLayout), err)
		}
	}
	return damage, nil
}

// byDay cuts units, which are in the order of time, into days.
func byDay(units []unit) (days [][]unit) {
	for len(units) > 0 {
		n := slices.IndexFunc(units, func(u unit) bool { return !dayOf(u.start).Equal(dayOf(units[0].start)) })
		if n < 0 {
			n = len(units)
		}
		days, units = append(days, units[:n]), units[n:]
	}
	return days
}

// foldDay folds the units of a day. If one of its files cannot be read, it is
// returned and nothing has changed.
func (a *Archive) foldDay(units []unit) (broken *piece, err error) {
	start := dayOf(units[0].start)
	m := newManifest(start, day)
	var old *manifest
	for i := range units {
		u := &units[i]
		if u.span == day {
			old = u.manifest
		}
		for _, e := range u.manifest.Entries {
			if u.valid(e.Hour, e.Log) {
				m.Entries = append(m.Entries, e)
			}
		}
	}
	e := encoder{owner: dayOwner, start: start, span: day, data: map[string][]byte{}}
	for _, merge := range []func() (*piece, error){
		func() (*piece, error) { return foldKind(a, &e, units, sumVisits) },
		func() (*piece, error) { return foldKind[Account](a, &e, units, nil) },
		func() (*piece, error) { return foldKind[Path](a, &e, units, nil) },
		func() (*piece, error) { return foldKind[Agent](a, &e, units, nil) },
		func() (*piece, error) { return foldKind[Service](a, &e, units, nil) },
		func() (*piece, error) { return foldKind[Touch](a, &e, units, nil) },
	} {
		if broken, err := merge(); err != nil {
			return broken, err
		}
	}
	m.Files = e.files
	if err := a.commit(m, old, e.data); err != nil {
		return nil, err
	}
	return nil, a.removeHours(units)
}

// removeHours removes the hours of a day that is valid now.
func (a *Archive) removeHours(units []unit) error {
	for _, u := range units {
		if u.span == hour {
			if err := a.remove(u.manifest.path()); err != nil {
				return err
			}
		}
	}
	if err := a.disk.Sync([]string{a.path(manifestDir)}); err != nil {
		return err
	}
	for _, u := range units {
		if u.span == hour {
			for _, f := range u.manifest.Files {
				a.removeData(f.Path)
			}
		}
	}
	return nil
}

// foldKind merges the files of a kind into one; sum, if there is one, makes fewer
// rows of those with one key.
func foldKind[T Row](a *Archive, e *encoder, units []unit, sum func([]T) []T) (*piece, error) {
	var merged merger[T]
	defer merged.stop()
	for i := range units {
		u := &units[i]
		for _, f := range u.files(tableOf[T]().kind) {
			at := &piece{u, f}
			content, err := a.content(f)
			if err != nil {
				return at, err
			}
			if err := merged.add(content, at); err != nil {
				return at, err
			}
		}
	}
	if len(merged.cursors) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	w := newWriter[T](&b, inOrder[T]())
	rows := int64(0)
	broken, err := merged.each(func(same []T) error {
		if sum != nil {
			same = sum(same)
		}
		rows += int64(len(same))
		return writeRows(w, same)
	})
	if err != nil {
		return broken, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	e.append(tableOf[T]().kind, b.Bytes(), rows)
	return nil, nil
}

// content reads a file and checks that it is what its manifest says.
func (a *Archive) content(f file) ([]byte, error) {
	p := part{file: f}
	p.open, p.err = os.Open(a.path(f.Path))
	defer closeParts([]part{p})
	return p.content()
}

// plain reports whether nothing happened in a row that is worth an hour of its own:
// no failure, no probe, no login. A row with a set too large to be listed is not
// plain either, so that sums are exact.
func (r *Address) plain() bool {
	return r.Bad|r.Errors|r.Probes|r.Touches == 0 && !r.TouchesFull && !r.Authenticated &&
		len(r.GoodNamesSketch)+len(r.BadNamesSketch)+len(r.AgentsSketch) == 0
}

// sumVisits sums the plain visits of one source on each of its services.
func sumVisits(rows []Address) []Address {
	var out []Address
	var days []Address
	for i := range rows {
		r := &rows[i]
		if !r.plain() {
			out = append(out, *r)
			continue
		}
		at := slices.IndexFunc(days, func(d Address) bool { return d.Service == r.Service && d.Log == r.Log && d.Host == r.Host })
		switch {
		case at < 0:
			days = append(days, *r)
		case !days[at].visit(r):
			out = append(out, *r)
		}
	}
	return sortRows(&addresses, append(out, days...))
}

// visit adds a plain visit to another of the same day, and reports false if their
// sets are too large together.
func (r *Address) visit(o *Address) bool {
	good, bad, agents := union(r.GoodNames, o.GoodNames), union(r.BadNames, o.BadNames), union(r.Agents, o.Agents)
	if max(len(good), len(bad), len(agents)) > MaxMembers {
		return false
	}
	r.GoodNames, r.BadNames, r.Agents = good, bad, agents
	r.GoodNamesCount, r.BadNamesCount, r.AgentsCount = uint32(len(good)), uint32(len(bad)), uint32(len(agents))
	r.Start, r.Span = MilliOf(dayOf(r.Start.Time())), uint32(day/time.Second)
	r.Hours |= o.Hours
	r.First, r.Last = min(r.First, o.First), max(r.Last, o.Last)
	r.Minutes |= o.Minutes
	r.Clients |= o.Clients
	r.Documents |= o.Documents
	r.Parts = uint8(min(255, int(r.Parts)+int(o.Parts)))
	r.Claimed, r.Odd, r.Wrote = r.Claimed || o.Claimed, r.Odd || o.Odd, r.Wrote || o.Wrote
	r.Assets, r.Partial = r.Assets || o.Assets, r.Partial || o.Partial
	for _, c := range [][2]*uint32{{&r.Events, &o.Events}, {&r.Good, &o.Good}, {&r.Same, &o.Same}, {&r.Diff, &o.Diff}} {
		*c[0] = plus(*c[0], *c[1])
	}
	return true
}

// plus adds without wrapping: who claims four billion events is not to end up
// with none.
func plus(a, b uint32) uint32 {
	if s := a + b; s >= a {
		return s
	}
	return math.MaxUint32
}

// union returns the members of two sorted sets.
func union(a, b []uint64) []uint64 {
	if len(b) == 0 || slices.Equal(a, b) {
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}
