package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// almanac is a format with stamps like "Dec 31 23:59:59", or without a stamp.
// The user is the rest of the line.
type almanac struct{}

func (almanac) Name() string         { return "almanac" }
func (almanac) Yearless([]byte) bool { return true }

func (almanac) NewParser(c Context) Parser { return almanacParser{c} }

type almanacParser struct{ Context }

func (p almanacParser) Parse(line []byte, ev *Event) Result {
	stamp, rest, ok := bytes.Cut(line, []byte(" | "))
	if !ok {
		return Unparsed
	}
	ev.User = rest
	if len(stamp) == 0 {
		return Parsed
	}
	latest := p.Anchor.Add(day)
	t, err := time.Parse("Jan 2 15:04:05 2006", fmt.Sprintf("%s %d", stamp, latest.Year()))
	if err != nil {
		return Unparsed
	}
	if t.After(latest) {
		t = t.AddDate(-1, 0, 0)
	}
	ev.Time = t.UnixMilli()
	return Parsed
}

// diary writes a year-less line for each time; the rest of the line is the
// true date, which the scan must find again.
func diary(times ...time.Time) string {
	var b strings.Builder
	for _, t := range times {
		fmt.Fprintf(&b, "%s | %s\n", t.Format("Jan _2 15:04:05"), t.Format(time.DateOnly))
	}
	return b.String()
}

// every lists the times from first to last.
func every(d time.Duration, first, last time.Time) []time.Time {
	var out []time.Time
	for t := first; !t.After(last); t = t.Add(d) {
		out = append(out, t)
	}
	return out
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 6, 0, 0, 0, time.UTC) }

func TestYears(t *testing.T) {
	boot := []time.Time{date(2026, 3, 2), date(2026, 3, 3), date(2026, 1, 1), date(2026, 3, 3), date(2026, 3, 4)}
	ahead := []time.Time{date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 20), date(2026, 3, 3), date(2026, 3, 4)}
	for _, c := range []struct {
		name   string
		times  []time.Time
		anchor time.Time
	}{
		{"one day", every(time.Hour, date(2026, 11, 19), date(2026, 11, 20)), date(2026, 11, 20)},
		{"New Year", every(time.Hour, date(2025, 12, 28), date(2026, 1, 4)), date(2026, 1, 4)},
		{"New Year, changed months later", every(time.Hour, date(2025, 12, 28), date(2026, 1, 4)), date(2026, 7, 1)},
		{"last written long before the file changed", every(day, date(2025, 11, 1), date(2026, 3, 15)), date(2026, 11, 21)},
		{"last year alone", every(time.Hour, date(2025, 12, 1), date(2025, 12, 31)), date(2026, 1, 3)},
		{"leap day", every(6*time.Hour, date(2024, 2, 1), date(2024, 3, 31)), date(2024, 4, 1)},
		{"three years, a line a week", every(7*day, date(2023, 11, 1), date(2026, 11, 1)), date(2026, 11, 2)},
		{"ten years, three lines a day", every(8*time.Hour, date(2016, 11, 1), date(2026, 11, 1)), date(2026, 11, 2)},
		{"a line every five months", every(150*day, date(2022, 1, 1), date(2026, 10, 1)), date(2026, 11, 1)},
		{"a boot without a clock", append(every(day, date(2025, 6, 1), date(2026, 3, 1)), boot...), date(2026, 3, 5)},
		{"a clock that was ahead", append(every(day, date(2025, 6, 1), date(2026, 3, 1)), ahead...), date(2026, 4, 5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := diary(c.times...)
			var want []string
			at := 0
			for _, tm := range c.times {
				want = append(want, fmt.Sprintf("0:%d %s %q", at, tm.Format("2006-01-02T15:04:05"), tm.Format(time.DateOnly)))
				at += len("Jan  1 00:00:00 | 2026-01-01\n")
			}
			for _, stream := range []bool{false, true} {
				for _, cut := range []lengths{standard, {chunk: 1000, warm: 0, line: 200, buffer: 300}} {
					k, _ := record(t, 4, cut, &memory{text: text, stream: stream, format: almanac{}, anchor: c.anchor})
					if diff := cmp.Diff(want, k.all()); diff != "" {
						t.Fatalf("stream %t, chunks of %d (-want +got):\n%s", stream, cut.chunk, diff)
					}
				}
			}
		})
	}
}

