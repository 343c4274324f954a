package report

import (
	"strings"
	"testing"

	"gumshoe/ingest"
)

// The subject lines that people will learn to read. The first forty characters
// must do.
func TestSubject(t *testing.T) {
	firstBan := func() Report {
		r := firstRun()
		r.Plan.Armed = true
		r.Done = &Done{Bans: armedNight().Done.Bans[:1], Active: 1}
		return r
	}
	unread := func() Report {
		r := quietNight()
		r.Sources = []ingest.Health{{Source: "/var/log/auth.log", Error: "permission denied"}}
		return r
	}
	silent := func() Report {
		r := quietNight()
		r.Sources = []ingest.Health{{Source: "/var/log/auth.log", Outside: 4096}}
		return r
	}
	tests := []struct {
		what   string
		report Report
		want   string
	}{
		{"a break-in leads", armedNight(), "[gumshoe] web1: possible break-in; 4 critical, 1 high; 22 banned"},
		{"a usual night", firstBan(), "[gumshoe] web1: 1 critical; 1 banned"},
		{"not armed", firstRun(), "[gumshoe] web1: 1 critical; would ban 1, report only"},
		{"over files", fiveAttacks(), "[gumshoe] web1: possible break-in; 4 critical, 1 high; would ban 22"},
		{"bans that do not hold come before all", brokenRun(), "[gumshoe] web1: 168 bans NOT in force; possible break-in; AI not used; 4 critical, 1 high"},
		{"half blind", degradedRun(), "[gumshoe] the server: 2 logs could not be read"},
		{"blind", unread(), "[gumshoe] web1: nothing could be read"},
		{"logs that nothing is written to", silent(), "[gumshoe] web1: the logs are silent"},
		{"a quiet night", quietNight(), "[gumshoe] web1: all quiet, nothing for you"},
		{"a quiet week", quietWeek(), "[gumshoe] web1: quiet week, nothing for you (15 Nov to 22 Nov)"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if got := Subject(tt.report); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

// A subject is one line of ASCII, and shows no address to a locked screen.
func TestSubjectIsFitForAHeader(t *testing.T) {
	for _, f := range reports {
		s := Subject(f.report())
		if len(s) > maxSubject+len("...") {
			t.Errorf("%s: %d bytes", f.name, len(s))
		}
		for _, r := range s {
			if r < ' ' || r > '~' {
				t.Errorf("%s: %U in %q", f.name, r, s)
			}
		}
		for _, c := range f.report().Cases {
			for _, p := range c.Sources {
				if strings.Contains(s, p.Addr().String()) {
					t.Errorf("%s: %q names %s", f.name, s, p)
				}
			}
		}
	}
}
