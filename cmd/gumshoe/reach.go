package main

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/source"
)

// reach is a stretch of hours of which a log was read without a hole: an hour in
// it that has no line was quiet. Hours count from 1970, both ends belong to it.
type reach struct{ from, to int64 }

// rotation is the longest hole in hours between two files of a log that is
// believed to be silence: a quiet log is often empty after its rotation. Who lost
// a file lost a day or more, and of those hours nothing is known.
const rotation = 24

// reaches are the stretches over which the files of each log reach, in order.
// Hours from end on have not ended, or are not asked for; before from lies what is
// known from earlier runs.
//
// A file reaches from its first line to its last one. The one that is written to
// reaches to the end: had there been a line, it would stand there. It does not if
// lines of it are not believed or not understood.
func (l *logs) reaches(from, end int64, known *coverage) map[string][]reach {
	out := map[string][]reach{}
	for i, h := range l.health {
		if r, ok := reachOf(l.sources[i], h, from, end); ok {
			log := logOf(l.sources[i])
			out[log] = append(out[log], r)
		}
	}
	for log, of := range out {
		for hour := from - 1; hour >= from-rotation; hour-- {
			if known.has(log, hour) {
				of = append(of, reach{hour, hour})
				break
			}
		}
		out[log] = joined(of)
	}
	return out
}

// reachOf is the stretch of one file; without a line that has a time it may have none.
func reachOf(s ingest.Source, h ingest.Health, from, end int64) (r reach, ok bool) {
	r = reach{math.MaxInt64, math.MinInt64}
	widen := func(hour int64) { r.from, r.to = min(r.from, hour), max(r.to, hour) }
	for _, at := range h.Hours {
		widen(at.Hour)
	}
	if h.Earlier > 0 { // lines that were not looked at
		if len(h.Hours) > 0 {
			widen(from - 1)
		} else {
			widen(min(s.Anchor().Unix()/3600, from-1))
		}
	}
	if h.Outside > h.Earlier {
		widen(end)
	}
	if live(s) && h.Error == "" && h.BadStamp == 0 && (h.Lines == 0 || h.Parsed+h.Ignored > 0) {
		if h.Lines == 0 && h.Outside == 0 { // empty since it was made
			widen(min(s.Anchor().Unix()/3600, end))
		}
		widen(end)
	}
	return r, r.from <= r.to
}

// live reports whether a source is still written to: it is no rotated file.
func live(s ingest.Source) bool {
	f, ok := s.(*source.File)
	return !ok || f.Journal() || f.Log() == f.Name()
}

// joined merges stretches, over holes that a rotation leaves too.
func joined(of []reach) []reach {
	slices.SortFunc(of, func(a, b reach) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	out := of[:1]
	for _, r := range of[1:] {
		if last := &out[len(out)-1]; r.from-last.to <= rotation {
			last.to = max(last.to, r.to)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// hourNumber counts hours from 1970.
func hourNumber(t time.Time) int64 { return t.Unix() / 3600 }

func hourAt(number int64) time.Time { return time.Unix(number*3600, 0).UTC() }
