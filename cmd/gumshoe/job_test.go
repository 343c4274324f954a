package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The regular job reads what the configuration names. A source that is missing
// is told and fails the run at its end, even if there is no other; an optional one
// does not, and with nothing at all to read there is no run.
func TestJobSources(t *testing.T) {
	dir := t.TempDir()
	log := put(t, dir, "auth.log", guessing())
	gone := filepath.Join(dir, "gone.log")
	for _, test := range []struct {
		name    string
		sources string
		code    int
		says    string
	}{
		{"there", "  - path: " + log + "\n", 0, ""},
		{"glob", "  - path: " + dir + "/a*.log\n", 0, ""},
		{"one missing", "  - path: " + log + "\n  - path: " + gone + "\n", exitDegraded, gone + ": configured, but no such file (gumshoe.yaml:4)"},
		{"one optional", "  - path: " + log + "\n  - path: " + gone + "\n    optional: true\n", 0, gone + ": optional, and not there"},
		{"nothing", "  - path: " + gone + "\n    optional: true\n", exitFailed, "nothing to read: no log was found; name files, or sources in the configuration"},
		{"nothing but a missing one", "  - path: " + gone + "\n", exitDegraded, gone + ": configured, but no such file (gumshoe.yaml:3)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n"+test.sources)
			o := configured(t, config, nil, "analyze", "--verbose", "--since", "2026-11-10", "--until", "2026-11-11", "--json")
			talk := strings.ReplaceAll(o.err, filepath.Dir(config)+"/", "")
			if o.code != test.code || !strings.Contains(talk, test.says) {
				t.Errorf("code %d, want %d; want %q in %s", o.code, test.code, test.says, talk)
			}
			if there := strings.Contains(test.sources, log) || strings.Contains(test.sources, "a*.log"); there != accuses(t, o.cases(t), attacker) {
				t.Errorf("cases: %s", o.out)
			}
		})
	}
}

// Optional logs that are not there are one note, however many init has written down; and
// before the first report it is said what makes one.
func TestJobAbsentLogs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := put(t, dir, "auth.log", guessing())
	config := put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n  - {path: /gone/one.log, optional: true}\n  - {path: /gone/two.log, optional: true}\n")
	state := []string{"--state-dir", filepath.Join(dir, "state")}
	kept := defaults()
	kept.StateDir = filepath.Join(dir, "state")
	if _, err := kept.runs().get(""); err == nil || err.Error() != "no report is kept; gumshoe analyze makes one" {
		t.Errorf("without a report: %v", err)
	}
	o := configured(t, config, nil, append([]string{"analyze", "--since", "2026-11-10", "--until", "2026-11-11"}, state...)...)
	text := unwrapped(o.out)
	if o.code != 0 || strings.Count(text, "and not there") != 1 || !strings.Contains(text, "optional, and not there: /gone/one.log, /gone/two.log") {
		t.Errorf("code %d: %s%s", o.code, o.out, o.err)
	}
}
