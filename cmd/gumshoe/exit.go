package main

import (
	"errors"
	"fmt"
)

// The exit codes, a contract with scripts and systemd units.
const (
	exitFailed      = 1
	exitUsage       = 2 // usage or configuration
	exitFindings    = 3 // cases at or above --fail-on
	exitDegraded    = 4 // done, but something configured could not be read or sent
	exitLocked      = 5 // another run holds the lock
	exitFirewall    = 6 // the firewall could not be made equal to the ledger
	exitInterrupted = 130
	exitTerminated  = 143
)

// precedence decides between several outcomes of one run.
var precedence = []int{exitInterrupted, exitTerminated, exitFailed, exitUsage, exitLocked, exitFirewall, exitDegraded, exitFindings}

// exitError is an error that knows its exit code. Without a message it ends the
// program silently, because everything has been said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

var (
	errInterrupted = &exitError{exitInterrupted, errors.New("interrupted")}
	errTerminated  = &exitError{exitTerminated, errors.New("terminated")}
	errCutShort    = &exitError{code: exitInterrupted} // the report says so
	errFindings    = &exitError{code: exitFindings}
	errDegraded    = &exitError{code: exitDegraded}
)

// usagef returns an error about the command line or the configuration.
func usagef(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// exitCode returns the code of err; of several joined errors the one that comes
// first in precedence. An error without a code is a failure.
func exitCode(err error) int {
	switch e := err.(type) {
	case nil:
		return 0
	case *exitError:
		return e.code
	case interface{ Unwrap() []error }:
		found := map[int]bool{}
		for _, err := range e.Unwrap() {
			found[exitCode(err)] = true
		}
		for _, code := range precedence {
			if found[code] {
				return code
			}
		}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return exitCode(inner)
		}
	}
	return exitFailed
}
