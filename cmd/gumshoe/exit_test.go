package main

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

// Errors without a text end the program without a word, alone and beside others.
func TestLastWords(t *testing.T) {
	silent := &exitError{code: exitFirewall}
	for want, err := range map[string]error{
		"":               errors.Join(silent, errDegraded),
		"unexpected EOF": errors.Join(silent, io.ErrUnexpectedEOF, errFindings),
		"EOF":            io.EOF,
	} {
		if got := lastWords(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := lastWords(nil); got != "" {
		t.Errorf("of no error: %q", got)
	}
}

func TestExitCode(t *testing.T) {
	locked := &exitError{code: exitLocked}
	firewall := &exitError{code: exitFirewall}
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"done", nil, 0},
		{"a plain error", io.ErrUnexpectedEOF, exitFailed},
		{"usage", usagef("no such flag"), exitUsage},
		{"a wrapped code stays", fmt.Errorf("running: %w", usagef("no such flag")), exitUsage},
		{"a cause inside a coded error adds nothing", usagef("%w and %w", io.EOF, io.EOF), exitUsage},
		{"degraded outranks findings", errors.Join(errFindings, errDegraded), exitDegraded},
		{"firewall outranks degraded", errors.Join(errDegraded, firewall), exitFirewall},
		{"lock outranks firewall", errors.Join(firewall, locked), exitLocked},
		{"usage outranks lock", errors.Join(locked, usagef("x")), exitUsage},
		{"failure outranks usage", errors.Join(usagef("x"), io.EOF), exitFailed},
		{"a signal outranks all", errors.Join(io.EOF, errTerminated), exitTerminated},
		{"joined twice", errors.Join(errFindings, errors.Join(errFindings, errDegraded)), exitDegraded},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
