package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Confirm notes that a person has seen automatic bans at work and can still log
// in; from now on they last as long as the policy says.
func (l *Ledger) Confirm(ctx context.Context, by string, now time.Time) error {
	if by == "" {
		return errors.New("a confirmation by nobody")
	}
	return write(ctx, l.db, func(tx *sql.Conn) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO confirmations (at, by) VALUES (?, ?)", milli(now), by)
		return err
	})
}

// Confirmed returns when and by whom bans were first confirmed; ok is false
// while nobody has.
func (l *Ledger) Confirmed(ctx context.Context) (at time.Time, by string, ok bool, err error) {
	if l.empty {
		return at, by, false, nil
	}
	var ms int64
	err = l.db.QueryRowContext(ctx, "SELECT at, by FROM confirmations ORDER BY id LIMIT 1").Scan(&ms, &by)
	if errors.Is(err, sql.ErrNoRows) {
		return at, by, false, nil
	}
	return moment(ms), by, err == nil, told(err)
}
