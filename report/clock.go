package report

import (
	"fmt"
	"strings"
	"time"
)

// Layouts of the times that people read.
const (
	dayLayout   = "Mon 2 Jan 2006"
	clockLayout = "15:04"
)

// location is where times are shown; UTC unless the report says otherwise.
func (r Report) location() *time.Location {
	if r.Location == nil {
		return time.UTC
	}
	return r.Location
}

// window writes the analyzed window with its zone:
// "Sat 21 Nov 2026, 18:00-00:00 UTC".
func (r Report) window() string {
	from, to := r.From.In(r.location()), r.To.In(r.location())
	zone := to.Format("MST")
	if to.Sub(from) <= 24*time.Hour {
		return fmt.Sprintf("%s, %s-%s %s", from.Format(dayLayout), from.Format(clockLayout), to.Format(clockLayout), zone)
	}
	return fmt.Sprintf("%s %s to %s %s %s, %s", from.Format(dayLayout), from.Format(clockLayout),
		to.Format(dayLayout), to.Format(clockLayout), zone, span(to.Sub(from)))
}

// moment writes a time as short as the window allows: the clock alone within a
// day, with the date beyond.
func (r Report) moment(t time.Time, layout string) string {
	t = t.In(r.location())
	if r.To.Sub(r.From) > 24*time.Hour || t.Before(r.From) || t.After(r.To) {
		return t.Format("2 Jan " + layout)
	}
	return t.Format(layout)
}

// between writes two times, the date of the second only where it is another:
// "18:04 to 23:47".
func (r Report) between(first, last time.Time) string {
	begin, end := r.moment(first, clockLayout), r.moment(last, clockLayout)
	switch day, other := first.In(r.location()).Format("2 Jan "), last.In(r.location()).Format("2 Jan "); {
	case day == other:
		end = strings.TrimPrefix(end, day)
	case strings.HasPrefix(begin, day) && !strings.HasPrefix(end, other):
		end = other + end // a clock alone would be read as the first one's day
	}
	return begin + " to " + end
}

// period writes from when to when something lasted: "18:04 to 23:47, 5 h 43 min".
func (r Report) period(first, last time.Time) string {
	switch length := last.Sub(first); {
	case first.IsZero():
		return ""
	case length <= 0:
		return r.moment(first, clockLayout)
	case length >= 10*time.Minute:
		return r.between(first, last) + ", " + span(length.Round(time.Minute))
	default:
		return r.between(first, last) + ", " + span(length)
	}
}

// span writes a duration with its two largest units: "2 h 18 min", "30 days 6 h".
func span(d time.Duration) string {
	units := []struct {
		size      time.Duration
		one, many string
	}{{24 * time.Hour, "day", "days"}, {time.Hour, "h", "h"}, {time.Minute, "min", "min"}, {time.Second, "s", "s"}}
	for i, u := range units {
		n := d / u.size
		if n == 0 {
			continue
		}
		s := counted(n, u.one, u.many)
		if i+1 < len(units) {
			if m := d % u.size / units[i+1].size; m > 0 {
				s += " " + counted(m, units[i+1].one, units[i+1].many)
			}
		}
		return s
	}
	return "under 1 s"
}
