package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// With --last and --history the part of files before is compared with, and
// nothing that ended in it is a case.
func TestLastSixHours(t *testing.T) {
	t.Parallel()
	o, run, _ := saved(t, "analyze", "--json", "--last", "6h", "--history", "8w", site)
	if run.From != "2026-11-14T23:00:00Z" || run.To != "2026-11-15T05:58:32Z" || !strings.HasPrefix(run.History, "2026-10-17T") {
		t.Errorf("from %s to %s, history since %s", run.From, run.To, run.History)
	}
	cases := o.cases(t)
	for _, c := range cases {
		if c.LastSeen < run.From {
			t.Errorf("%s ended at %s, before the window", c.Headline, c.LastSeen)
		}
	}
	var truth traffic.Truth
	readJSON(t, site+".truth.json", &truth)
	for _, e := range truth.Attacks {
		if _, ok := tells(t, cases, e); !ok {
			t.Errorf("%s is not found in the last six hours", e.Attack)
		}
	}
	accused(t, cases, truth)
}

func TestSinceUntil(t *testing.T) {
	t.Parallel()
	o, run, _ := saved(t, "analyze", "--json", "--since", "2026-11-14", "--until", "2026-11-15 01:35", filepath.Join(scenarios, "injection", "log"))
	if run.From != "2026-11-14T00:00:00Z" || run.To != "2026-11-15T01:35:00Z" {
		t.Errorf("from %s to %s", run.From, run.To)
	}
	cases := o.cases(t)
	if len(cases) == 0 {
		t.Error("what began before the end of the window is not told")
	}
	for _, c := range cases {
		if c.LastSeen >= run.To { // it went on until 01:39
			t.Errorf("%s ends at %s, after the window", c.Headline, c.LastSeen)
		}
	}
}

// The saved report is three files and a link to the latest of each.
func TestSaveReport(t *testing.T) {
	t.Parallel()
	o, run, dir := saved(t, "analyze", filepath.Join(scenarios, "injection", "log"))
	if o.code != 0 {
		t.Fatal(o.err)
	}
	end, err := time.Parse(time.RFC3339, run.To)
	if err != nil {
		t.Fatal(err)
	}
	stamp := end.Format("20060102T150405Z")
	want := []string{stamp + ".html", stamp + ".ndjson", stamp + ".txt", "latest.html", "latest.ndjson", "latest.txt"}
	if got := files(t, dir); !slices.Equal(got, want) {
		t.Fatalf("saved %v, want %v", got, want)
	}
	for _, kind := range []string{"html", "ndjson", "txt"} {
		if to, err := os.Readlink(filepath.Join(dir, "latest."+kind)); to != stamp+"."+kind {
			t.Errorf("latest.%s points to %q, %v", kind, to, err)
		}
		if !strings.Contains(o.err, filepath.Join(dir, stamp+"."+kind)) {
			t.Errorf("%s is not named on standard error: %s", kind, o.err)
		}
	}
	page := strings.ToLower(read(t, dir, "latest.html"))
	if !strings.HasPrefix(page, "<!doctype html>") || !strings.HasSuffix(strings.TrimSpace(page), "</html>") || !strings.Contains(page, "203.0.113.118") {
		t.Error("the page is not whole")
	}
	if text := read(t, dir, "latest.txt"); text != o.out {
		t.Errorf("the saved text is not the printed one: %s", difference(o.out, text))
	}
	for line := range strings.Lines(read(t, dir, "latest.ndjson")) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := put(t, dir, "gumshoe.yaml", "report:\n  dir: "+filepath.Join(dir, "reports")+"\n")
	o := configured(t, config, nil, "analyze", "--save-report", "--dry-run", filepath.Join(scenarios, "injection", "log"))
	if o.code != 0 || !strings.Contains(o.out, "203.0.113.118") || !strings.Contains(o.err, "would be saved in") {
		t.Errorf("code %d, %q", o.code, o.err)
	}
	if got := files(t, dir); !slices.Equal(got, []string{"gumshoe.yaml"}) {
		t.Errorf("--dry-run wrote %v", got)
	}
}

// Over files the flag that arms the job changes nothing and says so.
func TestArmedOverFiles(t *testing.T) {
	t.Parallel()
	logs := filepath.Join(scenarios, "injection", "log")
	o, run, _ := saved(t, "analyze", "--auto-ban-critical", logs)
	if o.code != 0 || !strings.Contains(unwrapped(o.out), "a plan on paper: nothing was touched") {
		t.Errorf("code %d: %s", o.code, o.out)
	}
	if !run.Plan.Hypothetical || len(run.Plan.Add) != 1 {
		t.Errorf("plan %+v", run.Plan)
	}
}

func TestQuietAndFailOn(t *testing.T) {
	t.Parallel()
	logs := filepath.Join(scenarios, "agent", "log") // one case, of level low
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--quiet"}, 0, ""},
		{[]string{"--quiet", "--fail-on", "medium"}, 0, ""},
		{[]string{"--quiet", "--fail-on", "low"}, exitFindings, ""},
		// What was not read may hold worse, and cron mails only what is said.
		{[]string{"--quiet", "--fail-on", "low", logs + "/nowhere.log"}, exitDegraded, "gumshoe: reading \"" + logs + "/nowhere.log\": no such file or directory\n"},
	} {
		o := gumshoe(t, append([]string{"analyze", logs}, test.args...)...)
		if o.code != test.code || o.out != "" || o.err != test.says {
			t.Errorf("%v: code %d, want %d; %q %q", test.args, o.code, test.code, o.out, o.err)
		}
	}
}

// What scripts may rely on in each line of --json.
func TestJSONContract(t *testing.T) {
	t.Parallel()
	fields := map[string]func(any) bool{
		"id": isText, "sources": isList, "detections": isList, "severity": isOneOf("info", "low", "medium", "high", "critical"),
		"confidence": func(v any) bool { x, ok := v.(float64); return ok && x >= 0 && x <= 1 },
		"ban":        isOneOf("none", "planned", "held"), "summary": isText, "explanation": isText, "targets": isList,
		"first_seen": isTime, "last_seen": isTime, "techniques": isList, "evidence": isList,
	}
	o, _ := both(t, site)
	ids := map[any]bool{}
	for line := range strings.Lines(o.out) {
		var c map[string]any
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for name, is := range fields {
			if v, ok := c[name]; !ok || !is(v) {
				t.Errorf("%v: %s is %v", c["id"], name, v)
			}
		}
		if ids[c["id"]] {
			t.Errorf("two cases are called %v", c["id"])
		}
		ids[c["id"]] = true
		for _, s := range c["sources"].([]any) {
			parsePrefix(t, fmt.Sprint(s))
		}
		if targets, ok := c["ban_targets"]; ok && (c["ban"] != "planned" || len(targets.([]any)) == 0) {
			t.Errorf("%v: ban %v of %v", c["id"], c["ban"], targets)
		}
	}
	if len(ids) < 5 {
		t.Errorf("only %d cases", len(ids))
	}
}

func isText(v any) bool { s, ok := v.(string); return ok && s != "" }
func isList(v any) bool { _, ok := v.([]any); return ok }
func isTime(v any) bool {
	_, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	return err == nil
}

func isOneOf(words ...string) func(any) bool {
	return func(v any) bool { return slices.Contains(words, fmt.Sprint(v)) }
}
