package detect

import (
	"gumshoe/analyze"
	"gumshoe/analyze/baseline"
	"gumshoe/ingest/window"
)

// forgotten is the silence in hours after which a thing begins anew: what was
// before is no season of today, and one line of a clock that stood at 2000 must
// not weigh as decades of nothing.
const forgotten = baseline.History

// series lays the hours of a thing side by side, from its first event (after
// the last long silence) or from as far back as a model learns from, to the end
// of the window. An hour without a row counted nothing if it was read at all;
// who cannot tell (Input.Covered is nil) takes every hour for read.
func series(in *analyze.Input, t *window.Thing, of func(*window.Object) uint32) baseline.Series {
	hours := t.Hours
	for i := len(hours) - 1; i > 0; i-- {
		if hours[i].Hour-hours[i-1].Hour > forgotten {
			hours = hours[i:]
			break
		}
	}
	end := max(int64(hours[len(hours)-1].Hour)+1, hourOf(in.To))
	start := min(max(int64(hours[0].Hour), hourOf(in.From)-baseline.History), end)
	s := baseline.Series{Start: start, Counts: make([]uint32, end-start)}
	for i := range hours {
		if at := int64(hours[i].Hour) - start; at >= 0 {
			s.Counts[at] += of(&hours[i])
		}
	}
	if in.Covered == nil {
		return s
	}
	s.Covered = make([]bool, len(s.Counts))
	for i := range s.Covered {
		s.Covered[i] = in.Covered(t, uint32(start+int64(i)))
	}
	return s
}

// flagged lays what accused sources added beside the hours of a series; nil: nothing.
func flagged(in *analyze.Input, t *window.Thing, m analyze.Metric, s baseline.Series) (out []uint32) {
	if len(in.Flagged) == 0 {
		return nil
	}
	out = make([]uint32, len(s.Counts))
	for i := range out {
		at := analyze.ServiceHour{Service: t.Name.Text, Metric: m, Hour: uint32(s.Start + int64(i))}
		out[i] = uint32(min(in.Flagged[at], uint64(s.Counts[i])))
	}
	return out
}
