package ledger

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"gumshoe/ban"
)

// conditions are joined by AND.
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(sql string, args ...any) {
	c.parts, c.args = append(c.parts, sql), append(c.args, args...)
}

func (c *conditions) sql() string {
	if len(c.parts) == 0 {
		return "true"
	}
	return strings.Join(c.parts, " AND ")
}

// Filter picks bans, in force or over; what is set has to hold all together.
type Filter struct {
	Overlaps      netip.Prefix // shares an address with it
	Jail          string
	Country       string
	Case          string
	Run           string
	Since, Before time.Time // when it began
	ActiveAt      time.Time // in force then
	ToComeAt      time.Time // not over then, and not begun
}

// Active lists the bans in force, in the order of their numbers. Of bans that
// differ in nothing but time only the longest is there.
func (l *Ledger) Active(ctx context.Context, now time.Time) ([]ban.Ban, error) {
	return l.List(ctx, Filter{ActiveAt: now})
}

// List lists bans, oldest first. One that was prolonged is there with each of
// its parts.
func (l *Ledger) List(ctx context.Context, f Filter) ([]ban.Ban, error) {
	if l.empty {
		return nil, nil
	}
	var c conditions
	if !f.ActiveAt.IsZero() {
		c.add(inForce, milli(f.ActiveAt), milli(f.ActiveAt))
	}
	if !f.ToComeAt.IsZero() {
		c.add(toCome, milli(f.ToComeAt), milli(f.ToComeAt))
	}
	if f.Overlaps.IsValid() {
		c.overlaps(f.Overlaps)
	}
	for _, is := range []struct{ column, value string }{{"jail", f.Jail}, {"country", f.Country}, {`"case"`, f.Case}, {"run", f.Run}} {
		if is.value != "" {
			c.add("b.decision IN (SELECT id FROM decisions WHERE "+is.column+" = ?)", is.value)
		}
	}
	if !f.Since.IsZero() {
		c.add("b.begins >= ?", milli(f.Since))
	}
	if !f.Before.IsZero() {
		c.add("b.begins < ?", milli(f.Before))
	}
	return bansOf(ctx, l.db, "WHERE "+c.sql()+" ORDER BY b.id", c.args...)
}

// Any reports whether anybody was ever banned.
func (l *Ledger) Any(ctx context.Context) (ever bool, err error) {
	if l.empty {
		return false, nil
	}
	err = l.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM bans)").Scan(&ever)
	return ever, told(err)
}

// Offences counts how often exactly this prefix was banned; see ban.Offences.
func (l *Ledger) Offences(ctx context.Context, p netip.Prefix, now time.Time) (int, error) {
	if l.empty {
		return 0, nil
	}
	list, err := bansOf(ctx, l.db, "WHERE b.prefix = ? AND b.begins <= ?", packed(p), milli(now))
	if err != nil {
		return 0, err
	}
	return ban.Offences(list, p, now), nil
}
