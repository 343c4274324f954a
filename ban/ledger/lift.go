package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"gumshoe/ban"
)

// Which picks bans in force, and those that only begin later; what is set has to
// hold all together. A ban that was prolonged is picked by what any of its parts says.
type Which struct {
	IDs      []int64
	Overlaps netip.Prefix // shares an address with it: to let one address in, the ban of its network has to go
	Case     string
	Run      string
	All      bool // really all: with nothing set, nothing is picked
}

// ErrNothingPicked says that a Which is empty.
var ErrNothingPicked = errors.New("which bans?")

// condition is a Which in SQL.
func (w *Which) condition() (string, []any, error) {
	if len(w.IDs) == 0 && !w.Overlaps.IsValid() && w.Case == "" && w.Run == "" && !w.All {
		return "", nil, ErrNothingPicked
	}
	var c conditions
	if len(w.IDs) > 0 {
		list, err := json.Marshal(w.IDs)
		if err != nil {
			return "", nil, err
		}
		c.add("b.root IN (SELECT root FROM bans WHERE id IN (SELECT value FROM json_each(?)))", string(list))
	}
	if w.Overlaps.IsValid() {
		c.overlaps(w.Overlaps)
	}
	if w.Case != "" {
		c.add(`b.root IN (SELECT a.root FROM bans a JOIN decisions d ON d.id = a.decision WHERE d."case" = ?)`, w.Case)
	}
	if w.Run != "" {
		c.add("b.root IN (SELECT a.root FROM bans a JOIN decisions d ON d.id = a.decision WHERE d.run = ?)", w.Run)
	}
	return c.sql(), c.args, nil
}

// Lift ends bans, or calls off what has not begun, and returns them. What they had taken the place of is
// not restored: whoever lifts a ban wants the address let in.
func (l *Ledger) Lift(ctx context.Context, which Which, by, why string, now time.Time) (lifted []ban.Ban, err error) {
	return l.Remove(ctx, which, by, why, now, 0)
}

// Remove lifts bans and exempts whom they hit for a while, so that the next run
// does not ban them again: at once, or not at all.
func (l *Ledger) Remove(ctx context.Context, which Which, by, why string, now time.Time, exempt time.Duration) (lifted []ban.Ban, err error) {
	err = write(ctx, l.db, func(tx *sql.Conn) error {
		if lifted, err = liftAll(ctx, tx, &which, by, why, now); err != nil || exempt <= 0 {
			return err
		}
		type said struct {
			prefix netip.Prefix
			kase   string
		}
		done := map[said]bool{}
		for _, b := range lifted {
			if s := (said{b.Prefix, b.Case}); !done[s] {
				done[s] = true
				if err := addExemption(ctx, tx, ban.Exemption{Prefix: b.Prefix, Case: b.Case, From: now, Until: now.Add(exempt), By: by, Why: why}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return lifted, nil
}

func liftAll(ctx context.Context, tx *sql.Conn, which *Which, by, why string, now time.Time) ([]ban.Ban, error) {
	condition, args, err := which.condition()
	if err != nil {
		return nil, err
	}
	if by == "" || now.IsZero() {
		return nil, fmt.Errorf("a lift by %q at %v", by, now)
	}
	list, err := bansOf(ctx, tx, "WHERE "+notOver+" AND "+condition+" ORDER BY b.prefix, b.id", append([]any{milli(now)}, args...)...)
	if err != nil {
		return nil, err
	}
	stmt, err := tx.PrepareContext(ctx, "INSERT INTO lifts (ban, at, by, why) VALUES (?, ?, ?, ?)")
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	for i := range list {
		b := &list[i]
		b.Lifted, b.LiftedBy, b.LiftedOn = kept(now), by, why
		if _, err := stmt.ExecContext(ctx, b.ID, milli(now), by, why); err != nil {
			return nil, fmt.Errorf("lifting ban %d: %w", b.ID, err)
		}
	}
	return list, nil
}
