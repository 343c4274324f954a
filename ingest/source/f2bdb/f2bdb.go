// Package f2bdb reads the bans that fail2ban keeps in its SQLite database.
//
//	bans, bips ─▶ Ban ─▶ Source, a log of bans ─▶ Event of kind ban
//
// The caller opens the database, read-only, with a driver of its choice. Nothing
// is ever written to it.
package f2bdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"
	"time"
)

// Ban is one ban that fail2ban pronounced.
type Ban struct {
	Time   time.Time
	Prefix netip.Prefix // an address is a prefix of all its bits
	Jail   string
	Length time.Duration // 0: unknown; Forever: until somebody lifts it
	Count  int           // which ban of the address it is, from 1; 0: unknown
}

// Forever is the length of a ban without an end.
const Forever = time.Duration(-1)

// ErrNotFail2ban is the error of a database that holds something else.
var ErrNotFail2ban = errors.New("no database of fail2ban: it has no table bans with jail, ip and timeofban")

// Bans yields the bans since a time in order of time. fail2ban forgets them after
// a day unless its dbpurgeage says otherwise. Bans of what is no address are
// passed over: a filter may ban by other ids. An error ends the sequence.
func Bans(ctx context.Context, db *sql.DB, since time.Time) iter.Seq2[Ban, error] {
	return func(yield func(Ban, error) bool) {
		if err := each(ctx, db, since, func(b Ban) bool { return yield(b, nil) }); err != nil {
			yield(Ban{}, fmt.Errorf("reading the bans of fail2ban: %w", err))
		}
	}
}

func each(ctx context.Context, db *sql.DB, since time.Time, visit func(Ban) bool) error {
	query, err := queryFor(ctx, db)
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, query, since.Unix())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var jail, ip string
		var at, length, count int64
		if err := rows.Scan(&at, &ip, &jail, &length, &count); err != nil {
			return err
		}
		prefix, ok := parsePrefix(ip)
		if !ok {
			continue
		}
		b := Ban{Time: time.Unix(at, 0).UTC(), Prefix: prefix, Jail: jail, Count: max(int(count), 0)}
		switch {
		case length == -1:
			b.Length = Forever
		case length > 0:
			b.Length = time.Duration(min(length, maxSeconds)) * time.Second
		}
		if !visit(b) {
			return nil
		}
	}
	return rows.Err()
}

// maxSeconds keeps a length within a Duration.
const maxSeconds = 100 * 365 * 24 * 3600

// queryFor writes the query for the schema at hand: fail2ban before 0.11 kept no
// lengths, and had no table bips of the addresses that are banned now.
func queryFor(ctx context.Context, db *sql.DB) (string, error) {
	var parts []string
	for _, table := range []string{"bans", "bips"} {
		columns, err := columnsOf(ctx, db, table)
		if err != nil {
			return "", err
		}
		if !columns["jail"] || !columns["ip"] || !columns["timeofban"] {
			if table == "bans" {
				return "", ErrNotFail2ban
			}
			continue
		}
		length, count := "0", "0"
		if columns["bantime"] && columns["bancount"] {
			length, count = "bantime", "bancount"
		}
		parts = append(parts, "SELECT timeofban, ip, jail, "+length+" AS length, "+count+" AS count FROM "+table+" WHERE timeofban >= ?1")
	}
	// A ban stands in both tables; it counts once.
	return "SELECT timeofban, ip, jail, max(length), max(count) FROM (" + strings.Join(parts, " UNION ALL ") +
		") WHERE ip IS NOT NULL GROUP BY timeofban, ip, jail ORDER BY timeofban, ip, jail", nil
}

func columnsOf(ctx context.Context, db *sql.DB, table string) (map[string]bool, error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		columns[name] = true
	}
	return columns, rows.Err()
}

// parsePrefix reads an address or a network.
func parsePrefix(s string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err == nil
}
