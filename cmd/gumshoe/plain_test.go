package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// logsToCompare are directories with logs of this project. With LOGS=DIR in the
// environment they are all of them, and every file below that directory by
// itself: what lies there is of unrelated machines and years.
func logsToCompare(t *testing.T) (paths []string) {
	t.Helper()
	more := os.Getenv("LOGS")
	if more == "" {
		return []string{"../../testdata/logs", filepath.Join(scenarios, "stuffing", "log")}
	}
	for _, name := range files(t, scenarios) {
		paths = append(paths, filepath.Join(scenarios, name, "log"))
	}
	paths = append(paths, "../../testdata/logs", site)
	err := filepath.WalkDir(more, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// One worker on one processor and eight on all of them write the same bytes, for
// programs and into the saved files.
func TestWorkersDoNotMatter(t *testing.T) {
	for _, logs := range logsToCompare(t) {
		one := everyReport(t, logs, "1", 1)
		eight := everyReport(t, logs, "8", runtime.NumCPU())
		for name, want := range one {
			if got := eight[name]; got != want {
				t.Errorf("%s: %s differs: %s", logs, name, difference(want, got))
			}
		}
	}
}

// everyReport runs the program over logs and returns what it wrote, by where.
func everyReport(t *testing.T, logs, workers string, processors int) map[string]string {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
	json, _, reports := saved(t, "analyze", "--json", "--workers", workers, logs)
	out := map[string]string{"stdout": json.out}
	for _, suffix := range []string{"html", "txt", "ndjson"} {
		out[suffix] = read(t, reports, "latest."+suffix)
	}
	return out
}
