package source

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// A journal of weeks takes its time to be spooled: how far it is, is told.
func TestSpoolingIsTold(t *testing.T) {
	journalctl(t, "cat "+write(t, t.TempDir(), "entries", sshd("one")+sshd("two")))
	opt, told := journalOptions, int64(0)
	opt.Spooling = func(n int64) {
		if n < told {
			t.Errorf("%d bytes after %d", n, told)
		}
		told = n
	}
	f, err := OpenJournal(t.Context(), Journal{}, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if told != f.Size() || told == 0 {
		t.Errorf("told of %d bytes, %d were spooled", told, f.Size())
	}
}

// A pipe that nobody writes to does not outlive the wish to stop.
func TestPipeWithoutWriterIsInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.log")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := open(ctx, path, Options{TempDir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want an interruption", err)
	}
}
