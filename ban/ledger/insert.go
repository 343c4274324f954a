package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"gumshoe/ban"
)

// atOnce is how many bans one statement writes: what a statement costs is then
// nothing beside its rows.
const atOnce = 200

// insertRows writes new bans, whose numbers are given. Those that extend another
// have its root.
func insertRows(ctx context.Context, tx *sql.Conn, bans []ban.Ban) error {
	decisions, err := newDecisionWriter(ctx, tx)
	if err != nil {
		return err
	}
	defer decisions.insert.Close()
	many, err := tx.PrepareContext(ctx, insertSQL(atOnce))
	if err != nil {
		return err
	}
	defer many.Close()
	roots := map[int64]int64{} // of those that extend another
	args := make([]any, 0, atOnce*insertColumns)
	for len(bans) > 0 {
		some := bans[:min(atOnce, len(bans))]
		bans, args = bans[len(some):], args[:0]
		for i := range some {
			b := &some[i]
			decision, err := decisions.id(ctx, b)
			if err != nil {
				return fmt.Errorf("ban of %s: %w", b.Prefix, err)
			}
			root, extends := b.ID, any(nil)
			if b.Extends != 0 {
				extends = b.Extends
				if root, err = rootOf(ctx, tx, roots, b.Extends); err != nil {
					return fmt.Errorf("ban of %s: %w", b.Prefix, err)
				}
				roots[b.ID] = root
			}
			args = append(args, b.ID, root, extends, decision, packed(b.Prefix), milli(b.From), milli(b.Until), b.Evidence)
		}
		if len(some) == atOnce {
			_, err = many.ExecContext(ctx, args...)
		} else {
			_, err = tx.ExecContext(ctx, insertSQL(len(some)), args...)
		}
		if err != nil {
			return fmt.Errorf("%d bans from that of %s: %w", len(some), some[0].Prefix, err)
		}
	}
	return nil
}

const insertColumns = 8

// insertSQL writes n bans.
func insertSQL(n int) string {
	return "INSERT INTO bans (id, root, extends, decision, prefix, begins, ends, evidence) VALUES " + strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?), ", n-1) + "(?, ?, ?, ?, ?, ?, ?, ?)"
}

// rootOf finds the first of the bans that one to be extended extends: among the
// rows, or among those that are about to be written.
func rootOf(ctx context.Context, tx *sql.Conn, fresh map[int64]int64, id int64) (root int64, err error) {
	if root, ok := fresh[id]; ok {
		return root, nil
	}
	err = tx.QueryRowContext(ctx, "SELECT root FROM bans WHERE id = ?", id).Scan(&root)
	if errors.Is(err, sql.ErrNoRows) {
		return id, nil
	}
	return root, err
}
