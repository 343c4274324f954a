package detect

import (
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/baseline"
	"gumshoe/ingest/window"
)

// Band is an hour of a service beside what such hours count.
type Band struct {
	Start     time.Time
	Seen      uint64
	Read      bool   // the logs cover it; else Seen says nothing
	Low, High uint64 // 98 of 100 such hours lie between them, both included
}

// bandHours is how long a band is.
const bandHours = 7 * 24

// Bands lays what a service counted in the week up to a moment on its season; nil
// where that is not known yet.
func Bands(in *analyze.Input, service string, m analyze.Metric, until time.Time) (out []Band) {
	things := in.Set.Things(window.ServiceObject)
	i := slices.IndexFunc(things, func(t window.Thing) bool { return t.Name.Text == service })
	if i < 0 {
		return nil
	}
	s := series(in, &things[i], m.Of)
	s.Flagged = flagged(in, &things[i], m, s)
	end := hourOf(until.Add(time.Hour - 1))
	model := baseline.Fit(s, hourOf(in.From), in.Location)
	if need, _ := model.Judged(); need > model.Days {
		return nil
	}
	for h := end - bandHours; h < end; h++ {
		b := Band{Start: at(h)}
		if k := h - s.Start; k >= 0 && k < int64(len(s.Counts)) {
			b.Seen, b.Read = uint64(s.Counts[k]), s.Covered == nil || s.Covered[k]
		}
		e := model.Expect(h)
		b.Low, b.High = uint64(e.Low), uint64(e.High)
		out = append(out, b)
	}
	return out
}
