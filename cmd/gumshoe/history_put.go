package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/source"
	"gumshoe/ingest/template"
	"gumshoe/ingest/window"
)

// counted is an hour of a log on its way into the archive.
type counted struct {
	at    logHour
	hour  *window.LogHour // nil: lines were read that count nothing
	spans []archive.Seen
}

// The hours that are put at a time: as many as are worth waiting for the disk
// once, and not so many that they fill the memory.
const (
	putHours = 64
	putRows  = 100_000
)

// put writes every hour of every log. A dry run writes nothing, and knows what it
// would have written.
func (r *remembering) put(ctx context.Context, spans map[logHour][]archive.Seen) error {
	if r.lock == nil {
		for at, seen := range spans {
			if !r.archive.Better(at.start, at.log, seen) {
				r.known[at] = true
			}
		}
		return nil
	}
	hours := r.store.Export(r.from, r.to)
	lines := evidence(r.logs.sources, hours)
	for all := r.hoursOf(hours, spans); len(all) > 0; {
		n, rows := 0, 0
		for n < len(all) && n < putHours && rows < putRows {
			if all[n].hour != nil {
				rows += all[n].hour.Len()
			}
			n++
		}
		if err := r.putSome(ctx, all[:n], lines); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// hoursOf lists the hours to be put in order. One of which lines were read that
// count nothing was quiet, not unseen.
func (r *remembering) hoursOf(hours []*window.LogHour, spans map[logHour][]archive.Seen) (all []counted) {
	done := map[logHour]bool{}
	for _, h := range hours {
		at := logHour{h.Log, h.Start}
		done[at] = true
		all = append(all, counted{at, h, spans[at]})
	}
	for at, seen := range spans {
		if !done[at] && !at.start.Before(r.from) && (r.to.IsZero() || at.start.Before(r.to)) {
			all = append(all, counted{at: at, spans: seen})
		}
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(a.at.start.Compare(b.at.start), cmp.Compare(a.at.log, b.at.log))
	})
	return all
}

// putSome encodes hours on all cores and puts them together.
func (r *remembering) putSome(ctx context.Context, hours []counted, lines map[ingest.Origin]string) error {
	encoded := make([]*archive.Encoded, len(hours))
	errs := make([]error, len(hours))
	ingest.OnAllCores(len(hours), func(i int) {
		if errs[i] = ctx.Err(); errs[i] != nil {
			return
		}
		c := &hours[i]
		var b archive.Batch
		if c.hour != nil {
			var origins []ingest.Origin
			b, origins = c.hour.Batch()
			for i, at := range origins {
				b.Touches[i].Text = lines[at]
			}
		}
		encoded[i], errs[i] = r.archive.Encode(c.at.start, c.at.log, b, c.spans)
	})
	if err := errors.Join(errs...); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	outcomes, err := r.archive.PutAll(encoded)
	if err != nil {
		return err
	}
	for i, out := range outcomes {
		if out != archive.KeptOld {
			r.known[hours[i].at] = true
		}
	}
	return nil
}

// Of a source that did more in an hour than mistype a password its first lines
// are kept: the log will be gone when they are asked for.
const (
	suspectTouches = 3
	quotedLines    = 5
)

// evidence reads the lines to be kept, all at once: a compressed log is read from
// its beginning for each time it is asked.
func evidence(sources []ingest.Source, hours []*window.LogHour) map[ingest.Origin]string {
	telltale := make([][]ingest.Origin, len(hours))
	ingest.OnAllCores(len(hours), func(i int) { telltale[i] = telling(hours[i]) })
	wanted := slices.Concat(telltale...)
	lines := source.Lines(sources, wanted)
	clean := make([]string, len(wanted))
	ingest.OnAllCores(len(wanted), func(i int) { clean[i] = template.Scrub(lines[wanted[i]]) })
	for i, at := range wanted {
		lines[at] = clean[i]
	}
	return lines
}

// telling are the places of the lines of an hour that are to be kept.
func telling(h *window.LogHour) (out []ingest.Origin) {
	type suspect struct {
		touches, lines int
		probed         bool
	}
	type line struct {
		by    *suspect
		milli int64
		at    ingest.Origin
	}
	suspects := map[archive.Addr]*suspect{}
	var all []line
	for from, t := range h.Touches() {
		s := suspects[from]
		if s == nil {
			s = &suspect{}
			suspects[from] = s
		}
		if t.Kind != ingest.KindAuthSuccess {
			s.touches++
		}
		s.probed = s.probed || t.Stage > 0 || t.Kind == ingest.KindProbe
		all = append(all, line{s, t.Milli, t.Origin()})
	}
	all = slices.DeleteFunc(all, func(l line) bool { return !l.by.probed && l.by.touches < suspectTouches })
	slices.SortFunc(all, func(a, b line) int { // they come as they were counted
		return cmp.Or(cmp.Compare(a.milli, b.milli), cmp.Compare(a.at.Source, b.at.Source), cmp.Compare(a.at.Offset, b.at.Offset))
	})
	for _, l := range all {
		if l.by.lines < quotedLines {
			l.by.lines++
			out = append(out, l.at)
		}
	}
	return out
}
