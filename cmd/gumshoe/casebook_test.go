package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/report"
)

// guessesAged is an sshd log in which one address guesses on and on, from one age to
// another.
func guessesAged(src string, from, to time.Duration) string {
	var text strings.Builder
	for age := from; age > to; age -= time.Minute {
		at := time.Now().UTC().Add(-age).Format("2006-01-02T15:04:05.000000-07:00")
		fmt.Fprintf(&text, "%s web1 sshd[411]: Failed password for invalid user u%d from %s port 40022 ssh2\n", at, age/time.Minute%7, src)
	}
	return text.String()
}

// The same attack is the same case in the next report, and told once more when it
// is over. A person who talks about case x7k2m must not have to learn a new name.
func TestCaseGoesOn(t *testing.T) {
	t.Parallel()
	log := put(t, t.TempDir(), "auth.log", guessesAged("203.0.113.9", 4*time.Hour, 3*time.Hour))
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n")
	state := stateDir(t)
	run := func(args ...string) outcome {
		t.Helper()
		o := configured(t, config, nil, append([]string{"analyze", "--state-dir", state}, args...)...)
		if o.code != 0 {
			t.Fatalf("code %d: %s", o.code, o.err)
		}
		return o
	}
	one := func(o outcome) report.CaseJSON {
		t.Helper()
		cases := o.cases(t)
		if len(cases) != 1 {
			t.Fatalf("%d cases: %s", len(cases), o.out)
		}
		return cases[0]
	}
	if c := one(run("--json", "--dry-run")); c.Course != "new" {
		t.Errorf("dry run: %q", c.Course)
	}
	first := one(run("--json"))
	if first.Course != "new" {
		t.Errorf("first run: %q, want new; a dry run remembers nothing", first.Course)
	}
	appendLines(t, log, guessesAged("203.0.113.9", 160*time.Minute, 130*time.Minute))
	second := one(run("--json"))
	if second.ID != first.ID || second.Course != "continuing" || second.Began != first.FirstSeen {
		t.Errorf("second run: %s %s since %s; want %s continuing since %s", second.ID, second.Course, second.Began, first.ID, first.FirstSeen)
	}
	text := run("--last", "30m").out
	if !strings.Contains(strings.ToLower(text), "since the last report") || !strings.Contains(text, first.ID) {
		t.Errorf("its end is not told:\n%s", text)
	}
	if text := run("--last", "30m").out; strings.Contains(text, first.ID) {
		t.Errorf("its end is told twice:\n%s", text)
	}
	if c := one(run("--json", "--last", "6h")); c.ID != first.ID {
		t.Errorf("back as %s, want %s", c.ID, first.ID)
	}
}

// A casebook that was damaged is set aside with a message; the run goes on and
// begins another.
func TestDamagedCasebook(t *testing.T) {
	t.Parallel()
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+put(t, t.TempDir(), "auth.log", guessesAged("203.0.113.9", 4*time.Hour, 3*time.Hour))+"\n")
	state := stateDir(t)
	put(t, state, casebookFile, strings.Repeat("no database ", 1000))
	o := configured(t, config, nil, "analyze", "--json", "--state-dir", state)
	if o.code != exitDegraded || !strings.Contains(o.err, casebookFile+".damaged-") || len(o.cases(t)) != 1 {
		t.Errorf("code %d: %s", o.code, o.err)
	}
	if found, _ := filepath.Glob(filepath.Join(state, casebookFile+".damaged-*")); len(found) != 1 {
		t.Errorf("set aside: %v", found)
	}
	if o := configured(t, config, nil, "analyze", "--json", "--state-dir", state); o.code != 0 || o.cases(t)[0].Course != "continuing" {
		t.Errorf("the run after it: code %d: %s %s", o.code, o.err, o.out)
	}
}

// Who is to be forgotten is forgotten by the casebook too.
func TestForgetCase(t *testing.T) {
	t.Parallel()
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+put(t, t.TempDir(), "auth.log", guessesAged("203.0.113.9", 4*time.Hour, 3*time.Hour))+"\n")
	state := stateDir(t)
	configured(t, config, nil, "analyze", "--quiet", "--state-dir", state)
	var talk bytes.Buffer
	a := &app{out: io.Discard, err: &talk}
	if code := run(t.Context(), a, []string{"archive", "forget", "203.0.113.9", "--config", config, "--state-dir", state}); code != 0 || !strings.Contains(talk.String(), "1 case") {
		t.Errorf("code %d: %s", code, talk.String())
	}
	text, err := os.ReadFile(filepath.Join(state, casebookFile))
	if err != nil || strings.Contains(string(text), "203.0.113.9") {
		t.Errorf("the casebook still names it (%v)", err)
	}
}

// Who was accused yesterday is believed less today, at another door.
func TestOldOffender(t *testing.T) {
	t.Parallel()
	dir, state := t.TempDir(), stateDir(t)
	log := put(t, dir, "auth.log", guessesAged("203.0.113.9", 6*time.Hour, 5*time.Hour))
	var scan strings.Builder
	for i, path := range []string{"/.env", "/.git/config", "/phpmyadmin/index.php", "/wp-login.php", "/backup.sql"} {
		at := time.Now().UTC().Add(-time.Hour + time.Duration(i)*time.Minute).Format("02/Jan/2006:15:04:05 -0700")
		fmt.Fprintf(&scan, "203.0.113.9 - - [%s] \"GET %s HTTP/1.1\" 404 153 \"-\" \"Mozilla/5.0\"\n", at, path)
	}
	config := put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n")
	if o := configured(t, config, nil, "analyze", "--state-dir", state, "--json"); len(o.cases(t)) != 1 {
		t.Fatalf("first run: %s%s", o.err, o.out)
	}
	config = put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+put(t, dir, "access.log", scan.String())+"\n")
	o := configured(t, config, nil, "analyze", "--state-dir", state, "--last", "2h", "--json")
	cases := o.cases(t)
	if len(cases) != 1 {
		t.Fatalf("second run: code %d, %d cases, %s", o.code, len(cases), o.err)
	}
	for _, f := range cases[0].Families {
		if f.Family == "history" && f.LogOdds > .9 {
			return
		}
	}
	t.Errorf("its past counts nothing: %+v", cases[0].Families)
}
