package firewall

import (
	"context"
	"errors"
	"slices"

	"gumshoe/ban"
)

// Deed is what a driver did, or was about to do when the machine died.
type Deed struct {
	Ban  ban.Ban
	Done bool // false: begun, and nobody knows how it ended
}

// State remembers the deeds of drivers whose engines also hold what others put
// there, or cannot be asked what they hold. The ledger keeps it. Deeds are told
// apart by driver and DeedKey.
type State interface {
	Deeds(ctx context.Context, driver string) ([]Deed, error)
	Put(ctx context.Context, driver string, deeds ...Deed) error
	Forget(ctx context.Context, driver string, bans ...ban.Ban) error
}

// begin records that bans are about to be carried out. Whatever happens next,
// they will be lifted one day.
func begin(ctx context.Context, s State, driver string, bans []ban.Ban) error {
	return put(ctx, s, driver, bans, false)
}

// finish records that bans have been carried out. It does so even when the run
// is being stopped: what happened has happened.
func finish(ctx context.Context, s State, driver string, bans []ban.Ban) error {
	return put(context.WithoutCancel(ctx), s, driver, bans, true)
}

func put(ctx context.Context, s State, driver string, bans []ban.Ban, done bool) error {
	if len(bans) == 0 {
		return nil
	}
	deeds := make([]Deed, len(bans))
	for i, b := range bans {
		deeds[i] = Deed{b, done}
	}
	return s.Put(ctx, driver, deeds...)
}

// unwanted are the deeds that no ban asks for any more.
func unwanted(deeds []Deed, bans []ban.Ban) []ban.Ban {
	keys := map[string]bool{}
	for _, b := range bans {
		keys[DeedKey(b)] = true
	}
	var out []ban.Ban
	for _, d := range deeds {
		if !keys[DeedKey(d.Ban)] {
			out = append(out, d.Ban)
		}
	}
	return out
}

// batches hands bans to f some at a time, and goes on after a failure.
func batches(bans []ban.Ban, size int, f func([]ban.Ban) error) error {
	var failed []error
	for some := range slices.Chunk(bans, size) {
		failed = append(failed, f(some))
	}
	return errors.Join(failed...)
}
