package main

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gumshoe/analyze"
	"gumshoe/cmd/gumshoe-traffic/traffic"
	"gumshoe/report"
)

const (
	scenarios = "../../testdata/scenarios"
	site      = "../../testdata/site"
)

// TestScenarios runs the whole program over each story of testdata: what it must
// find, in which words, and whom it must leave alone.
func TestScenarios(t *testing.T) {
	for _, name := range files(t, scenarios) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(scenarios, name)
			var truth traffic.Truth
			readJSON(t, filepath.Join(dir, "truth.json"), &truth)
			var expect traffic.Expect
			readJSON(t, filepath.Join(dir, "expect.json"), &expect)
			tell(t, filepath.Join(dir, "log"), truth, expect)
		})
	}
}

// TestSite has all attacks at once in four weeks of a server's life.
func TestSite(t *testing.T) {
	t.Parallel()
	var truth traffic.Truth
	readJSON(t, site+".truth.json", &truth)
	if len(truth.Attacks) != 5 {
		t.Fatalf("the site has %d attacks, want 5", len(truth.Attacks))
	}
	tell(t, site, truth, truth.Attacks...)
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// tell runs the program over logs and compares both renderings with the truth.
func tell(t *testing.T, logs string, truth traffic.Truth, expected ...traffic.Expect) {
	t.Helper()
	run, text := both(t, logs)
	if run.code != 0 || text.code != 0 || run.err+text.err != "" {
		t.Fatalf("codes %d and %d, %q", run.code, text.code, run.err+text.err)
	}
	cases := run.cases(t)
	for _, e := range expected {
		if e.SeverityMin == "" {
			if len(cases) > 0 {
				t.Errorf("%s: %d cases where nothing happened, first %q", e.Attack, len(cases), cases[0].Headline)
			}
			continue
		}
		c, ok := tells(t, cases, e)
		if !ok {
			t.Errorf("%s: no case of %v accuses %v", e.Attack, e.Detections, e.Sources)
			continue
		}
		check(t, e, c)
		for _, say := range append([]string{c.ID, c.Headline}, e.Targets...) {
			if !strings.Contains(unwrapped(text.out), unwrapped(say)) {
				t.Errorf("%s: the text report does not say %q", e.Attack, say)
			}
		}
	}
	accused(t, cases, truth)
}

// both runs the program for programs and for people. The site is the largest of
// all inputs; several tests look at the same two runs over it.
func both(t *testing.T, logs string) (json, text outcome) {
	if logs != site {
		return gumshoe(t, "analyze", "--json", logs), gumshoe(t, "analyze", logs)
	}
	overSite.Do(func() {
		overSite.json, overSite.text = gumshoe(t, "analyze", "--json", site), gumshoe(t, "analyze", site)
	})
	return overSite.json, overSite.text
}

var overSite struct {
	sync.Once
	json, text outcome
}

// tells finds the case of an attack: one of its detections, and exactly its
// sources, a network standing for the addresses in it.
func tells(t *testing.T, cases []report.CaseJSON, e traffic.Expect) (report.CaseJSON, bool) {
	for _, c := range cases {
		named := slices.ContainsFunc(c.Detections, func(d string) bool { return slices.Contains(e.Detections, d) })
		if named && covered(t, c.Sources, e.Sources) && covered(t, e.Sources, append(c.Sources, c.Prefix)) {
			return c, true
		}
	}
	return report.CaseJSON{}, false
}

// covered reports whether each of sources lies in one of networks.
func covered(t *testing.T, sources, networks []string) bool {
	for _, s := range sources {
		source := parsePrefix(t, s)
		if !slices.ContainsFunc(networks, func(n string) bool {
			if n == "" {
				return false
			}
			network := parsePrefix(t, n)
			return network.Bits() <= source.Bits() && network.Contains(source.Addr())
		}) {
			return false
		}
	}
	return true
}

// check compares a case with what is expected of it.
func check(t *testing.T, e traffic.Expect, c report.CaseJSON) {
	t.Helper()
	least, err := analyze.ParseLevel(e.SeverityMin)
	if err != nil {
		t.Fatal(err)
	}
	if c.Severity < least {
		t.Errorf("%s: level %v, want %v", e.Attack, c.Severity, least)
	}
	if !slices.Contains(strings.Split(e.Ban, "|"), c.Ban) {
		t.Errorf("%s: ban %s, want %s", e.Attack, c.Ban, e.Ban)
	}
	for _, want := range e.Targets {
		if !slices.ContainsFunc(c.Targets, func(have analyze.Target) bool {
			return have.Value == want || strings.HasSuffix(have.Value, want) && strings.HasPrefix(want, "/") // behind the vhost
		}) {
			t.Errorf("%s: %q is not among the targets %v", e.Attack, want, c.Targets)
		}
	}
	said := strings.ToLower(strings.Join([]string{c.Headline, c.Summary, c.Explanation}, "\n"))
	for _, phrase := range e.MustSay {
		if !slices.ContainsFunc(strings.Split(strings.ToLower(phrase), "|"), func(p string) bool { return strings.Contains(said, p) }) {
			t.Errorf("%s: nothing says %q in:\n%s", e.Attack, phrase, said)
		}
	}
	if len(c.Evidence) == 0 || c.FirstSeen == "" || c.LastSeen < c.FirstSeen {
		t.Errorf("%s: evidence %d lines, from %q to %q", e.Attack, len(c.Evidence), c.FirstSeen, c.LastSeen)
	}
}

// accused fails for every honest source, and every source that never was, in a
// case of level low or above.
func accused(t *testing.T, cases []report.CaseJSON, truth traffic.Truth) {
	t.Helper()
	for _, c := range cases {
		if c.Severity < analyze.Low {
			continue
		}
		for _, s := range c.Sources {
			p := parsePrefix(t, s)
			if claim, ok := truth.Lookup(p.Addr()); !ok || claim.Label == traffic.Honest {
				t.Errorf("%s (%s, %v) accuses %s: %s", c.ID, c.Kind, c.Severity, s, claim.Actor)
			}
			for _, claim := range truth.Sources {
				if honest := parsePrefix(t, claim.Source); claim.Label == traffic.Honest && p.Contains(honest.Addr()) && !single(p) {
					t.Errorf("%s accuses %s, in which is %s", c.ID, s, claim.Actor)
				}
			}
		}
	}
}

// single reports whether p is the smallest thing that a report accuses.
func single(p netip.Prefix) bool {
	return p.Addr().Is4() && p.IsSingleIP() || p.Addr().Is6() && p.Bits() >= 64
}

// unwrapped is text without its line breaks and indents.
func unwrapped(s string) string { return strings.Join(strings.Fields(s), " ") }
