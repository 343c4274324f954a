// Package firewall makes engines carry out the bans of the ledger: the kernel's
// packet filter, fail2ban, deny lists of web servers, hosts.deny, and whatever
// program an administrator names.
//
//	bans of the ledger -> NewWant (checked) -> Sync -> each Driver makes its engine equal
//
// The ledger is the truth and an engine its copy. A driver is never told "add
// this", it is told everything that shall stand, and makes it so: after a
// reboot, a reload, a flush or a crash the next Sync heals whatever is missing.
//
// The package refuses an address that is none, a network without a length, and
// to touch what others made: a set, chain, table or line that is not its own is
// either left alone or named in an error.
package firewall

import (
	"context"
	"errors"
	"fmt"
)

// Driver makes one engine carry out bans.
type Driver interface {
	// Name is how the driver is called in settings, reports and Ban.Driver.
	Name() string
	// Sync makes the engine equal to want and reads back whether it is. It may
	// be repeated at will; what already stands stands throughout.
	Sync(ctx context.Context, want Want) (Report, error)
	// Clear removes every trace of ours.
	Clear(ctx context.Context) error
	// Expires tells whether the engine ends a ban by itself. One that does not
	// needs a Sync soon after a ban ran out.
	Expires() bool
}

// Report tells what a driver did.
type Report struct {
	Driver   string
	Standing int            // bans that the engine carries out now
	Added    int            // of these, those that it did not before
	Removed  int            // bans that it no longer carries out
	Skipped  map[string]int // why a ban is not for this engine, and how many of those there are
}

// skip counts a ban that the engine cannot carry out.
func (r *Report) skip(why string) {
	if r.Skipped == nil {
		r.Skipped = map[string]int{}
	}
	r.Skipped[why]++
}

// What is wrong with an engine; a driver's error wraps one where it applies.
var (
	ErrMissing    = errors.New("program not found")
	ErrPrivilege  = errors.New("not permitted: this needs root, or the capabilities CAP_NET_ADMIN and CAP_NET_RAW")
	ErrForeign    = errors.New("not ours, left alone")
	ErrFull       = errors.New("more bans than the engine may hold")
	ErrUnverified = errors.New("the engine does not hold what it was given")
)

// Error is the failure of one driver. The other drivers have done their work.
type Error struct {
	Driver string
	Err    error
}

func (e *Error) Error() string { return e.Driver + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Sync has every driver make its engine equal to want. See Preparation.Sync.
func Sync(ctx context.Context, drivers []Driver, want Want) ([]Report, error) {
	return Prepare(ctx, drivers, want).Sync(ctx)
}

// Clear removes every trace of ours from every engine.
func Clear(ctx context.Context, drivers []Driver) error {
	var failed []error
	for _, d := range drivers {
		if err := d.Clear(ctx); err != nil {
			failed = append(failed, &Error{d.Name(), fmt.Errorf("clearing: %w", err)})
		}
	}
	return errors.Join(failed...)
}
