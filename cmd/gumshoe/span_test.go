package main

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"6h": 6 * time.Hour, "90m": 90 * time.Minute, "14d": 14 * 24 * time.Hour, "2w": 14 * 24 * time.Hour,
		"1d12h": 36 * time.Hour, "45s": 45 * time.Second, "0s": 0,
	} {
		if got, err := parseDuration(in); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "6", "h", "6 h", "-6h", "1.5h", "6x", "6h3", "99999999999999999999h", "9999w", "9999999999h", "6ж"} {
		if got, err := parseDuration(in); err == nil {
			t.Errorf("%q is read as %v", in, got)
		}
	}
}

func TestShowDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 6 * time.Hour: "6h", 24 * time.Hour: "1d", 14 * 24 * time.Hour: "2w", 36 * time.Hour: "36h", 90 * time.Minute: "90m", 45 * time.Second: "45s",
	} {
		got := showDuration(d)
		if got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
		if back, err := parseDuration(got); err != nil || back != d {
			t.Errorf("%s reads back as %v, %v", got, back, err)
		}
	}
}

func TestParseMoment(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"2026-11-21":                "2026-11-20T23:00:00Z",
		"2026-11-21 18:30":          "2026-11-21T17:30:00Z",
		"2026-11-21T18:30:00Z":      "2026-11-21T18:30:00Z",
		"2026-07-01 18:30":          "2026-07-01T16:30:00Z", // summer time
		"2026-11-21T18:30:00-05:00": "2026-11-21T23:30:00Z",
	} {
		got, err := parseMoment(in, berlin)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v; want %s", in, got.UTC(), err, want)
		}
	}
	if _, err := parseMoment("yesterday", berlin); err == nil {
		t.Error("yesterday is no time")
	}
}

func TestResolve(t *testing.T) {
	at := func(s string) time.Time {
		tm, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return tm
	}
	now := at("2026-11-21 18:40")
	for _, tt := range []struct {
		name     string
		span     span
		from, to time.Time
	}{
		{"nothing said: from the first line", span{}, time.Time{}, now},
		{"the last six hours begin at a full hour", span{Last: 6 * time.Hour}, at("2026-11-21 12:00"), now},
		{"since", span{Since: at("2026-11-20 10:30")}, at("2026-11-20 10:30"), now},
		{"until", span{Last: 6 * time.Hour, Until: at("2026-11-20 12:00")}, at("2026-11-20 06:00"), at("2026-11-20 12:00")},
		{"the future does not exist yet", span{Until: at("2026-12-24 00:00")}, time.Time{}, now},
	} {
		if from, to := tt.span.Resolve(now); !from.Equal(tt.from) || !to.Equal(tt.to) {
			t.Errorf("%s: [%v, %v), want [%v, %v)", tt.name, from, to, tt.from, tt.to)
		}
	}
}
