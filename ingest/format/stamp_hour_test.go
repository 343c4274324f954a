package format

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/ingest"
)

// What is kept of the last stamp changes no other: readers that have seen a whole log agree
// with new ones on each line, around New Year, where the anchor is within the hour, on the
// 29th of February, when clocks are changed, at leap seconds and after what is no stamp.
func TestStampsOfAnHourAreReadAsAlone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var stamps []time.Time
	for _, from := range []string{"2023-12-31T22:00:00Z", "2024-02-28T22:00:00Z", "2024-03-31T00:00:00Z", "2024-10-27T00:00:00Z", "2024-11-20T00:00:00Z"} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			stamps = append(stamps, at.Add(time.Duration(i)*7*time.Minute+time.Duration(i)*time.Second))
		}
	}
	for _, anchor := range []string{"2024-11-20T02:30:00Z", "2025-02-27T23:30:00Z", "2024-10-26T00:20:00Z", "2024-12-31T23:59:59Z"} {
		end, err := time.Parse(time.RFC3339, anchor)
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []*time.Location{time.UTC, berlin} {
			ctx := ingest.Context{Location: zone, Anchor: end}
			bsd := newClock(ctx)
			clf := accessOf(setup{Context: ctx})
			for _, s := range stamps {
				head, minute := s.Format("Jan _2 15:"), s.Format("04")
				for _, line := range []string{
					head + minute + s.Format(":05 host"), head + minute + s.Format(":05.000 host"), head + minute + s.Format(":05"), head + "59:60 host", head + minute + ":60 host",
					head + minute + ":6x host", head + minute + ":61 host", s.Format("Jan 2 15:04:05 host"), s.Format("2006 Jan _2 15:04:05 host"), s.Format("Jan _2 2006 15:04:05 host"),
				} {
					alone := newClock(ctx)
					want, wantRest, wantOK := alone.bsdStamp([]byte(line))
					got, rest, ok := bsd.bsdStamp([]byte(line))
					if got != want || ok != wantOK || string(rest) != string(wantRest) {
						t.Fatalf("anchor %s in %v: %q is %d, %q, %t; alone it is %d, %q, %t", anchor, zone, line, got, rest, ok, want, wantRest, wantOK)
					}
				}
				head = s.Format("02/Jan/2006:15:")
				for _, text := range []string{
					head + minute + s.Format(":05 +0000"), head + minute + s.Format(":05 -0700"), head + minute + s.Format(":05 +0200"), head + minute + ":05 x0000", head + minute + ":05",
					head + minute + ":60 +0000", head + minute + ":61 +0000", head + minute + ":05 Z", head + minute + ":05 +02:00", s.Format("02/Jan/2006") + " 25:04:05 +0000", s.Format("02/Jan/2006 15:04:05 +0000"),
				} {
					alone := accessOf(setup{Context: ctx})
					want, wantOK := alone.clfStamp([]byte(text))
					if got, ok := clf.clfStamp([]byte(text)); ok != wantOK || ok && got != want {
						t.Fatalf("in %v: %q is %d, %t; alone it is %d, %t", zone, text, got, ok, want, wantOK)
					}
				}
			}
		}
	}
}

// Before the first stamp nothing is known, not even an hour or a zone of NUL bytes.
func TestNoHourIsKnownAtFirst(t *testing.T) {
	nul := string(make([]byte, 10))
	c := newClock(surroundings)
	if at, _, ok := c.bsdStamp([]byte(nul + "04:05 host")); ok {
		t.Errorf("a stamp of NUL bytes is %d", at)
	}
	line := fmt.Sprintf(`192.0.2.1 - - [%s%s04:05 +0000] "GET / HTTP/1.1" 200 1`, nul, nul[:5])
	p := accessOf(setup{Context: surroundings, seen: new(traits)})
	var ev ingest.Event
	if p.read([]byte(line), &ev) {
		t.Errorf("a stamp of NUL bytes is %d", ev.Time)
	}
	if at, ok := p.clfStamp([]byte("20/Nov/2026:10:00:00" + nul[:6])); ok {
		t.Errorf("in a zone of NUL bytes it is %d", at)
	}
	if at, ok := p.clfStamp([]byte("20/Nov/2026:10:00:00 +0000")); !ok || at != 1795168800000 {
		t.Errorf("in UTC it is %d, %t", at, ok)
	}
}
