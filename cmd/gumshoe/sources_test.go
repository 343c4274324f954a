package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/source"
	"gumshoe/ingest/webconf"
)

// export turns lines of syslog with ISO stamps into the entries of a journal, as
// journalctl writes them.
func export(t *testing.T, log string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(log) {
		f := strings.SplitN(strings.TrimSpace(line), " ", 4)
		at, err := time.Parse(time.RFC3339, f[0])
		if err != nil {
			t.Fatal(err)
		}
		program, pid, _ := strings.Cut(strings.TrimSuffix(f[2], "]:"), "[")
		fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\n_HOSTNAME=%s\nSYSLOG_IDENTIFIER=%s\n_PID=%s\n_UID=0\nMESSAGE=%s\n\n",
			at.UnixMicro(), f[1], program, pid, f[3])
	}
	return b.String()
}

// haveJournal gives this machine a journal.
func haveJournal(t *testing.T, entries string) {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "entries", entries)
	script := filepath.Join(dir, "journalctl")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncat "+dir+"/entries\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

// failures is what the run says of the attacker: how often he failed.
func failures(t *testing.T, o outcome) string {
	t.Helper()
	for _, c := range o.cases(t) {
		if slices.Contains(c.Sources, attacker.Addr().String()) {
			return c.Summary
		}
	}
	return ""
}

// The journal and auth.log tell the same story. It is told once.
func TestJournalBesideLog(t *testing.T) {
	haveJournal(t, export(t, guessing()))
	dir := t.TempDir()
	log := put(t, dir, "auth.log", guessing())
	half := put(t, dir, "half.log", guessing()[:len(guessing())/2+40])
	var alone string
	for _, test := range []struct {
		name    string
		sources string
		says    string // in the report's notes
	}{
		{"the log alone", "  - path: " + log + "\n", ""},
		{"the journal alone", "  - journal: true\n", ""},
		{"both", "  - path: " + log + "\n  - journal: true\n", "journal: 40 events left out, because another log has the same program's lines of the same hours"},
		{"the journal first", "  - journal: true\n  - path: " + log + "\n", "journal: 40 events left out"},
		{"a log that ends early", "  - path: " + half + "\n  - journal: true\n", "journal: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			reports := t.TempDir()
			config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nreport:\n  dir: "+reports+"\nsources:\n"+test.sources)
			o := configured(t, config, nil, "analyze", "--since", "2026-11-10", "--until", "2026-11-11", "--json", "--save-report")
			if o.code != 0 {
				t.Fatalf("code %d: %s", o.code, o.err)
			}
			got := failures(t, o)
			if alone == "" {
				alone = got
			}
			if !strings.Contains(got, "40") || got != alone {
				t.Errorf("told as %q, want %q", got, alone)
			}
			if !strings.Contains(read(t, reports, "latest.ndjson"), test.says) {
				t.Errorf("the report does not say %q", test.says)
			}
		})
	}
}

// A journal that is configured and cannot be read degrades the run; an optional
// one is a line in the report.
func TestJournalMissing(t *testing.T) {
	dir := t.TempDir()
	log := put(t, dir, "auth.log", guessing())
	for _, test := range []struct {
		name     string
		optional bool
		code     int
	}{{"configured", false, exitDegraded}, {"optional", true, 0}} {
		t.Run(test.name, func(t *testing.T) {
			config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nreport:\n  dir: "+dir+"\nsources:\n  - path: "+log+
				"\n  - journal: "+dir+"/gone\n    optional: "+strconv.FormatBool(test.optional)+"\n")
			o := configured(t, config, nil, "analyze", "--since", "2026-11-10", "--until", "2026-11-11", "--json", "--save-report")
			if o.code != test.code || !accuses(t, o.cases(t), attacker) {
				t.Errorf("code %d, want %d: %s", o.code, test.code, o.err)
			}
			if !strings.Contains(read(t, dir, "latest.ndjson"), dir+"/gone") {
				t.Error("the report does not tell of the journal")
			}
		})
	}
}

// What a web server's own configuration says of a log decides how it is read,
// rotated files included.
func TestWebLogs(t *testing.T) {
	conf := webconf.Read(fstest.MapFS{"etc/nginx/nginx.conf": {Data: []byte(`
http {
	log_format odd '$status|$remote_addr|$time_iso8601|$request_method $uri|$http_user_agent';
	log_format broken 'no address';
	access_log /srv/$host/odd.log odd;
	access_log /srv/a/broken.log broken;
	access_log /srv/a/usual.log;
}`)}})
	o := &opening{app: &app{err: new(strings.Builder)}, base: source.Options{Detect: new(Settings).detector(nil)}}
	o.describe(conf)
	line := []byte("404|203.0.113.66|2026-11-10T08:00:00+00:00|GET /admin|curl/8\n")
	for name, odd := range map[string]bool{"/srv/a/odd.log": true, "/srv/b/odd.log.2.gz": true, "/srv/a/usual.log": false, "/srv/a/broken.log": false} {
		f := o.detect(name, line)
		var ev ingest.Event
		got := f.NewParser(ingest.Context{}).Parse(line, &ev) == ingest.Parsed && ev.Src == attacker.Addr() && ev.Status == 404
		if got != odd {
			t.Errorf("%s: read as %s: %v, want %v", name, f.Name(), got, odd)
		}
	}
}

