package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/report"
)

// ran are reports of quiet runs that ended so many hours before now, oldest first.
func ran(now time.Time, ago ...float64) (out []report.Report) {
	for _, h := range ago {
		to := now.Add(-time.Duration(h * float64(time.Hour)))
		out = append(out, report.Report{Host: "web1", Run: runName(to), Now: to, From: to.Add(-6 * time.Hour), To: to})
	}
	return out
}

// everySix are the hours of the runs of a week at every six, the last six hours ago.
func everySix(but ...float64) (out []float64) {
	for h := 162.; h >= 6; h -= 6 {
		missed := false
		for _, b := range but {
			missed = missed || b == h
		}
		if !missed {
			out = append(out, h)
		}
	}
	return out
}

// How many runs there should have been follows from how far apart they are, so that
// those that never ran are missed.
func TestRunsDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		what      string
		ago       []float64
		runs, due int
	}{
		{"all of a week", everySix(), 28, 28},
		{"three of one day never ran", everySix(48, 42, 36), 25, 28},
		{"one late, by a timer's jitter", append(everySix(162, 156), 5.8), 27, 27},
		{"two more by hand", []float64{30, 24, 23.5, 18, 12, 11, 6}, 8, 8},
		{"the first one", nil, 1, 0},
		{"too few to know the rhythm", []float64{20, 6}, 3, 0},
		{"all of them in one minute", []float64{.003, .002, .002, .001}, 5, 0},
	} {
		h := pulse(ran(now, tt.ago...), ran(now, 0)[0])
		if h.Runs != tt.runs || h.Due != tt.due {
			t.Errorf("%s: %d of %d runs, want %d of %d", tt.what, h.Runs, h.Due, tt.runs, tt.due)
		}
	}
}

// A medium case that goes on was told; whoever reads the same every six hours reads
// nothing any more.
func TestWorthMail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		level  analyze.Level
		course analyze.Course
		want   string
	}{
		{analyze.Low, analyze.New, "no"},
		{analyze.Medium, analyze.New, "yes"},
		{analyze.Medium, analyze.Returning, "yes"},
		{analyze.Medium, analyze.Continuing, "no"},
		{analyze.High, analyze.Continuing, "yes"},
		{analyze.Critical, analyze.Continuing, "critical"},
	} {
		findings, critical := worthMail(report.Report{Cases: []analyze.Case{{Level: tt.level, Course: tt.course}}})
		got := map[[2]bool]string{{}: "no", {true}: "yes", {true, true}: "critical"}[[2]bool{findings, critical}]
		if got != tt.want {
			t.Errorf("%v, %v: %s, want %s", tt.level, tt.course, got, tt.want)
		}
	}
}

// A server on which nothing happens: the first run writes, so that a person sees that
// mail arrives, and then nothing does until a week is over. Its mail says how many runs
// there were of those that should have been, and when the next one is due.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	office := openPostOffice(t)
	state := stateDir(t)
	dir := t.TempDir()
	log := put(t, dir, "access.log", fmt.Sprintf("198.51.100.7 - - [%s] \"GET / HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n", time.Now().Add(-time.Hour).Format("02/Jan/2006:15:04:05 -0700")))
	config := put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\nmail:\n  to: [admin@example.org]\n  from: gumshoe@web1.example.org\n  smtp: {host: 127.0.0.1, port: "+office.port+", tls: none}\n")
	job := func() []string {
		t.Helper()
		if o := configured(t, config, nil, "analyze", "--state-dir", state); o.code != 0 {
			t.Fatalf("code %d: %s", o.code, o.err)
		}
		return office.mails()
	}

	first := job()
	if len(first) != 1 || !strings.Contains(first[0], "all quiet, nothing for you") || strings.Contains(first[0], "quiet week") {
		t.Fatalf("the first run of all: %q", first)
	}
	if again := job(); len(again) != 0 {
		t.Fatalf("the second: %q", again)
	}

	now := time.Now()
	posted, err := json.Marshal(map[string]any{"Posted": now.Add(-week)})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(state, "spool", "mail"), "history.json", string(posted))
	kept := keptRuns{filepath.Join(state, runsDir)}
	if err := os.RemoveAll(kept.dir); err != nil {
		t.Fatal(err)
	}
	for _, r := range ran(now, everySix(60, 54)...) {
		if err := kept.put(r); err != nil {
			t.Fatal(err)
		}
	}
	weekly := job()
	if len(weekly) != 1 {
		t.Fatalf("after a week: %d mails", len(weekly))
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(weekly[0], "=\r\n", "")), " ")
	for _, part := range []string{"quiet week, nothing for you", "26 of 28 runs: 2 never ran", "If none has come by " + now.Add(week).UTC().Format("Monday 2 January")} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %.3000s", part, text)
		}
	}
	if again := job(); len(again) != 0 {
		t.Errorf("the run after it writes, too: %q", again)
	}
}
