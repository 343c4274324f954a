package format

import (
	"testing"
	"time"

	"gumshoe/ingest"
)

// One instant in the writings of many programs. The year of the log decides which
// end of a date of three pairs is the year.
func TestHeadStamp(t *testing.T) {
	want := time.Date(2026, 11, 20, 22, 0, 1, 0, time.UTC)
	for _, stamp := range []string{
		"2026-11-20T22:00:01Z",
		"2026-11-20_22:00:01.00000", // svlogd -ttt
		"2026/11/20-22:00:01",
		"20261120T220001Z",
		"20261120T230001+0100",
		"20261120220001",
		"20 Nov 2026 22:00:01",
		"20 November 2026, 22:00:01",
		"20 Nov 2026 10:00:01 PM",
		"Nov 20, 2026 10:00:01 PM", // Java
		"Nov 20, 2026, 10:00:01 PM",
		"November 20, 2026 22:00:01",
		"20.11.2026 22:00:01",
		"11/20/2026 22:00:01",
		"11-20-2026 22:00:01",
		"20-11-26 22:00:01",
		"26/11/20 22:00:01", // Spark
		"26-11-20 22:00:01",
	} {
		c := newClock(ingest.Context{Anchor: want})
		got, rest, ok := c.headStamp([]byte(stamp + " x"))
		if !ok || got != want.UnixMilli() || string(rest) != " x" {
			t.Errorf("%s: %v, %s, rest %q", stamp, ok, time.UnixMilli(got).UTC(), rest)
		}
	}
	c := newClock(ingest.Context{Anchor: want})
	if got, rest, ok := c.headStamp([]byte("@400000006a5f2c1500000000 x")); !ok || got != 1784622091_000 || string(rest) != " x" {
		t.Errorf("multilog: %v, %d, rest %q", ok, got, rest)
	}
	if got, rest, ok := c.headStamp([]byte("November 20, 2026 22:00: x")); !ok || got != want.Add(-time.Second).UnixMilli() || string(rest) != ": x" {
		t.Errorf("without seconds: %v, %s, rest %q", ok, time.UnixMilli(got).UTC(), rest)
	}
}

// Numbers and words that only begin like stamps.
func TestHeadStampRefuses(t *testing.T) {
	for _, line := range []string{
		"20261120220001123456789 x", "99991399220001 x", "20261120T22000", "20 Nov 2026", "20 Novices 20261 x", "5 Nov 2026,22:00:01",
		"Nov 20, 2026 10", "31-31-2026 22:00:01", "32/13/40 22:00:01 x", "November 20, 2026 22:", "20261120T", "1 Jan 2026            ",
	} {
		c := newClock(ingest.Context{})
		if got, rest, ok := c.headStamp([]byte(line)); ok && string(rest) != line {
			t.Errorf("%q: read as %s, rest %q", line, time.UnixMilli(got).UTC(), rest)
		}
	}
}