// A machine without configuration reads its journal where it keeps no other log
// of logins.
func TestDefaultSources(t *testing.T) {
	journal := slices.ContainsFunc(defaultSources(), func(s SourceSetting) bool { return s.Journal != nil })
	if log := slices.ContainsFunc(loginLogs, written); journal == log {
		t.Errorf("journal %v, a log of logins %v", journal, log)
	}
	path := put(t, t.TempDir(), "auth.log", "")
	for age, want := range map[time.Duration]bool{time.Hour: true, 7 * 24 * time.Hour: false} {
		touch(t, path, time.Now().Add(-age))
		if written(path) != want {
			t.Errorf("last written %v ago: %v", age, !want)
		}
	}
}

func TestJournalSettings(t *testing.T) {
	s := defaults()
	text := "sources:\n  - journal: true\n    units: [ssh]\n    identifiers:\n      - sudo\n    optional: true\n  - journal: /srv/journal\n"
	if err := s.readYAML("gumshoe.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
	shown := s.yaml(false)
	again := defaults()
	if err := again.readYAML("shown.yaml", []byte(shown)); err != nil {
		t.Fatalf("%v in\n%s", err, shown)
	}
	for _, s := range []*Settings{s, again} {
		j := s.Sources[0].Journal
		if len(s.Sources) != 2 || j == nil || fmt.Sprint(*j) != "{ [ssh] [sudo]}" || !s.Sources[0].Optional || s.Sources[1].Journal.Path != "/srv/journal" {
			t.Errorf("sources %+v", s.Sources)
		}
	}
	for text, want := range map[string]string{
		"  - journal: false\n":                    "write true, or the path of a journal",
		"  - path: /x\n    journal: true\n":       "a path or a journal, not both",
		"  - path: /x\n    units: [ssh]\n":        "units and identifiers are of a journal",
		"  - journal: true\n    units: ['ss*']\n": `"ss*" is no name`,
		"  - format: auto\n":                      "a source needs a path or a journal",
	} {
		if err := defaults().readYAML("gumshoe.yaml", []byte("sources:\n"+text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// The same logs are of the same rank wherever they are; whatever is not syslog
// stands apart.
func TestRanks(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for _, name := range []string{"auth.log", "auth.log.1", "kern.log", "syslog.2", "messages-20261109"} {
		names = append(names, put(t, dir, name, strings.Replace(knock, "anna", name, 1)+"\n"))
	}
	names = append(names, put(t, dir, "access.log", `192.0.2.9 - - [10/Nov/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 5`+"\n"), put(t, dir, "empty.log", ""))
	var got []string
	sources, notes, err := source.Expand(t.Context(), names, source.Options{Detect: new(Settings).detector(nil)})
	if err != nil {
		t.Fatal(err, notes)
	}
	for i, r := range ranks(sources) {
		got = append(got, fmt.Sprintf("%s %d", filepath.Base(sources[i].Name()), r))
	}
	want := "access.log -1, auth.log.1 0, auth.log 0, empty.log -1, kern.log 1, messages-20261109 2, syslog.2 2"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}

// Stamps without an offset are in the zone of their own source.
func TestSourceTimezone(t *testing.T) {
	dir := t.TempDir()
	var local strings.Builder
	for line := range strings.Lines(guessing()) {
		at, rest, _ := strings.Cut(line, " ")
		stamp, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		local.WriteString(stamp.Format(time.Stamp) + " " + rest)
	}
	log := put(t, dir, "auth.log", local.String())
	for zone, want := range map[string]string{"UTC": "2026-11-10T08:00:00Z", "Europe/Berlin": "2026-11-10T07:00:00Z", "America/New_York": "2026-11-10T13:00:00Z"} {
		touch(t, log, time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC))
		config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n    timezone: "+zone+"\n")
		o := configured(t, config, nil, "analyze", "--since", "2026-11-10", "--until", "2026-11-11", "--json")
		found := false
		for _, c := range o.cases(t) {
			found = found || c.FirstSeen == want
		}
		if !found {
			t.Errorf("%s: no case begins at %s: %s", zone, want, o.out)
		}
	}
}
