package mail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Outbox delivers letters by way of a spool. A letter is on disk before anybody
// is called, so that a crash, a greylisting server or a day without a network
// loses none. Its callers hold the lock of the state directory.
type Outbox struct {
	Dir       string // made with mode 0700; one for each transport
	Transport Transport
	MaxAge    time.Duration // how long a letter is tried; 0: seven days
	MaxBytes  int64         // how much may wait; 0: 32 MiB
}

const (
	defaultAge   = 7 * 24 * time.Hour
	defaultBytes = 32 << 20
)

// Deliver posts a letter and flushes the outbox: what waited from earlier runs
// goes first. A key that was delivered before is not delivered again, and then
// has no Dispatch. Where the spool cannot be written (a full disk, on the night
// of an attack) the letter is sent all the same, and the error says so.
func (o Outbox) Deliver(ctx context.Context, l Letter, now time.Time) ([]Dispatch, error) {
	if err := o.post(l, now); err != nil {
		d := Dispatch{Key: l.Key, Queued: now}
		d.sort(l, o.Transport.Send(ctx, l))
		d.lose(func(err error) error { return err })
		return []Dispatch{d}, fmt.Errorf("spooling the letter: %w", err)
	}
	return o.Flush(ctx, now)
}

// post writes a letter into the spool, unless its key is known.
func (o Outbox) post(l Letter, now time.Time) error {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	h := o.readHistory()
	if _, done := h.Done[l.Key]; done {
		return nil
	}
	names, err := o.names()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, "-"+keyHash(l.Key)+".json") }) {
		return nil
	}
	e := entry{Letter: l, Queued: now, name: fileName(now, l.Key)}
	if err := o.put(e); err != nil {
		return err
	}
	h.Posted = now
	if err := o.writeHistory(h, now); err != nil { // a spool that is half good is not relied upon
		return errors.Join(err, o.remove(e.name))
	}
	return nil
}

// Flush tries everything that waits, oldest first, and tells what became of each
// letter. It stops trying when the way is closed. What has waited too long, or
// does not fit, is given up and told. The error is about the spool itself: what
// cannot be read there is set aside and passed over.
func (o Outbox) Flush(ctx context.Context, now time.Time) ([]Dispatch, error) {
	names, err := o.names()
	if err != nil {
		return nil, err
	}
	errs := []error{o.sweep()}
	var round []attempt
	for _, name := range names {
		e, err := o.get(name)
		if err != nil {
			errs = append(errs, err, o.setAside(name))
			continue
		}
		a := attempt{e, Dispatch{Key: e.Key, Queued: e.Queued}}
		if err := blocked(ctx, round); err != nil {
			a.Waiting = everybody(e.Letter, Unreachable, err)
		} else {
			errs = append(errs, o.try(ctx, &a, now))
		}
		round = append(round, a)
	}
	errs = append(errs, o.giveUp(round, now))
	told := make([]Dispatch, len(round))
	for i, a := range round {
		told[i] = a.Dispatch
	}
	return told, errors.Join(errs...)
}

// attempt is a spooled letter and what became of it in this round.
type attempt struct {
	entry
	Dispatch
}

// blocked returns why nothing more need be tried in this round, or nil.
func blocked(ctx context.Context, round []attempt) error {
	if n := len(round); n > 0 {
		for _, f := range round[n-1].Waiting {
			if f.Outcome == Unreachable {
				return f.Err
			}
		}
	}
	return ctx.Err()
}

// try sends one letter and leaves in the spool what is left of it.
func (o Outbox) try(ctx context.Context, a *attempt, now time.Time) error {
	if _, done := o.readHistory().Done[a.entry.Key]; done {
		a.Got = a.To
		return o.remove(a.name) // delivered by a process that did not live to tell
	}
	a.sort(a.Letter, o.Transport.Send(ctx, a.Letter))
	switch left := recipients(a.Waiting); {
	case len(left) == 0:
		return o.finish(*a, now)
	case len(left) < len(a.To): // nobody gets it twice because of somebody else
		a.To, a.Begun = left, true
		return o.put(a.entry)
	}
	return nil
}

// finish takes a letter out of the spool. Its key is remembered if anybody has
// it; the file goes even where that cannot be written, or each run would send it
// again.
func (o Outbox) finish(a attempt, now time.Time) error {
	var err error
	if len(a.Got) > 0 || a.Begun {
		h := o.readHistory()
		h.Done[a.entry.Key] = now
		err = o.writeHistory(h, now)
	}
	return errors.Join(err, o.remove(a.name))
}

// giveUp drops what has waited too long, and of what is too much the oldest.
func (o Outbox) giveUp(round []attempt, now time.Time) error {
	maxAge, room := o.MaxAge, o.MaxBytes
	if maxAge == 0 {
		maxAge = defaultAge
	}
	if room == 0 {
		room = defaultBytes
	}
	var errs []error
	for i := len(round) - 1; i >= 0; i-- { // the newest are kept
		a := &round[i]
		if len(a.Waiting) == 0 {
			continue
		}
		room -= a.size
		switch age := now.Sub(a.entry.Queued); {
		case age >= maxAge:
			a.lose(func(err error) error {
				return fmt.Errorf("given up after %d hours: %w", int(age.Hours()), err)
			})
		case room < 0:
			a.lose(func(err error) error {
				return fmt.Errorf("given up for newer mail, the spool is full: %w", err)
			})
		default:
			continue
		}
		errs = append(errs, o.finish(*a, now))
	}
	return errors.Join(errs...)
}
