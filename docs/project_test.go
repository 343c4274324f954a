//go:build !race

// What the lines run has been under the race detector already, which would only make
// them slow.

package docs

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// ofCI is the line that no test can run, for it runs the tests: CI types it.
const ofCI = "make test"

// What builds, tests and measures the project works for who types it: each line is run
// as it stands. That takes seconds instead of hours because inputs are small, benchmarks
// go round once and few runs are killed; the container of `make live`, in which TestLive
// of packaging types its own lines, and the engine of `make ai-live`, which is a
// download, are left out: there the lines end where the test is found.
func TestProject(t *testing.T) {
	shop := newWorkshop(t)
	for _, l := range In(Project, everyLine(t)) {
		if l.Text == ofCI {
			continue
		}
		t.Run(l.String(), func(t *testing.T) {
			t.Parallel()
			out, err := shop.typed(l.Text)
			if strings.Contains(out, "--- SKIP") {
				t.Skipf("%s: not all of it can run here: %s", l.Text, out)
			}
			if err != nil {
				t.Errorf("%s: %v", l.Text, err)
			}
		})
	}
	for _, wrong := range []string{
		"make frobnicate",
		".ci/bench frobnicate",
		"install frobnicate /usr/local/bin/",
		"gumshoe-traffic frobnicate",
		"gumshoe-traffic site --frobnicate",
		"go run ./cmd/gumshoe-traffic evaluate --gumshoe ./frobnicate",
		"go test ./frobnicate -run '^$' -bench Add",
		"go test ./ban/ledger -run '^$' -bench 'Add|Frobnicate'",
		"go test ./ban/ledger -run '^$' -bench Add -frobnicate",
		"go test ./ban/ledger -run TestFrobnicate",
	} {
		t.Run(wrong, func(t *testing.T) {
			t.Parallel()
			if out, err := shop.typed(wrong); err == nil {
				t.Errorf("it is found to be right: %s", out)
			}
		})
	}
}

// The pages let people run all tests by the line that CI runs.
func TestCI(t *testing.T) {
	script, err := os.ReadFile("../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	typesIt := func(l Line) bool { return l.Text == ofCI }
	if !slices.ContainsFunc(everyLine(t), typesIt) || !strings.HasSuffix(string(script), "\n"+ofCI+"\n") {
		t.Errorf("%q does not stand on the pages and at the end of .ci/run:\n%s", ofCI, script)
	}
}

// What is asked of a line is asked of one that stands on a page.
func TestProofs(t *testing.T) {
	lines := In(Project, everyLine(t))
	for _, p := range proofs {
		if !slices.ContainsFunc(lines, func(l Line) bool { return strings.Contains(l.Text, p.command) }) {
			t.Errorf("no page tells anybody to type %q", p.command)
		}
	}
}
