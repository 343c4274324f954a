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
