package firewall

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Preparer is a Driver that can do most of a Sync before it is certain that the
// bans shall stand: the ledger writes them meanwhile.
type Preparer interface {
	Driver
	// Prepare does what no packet meets, such as to fill sets that no rule refers
	// to. What is wrong comes back from Finish.
	Prepare(ctx context.Context, want Want) Prepared
}

// Prepared is a Sync that waits for its last step: one of these two, once.
type Prepared interface {
	// Finish makes the engine carry out what was prepared.
	Finish(ctx context.Context) (Report, error)
	// Abandon takes back what was prepared. If it cannot, the next Sync does.
	Abandon(ctx context.Context) error
}

// Preparation is a Sync of several drivers that has begun. It is ended by Sync or
// by Abandon.
type Preparation struct {
	drivers []Driver
	want    Want
	begun   []Prepared // by driver; nil where there is nothing to prepare
}

// Prepare begins a Sync with the drivers that can. It does not change what any
// engine carries out.
func Prepare(ctx context.Context, drivers []Driver, want Want) *Preparation {
	p := &Preparation{drivers, want, make([]Prepared, len(drivers))}
	var all sync.WaitGroup
	for i, d := range drivers {
		if d, ok := d.(Preparer); ok {
			all.Go(func() { p.begun[i] = d.Prepare(ctx, want) })
		}
	}
	all.Wait()
	return p
}

// Sync has every driver make its engine equal to what was wanted. A driver that
// fails does not stop the others; the failures come back joined, each as an *Error.
func (p *Preparation) Sync(ctx context.Context) ([]Report, error) {
	var reports []Report
	var failed []error
	for i, d := range p.drivers {
		var r Report
		var err error
		if begun := p.begun[i]; begun != nil {
			r, err = begun.Finish(ctx)
		} else {
			r, err = d.Sync(ctx, p.want)
		}
		r.Driver = d.Name()
		reports = append(reports, r)
		if err != nil {
			failed = append(failed, &Error{d.Name(), err})
		}
	}
	return reports, errors.Join(failed...)
}

// Abandon takes back what was prepared: the bans shall not stand after all.
func (p *Preparation) Abandon(ctx context.Context) error {
	var failed []error
	for i, begun := range p.begun {
		if begun == nil {
			continue
		}
		if err := begun.Abandon(ctx); err != nil {
			failed = append(failed, &Error{p.drivers[i].Name(), fmt.Errorf("taking back: %w", err)})
		}
	}
	return errors.Join(failed...)
}
