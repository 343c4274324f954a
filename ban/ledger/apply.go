package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"gumshoe/ban"
)

// Applied is what a plan changed.
type Applied struct {
	Added  []ban.Ban // with their numbers; Extends is set on those that prolong another
	Lifted []ban.Ban
}

// Add writes bans. See Apply.
func (l *Ledger) Add(ctx context.Context, bans []ban.Ban) ([]ban.Ban, error) {
	done, err := l.Apply(ctx, bans, nil, nil)
	return done.Added, err
}

// Apply lifts bans, by ID with Lifted, LiftedBy and LiftedOn, and adds others,
// all or none. A ban that stands already and lasts as long is passed over; one
// that lasts longer than one with the same Key takes its place. So the same plan
// applied twice is applied once.
//
// Where anything changes, ahead, if it is not nil, is told before it is written
// what will be in force afterwards: a kernel's sets can be filled in the time that
// writing takes. Until Apply has returned none of that is certain. ahead must not
// wait, and must not ask the ledger.
func (l *Ledger) Apply(ctx context.Context, add, lift []ban.Ban, ahead func(standing []ban.Ban)) (done Applied, err error) {
	for i := range add {
		if err := add[i].Check(); err != nil {
			return Applied{}, err
		}
	}
	if len(add) == 0 && len(lift) == 0 {
		return Applied{}, nil
	}
	err = write(ctx, l.db, func(tx *sql.Conn) error {
		for left := lift; len(left) > 0; { // those that are lifted for the same reason together
			first, which := &left[0], Which{}
			for len(left) > 0 && left[0].LiftedBy == first.LiftedBy && left[0].LiftedOn == first.LiftedOn && left[0].Lifted.Equal(first.Lifted) {
				which.IDs, left = append(which.IDs, left[0].ID), left[1:]
			}
			lifted, err := liftAll(ctx, tx, &which, first.LiftedBy, first.LiftedOn, first.Lifted)
			if err != nil {
				return err
			}
			done.Lifted = append(done.Lifted, lifted...)
		}
		standing, err := standingSince(ctx, tx, earliest(add, lift))
		if err != nil {
			return err
		}
		if done.Added, err = missing(ctx, tx, add, standing); err != nil {
			return err
		}
		if ahead != nil && len(done.Added)+len(done.Lifted) > 0 {
			after := slices.DeleteFunc(slices.Concat(standing, done.Added), func(b ban.Ban) bool { return b.Extended != 0 })
			slices.SortFunc(after, func(a, b ban.Ban) int { return cmp.Compare(a.ID, b.ID) }) // as Active lists them
			ahead(after)
		}
		return insertRows(ctx, tx, done.Added)
	})
	if err != nil {
		return Applied{}, err
	}
	return done, nil
}

// standingSince returns the bans in force at a moment or later.
func standingSince(ctx context.Context, tx *sql.Conn, at time.Time) ([]ban.Ban, error) {
	return bansOf(ctx, tx, "WHERE "+notOver, milli(at))
}

// earliest is the first moment at which anything of a plan happens.
func earliest(add, lift []ban.Ban) (at time.Time) {
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	for i := range add {
		sooner(add[i].From)
	}
	for i := range lift {
		sooner(lift[i].Lifted)
	}
	return at
}

// missing picks the bans that are not there yet and numbers them. Those that they
// prolong it marks as Extended, among the standing and among themselves.
func missing(ctx context.Context, tx *sql.Conn, add, standing []ban.Ban) ([]ban.Ban, error) {
	if len(add) == 0 {
		return nil, nil
	}
	at := make(map[ban.Key]*ban.Ban, len(standing)+len(add))
	for i := range standing {
		key := standing[i].Key()
		if there, ok := at[key]; !ok || standing[i].From.Before(there.From) { // what begins later hides nothing that stands
			at[key] = &standing[i]
		}
	}
	var last int64
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'bans'").Scan(&last); err != nil {
		return nil, err
	}
	out := make([]ban.Ban, 0, len(add)) // never grows: at points into it
	for _, b := range add {
		b.From, b.Until = kept(b.From), kept(b.Until)
		key := b.Key()
		there, ok := at[key]
		ok = ok && there.Active(b.From)
		if ok && there.Outlasts(b.Until) {
			continue
		}
		last++
		b.ID, b.Extends, b.Extended = last, 0, 0
		b.Lifted, b.LiftedBy, b.LiftedOn = time.Time{}, "", ""
		if ok {
			b.Extends, there.Extended = there.ID, b.ID
		}
		out = append(out, b)
		at[key] = &out[len(out)-1]
	}
	return out, nil
}

// kept is a moment as it will be read back.
func kept(t time.Time) time.Time { return moment(milli(t)) }
