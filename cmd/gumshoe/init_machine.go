package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// machine is a server as init and doctor look at it: its files, its programs, its
// environment. They read and ask; they change nothing.
type machine struct {
	root string // what stands before every path; "" outside of tests
	env  func(string) string
	ask  func(ctx context.Context, program string, args ...string) (string, error) // runs a program
	now  time.Time
	euid int
}

func thisMachine() *machine {
	return &machine{env: os.Getenv, ask: askProgram, now: time.Now(), euid: os.Geteuid()}
}

// patience is how long a program may think about a question.
const patience = 10 * time.Second

// askProgram runs a program and returns what it writes. Cron's PATH leaves out where
// administrators' programs are.
func askProgram(ctx context.Context, program string, args ...string) (string, error) {
	path, err := exec.LookPath(program)
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(filepath.Join(dir, program))
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", program, exec.ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			err = fmt.Errorf("%s", strings.TrimSpace(string(exit.Stderr)))
		}
		err = fmt.Errorf("%s: %w", program, err)
	}
	return strings.TrimSpace(string(out)), err
}

func (m *machine) path(p string) string { return filepath.Join(m.root, p) }

// own is path without root: what it is called on the machine itself.
func (m *machine) own(p string) string { return strings.TrimPrefix(p, m.root) }

func (m *machine) has(p string) bool {
	_, err := os.Stat(m.path(p))
	return err == nil
}

// first returns the first of some paths that is there, "" if none is.
func (m *machine) first(paths ...string) string {
	for _, p := range paths {
		if m.has(p) {
			return p
		}
	}
	return ""
}

// setting returns what a file of KEY=VALUE lines says of a key.
func (m *machine) setting(file, key string) string {
	text, err := os.ReadFile(m.path(file))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.TrimSpace(k) == key {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}
