package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The text report of each small scenario, as it is read off a terminal. Read the
// difference before you accept it with -update: this is the product.
func TestReports(t *testing.T) {
	for _, name := range []string{"slow_scan", "stuffing", "injection", "agent", "breakin", "quiet"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := gumshoe(t, "analyze", filepath.Join(scenarios, name, "log"))
			got.out = strings.Replace(got.out, "gumshoe "+gumshoeVersion(), "gumshoe", 1)
			path := filepath.Join("testdata", "golden", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got.out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(read(t, path), got.out); diff != "" {
				t.Errorf("differs from %s (-want +got; go test -update accepts it):\n%s", path, diff)
			}
		})
	}
}
