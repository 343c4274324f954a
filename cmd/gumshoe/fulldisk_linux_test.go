package main

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

func init() { programs["gumshoe-in-little-room"] = inLittleRoom }

// inLittleRoom is the program where no file can become longer than the bytes that
// ROOM says: a disk that is full after them, and needs no root.
func inLittleRoom() {
	signal.Ignore(syscall.SIGXFSZ)
	room, err := strconv.ParseUint(os.Getenv("ROOM"), 10, 64)
	if err != nil {
		panic(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: room, Max: room}); err != nil {
		panic(err)
	}
	main()
}

// Wherever the disk is full, the real program says so and fails, and what the
// archive held is there still, byte for byte. With room again it ends as if nothing
// had been.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+filepath.Join(dir, "auth.log")+"\n")
	args := []string{"analyze", "--quiet", "--config", config, "--tz", "UTC", "--since", "2026-11-10", "--until", "2026-11-11", "--state-dir"}
	run := func(state string, room int) (code int, told string) {
		t.Helper()
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self)
		cmd.Args = append([]string{"gumshoe-in-little-room"}, append(args, state)...)
		cmd.Env = append(os.Environ(), "ROOM="+strconv.Itoa(room), "GUMSHOE_DNS=false")
		out, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(out)
	}
	const plenty = 64 << 20
	clean, short := stateDir(t), stateDir(t)
	put(t, dir, "auth.log", guessed(0, 150))
	if code, told := run(short, plenty); code != 0 {
		t.Fatalf("code %d: %s", code, told)
	}
	before := tree(t, filepath.Join(short, "archive"))
	put(t, dir, "auth.log", guessed(0, 600))
	if code, told := run(clean, plenty); code != 0 {
		t.Fatalf("code %d: %s", code, told)
	}
	want := tree(t, filepath.Join(clean, "archive"))
	longest := 0
	for _, text := range want {
		longest = max(longest, len(text))
	}
	for room := 512; room < longest; room *= 2 {
		if code, told := run(short, room); code == 0 || code == exitFindings || told == "" {
			t.Errorf("with room for %d bytes: code %d, told %q", room, code, told)
		}
		after := tree(t, filepath.Join(short, "archive"))
		for name, text := range before {
			if after[name] != text {
				t.Errorf("with room for %d bytes: %s was removed or changed", room, name)
			}
		}
	}
	if code, told := run(short, plenty); code != 0 {
		t.Fatalf("code %d: %s", code, told)
	}
	sameArchive(t, tree(t, filepath.Join(short, "archive")), want)
}
