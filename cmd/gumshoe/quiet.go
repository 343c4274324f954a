package main

import (
	"maps"
	"slices"
	"time"

	"gumshoe/ingest/archive"
)

// cover notes which hours are known: those of the archive, those of which lines
// were read, and those that were read and had none. It returns the last ones by
// hour.
func (r *remembering) cover(hours []archive.Hour, spans map[logHour][]archive.Seen, now time.Time) map[int64][]string {
	c := newCoverage()
	c.learn(hours)
	from, end := hourNumber(r.from), hourNumber(now)
	if !r.to.IsZero() {
		end = min(end, hourNumber(r.to))
	}
	reaches := r.logs.reaches(from, end, c)
	for at, seen := range spans {
		var lines int64
		for _, s := range seen {
			lines += s.Lines
		}
		if hour := hourNumber(at.start); hour >= from && !c.has(at.log, hour) {
			c.know(at.log, hour, lines)
		}
	}
	quiet := map[int64][]string{}
	for log, of := range reaches {
		for _, stretch := range of {
			for hour := max(stretch.from, from); hour <= min(stretch.to, end); hour++ {
				if c.has(log, hour) {
					continue
				}
				c.know(log, hour, 0)
				if hour < end { // the last hour has not ended
					quiet[hour] = append(quiet[hour], log)
				}
			}
		}
	}
	r.coverage = c
	return quiet
}

// putQuiet records the hours that were read and had no line.
func (r *remembering) putQuiet(quiet map[int64][]string) error {
	if r.lock == nil {
		return nil
	}
	var hours []archive.QuietHour
	for _, hour := range slices.Sorted(maps.Keys(quiet)) {
		hours = append(hours, archive.QuietHour{Start: hourAt(hour), Logs: quiet[hour]})
	}
	return r.archive.Quiet(hours)
}
