package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The lock is emptied by whoever takes it. A link that somebody else planted in its place
// does not make that the end of another file.
func TestLockFollowsNoLink(t *testing.T) {
	t.Parallel()
	state, precious := t.TempDir(), put(t, t.TempDir(), "precious", "years of work")
	if err := os.Symlink(precious, filepath.Join(state, "lock")); err != nil {
		t.Fatal(err)
	}
	l, err := acquire(t.Context(), state, 0)
	if err == nil {
		l.release()
		t.Error("the lock was taken through a link")
	}
	if got := read(t, precious); got != "years of work" {
		t.Errorf("the file behind the link holds %q", got)
	}
}
