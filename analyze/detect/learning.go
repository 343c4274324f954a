package detect

import (
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/baseline"
	"gumshoe/ingest/window"
)

// Learning is a service of which too little is known for its season to be judged.
type Learning struct {
	Service string
	Days    int       // whole days that were read
	Of      int       // days from which on it is judged
	From    time.Time // when that is, if the logs go on
}

// StillLearning lists the services of the window that cannot be judged yet, by
// name. To be quiet about them would say that nothing unusual happened.
func StillLearning(in *analyze.Input) (out []Learning) {
	for _, t := range in.Set.Things(window.ServiceObject) {
		if !in.Contains(t.Hours[len(t.Hours)-1].Hour) {
			continue
		}
		m := baseline.Fit(series(in, &t, func(o *window.Object) uint32 { return o.Events }), hourOf(in.To), in.Location)
		if days, from := m.Judged(); days > m.Days {
			out = append(out, Learning{Service: t.Name.Text, Days: m.Days, Of: days, From: from})
		}
	}
	return out
}
