package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"gumshoe/ingest"
)

// reading is what the first Ctrl-C ends while old logs are read: the rest of the
// command goes on, over what was read until then. The zero value reads nothing, and
// nobody ends what a nil one reads.
type reading struct {
	mu  sync.Mutex
	end context.CancelFunc // nil: nothing is read, or it was ended already
}

// errReadEnough is why a reading was ended that nobody may call a failure.
var errReadEnough = errors.New("no more is to be read")

// begin returns a context for the reading. done ends it and says whether it was cut
// short.
func (r *reading) begin(ctx context.Context) (limited context.Context, done func() (short bool)) {
	if r == nil {
		return ctx, func() bool { return false }
	}
	limited, cancel := context.WithCancelCause(ctx)
	r.mu.Lock()
	r.end = func() { cancel(errReadEnough) }
	r.mu.Unlock()
	return limited, func() bool {
		r.mu.Lock()
		r.end = nil
		r.mu.Unlock()
		short := context.Cause(limited) == errReadEnough && ctx.Err() == nil
		cancel(nil)
		return short
	}
}

// stop ends the reading, and reports whether there was one.
func (r *reading) stop() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end == nil {
		return false
	}
	r.end()
	r.end = nil
	return true
}

// cutShort tells that not all was read. Where nothing was there is nothing to tell.
func (l *logs) cutShort(a *app) error {
	if !slices.ContainsFunc(l.health, func(h ingest.Health) bool { return h.Lines > 0 }) {
		return errInterrupted
	}
	l.partial = true
	l.missed(a, "interrupted: this is about what was read until then; what is not told here may stand in the rest")
	return nil
}

// outcome is what the exit code must say of the reading.
func (l *logs) outcome() error {
	var out []error
	if l.partial {
		out = append(out, errCutShort)
	}
	if l.degraded {
		out = append(out, errDegraded)
	}
	return errors.Join(out...)
}
