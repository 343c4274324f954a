package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The same logs give the same bytes, with one worker and with eight.
func TestSameAnswer(t *testing.T) {
	t.Parallel()
	json, text := both(t, site)
	if json.code != 0 || len(json.out) == 0 {
		t.Fatalf("code %d, %s", json.code, json.err)
	}
	if got := gumshoe(t, "analyze", "--json", "--workers", "1", site); got != json {
		t.Errorf("one worker: %s", difference(json.out, got.out))
	}
	if got := gumshoe(t, "analyze", "--workers", "8", site); got != text {
		t.Errorf("eight workers: %s", difference(text.out, got.out))
	}
}

// A clone has other mtimes than the machine that wrote the logs. Stamps with
// years do not care.
func TestMtimesDoNotMatter(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(scenarios, "injection", "log"))); err != nil {
		t.Fatal(err)
	}
	var want outcome
	for i, at := range []time.Time{
		time.Date(2026, 11, 15, 6, 0, 0, 0, time.UTC),
		time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC),
	} {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				touch(t, path, at)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got := gumshoe(t, "analyze", dir)
		if i == 0 {
			want = got
		} else if got != want {
			t.Errorf("written at %s: %s", at, difference(want.out, got.out))
		}
	}
}

// difference shows the first line that differs.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			return "want " + w[i] + "\n got " + strings.Join(g[min(i, len(g)):min(i+1, len(g))], "")
		}
	}
	return "more lines than wanted"
}