// A large file is sampled, a stream is thinned as it goes: neither misses New
// Year.
func TestYearsOfLargeFile(t *testing.T) {
	times := every(time.Hour, date(2023, 11, 1), date(2026, 11, 1)) // 26,000 lines
	text := diary(times...)
	for _, stream := range []bool{false, true} {
		k, h := record(t, 4, lengths{chunk: 64 << 10, line: 200, buffer: 1 << 10},
			&memory{text: text, stream: stream, format: almanac{}, anchor: date(2026, 11, 2)})
		if h[0].Parsed != uint64(len(times)) || h[0].First != times[0] || h[0].Last != times[len(times)-1] {
			t.Errorf("stream %t: %d lines from %s to %s", stream, h[0].Parsed, h[0].First, h[0].Last)
		}
		for _, e := range k.all() {
			stamp := strings.Fields(e)[1]
			if !strings.Contains(e, `"`+stamp[:10]+`"`) {
				t.Fatalf("stream %t: wrong year: %s", stream, e)
			}
		}
	}
}

func TestBelievableStamps(t *testing.T) {
	anchor := date(2026, 11, 20)
	const ok, future = "2026-11-20T07:00:00", "stamp 2026-11-20T07:00:01Z is later than the last change of the log"
	for _, c := range []struct {
		name, text string
		now        time.Time
		events     []string
		problems   []Problem
	}{
		{"an hour after the last change", "Nov 20 07:00:00 | a\n", time.Time{}, []string{"0:0 " + ok + ` "a"`}, nil},
		{"later", "Nov 20 07:00:00 | a\nNov 20 07:00:01 | b\n", time.Time{},
			[]string{"0:0 " + ok + ` "a"`}, []Problem{{20, future}}},
		{"all later: a copy reset the mtime", "Nov 20 07:00:01 | b\n", date(2026, 11, 21),
			[]string{`0:0 2026-11-20T07:00:01 "b"`}, nil},
		{"no stamp: that of the line before", "Nov 20 07:00:00 | a\n | b\n", time.Time{},
			[]string{"0:0 " + ok + ` "a"`, "0:20 " + ok + ` "b"`}, nil},
		{"no stamp and no line before", " | b\nNov 20 07:00:00 | a\n", time.Time{},
			[]string{"0:5 " + ok + ` "a"`}, []Problem{{0, "no time stamp in this line or before it"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := &kept{chunks: map[uint32][]string{}}
			h, err := Scan(t.Context(), []Source{&memory{text: c.text, format: almanac{}, anchor: anchor}},
				Options{Now: c.now, NewSink: func() Sink { return &recorder{into: k} }})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.events, k.all()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.problems, h[0].Problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if h[0].BadStamp != uint64(len(c.problems)) {
				t.Errorf("%d bad stamps counted, want %d", h[0].BadStamp, len(c.problems))
			}
		})
	}
}

// An archive that sets all mtimes to 1970 does not date its logs.
func TestAnchorBefore1995(t *testing.T) {
	k := &kept{chunks: map[uint32][]string{}}
	_, err := Scan(t.Context(), []Source{&memory{text: "Nov 20 07:00:00 | a\n", format: almanac{}, anchor: time.Unix(1, 0)}},
		Options{Now: date(2026, 11, 21), NewSink: func() Sink { return &recorder{into: k} }})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`0:0 2026-11-20T07:00:00 "a"`}, k.all()); diff != "" {
		t.Error(diff)
	}
}
