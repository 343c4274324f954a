package report

import (
	"fmt"
	"strings"
	"time"
)

// Learning is a service of which too little is known to tell what is unusual.
type Learning struct {
	Service string
	Days    int       // whole days that are known
	Of      int       // days from which on it is judged
	From    time.Time // when that is, if the logs go on
}

// LearningJSON is a Learning as programs read it.
type LearningJSON struct {
	Service string `json:"service"`
	Days    int    `json:"days"`
	Of      int    `json:"of_days"`
	From    string `json:"judged_from"` // RFC 3339, UTC
}

func learningJSON(of []Learning) (out []LearningJSON) {
	for _, l := range of {
		out = append(out, LearningJSON{l.Service, l.Days, l.Of, instant(l.From)})
	}
	return out
}

// cold says which services are not judged by their season yet, one sentence for
// all that are judged from the same day on. Files do not go on: of them only what
// is missing is said.
func (r Report) cold() (out []string) {
	type kind struct {
		missing int
		day     string
	}
	services := map[kind][]string{}
	var order []kind
	for _, l := range r.Learning {
		k := kind{missing: l.Of - l.Days, day: l.From.In(r.location()).Format(dayLayout)}
		if r.AdHoc {
			k.day = fmt.Sprintf("%d of %s", l.Days, counted(l.Of, "day", "days"))
		}
		if services[k] == nil {
			order = append(order, k)
		}
		services[k] = append(services[k], l.Service)
	}
	for _, k := range order {
		names := series(services[k], maxServices)
		if r.AdHoc {
			out = append(out, fmt.Sprintf("Too little history to judge what is unusual for %s: %s.", names, k.day))
			continue
		}
		out = append(out, fmt.Sprintf("Anomalies of %s are judged from %s on (%s of history).", names, k.day, counted(k.missing, "more day", "more days")))
	}
	return out
}

// series joins up to n names: "http, imap and sshd".
func series(names []string, n int) string {
	if more := len(names) - n; more > 0 {
		names = append(names[:n:n], count(more)+" more")
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
