package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"gumshoe/ban"
)

// Deed is what a driver whose engine cannot be asked what it holds did, or was
// about to do when the machine died.
type Deed struct {
	Key  string // what tells two deeds of one driver apart
	Ban  ban.Ban
	Done bool // false: begun, and nobody knows how it ended
}

// Deeds lists what a driver has on its hands.
func (l *Ledger) Deeds(ctx context.Context, driver string) (out []Deed, err error) {
	if l.empty {
		return nil, nil
	}
	rows, err := l.db.QueryContext(ctx, "SELECT key, ban, done FROM deeds WHERE driver = ? ORDER BY key", driver)
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	for rows.Next() {
		var d Deed
		var text string
		if err := rows.Scan(&d.Key, &text, &d.Done); err != nil {
			return nil, told(err)
		}
		if err := json.Unmarshal([]byte(text), &d.Ban); err != nil {
			return nil, fmt.Errorf("%w: deed %q of %s: %w", ErrDamaged, d.Key, driver, err)
		}
		out = append(out, d)
	}
	return out, told(rows.Err())
}

// PutDeeds records deeds, each in the place of the one with its key.
func (l *Ledger) PutDeeds(ctx context.Context, driver string, deeds []Deed) error {
	return write(ctx, l.db, func(tx *sql.Conn) error {
		for i := range deeds {
			b := deeds[i].Ban
			b.Evidence = "" // it stands with the ban, where it can be forgotten
			text, err := json.Marshal(b)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO deeds (driver, key, ban, done) VALUES (?, ?, ?, ?) ON CONFLICT (driver, key) DO UPDATE SET ban = excluded.ban, done = excluded.done",
				driver, deeds[i].Key, string(text), deeds[i].Done); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropDeeds forgets deeds that were undone.
func (l *Ledger) DropDeeds(ctx context.Context, driver string, keys []string) error {
	return write(ctx, l.db, func(tx *sql.Conn) error {
		for _, k := range keys {
			if _, err := tx.ExecContext(ctx, "DELETE FROM deeds WHERE driver = ? AND key = ?", driver, k); err != nil {
				return err
			}
		}
		return nil
	})
}
