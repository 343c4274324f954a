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

// overlaps wants bans that share an address with a prefix.
func (c *conditions) overlaps(p netip.Prefix) {
	p = ban.Canonical(p)
	low, high := span(p)
	c.add("b.low <= ? AND b.high >= ? AND (instr(b.prefix, ':') = 0) = ?", high, low, p.Addr().Is4())
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
	if f.Overlaps.IsValid() {
		c.overlaps(f.Overlaps)
	}
	for _, is := range []struct{ column, value string }{{"b.jail", f.Jail}, {"b.country", f.Country}, {`b."case"`, f.Case}, {"b.run", f.Run}} {
		if is.value != "" {
			c.add(is.column+" = ?", is.value)
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

// Offences counts how often exactly this prefix was banned; see ban.Offences.
func (l *Ledger) Offences(ctx context.Context, p netip.Prefix, now time.Time) (int, error) {
	if l.empty {
		return 0, nil
	}
	low, _ := span(p)
	list, err := bansOf(ctx, l.db, "WHERE b.low = ? AND b.prefix = ? AND b.begins <= ?", low, p.String(), milli(now))
	if err != nil {
		return 0, err
	}
	return ban.Offences(list, p, now), nil
}
