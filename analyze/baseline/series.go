// Package baseline knows what is usual for an hour: how many requests, failed
// logins or errors a service has on a Sunday at three, and how surprising the
// number is that was counted.
//
//	Series ──Fit──▶ Model ──Judge──▶ Judgement: usual, spike, drift or silence
//
// Counts are negative binomial: visitors come in bursts, so the variance grows
// faster than the mean, and a z-score of the same hour of earlier weeks calls
// something odd every few minutes (docs/BASELINE.md has the comparison). The
// mean is level times profile, the profile a median per local hour of the week;
// the spread is read from the middle half of the residuals. Past attacks
// therefore neither raise what is expected nor widen what is allowed.
//
// The package has no clock and takes no decision about addresses: an unusual
// hour accuses nobody.
package baseline

import "time"

// Series is one hourly count, such as the requests of a vhost. Its zero value is
// empty.
type Series struct {
	Start   int64    // first hour, in hours since 1970-01-01 UTC
	Counts  []uint32 // one an hour
	Covered []bool   // whether the logs cover the hour; nil: all of them
	Flagged []uint32 // of each count, what is known to be hostile: it is judged and not learned from; nil: nothing
}

// End is the first hour after the series.
func (s Series) End() int64 { return s.Start + int64(len(s.Counts)) }

// At returns the count of an hour and whether the logs cover it; an hour outside
// the series is not covered.
func (s Series) At(hour int64) (count uint32, covered bool) {
	if hour < s.Start || hour >= s.End() {
		return 0, false
	}
	i := hour - s.Start
	if s.Covered != nil && (i >= int64(len(s.Covered)) || !s.Covered[i]) {
		return 0, false
	}
	return s.Counts[i], true
}

// usual is the part of a covered hour's count that is learned from.
func (s Series) usual(hour int64) float64 {
	i := hour - s.Start
	if i >= int64(len(s.Flagged)) {
		return float64(s.Counts[i])
	}
	return float64(s.Counts[i] - min(s.Flagged[i], s.Counts[i]))
}

// Cover marks an hour as covered, in a series that knows its coverage.
func (s Series) Cover(hour int64) {
	if i := hour - s.Start; s.Covered != nil && i >= 0 && i < int64(len(s.Covered)) {
		s.Covered[i] = true
	}
}

const (
	hoursPerDay  = 24
	hoursPerWeek = 7 * hoursPerDay
	maxWeeks     = 8 // older weeks say more about last season than about this one
)

// History is how many hours before a judged one are learned from. A series need
// not begin earlier.
const History = maxWeeks * hoursPerWeek

// hourOfWeek is the local hour of the week, 0 being Sunday midnight. People and
// cron jobs live by the local clock, so a daylight-saving shift moves the hour in
// UTC and not here.
func hourOfWeek(hour int64, loc *time.Location) int {
	t := clock(hour, loc)
	return int(t.Weekday())*hoursPerDay + t.Hour()
}

func clock(hour int64, loc *time.Location) time.Time {
	return time.Unix(hour*3600, 0).In(loc)
}

// kindOfDay tells work days and weekends apart: the hour of the day with that is
// the pool that a thin hour of the week leans on.
func kindOfDay(slot int) int {
	if day := time.Weekday(slot / hoursPerDay); day == time.Saturday || day == time.Sunday {
		return 1
	}
	return 0
}
