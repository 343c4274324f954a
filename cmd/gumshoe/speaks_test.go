package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A configuration that reads a service from another log today reads hours again
// that the archive has from the old one. They count once: in the run that follows
// the change, whichever log it was that changed, and for all who look back later.
func TestSwitchedLog(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, before, after string }{
		{"to the general log", "auth.log", "messages"},
		{"from the general log", "messages", "auth.log"},
		{"from the journal", "system.journal", "auth.log"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, state := t.TempDir(), stateDir(t)
			run := func(log, text, since string, more ...string) string {
				t.Helper()
				path := put(t, dir, log, text)
				config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+path+"\n")
				o := configured(t, config, nil, append([]string{"analyze", "--json", "--state-dir", state, "--since", since, "--until", "2026-11-11"}, more...)...)
				if o.code != 0 {
					t.Fatalf("code %d: %s", o.code, o.err)
				}
				return failures(t, o)
			}
			if got := run(test.before, guessed(0, 300), "2026-11-10"); !strings.Contains(got, "300 times") {
				t.Fatalf("told %q of the first log, want 300 failures", got)
			}
			remove(t, filepath.Join(dir, test.before))
			if got := run(test.after, guessed(120, 330), "2026-11-10T02:00:00Z", "--dry-run"); !strings.Contains(got, "330 times") {
				t.Errorf("told %q by a rehearsal, want each of 330 failures once", got)
			}
			if got := run(test.after, guessed(120, 330), "2026-11-10T02:00:00Z"); !strings.Contains(got, "330 times") {
				t.Errorf("told %q, want each of 330 failures once", got)
			}
			if got := run(test.after, guessed(120, 360), "2026-11-10T05:00:00Z"); !strings.Contains(got, "360 times") {
				t.Errorf("told %q by a later run, want each of 360 failures once", got)
			}
		})
	}
}
