// Command gumshoe reads the logs of a server, finds in them what no rule on one
// line can, explains each case in plain words and plans whom to ban.
//
//	settings ──▶ sources ──▶ scan ──▶ windows ──▶ cases ──▶ ban plan ──▶ report
//
// This package wires the stages together and has the effects: files, clock,
// terminal, signals. The stages themselves are pure and live in packages
// ingest, analyze, ban and report.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

// gcPercent trades time for memory. The windows hold no pointers: collecting
// early costs some per cent of the time and saves a third of the memory.
const gcPercent = 40

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(interruptible(&app{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:]))
}

// interruptible runs a command line. The first SIGINT or SIGTERM asks the
// command to stop and decides the exit code; a second one kills.
func interruptible(a *app, args []string) int {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals)
		if s == syscall.SIGTERM {
			stop(errTerminated)
		} else {
			stop(errInterrupted)
		}
	}()
	return run(ctx, a, args)
}

// run executes a command line and returns the exit code.
func run(ctx context.Context, a *app, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	if err != nil && strings.TrimSpace(err.Error()) != "" { // two silent errors joined are a line break
		fmt.Fprintln(a.err, "gumshoe:", err)
	}
	return exitCode(err)
}
