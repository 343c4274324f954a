package report

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/ingest"
)

func TestNumbers(t *testing.T) {
	tests := []struct{ got, want string }{
		{count(7), "7"},
		{count(2847), "2,847"},
		{count(uint64(1234567)), "1,234,567"},
		{count(-1000), "-1,000"},
		{counted(1, "line", "lines"), "1 line"},
		{counted(1500, "line", "lines"), "1,500 lines"},
		{sure(0.9975), "99.8 % sure"},
		{sure(0.88), "88 % sure"},
		{sure(0.99999), "99.9 % sure"}, // never certain
		{share(61480, 61480), "100 %"},
		{share(99999, 100000), "99.9 %"}, // one line short is not all
		{share(0, 0), "-"},
		{weight(-6), "−6.0"},
		{weight(4.58), "+4.6"},
		{address(netip.MustParsePrefix("192.0.2.7/32")), "192.0.2.7"},
		{address(netip.MustParsePrefix("2001:db8:5:41::/64")), "2001:db8:5:41::/64"},
		{address(netip.MustParsePrefix("2001:db8::9/128")), "2001:db8::9"},
		{fewest([]string{"a", "b", "c"}, 4), "a, b, c"},
		{fewest(strings.Split("a b c d e f", " "), 4), "a, b, c, d and 2 more"},
		{span(2*time.Hour + 18*time.Minute), "2 h 18 min"},
		{span(30*24*time.Hour + 6*time.Hour), "30 days 6 h"},
		{span(24 * time.Hour), "1 day"},
		{span(45 * time.Second), "45 s"},
		{span(0), "under 1 s"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

// Times carry a date only where the window needs one, and stand in the
// reader's zone.
func TestTimes(t *testing.T) {
	r := quietNight()
	if got, want := r.window(), "Sat 21 Nov 2026, 18:00-00:00 UTC"; got != want {
		t.Errorf("window %q, want %q", got, want)
	}
	if got, want := r.period(clock("18:04:00"), clock("23:47:00")), "18:04 to 23:47, 5 h 43 min"; got != want {
		t.Errorf("period %q, want %q", got, want)
	}
	if got, want := r.period(clock("18:04:00").AddDate(0, 0, -1), clock("19:04:00")), "20 Nov 18:04 to 21 Nov 19:04, 1 day 1 h"; got != want {
		t.Errorf("period %q, want %q", got, want)
	}
	r.From = r.From.AddDate(0, 0, -7)
	r.Location = time.FixedZone("CET", 3600)
	if got, want := r.window(), "Sat 14 Nov 2026 19:00 to Sun 22 Nov 2026 01:00 CET, 7 days 6 h"; got != want {
		t.Errorf("window %q, want %q", got, want)
	}
	if got, want := r.period(clock("18:04:00"), clock("23:47:00")), "21 Nov 19:04 to 22 Nov 00:47, 5 h 43 min"; got != want {
		t.Errorf("period %q, want %q", got, want)
	}
}

func TestAxisTicksAreRound(t *testing.T) {
	labels := func(a axis) string {
		var out []string
		for _, k := range a.ticks {
			out = append(out, k.label)
		}
		return strings.Join(out, " ")
	}
	tests := []struct {
		what     string
		from, to time.Time
		want     string
	}{
		{"six hours", evening, midnight, "18 19 20 21 22 23 00"},
		{"minutes", clock("21:23:00"), clock("21:42:00"), "21:25 21:30 21:35 21:40"},
		{"a day", midnight.AddDate(0, 0, -1), midnight, "00 04 08 12 16 20 00"},
		{"a week", midnight.AddDate(0, 0, -6), midnight, "Mon 16 Tue 17 Wed 18 Thu 19 Fri 20 Sat 21 Sun 22"},
		{"four weeks", midnight.AddDate(0, 0, -28), midnight, "25 Oct 1 Nov 8 Nov 15 Nov 22 Nov"},
		{"a year", midnight.AddDate(-1, 0, 0), midnight, "22 Nov 17 Jan 14 Mar 9 May 4 Jul 29 Aug 24 Oct"},
		{"nothing", evening, evening, "18:00"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if got := labels(newAxis(tt.from, tt.to, time.UTC)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// A slot of several hours shows the busiest, so that the one hour stays seen.
func TestSlotsKeepThePeak(t *testing.T) {
	r := longRun()
	ss := slots(r.Hours, "http", r.From, r.To, 50) // 672 hours, 14 a slot
	if len(ss) != 48 || ss[0].hours != 14 {
		t.Fatalf("%d slots of %d hours", len(ss), ss[0].hours)
	}
	if got := ss[47].count; got != 2847 {
		t.Errorf("last slot %d, want the peak of 2847", got)
	}
	if got := slots(r.Hours, "", r.From, r.From, 50); got != nil {
		t.Errorf("slots of an empty window: %v", got)
	}
}

// Rotated siblings are one log, however they are named.
func TestReadingsJoinSiblings(t *testing.T) {
	var r Report
	for _, name := range []string{"/var/log/nginx/access.log", "/var/log/nginx/access.log.1", "/var/log/nginx/access.log.2.gz",
		"/var/log/nginx/access.log-20261120.zst", "/var/log/auth.log", "-"} {
		r.Sources = append(r.Sources, ingest.Health{Source: name, Lines: 10, Parsed: 9, Unparsed: 1})
	}
	list, dir := r.readings()
	if len(list) != 3 || list[0].files != 4 || list[0].lines != 40 || list[0].notes[0] != "4 lines not understood" {
		t.Errorf("%+v", list)
	}
	if dir != "" { // standard input is nowhere
		t.Errorf("dir %q", dir)
	}
	r.Sources = r.Sources[:5]
	if list, dir = r.readings(); dir != "/var/log" || list[0].name != "nginx/access.log" {
		t.Errorf("dir %q, name %q", dir, list[0].name)
	}
}
