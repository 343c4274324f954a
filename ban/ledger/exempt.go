package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"time"

	"gumshoe/ban"
)

// Exempt notes that a prefix shall not be banned between two moments.
func (l *Ledger) Exempt(ctx context.Context, e ban.Exemption) error {
	return write(ctx, l.db, func(tx *sql.Conn) error { return addExemption(ctx, tx, e) })
}

func addExemption(ctx context.Context, tx *sql.Conn, e ban.Exemption) error {
	p := ban.Canonical(e.Prefix)
	if !p.IsValid() || p.Bits() == 0 || e.By == "" || !e.From.Before(e.Until) {
		return fmt.Errorf("exemption of %v from %v until %v by %q: it takes an address, a span and a person", e.Prefix, e.From, e.Until, e.By)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO exemptions (prefix, "case", begins, ends, by, why) VALUES (?, ?, ?, ?, ?, ?)`,
		p.String(), e.Case, milli(e.From), milli(e.Until), e.By, e.Why)
	return err
}

// Exemptions lists those in force, oldest first.
func (l *Ledger) Exemptions(ctx context.Context, now time.Time) ([]ban.Exemption, error) {
	if l.empty {
		return nil, nil
	}
	rows, err := l.db.QueryContext(ctx, `SELECT id, prefix, "case", begins, ends, by, why FROM exemptions WHERE begins <= ? AND ends > ? ORDER BY id`, milli(now), milli(now))
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	var out []ban.Exemption
	for rows.Next() {
		var e ban.Exemption
		var prefix string
		var begins, ends int64
		if err := rows.Scan(&e.ID, &prefix, &e.Case, &begins, &ends, &e.By, &e.Why); err != nil {
			return nil, told(err)
		}
		if e.Prefix, err = netip.ParsePrefix(prefix); err != nil {
			return nil, fmt.Errorf("%w: exemption %d: %w", ErrDamaged, e.ID, err)
		}
		e.From, e.Until = moment(begins), moment(ends)
		out = append(out, e)
	}
	return out, told(rows.Err())
}
