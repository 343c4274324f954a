package ledger

import (
	"context"
	"database/sql"
	"net/netip"
	"strings"
	"time"

	"gumshoe/ban"
)

// Forget erases the evidence about the addresses of a prefix: of their own bans,
// and wherever else a line names one of them. The bans stay, without it: whom
// they keep out has to be known. It returns how many bans it changed.
func (l *Ledger) Forget(ctx context.Context, inside netip.Prefix) (int, error) {
	inside = ban.Canonical(inside)
	return l.erase(ctx, func(b *ban.Ban) bool { return inside.Overlaps(b.Prefix) || ban.Names(b.Evidence, inside) })
}

// ForgetAccount erases the evidence that names an account, in any case of letters.
func (l *Ledger) ForgetAccount(ctx context.Context, account string) (int, error) {
	account = strings.ToLower(account)
	if account == "" {
		return 0, nil
	}
	return l.erase(ctx, func(b *ban.Ban) bool { return strings.Contains(strings.ToLower(b.Evidence), account) })
}

func (l *Ledger) erase(ctx context.Context, which func(*ban.Ban) bool) (n int, err error) {
	err = write(ctx, l.db, func(tx *sql.Conn) error {
		list, err := bansOf(ctx, tx, "WHERE b.evidence <> ''")
		if err != nil {
			return err
		}
		for i := range list {
			if !which(&list[i]) {
				continue
			}
			n++
			if _, err := tx.ExecContext(ctx, "UPDATE bans SET evidence = '' WHERE id = ?", list[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, l.checkpoint(ctx, n)
}

// checkpoint empties the write-ahead log: what was forgotten still stands in it.
func (l *Ledger) checkpoint(ctx context.Context, changed int) error {
	if changed == 0 {
		return nil
	}
	_, err := l.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return told(err)
}

// Prune removes what was over before a moment, and returns how many bans that
// were. A ban that was prolonged goes as a whole.
func (l *Ledger) Prune(ctx context.Context, before time.Time) (n int, err error) {
	ms := milli(before)
	err = write(ctx, l.db, func(tx *sql.Conn) error {
		var roots string
		if err := tx.QueryRowContext(ctx, `SELECT json_group_array(b.root) FROM bans b LEFT JOIN lifts l ON l.ban = b.id LEFT JOIN bans n ON n.extends = b.id
			WHERE n.id IS NULL AND (l.at < ? OR l.ban IS NULL AND b.ends > 0 AND b.ends < ?)`, ms, ms).Scan(&roots); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM lifts WHERE ban IN (SELECT id FROM bans WHERE root IN (SELECT value FROM json_each(?)))", roots); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "DELETE FROM bans WHERE root IN (SELECT value FROM json_each(?))", roots)
		if err != nil {
			return err
		}
		gone, err := r.RowsAffected()
		if err != nil {
			return err
		}
		n = int(gone)
		if _, err := tx.ExecContext(ctx, "DELETE FROM decisions WHERE id NOT IN (SELECT decision FROM bans)"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM exemptions WHERE ends < ?", ms); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM deliveries WHERE at < ? AND id NOT IN (SELECT max(id) FROM deliveries GROUP BY driver)", ms)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, l.checkpoint(ctx, n)
}
