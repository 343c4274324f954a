package ledger

import (
	"context"
	"database/sql"
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
	done, err := l.Apply(ctx, bans, nil)
	return done.Added, err
}

// Apply lifts bans, by ID with Lifted, LiftedBy and LiftedOn, and adds others,
// all or none. A ban that stands already and lasts as long is passed over; one
// that lasts longer than one with the same Key takes its place. So the same plan
// applied twice is applied once.
func (l *Ledger) Apply(ctx context.Context, add, lift []ban.Ban) (done Applied, err error) {
	for i := range add {
		if err := add[i].Check(); err != nil {
			return Applied{}, err
		}
	}
	if len(add) == 0 && len(lift) == 0 {
		return Applied{}, nil
	}
	err = write(ctx, l.db, func(tx *sql.Conn) error {
		for _, b := range lift {
			lifted, err := liftAll(ctx, tx, &Which{IDs: []int64{b.ID}}, b.LiftedBy, b.LiftedOn, b.Lifted)
			if err != nil {
				return err
			}
			done.Lifted = append(done.Lifted, lifted...)
		}
		done.Added, err = insert(ctx, tx, add)
		return err
	})
	if err != nil {
		return Applied{}, err
	}
	return done, nil
}

// insert adds what is not there yet.
func insert(ctx context.Context, tx *sql.Conn, add []ban.Ban) (out []ban.Ban, err error) {
	if len(add) == 0 {
		return nil, nil
	}
	earliest := add[0].From
	for i := range add {
		if add[i].From.Before(earliest) {
			earliest = add[i].From
		}
	}
	standing, err := standingSince(ctx, tx, earliest)
	if err != nil {
		return nil, err
	}
	var last int64
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'bans'").Scan(&last); err != nil {
		return nil, err
	}
	out = make([]ban.Ban, 0, len(add))
	for _, b := range add {
		b.From, b.Until = kept(b.From), kept(b.Until)
		key := b.Key()
		there, ok := standing[key]
		ok = ok && there.Active(b.From)
		if ok && there.Outlasts(b.Until) {
			continue
		}
		last++
		b.ID, b.Extends, b.Extended = last, 0, 0
		b.Lifted, b.LiftedBy, b.LiftedOn = time.Time{}, "", ""
		if ok {
			b.Extends = there.ID
		}
		out = append(out, b)
		standing[key] = &out[len(out)-1]
	}
	return out, insertRows(ctx, tx, out)
}

// standingSince returns the bans in force at a moment or later, by what a new one
// would have to share with them.
func standingSince(ctx context.Context, tx *sql.Conn, at time.Time) (map[ban.Key]*ban.Ban, error) {
	list, err := bansOf(ctx, tx, "WHERE (b.ends = 0 OR b.ends > ?) AND l.ban IS NULL AND n.id IS NULL", milli(at))
	if err != nil {
		return nil, err
	}
	out := make(map[ban.Key]*ban.Ban, len(list))
	for i := range list {
		out[list[i].Key()] = &list[i]
	}
	return out, nil
}

// kept is a moment as it will be read back.
func kept(t time.Time) time.Time { return moment(milli(t)) }
