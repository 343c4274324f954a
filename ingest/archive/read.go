package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

// Query says what to read.
type Query struct {
	From, To time.Time      // rows that speak of this time, From included; zero: without limit
	Columns  []string       // names of the columns to read, other fields stay zero; nil: all
	Sources  []netip.Prefix // kinds address and touch: only these sources; nil: all
	IDs      []uint64       // other kinds: only these identifiers; nil: all
	Logs     []string       // only these logs; nil: all
}

func (q Query) interval() interval {
	in := interval{q.From, q.To}
	if in.to.IsZero() {
		in.to = allTime.to
	}
	return in
}

// Read hands the rows of a kind to yield, in batches that are the receiver's to
// keep: by time of the file (hours and folded days), then by log, then in the
// order of the file. Files are read in parallel; yield runs on the caller's
// goroutine. A folded day of plain visits is one row and counts if any of the day
// is wanted.
//
// What cannot be read is set aside and returned as damage: the rest is complete.
// The error is that of the context, of yield or of the query.
func Read[T Row](ctx context.Context, a *Archive, q Query, yield func(rows []T) error) ([]Damage, error) {
	sel, err := selectionOf[T](q)
	if err != nil {
		return nil, err
	}
	parts, damage, err := a.open(tableOf[T]().kind, q)
	if err != nil {
		return nil, fmt.Errorf("reading archive: %w", err)
	}
	defer closeParts(parts)
	readings, stop := startReading[T](ctx, a.opt.Workers, parts, sel, q)
	defer stop()
	for _, r := range readings {
		for rows := range r.rows {
			if rows = ofLogs(rows, q.Logs); len(rows) == 0 {
				continue
			}
			if err := yield(rows); err != nil {
				return damage, err
			}
		}
		if err := ctx.Err(); err != nil {
			return damage, err
		}
		if r.err != nil {
			d, _, err := a.damaged(&piece{&r.part.unit, r.part.file}, r.err)
			damage = append(damage, d)
			if err != nil {
				return damage, fmt.Errorf("setting a damaged file aside: %w", err)
			}
		}
	}
	return damage, nil
}

// selectionOf checks a query.
func selectionOf[T Row](q Query) (selection, error) {
	t := tableOf[T]()
	var sel selection
	switch {
	case t.key == "address" && q.IDs != nil, t.key == "id" && q.Sources != nil:
		return sel, fmt.Errorf("rows of kind %s are not found by that key", t.kind)
	case q.Sources != nil:
		sel.keys = sourceRanges(q.Sources)
	case q.IDs != nil:
		sel.keys = idRanges(q.IDs)
	}
	in := q.interval()
	sel.from, sel.to = MilliOf(in.from), MilliOf(in.to)
	if q.Columns == nil {
		return sel, nil
	}
	known := columnNames[T]()
	sel.columns = map[string]bool{}
	for _, c := range q.Columns {
		if !slices.Contains(known, c) {
			return sel, fmt.Errorf("rows of kind %s have no column %q", t.kind, c)
		}
		sel.columns[c] = true
	}
	if q.Logs != nil {
		sel.columns["log"] = true
	}
	return sel, nil
}

// part is a file to read. It stays open from the moment in which its manifest was
// read: a writer that replaces it meanwhile does not disturb.
type part struct {
	unit unit
	file file
	open *os.File
	err  error // of opening it
}

// open opens the valid files of a kind. Where a file is gone that the manifest
// named a moment ago a writer has just replaced it, and the manifests are read again.
func (a *Archive) open(k Kind, q Query) ([]part, []Damage, error) {
	for try := 0; ; try++ {
		units, damage, err := a.unitsOrAside(q.interval())
		if err != nil {
			return nil, nil, err
		}
		parts, gone := a.openUnits(units, k, q.Logs)
		if !gone || try == 3 {
			return parts, damage, nil
		}
		closeParts(parts)
	}
}

func (a *Archive) openUnits(units []unit, k Kind, logs []string) (parts []part, gone bool) {
	for _, u := range units {
		for _, f := range u.files(k) {
			if logs != nil && f.Log != "" && !slices.Contains(logs, f.Log) {
				continue
			}
			p := part{unit: u, file: f}
			p.open, p.err = os.Open(a.path(f.Path))
			gone = gone || errors.Is(p.err, fs.ErrNotExist)
			parts = append(parts, p)
		}
	}
	return parts, gone
}

func closeParts(parts []part) {
	for _, p := range parts {
		_ = p.open.Close() // it was only read
	}
}

// content reads the file. One that is not what its manifest says is never parsed.
func (p *part) content() ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	info, err := p.open.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < p.file.Bytes {
		return nil, fmt.Errorf("%w: truncated: %d bytes of %d", errDamaged, info.Size(), p.file.Bytes)
	}
	b := make([]byte, p.file.Bytes)
	if _, err := io.ReadFull(p.open, b); err != nil {
		return nil, err
	}
	if sumOf(b) != p.file.SHA256 {
		return nil, fmt.Errorf("%w: its content is not what was written", errDamaged)
	}
	return b, nil
}

// reading is a part that is being read.
type reading[T Row] struct {
	part *part
	rows chan []T
	err  error // valid when rows is closed
}

// startReading reads the parts with some workers, the first ones first, each a
// few batches ahead of the consumer. The consumer stops them at last.
func startReading[T Row](ctx context.Context, workers int, parts []part, sel selection, q Query) (readings []*reading[T], stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	next := make(chan *reading[T], len(parts))
	for i := range parts {
		r := &reading[T]{part: &parts[i], rows: make(chan []T, 4)}
		readings = append(readings, r)
		next <- r
	}
	close(next)
	in := q.interval()
	var running sync.WaitGroup
	for range min(workers, len(parts)) {
		running.Go(func() {
			for r := range next {
				u := &r.part.unit
				sel := sel
				sel.wholly = !u.start.Before(in.from) && !u.start.Add(u.span).After(in.to)
				r.err = read(ctx, r.part, sel, r.rows)
				close(r.rows)
			}
		})
	}
	return readings, func() { cancel(); running.Wait() }
}

// read decodes a part into a channel.
func read[T Row](ctx context.Context, p *part, sel selection, rows chan<- []T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	content, err := p.content()
	if err != nil {
		return err
	}
	return decode(content, sel, func(batch []T) error {
		select {
		case rows <- batch:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// ofLogs drops the rows of other logs: the files of a folded day hold all.
func ofLogs[T Row](rows []T, logs []string) []T {
	if logs == nil {
		return rows
	}
	t := tableOf[T]()
	return slices.DeleteFunc(rows, func(r T) bool { return !slices.Contains(logs, t.of(&r).log) })
}
