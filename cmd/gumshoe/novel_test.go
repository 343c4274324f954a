package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gumshoe/ingest/template"
)

// A kind of line is new once: not in the run that meets everything for the first
// time, and not in any run after the one that told it.
func TestNovelLinesAreToldOnce(t *testing.T) {
	dir := t.TempDir()
	shapes := []template.Template{{ID: 1, Text: "a"}, {ID: 2, Text: "b"}}
	later := append(shapes, template.Template{ID: 3, Text: "c", Lines: 7, Clients: 2})
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, run := range []struct {
		what   string
		days   int
		fresh  bool
		shapes []template.Template
		new    int
	}{
		{"the first", 0, true, shapes, 0},
		{"the same again", 1, false, shapes, 0},
		{"one more", 2, false, later, 1},
		{"again", 3, false, later, 0},
		{"after a year without the others", 400, false, later[2:], 0},
	} {
		m := &memory{dir: dir, lock: &lock{}, fresh: run.fresh}
		now := start.Add(time.Duration(run.days) * 24 * time.Hour)
		if got := m.novel(&app{err: &bytes.Buffer{}}, &logs{shapes: run.shapes}, now); len(got) != run.new {
			t.Errorf("%s: %d new, want %d", run.what, len(got), run.new)
		}
		if err := m.keepLines(now); err != nil {
			t.Fatal(err)
		}
		if run.days == 400 && len(m.lines) != 1 {
			t.Errorf("%d kinds are kept, want the one that was met", len(m.lines))
		}
	}
}

// A damaged file is told, and makes nothing new.
func TestDamagedKnownLines(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, knownLinesFile), []byte("{\"1\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, l := &memory{dir: dir, lock: &lock{}}, &logs{shapes: []template.Template{{ID: 9}}}
	if got := m.novel(&app{err: &bytes.Buffer{}}, l, time.Now()); len(got) != 0 || !l.degraded {
		t.Errorf("%d new lines, degraded %v", len(got), l.degraded)
	}
}
