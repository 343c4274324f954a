// Package quality measures how well the built program detects: it plays worlds
// whose truth is known, lets the program look at their logs, and compares.
//
//	traffic.Suite ──▶ chronicle: weeks of one site, the job every six hours ──▶ measures ─┐
//	traffic.Tests ──▶ one look at the files ──▶ checks ───────────────────────────────────┴▶ table
//
// It knows the program from outside: its command line, its JSON. Where a peer is
// installed that reads the same logs, what it would have done stands beside.
package quality

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// Quality is one evaluation.
type Quality struct {
	Gumshoe  string // path of the program
	Work     string // directory for logs and states, in which everything is left
	Seed     uint64
	Sizes    []traffic.Size
	Only     []string // names of suites and tests; none: all
	Parallel int
	End      time.Time
	Zone     *time.Location
	Progress io.Writer

	program program
	peer    *peer // nil: fail2ban is not installed
}

// DefaultEnd lies two weeks after a change of the clocks, so that the measured part has one.
var DefaultEnd = time.Date(2026, time.November, 8, 0, 0, 0, 0, time.UTC)

// DefaultZone is where the server of the suites stands.
const DefaultZone = "Europe/Berlin"

// Run evaluates everything and writes the tables as Markdown.
func (q *Quality) Run(ctx context.Context, w io.Writer) error {
	if err := os.MkdirAll(q.Work, 0o755); err != nil {
		return err
	}
	q.program, q.peer = program{q.Gumshoe}, findPeer()
	var book record
	var jobs []func(context.Context) error
	for _, size := range slices.Backward(q.Sizes) { // the longest first
		for _, s := range traffic.Suites {
			if !q.wanted(s.Name) {
				continue
			}
			jobs = append(jobs, q.timed(s.Name+" "+size.Name, func(ctx context.Context) error {
				c, err := q.chronicle(ctx, s, size)
				if err != nil {
					return err
				}
				if err := q.measure(ctx, c); err != nil {
					return err
				}
				book.chronicle(c)
				return nil
			}))
		}
	}
	for _, c := range checks {
		if q.wanted(c.name) {
			jobs = append(jobs, q.timed(c.name, func(ctx context.Context) error { return q.check(ctx, c, &book) }))
		}
	}
	if err := q.together(ctx, jobs); err != nil {
		return err
	}
	return book.write(w, q)
}

func (q *Quality) wanted(name string) bool { return len(q.Only) == 0 || slices.Contains(q.Only, name) }

// timed tells that a job is done and how long it took.
func (q *Quality) timed(name string, job func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		began := time.Now()
		err := job(ctx)
		if err == nil && q.Progress != nil {
			fmt.Fprintf(q.Progress, "%-18s %6.1f s\n", name, time.Since(began).Seconds())
		}
		return err
	}
}

// together runs the jobs, as many at once as q says. After an error none is begun.
func (q *Quality) together(ctx context.Context, jobs []func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	slots := make(chan struct{}, max(1, q.Parallel))
	for _, job := range jobs {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := job(ctx); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
				cancel()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
