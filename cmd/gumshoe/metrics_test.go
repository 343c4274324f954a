package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each run of the job replaces the file of the node exporter, which another user reads
// and never sees half written. A run over the past leaves it alone.
func TestMetricsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "gumshoe.prom")
	d := newDoor(t, prober, "metrics: "+file+"\n")
	d.run("analyze", "--last", "8h", "--until", "2020-01-01")
	if _, err := os.Stat(file); err == nil {
		t.Error("a run over the past speaks of now")
	}
	for range 2 {
		if o := d.run("analyze", "--last", "8h"); o.code != 0 {
			t.Fatalf("code %d: %s", o.code, o.err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\ngumshoe_run_timestamp_seconds ") || strings.Contains(string(text), prober) {
		t.Errorf("%s", text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v: the exporter cannot read it", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".gumshoe*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
	for _, wrong := range []string{"gumshoe.prom", dir + "/gumshoe.txt", dir + "/none/gumshoe.prom"} {
		if o := newDoor(t, prober, "metrics: "+wrong+"\n").run("config", "check"); o.code != exitUsage || !strings.Contains(o.err, "metrics") {
			t.Errorf("%s: code %d: %s", wrong, o.code, o.err)
		}
	}
}
