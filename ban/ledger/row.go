package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"gumshoe/ban"
)

// querier is a database or the connection of a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// selectBans reads bans as they stand today: with their lift, and with what took
// their place. What they share with others is read by decisionsOf.
const selectBans = `SELECT b.id, b.decision, b.prefix, b.begins, b.ends, b.evidence, b.extends, n.id, l.at, l.by, l.why
	FROM bans b LEFT JOIN lifts l ON l.ban = b.id LEFT JOIN bans n ON n.extends = b.id`

// What selectBans needs for the bans that a moment, which is each argument, finds.
const (
	notOver = `(b.ends = 0 OR b.ends > ?) AND l.ban IS NULL AND n.id IS NULL` // in force, or yet to begin
	inForce = `b.begins <= ? AND ` + notOver
	toCome  = `b.begins > ? AND ` + notOver
)

// bansOf reads the bans that a condition selects, which may be an ORDER BY.
func bansOf(ctx context.Context, db querier, condition string, args ...any) ([]ban.Ban, error) {
	rows, err := db.QueryContext(ctx, selectBans+" "+condition, args...)
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	var (
		out                    []ban.Ban
		by                     []int64 // the decision of each
		decision, begins, ends int64
		extends, extended, at  sql.NullInt64
		liftedBy, why          sql.NullString
		prefix                 sql.RawBytes
	)
	for rows.Next() {
		var b ban.Ban
		if err := rows.Scan(&b.ID, &decision, &prefix, &begins, &ends, &b.Evidence, &extends, &extended, &at, &liftedBy, &why); err != nil {
			return nil, told(err)
		}
		var ok bool
		if b.Prefix, ok = unpacked(prefix); !ok {
			return nil, fmt.Errorf("%w: ban %d: %x is no prefix", ErrDamaged, b.ID, []byte(prefix))
		}
		b.From, b.Until, b.Lifted = moment(begins), moment(ends), moment(at.Int64)
		b.Extends, b.Extended, b.LiftedBy, b.LiftedOn = extends.Int64, extended.Int64, liftedBy.String, why.String
		if len(out) == cap(out) {
			out = slices.Grow(out, len(out)+64) // twofold: append alone copies a hundred thousand four times
		}
		out, by = append(out, b), append(by, decision)
	}
	if err := rows.Err(); err != nil {
		return nil, told(err)
	}
	decisions, err := decisionsOf(ctx, db, by)
	if err != nil {
		return nil, err
	}
	for i := range out {
		d, ok := decisions[by[i]]
		if !ok {
			return nil, fmt.Errorf("%w: ban %d: nothing says what was decided", ErrDamaged, out[i].ID)
		}
		d.fill(&out[i])
	}
	return out, nil
}

// moment is the inverse of milli.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// milli is a moment as it is stored.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
