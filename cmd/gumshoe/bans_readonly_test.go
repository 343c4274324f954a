package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// On a file system that is mounted read-only bans are listed as they stand; a log
// that waits to be taken over is told, because without it the list would be wrong.
func TestBansOnReadOnlyMount(t *testing.T) {
	if state := os.Getenv("TEST_READONLY_STATE"); state != "" { // inside the mount
		d := &door{t: t, config: os.DevNull, state: state}
		for _, args := range []string{"list", "add 203.0.113.9"} {
			o := d.run(append([]string{"bans"}, strings.Fields(args)...)...)
			t.Logf("%s: code %d: %s%s", args, o.code, o.out, o.err)
		}
		return
	}
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	d := &door{t: t, dir: t.TempDir(), state: state}
	d.config = put(t, d.dir, "gumshoe.yaml", "host: web1\nactions:\n  - name: nothing\n    command: [/bin/true]\n")
	if o := d.run("bans", "add", "203.0.113.7", "--for", "2d"); o.code != 0 {
		t.Fatal(o.err)
	}
	listed := func() string {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("unshare", "--mount", "--map-root-user", "sh", "-ec", `mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"`,
			"sh", state, self, "-test.run=^TestBansOnReadOnlyMount$", "-test.v")
		cmd.Env = append(os.Environ(), "TEST_READONLY_STATE="+state)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	out := listed()
	for _, want := range []string{"list: code 0", "203.0.113.7", "add 203.0.113.9: code 1", "read-only file system"} {
		if !strings.Contains(out, want) {
			t.Errorf("not told %q:\n%s", want, out)
		}
	}
	put(t, state, ledgerFile+"-wal", "what a killed run left")
	if out := listed(); !strings.Contains(out, "list: code 1") || !strings.Contains(out, "ledger.db-wal holds changes") {
		t.Errorf("with a log that was not taken over:\n%s", out)
	}
}
