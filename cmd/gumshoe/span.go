package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// span is the time that a run is asked about, as far as it was said.
type span struct {
	Last         time.Duration // 0: not said
	Since, Until time.Time     // zero: not said
}

// Resolve returns the window [from, to) for a clock that stands at now; a zero
// from means "from the first line". An hour is analyzed whole or not at all, so
// what --last leaves is rounded down to the hour.
func (s span) Resolve(now time.Time) (from, to time.Time) {
	to = now
	if !s.Until.IsZero() && s.Until.Before(now) {
		to = s.Until
	}
	switch {
	case !s.Since.IsZero():
		from = s.Since
	case s.Last > 0:
		from = to.Add(-s.Last).Truncate(time.Hour)
	}
	return from, to
}

// moments are the layouts of --since and --until, most exact first. Those
// without an offset are read in --tz.
var moments = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"}

func parseMoment(s string, in *time.Location) (time.Time, error) {
	for _, layout := range moments {
		if t, err := time.ParseInLocation(layout, s, in); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write 2026-11-21, \"2026-11-21 18:00\" or 2026-11-21T18:00:00Z", s)
}

var units = map[byte]time.Duration{
	's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
}

// parseDuration reads 90m, 6h, 14d, 2w and sums such as 1d12h. It is not
// time.ParseDuration, which knows no days, and what people configure are days.
func parseDuration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no duration; write 90m, 6h, 14d or 2w", s)
	var sum time.Duration
	for rest := s; ; {
		end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if end <= 0 {
			return 0, bad
		}
		n, err := strconv.Atoi(rest[:end])
		unit := units[rest[end]]
		if err != nil || unit == 0 || n > int(maxDuration/unit) {
			return 0, bad
		}
		sum += time.Duration(n) * unit
		if sum > maxDuration {
			return 0, bad
		}
		if rest = rest[end+1:]; rest == "" {
			return sum, nil
		}
	}
}

// maxDuration is ten years; nothing here waits or lasts longer.
const maxDuration = 10 * 365 * 24 * time.Hour

// showDuration is the inverse of parseDuration, in the largest units that leave
// no rest: a ban of 168h is a week to a person.
func showDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	for _, unit := range []byte("wdhm") {
		if d%units[unit] == 0 {
			return fmt.Sprintf("%d%c", d/units[unit], unit)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}
