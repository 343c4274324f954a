package report

import (
	"sort"
	"time"

	"gumshoe/analyze"
)

// slot is one bar of an hour chart: the busiest hour among a few.
type slot struct {
	start time.Time
	hours int
	count uint64 // events in the busiest hour of the slot
}

// slots draws the hours of one service ("" for all) in [from, to), at most n of
// them. Beyond n hours a slot stands for several and shows the busiest: a mean
// would hide the one hour that matters.
func slots(hours []Hour, service string, from, to time.Time, n int) []slot {
	from = from.Truncate(time.Hour)
	total := int((to.Sub(from) + time.Hour - 1) / time.Hour)
	if total <= 0 || n <= 0 {
		return nil
	}
	per := (total + n - 1) / n
	out := make([]slot, (total+per-1)/per)
	for i := range out {
		out[i] = slot{start: from.Add(time.Duration(i*per) * time.Hour), hours: per}
	}
	for _, h := range hours {
		i := int(h.Start.Sub(from) / time.Hour / time.Duration(per))
		if h.Start.Before(from) || i >= len(out) {
			continue
		}
		out[i].count = max(out[i].count, h.of(service))
	}
	return out
}

// of returns the events of a service, or of all for "".
func (h Hour) of(service string) (n uint64) {
	if service != "" {
		return h.Counts[service]
	}
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// services lists who had events, by name.
func services(hours []Hour) []string {
	seen := map[string]bool{}
	for _, h := range hours {
		for s, n := range h.Counts {
			if n > 0 {
				seen[s] = true
			}
		}
	}
	names := make([]string, 0, len(seen))
	for s := range seen {
		names = append(names, s)
	}
	sort.Strings(names)
	return names
}

// busiest returns the largest count, at least 1 so that it can divide.
func busiest(ss []slot) uint64 {
	top := uint64(1)
	for _, s := range ss {
		top = max(top, s.count)
	}
	return top
}

// weekOf is the week that ends with the hour of an anomaly, as far as the window
// reaches: what the hour is compared with at a glance.
func (r Report) weekOf(c analyze.Case) (from, to time.Time) {
	to = c.Last.Truncate(time.Hour).Add(time.Hour)
	from = to.AddDate(0, 0, -7)
	if from.Before(r.From) {
		from = r.From
	}
	return from, to
}
