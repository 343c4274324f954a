package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/report"
)

// handover is bans on their way to the drivers, which have begun to prepare.
type handover struct {
	*enforcer
	at       time.Time
	standing int           // how many bans are in force
	done     chan struct{} // closed when the drivers are prepared
	drivers  []firewall.Driver
	sync     *firewall.Preparation // nil: nothing was ever banned, or err
	err      error
}

// prepare has the drivers do what does not change yet what they carry out, and does
// not wait for it. standing, which becomes its own, is what the ledger has in force.
// Where nothing was ever banned no driver is touched, unless something just changed.
func (e *enforcer) prepare(ctx context.Context, standing []ban.Ban, changed bool) *handover {
	h := &handover{enforcer: e, at: time.Now(), done: make(chan struct{})}
	standing = slices.DeleteFunc(standing, func(b ban.Ban) bool { return !b.Active(h.at) })
	h.standing = len(standing)
	go func() {
		defer close(h.done)
		touched := changed || len(standing) > 0
		if !touched {
			touched, h.err = e.ledger.Any(ctx)
		}
		if touched {
			h.drivers, h.err = e.settings.drivers(ctx, deedState{e.ledger})
		}
		if !touched || h.err != nil {
			return
		}
		want, err := firewall.NewWant(standing, e.allow, h.at)
		if err != nil {
			h.err = err
			return
		}
		h.sync = firewall.Prepare(ctx, h.drivers, want)
	}()
	return h
}

// abandon takes back what was prepared.
func (h *handover) abandon(ctx context.Context) error {
	<-h.done
	if h.sync == nil {
		return nil // nothing was
	}
	return h.sync.Abandon(context.WithoutCancel(ctx))
}

// finish has the drivers carry the bans out, and notes in the ledger how that went.
// reason names the change.
func (h *handover) finish(ctx context.Context, reason string) (told []report.Driver, standing int, err error) {
	<-h.done
	if h.err != nil {
		return nil, h.standing, &exitError{exitFirewall, h.err}
	} else if h.sync == nil {
		return nil, h.standing, nil
	}
	reports, failed := h.sync.Sync(ctx)
	problems := map[string]error{}
	for _, one := range separate(failed) {
		var f *firewall.Error
		if errors.As(one, &f) {
			problems[f.Driver] = f.Err
			h.app.note("%v", one)
		}
	}
	for _, r := range reports {
		d := report.Driver{Name: r.Driver, InForce: r.Standing}
		if p := problems[r.Driver]; p != nil {
			d.Error = p.Error()
		}
		told = append(told, d)
		err = errors.Join(err, h.ledger.Deliver(context.WithoutCancel(ctx), r.Driver, reason, h.at, problems[r.Driver]))
	}
	if failed == nil { // until the new ones work the old ones stay
		if failed = h.retire(ctx); failed != nil {
			h.app.note("%v", failed)
		}
	}
	if failed != nil {
		err = errors.Join(err, &exitError{code: exitFirewall})
	}
	return told, h.standing, err
}

// separate takes apart the errors that errors.Join put together.
func separate(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	return nil
}
