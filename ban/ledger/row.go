package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"time"

	"gumshoe/ban"
)

// querier is a database or the connection of a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// selectBans reads bans as they stand today: with their lift, and with what took
// their place.
const selectBans = `SELECT b.id, b.prefix, b.jail, b.ports, b.action, b."case", b.reason, b.evidence, b.country, b.asn, b.begins, b.ends, b.offence, b.by, b.run, b.driver,
	coalesce(b.extends, 0), coalesce(n.id, 0), coalesce(l.at, 0), coalesce(l.by, ''), coalesce(l.why, '')
	FROM bans b LEFT JOIN lifts l ON l.ban = b.id LEFT JOIN bans n ON n.extends = b.id`

// inForce is what selectBans needs for the bans in force at a moment, which is
// its two arguments.
const inForce = `b.begins <= ? AND (b.ends = 0 OR b.ends > ?) AND l.ban IS NULL AND n.id IS NULL`

// bansOf reads the bans that a condition selects, which may be an ORDER BY.
func bansOf(ctx context.Context, db querier, condition string, args ...any) ([]ban.Ban, error) {
	rows, err := db.QueryContext(ctx, selectBans+" "+condition, args...)
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	var out []ban.Ban
	for rows.Next() {
		var b ban.Ban
		var prefix, ports, action string
		var begins, ends, lifted int64
		if err := rows.Scan(&b.ID, &prefix, &b.Jail, &ports, &action, &b.Case, &b.Reason, &b.Evidence, &b.Country, &b.ASN, &begins, &ends, &b.Offence, &b.By, &b.Run, &b.Driver,
			&b.Extends, &b.Extended, &lifted, &b.LiftedBy, &b.LiftedOn); err != nil {
			return nil, told(err)
		}
		if b.Prefix, err = netip.ParsePrefix(prefix); err != nil {
			return nil, fmt.Errorf("%w: ban %d: %w", ErrDamaged, b.ID, err)
		}
		if b.Ports, err = ban.ParsePorts(ports); err != nil {
			return nil, fmt.Errorf("%w: ban %d: %w", ErrDamaged, b.ID, err)
		}
		b.Action, b.From, b.Until, b.Lifted = ban.Action(action), moment(begins), moment(ends), moment(lifted)
		out = append(out, b)
	}
	return out, told(rows.Err())
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

// span returns the first and the last address of a prefix in canonical form.
func span(p netip.Prefix) (low, high []byte) {
	first := p.Addr().As16()
	last, bits := first, p.Bits()
	if p.Addr().Is4() {
		bits += 96
	}
	for i := bits; i < 128; i++ {
		last[i/8] |= 1 << (7 - i%8)
	}
	return first[:], last[:]
}

// neighbourhood is the network in which bans are counted together.
func neighbourhood(p netip.Prefix) netip.Prefix {
	bits := 48
	if p.Addr().Is4() {
		bits = 24
	}
	return netip.PrefixFrom(p.Addr(), min(p.Bits(), bits)).Masked()
}
