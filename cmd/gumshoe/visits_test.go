package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// Days of visits are those on which people saw pages; shared ones those on which
// several did. Whoever changes his browser with each request is one who wears many,
// and hostile requests make no visit.
func TestVisits(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	browsers := make([]string, 4)
	for i := range browsers {
		browsers[i] = fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%[1]d.0) Gecko/20100101 Firefox/%[1]d.0", 120+i)
	}
	pages := []string{"/", "/news", "/about", "/style.css", "/logo.png", "/contact"}
	var lines []string
	say := func(at time.Time, src, target string, status int, agent string) {
		lines = append(lines, fmt.Sprintf("%s %s - - [%s] \"GET %s HTTP/1.1\" %d 512 \"-\" \"%s\"\n", at.Format(time.RFC3339), src, at.Format("02/Jan/2006:15:04:05 -0700"), target, status, agent))
	}
	for day := range 4 {
		morning := end.AddDate(0, 0, day-4).Add(9 * time.Hour)
		for person, agent := range browsers {
			for i, page := range pages {
				at := morning.Add(time.Duration(person)*20*time.Minute + time.Duration(i)*3*time.Second)
				say(at, "203.0.113.50", page, 200, agent)                             // an office
				say(at, "203.0.113.51", page, 200, browsers[0])                       // one person
				say(at, "203.0.113.52", page, 200, browsers[(person+i)%4])            // one who wears many
				say(at, "203.0.113.53", page, 200, "python-requests/2.31")            // a program
				say(at, "203.0.113.54", "/", 200, agent)                              // one page only
				say(at, "203.0.113.55", page+"?id=1'+UNION+SELECT+1,2--", 200, agent) // hostile
				say(at, "203.0.113.56", page, map[bool]int{true: 404, false: 200}[i > 1], agent)
			}
		}
	}
	slices.Sort(lines) // by time
	for i := range lines {
		_, lines[i], _ = strings.Cut(lines[i], " ")
	}
	j := &job{Settings: defaults(), Args: []string{put(t, t.TempDir(), "access.log", strings.Join(lines, ""))}, Started: time.Now()}
	a := &app{out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	past, _, err := a.archiveOf(t.Context(), j, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer past.close()
	r, err := a.newReplay(t.Context(), j, past, t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	h, err := r.everybody(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	visits := visitsIn(h.in)
	for _, tt := range []struct {
		who    string
		before time.Time
		want   ban.Visits
	}{
		{"203.0.113.50/32", end, ban.Visits{Days: 4, Shared: 4}},
		{"203.0.113.50/32", end.Add(-time.Hour), ban.Visits{Days: 3, Shared: 3}}, // a day counts when it is over
		{"203.0.113.50/32", end.AddDate(0, 0, -9), ban.Visits{}},
		{"203.0.113.51/32", end, ban.Visits{Days: 4}},
		{"203.0.113.52/32", end, ban.Visits{Days: 4}},
		{"203.0.113.53/32", end, ban.Visits{}},
		{"203.0.113.54/32", end, ban.Visits{}},
		{"203.0.113.55/32", end, ban.Visits{}},
		{"203.0.113.56/32", end, ban.Visits{}},
		{"203.0.113.0/24", end, ban.Visits{Days: 4, Shared: 4}}, // as its busiest address
	} {
		if got := visits(netip.MustParsePrefix(tt.who), tt.before); got != tt.want {
			t.Errorf("%s before %s: %+v, want %+v", tt.who, tt.before.Format("2 Jan 15:04"), got, tt.want)
		}
	}
}
