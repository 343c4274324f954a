package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestUsageErrors(t *testing.T) {
	for line, want := range map[string]string{
		"site":                               "-o",
		"scenario nonesuch -o " + os.DevNull: "--list",
		"site -o x --end yesterday":          "--end",
		"site -o x --tz Mars/Olympus":        "--tz",
		"site -o x --days 0":                 "--days",
		"site -o x --scale -1":               "--scale",
		"site -o x --level 10":               "--level",
	} {
		root := newRoot()
		root.SetArgs(strings.Fields(line))
		root.SetOut(io.Discard)
		if err := root.Execute(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gumshoe-traffic %s: error %v, want one that names %s", line, err, want)
		}
	}
}

func TestList(t *testing.T) {
	if got := run(t, "--list"); strings.Count(got, "\n") < 7 || !strings.Contains(got, "slow_scan") {
		t.Errorf("--list printed:\n%s", got)
	}
}

// Logs without years can be told by the time of their files, and the stamps
// follow the zone.
func TestStyles(t *testing.T) {
	dir := t.TempDir()
	run(t, "site -o "+dir+"/site --days 3 --rfc3164 --apache --tz Europe/Berlin")
	for name, prefix := range map[string]string{"auth.log.1": "Nov 1", "mail.log": "Nov 14 07:2", "nginx/access.log": "www.example.org:443 "} {
		text, err := os.ReadFile(filepath.Join(dir, "site", name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), prefix) {
			t.Errorf("%s begins %.60q, want %q", name, text, prefix)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "site", "auth.log.2.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if low, high := time.Date(2026, 11, 13, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 13, 6, 25, 0, 0, time.UTC); info.ModTime().Before(low) || info.ModTime().After(high) {
		t.Errorf("auth.log.2.gz has the time %v, want that of its last line", info.ModTime())
	}
}
