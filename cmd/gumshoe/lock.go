package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lock is held by whoever writes to the state directory. The kernel releases it
// with the process, however that ends; the file stays, for a lock on a file that
// was deleted and made anew would be held twice.
type lock struct{ file *os.File }

// lockPoll is how often --wait looks again.
const lockPoll = 200 * time.Millisecond

// acquire takes the lock of a state directory. Where another process holds it
// the error says who, once wait is over.
func acquire(ctx context.Context, dir string, wait time.Duration) (*lock, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	// It is emptied: a link that somebody else put there must not lead out of the directory.
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o640)
	if err != nil {
		return nil, err
	}
	for give := time.Now().Add(wait); ; {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || !time.Now().Before(give) {
			break
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = &exitError{exitLocked, fmt.Errorf("another run holds the lock: %s", holder(file))}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	l := &lock{file}
	if err := l.sign(); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// sign writes into the lock who holds it, for the message that others get.
func (l *lock) sign() error {
	text := fmt.Sprintf("process %d, since %s: %s\n", os.Getpid(), time.Now().Format(time.RFC3339), strings.Join(os.Args, " "))
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(text), 0)
	return err
}

// holder reads what the holder has signed.
func holder(file *os.File) string {
	text := make([]byte, 512)
	n, _ := file.ReadAt(text, 0) // not written yet: unknown
	if line, _, _ := strings.Cut(string(text[:n]), "\n"); line != "" {
		return strconv.Quote(line)
	}
	return "process unknown"
}

// release unlocks before it closes: a child that is just being started holds a copy
// of the file for a moment, and would keep the lock as long.
func (l *lock) release() {
	_ = syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN)
	l.file.Close()
}
