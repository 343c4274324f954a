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
	"strings"
	"syscall"
	"time"
)

func main() {
	paceCollector()
	os.Exit(interruptible(&app{in: os.Stdin, out: os.Stdout, err: os.Stderr, reading: new(reading), resolver: machineResolver{}, registries: newWebGetter()}, os.Args[1:]))
}

// grace is how long a command may take to stop when it is asked to. Then it is
// left where it is: every file that is kept is replaced in one instant.
const grace = 3 * time.Second

// interruptible runs a command line. The first SIGINT or SIGTERM asks the
// command to stop and decides the exit code; a second one kills. While old logs are
// read the first SIGINT ends the reading alone, and what was found is told.
func interruptible(a *app, args []string) int {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals)
		if s == os.Interrupt && a.reading.stop() {
			a.note("reading no more; a second Ctrl-C ends at once")
			return
		}
		why := errInterrupted
		if s == syscall.SIGTERM {
			why = errTerminated
		}
		stop(why)
		time.Sleep(grace)
		fmt.Fprintln(a.err, "gumshoe:", why)
		os.Exit(why.code)
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
	if text := lastWords(err); text != "" {
		fmt.Fprintln(a.err, "gumshoe:", text)
	}
	return exitCode(err)
}

// lastWords are what is said of an error: of several joined, the silent ones are but line
// breaks before and behind it.
func lastWords(err error) string {
	if err == nil {
		return ""
	}
	return strings.Trim(err.Error(), "\n")
}
