package report

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports")
	first, err := Save(dir, quietNight())
	if err != nil {
		t.Fatal(err)
	}
	r := fiveAttacks()
	r.To = r.To.Add(6 * time.Hour)
	second, err := Save(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	for i, suffix := range []string{"html", "txt", "ndjson"} {
		if want := filepath.Join(dir, "20261122T000000Z."+suffix); first[i] != want {
			t.Errorf("path %q, want %q", first[i], want)
		}
		info, err := os.Stat(second[i])
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o640 {
			t.Errorf("%s has mode %v", second[i], info.Mode())
		}
		target, err := os.Readlink(filepath.Join(dir, "latest."+suffix))
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Base(second[i]); target != want {
			t.Errorf("latest.%s is %q, want %q", suffix, target, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 9 { // three files of two runs, three links; nothing half-written
		t.Errorf("%d entries: %v", len(entries), entries)
	}
}

// Where nothing can be written the error says what and where, and nothing is
// left behind.
func TestSaveNowhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if paths, err := Save(filepath.Join(file, "reports"), quietNight()); err == nil || len(paths) > 0 {
		t.Errorf("saved %v below a file, error %v", paths, err)
	}
}

// A run that was killed while it pointed latest.* at its report left a link behind. Where
// every run has the same number, as in a container, it must not be the last that saves.
func TestSaveAfterADeath(t *testing.T) {
	dir := t.TempDir()
	for _, form := range []string{"html", "txt", "ndjson"} {
		if err := os.Symlink("nowhere", filepath.Join(dir, fmt.Sprintf(".latest.%s-%d", form, os.Getpid()))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Save(dir, hostileNight()); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".latest.*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}
