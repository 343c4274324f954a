package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The whole evaluation in small: a program is built, looks at three worlds, and
// the table says what it saw in them.
func TestEvaluate(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "gumshoe")
	if out, err := exec.Command("go", "build", "-o", bin, "../gumshoe").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := run(t, "evaluate --gumshoe "+bin+" --work "+t.TempDir()+" --only T5,T19,T25")
	for _, want := range []string{"| T5 |", "/24, 24 of 24 | yes |", "| T19 |", "| nobody | yes |", "| 5 of 5 alike"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}
