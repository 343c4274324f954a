package format

import (
	"net/netip"

	"gumshoe/ingest"
)

// What the package lends to readers of formats that are described outside of the
// program.

// Stamp is a stamp as written: a date and a clock, in no particular zone.
type Stamp struct {
	Year, Month, Day     int // Year 0: not written
	Hour, Minute, Second int
	Milli                int
}

func (s Stamp) civil() civil {
	return civil{s.Year, s.Month, s.Day, s.Hour, s.Minute, s.Second, s.Milli}
}

// UTC returns the stamp, read as UTC, in milliseconds since 1970, or false if it
// is no time.
func (s Stamp) UTC() (int64, bool) {
	c := s.civil()
	return c.utc(), c.year != 0 && c.valid()
}

// Clock turns stamps into instants: it knows the zone of stamps without an
// offset and the year of stamps without a year.
type Clock struct{ clock }

// NewClock returns the clock of a log.
func NewClock(ctx ingest.Context) *Clock { return &Clock{newClock(ctx)} }

// Instant resolves a stamp without an offset to milliseconds since 1970, or to
// false where that cannot be done.
func (c *Clock) Instant(s Stamp) (int64, bool) {
	v := s.civil()
	if !v.valid() {
		return 0, false
	}
	t := c.instant(&v)
	return t, t != 0
}

// Limit is the latest believable clock time in the zone of the log, as
// milliseconds of a UTC clock that shows the same; 0 if none is known.
func (c *Clock) Limit() int64 { return c.limit }

// Address reads an address as daemons write it: see the package's own parsers.
func Address(b []byte) (netip.Addr, bool) { return address(b) }
