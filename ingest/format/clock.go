package format

import (
	"time"

	"gumshoe/ingest"
)

const (
	msSecond = 1000
	msMinute = 60 * msSecond
	msHour   = 60 * msMinute
	msDay    = 24 * msHour
)

// civil is a stamp as written: a date and a clock, in no particular zone.
type civil struct {
	year, month, day     int // year 0: not written
	hour, minute, second int
	ms                   int
}

// valid reports whether the fields are in range; a leap second is.
func (c *civil) valid() bool {
	return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= monthDays[c.month] &&
		(c.month != 2 || c.day != 29 || c.year == 0 || leap(c.year)) &&
		c.hour < 24 && c.minute < 60 && c.second <= 60
}

var monthDays = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// utc returns the milliseconds of the stamp read as UTC.
func (c *civil) utc() int64 {
	return days(c.year, c.month, c.day)*msDay + int64(c.hour)*msHour + int64(c.minute)*msMinute +
		int64(c.second)*msSecond + int64(c.ms)
}

// days counts from 1970-01-01 in the proleptic Gregorian calendar. Shifting the
// year's start to March puts the leap day last (Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", days_from_civil).
func days(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// clock turns stamps into instants: it knows the zone of stamps without an
// offset and the year of stamps without a year.
type clock struct {
	loc   *time.Location // nil: UTC
	limit int64          // latest believable stamp, as local civil milliseconds; 0: unknown
	last  int            // the limit's year
	hour  int64          // civil hour that offset belongs to
	shift int64          // milliseconds from civil to UTC in that hour

	lastHour lastHour
	lastTag  lastTag
}

func newClock(ctx ingest.Context) clock {
	c := clock{hour: -1 << 62}
	if ctx.Location != nil && ctx.Location != time.UTC {
		c.loc = ctx.Location
	}
	if !ctx.Anchor.IsZero() {
		t := ctx.Anchor.Add(24 * time.Hour).UTC()
		if c.loc != nil {
			t = t.In(c.loc)
		}
		_, offset := t.Zone()
		c.limit = t.UnixMilli() + int64(offset)*msSecond
		c.last = t.Year()
	}
	return c
}

// instant resolves a stamp without an offset, and without a year if its year is
// 0. It returns 0 where that cannot be done.
func (c *clock) instant(s *civil) int64 {
	if s.year == 0 && !c.findYear(s) {
		return 0
	}
	return c.local(s.utc())
}

// local turns civil milliseconds into an instant. The offset is looked up once
// an hour; of a clock time that occurs twice, the first is taken, as time.Date
// does.
func (c *clock) local(t int64) int64 {
	if c.loc == nil {
		return t
	}
	h := t / msHour
	if t < 0 {
		h--
	}
	if h != c.hour {
		at := time.UnixMilli(h * msHour).UTC()
		at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), 0, 0, 0, c.loc)
		c.hour, c.shift = h, at.UnixMilli()-h*msHour
	}
	return t + c.shift
}

// findYear picks the latest year that does not put the stamp after the limit;
// the 29th of February needs a leap year.
func (c *clock) findYear(s *civil) bool {
	if c.limit == 0 {
		return false
	}
	for s.year = c.last; s.year > c.last-10; s.year-- {
		if (s.month != 2 || s.day != 29 || leap(s.year)) && s.utc() <= c.limit {
			return true
		}
	}
	s.year = 0
	return false
}
