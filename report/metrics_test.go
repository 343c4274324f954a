package report

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
)

// A night as monitoring sees it: numbers by name, each with its help and type, and
// nothing that stood in a log.
func TestMetrics(t *testing.T) {
	r := Report{Host: "web1", Now: midnight, Elapsed: 1500 * time.Millisecond, Degraded: true,
		Cases: []analyze.Case{{ID: "aaaaa", Level: analyze.Critical, Headline: "injection from 203.0.113.9"}, {ID: "bbbbb", Level: analyze.High}, {ID: "ccccc", Level: analyze.High}},
		Sources: []ingest.Health{
			{Source: "/var/log/auth.log", Parsed: 70, Ignored: 20, Unparsed: 10},
			{Source: "/var/log/mail.log", Parsed: 5, Error: "the disk is broken"},
		},
		Plan: ban.Plan{Add: make([]ban.Entry, 2), Extend: make([]ban.Entry, 1), Hold: make([]ban.Entry, 4)},
		Done: &Done{Active: 12, Drivers: []Driver{{Name: "ipset", InForce: 12}, {Name: "nginx", Error: "refused"}}},
	}
	var b strings.Builder
	if err := Metrics(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"gumshoe_run_timestamp_seconds 1795305600", "gumshoe_run_duration_seconds 1.5", "gumshoe_run_degraded 1",
		`gumshoe_cases{level="critical"} 1`, `gumshoe_cases{level="high"} 2`, `gumshoe_cases{level="low"} 0`,
		`gumshoe_lines{result="event"} 75`, `gumshoe_lines{result="ignored"} 20`, `gumshoe_lines{result="unknown"} 10`, "gumshoe_sources_unread 1",
		`gumshoe_bans_planned{outcome="ban"} 3`, `gumshoe_bans_planned{outcome="held"} 4`, "gumshoe_bans_active 12", "gumshoe_bans_drivers_failed 1",
	} {
		if !strings.Contains(b.String(), "\n"+want+"\n") {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
	sample := regexp.MustCompile(`^(gumshoe_[a-z_]+)(\{[a-z]+="[a-z]+"\})? [0-9.e+]+$`)
	described := ""
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			described = strings.TrimSuffix(name, " gauge")
		} else if m := sample.FindStringSubmatch(line); !strings.HasPrefix(line, "# HELP ") && (m == nil || m[1] != described) {
			t.Errorf("not in the form that Prometheus reads: %q", line)
		}
	}
	if strings.Contains(b.String(), "203.0.113") || strings.Contains(b.String(), "auth.log") {
		t.Errorf("text of a log is in it:\n%s", b.String())
	}
}
