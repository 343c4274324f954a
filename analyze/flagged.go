package analyze

import (
	"net/netip"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Metric is a number of a service hour that has a season.
type Metric string

// The metrics.
const (
	Requests     Metric = "request"
	ServerErrors Metric = "server error"
	FailedLogins Metric = "failed login"
)

// MetricsOf lists what has a season of a service.
func MetricsOf(service string) []Metric {
	if service == ingest.ServiceWeb {
		return []Metric{Requests, ServerErrors}
	}
	return []Metric{FailedLogins}
}

// Of is what an hour of a service counted.
func (m Metric) Of(o *window.Object) uint32 {
	switch m {
	case ServerErrors:
		return o.Errors
	case FailedLogins:
		return o.Bad
	}
	return o.Events
}

// By is what a source added to it.
func (m Metric) By(u *window.Unit, r *window.Row) uint32 {
	switch m {
	case ServerErrors:
		return u.Trouble(r).Errors
	case FailedLogins:
		return u.Trouble(r).Bad
	}
	return r.Events
}

// ServiceHour names one count of a service.
type ServiceHour struct {
	Service string
	Metric  Metric
	Hour    uint32 // since 1970, UTC
}

// Flagged is the part of a count that the sources of a case made.
type Flagged struct {
	Case string // its ID; "": of the many beside the worst
	ServiceHour
	Events uint64
}

// ownFlags is how many cases are flagged by name. A machine that everybody guesses
// at has thousands of cases a run, which would be millions of numbers in half a year.
const ownFlags = 64

// FlaggedBy counts what the accused did in the window, so that the next runs can
// learn what is usual from what is left. A source that is accused twice counts in
// the case that comes first: the worst one. Cases that no run remembers flag nothing.
func (in *Input) FlaggedBy(cases []Case) (out []Flagged) {
	by := map[netip.Prefix]int{}
	for i := range cases {
		if cases[i].Level < Low {
			continue
		}
		for _, p := range cases[i].Sources {
			if _, ok := by[p]; !ok {
				by[p] = i
			}
		}
	}
	at := map[Flagged]int{} // with no Events
	units := in.Set.Units()
	for i := range units {
		u := &units[i]
		of, ok := by[u.Prefix()]
		if !ok {
			continue
		}
		id := ""
		if of < ownFlags {
			id = cases[of].ID
		}
		for j := range u.Rows {
			r := &u.Rows[j]
			if !in.Contains(r.Hour) {
				continue
			}
			for _, m := range MetricsOf(in.Set.Service(r.Service)) {
				n := m.By(u, r)
				if n == 0 {
					continue
				}
				k := Flagged{Case: id, ServiceHour: ServiceHour{in.Set.Service(r.Service), m, r.Hour}}
				x, ok := at[k]
				if !ok {
					x = len(out)
					at[k] = x
					out = append(out, k)
				}
				out[x].Events += uint64(n)
			}
		}
	}
	return out
}
