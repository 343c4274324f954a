// Package ledger is the truth about bans: who was banned, why, until when, by
// whom, and how it ended. The firewall is a copy of it.
//
//	plan ──▶ Apply ──▶ bans, lifts, exemptions ──▶ Active ──▶ firewall
//
// Rows are only ever added. A longer ban is a new row that takes the place of
// the old one, a lift is a row beside the ban, and what has run out is computed
// from the clock and not written. Only Forget (a person) and Prune (what
// has been over for Keep) take something away.
//
// It is a small SQLite database. The caller opens it and hands it in: the
// package knows SQL and no driver.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Keep is how long the end of a ban is remembered: by then the offence has
// halved eight times.
const Keep = 2 * 365 * 24 * time.Hour

// What can be wrong with a ledger. Nothing was changed when one of them is
// returned.
var (
	ErrNewer    = errors.New("written by a newer gumshoe; this one leaves it alone")
	ErrForeign  = errors.New("this database is no ledger")
	ErrDamaged  = errors.New("the ledger is damaged")
	ErrReadOnly = errors.New("the ledger cannot be written")
	ErrBusy     = errors.New("another program holds the ledger")
	ErrFull     = errors.New("no room left for the ledger")
)

// Pragmas are set by the opener on each connection. What Apply has returned
// survives a power cut (synchronous), readers do not wait for writers (WAL), and
// what is forgotten is overwritten. With its scratch files in memory a large
// plan is written in half the time.
var Pragmas = []string{"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)", "secure_delete(1)", "temp_store(memory)"}

// Ledger is an open ledger. It may be used by several goroutines.
type Ledger struct {
	db    *sql.DB
	empty bool // opened for reading, and there is nothing
}

// Open prepares a database for use and makes the tables that it lacks.
func Open(ctx context.Context, db *sql.DB) (*Ledger, error) {
	have, err := inspect(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := durable(ctx, db); err != nil {
		return nil, err
	}
	// Even a ledger that lacks nothing is written to, though nothing changes: that
	// it is read-only must be known before the firewall is touched, and SQLite
	// grants a lock on such a file as if it were none.
	err = write(ctx, db, func(tx *sql.Conn) error {
		for _, step := range migrations[have:] {
			if _, err := tx.ExecContext(ctx, step); err != nil {
				return err
			}
		}
		if have == len(migrations) {
			_, err := tx.ExecContext(ctx, "DELETE FROM lifts WHERE false")
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(migrations)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Ledger{db: db}, nil
}

// OpenToRead opens a ledger that shall not be touched, as a dry run does. One
// without tables holds nothing.
func OpenToRead(ctx context.Context, db *sql.DB) (*Ledger, error) {
	have, err := inspect(ctx, db)
	if err != nil {
		return nil, err
	}
	return &Ledger{db: db, empty: have == 0}, nil
}

// inspect returns the version of a database's schema, 0 for an empty one, and
// refuses what is not a sound ledger.
func inspect(ctx context.Context, db *sql.DB) (version int, err error) {
	var id, tables int
	err = db.QueryRowContext(ctx, "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)").
		Scan(&version, &id, &tables)
	switch {
	case err != nil:
		return 0, told(err)
	case id != application && (id != 0 || version != 0 || tables != 0):
		return 0, ErrForeign
	case version > len(migrations):
		return 0, fmt.Errorf("schema %d: %w", version, ErrNewer)
	}
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return 0, told(err)
	}
	if verdict != "ok" {
		return 0, fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	return version, nil
}

// durable reports an opener that forgot the pragmas.
func durable(ctx context.Context, db *sql.DB) error {
	var synchronous, keys int
	if err := db.QueryRowContext(ctx, "SELECT (SELECT synchronous FROM pragma_synchronous), (SELECT foreign_keys FROM pragma_foreign_keys)").Scan(&synchronous, &keys); err != nil {
		return told(err)
	}
	if synchronous < 2 || keys != 1 {
		return fmt.Errorf("the ledger has to be opened with the pragmas %v", Pragmas)
	}
	return nil
}

// write does all or nothing. The lock is taken first: a transaction that begins
// with reading and finds somebody else writing could not go on.
func write(ctx context.Context, db *sql.DB, do func(tx *sql.Conn) error) (err error) {
	tx, err := db.Conn(ctx)
	if err != nil {
		return told(err)
	}
	defer tx.Close()
	if _, err := tx.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return told(err)
	}
	whatever := context.WithoutCancel(ctx)
	if err = do(tx); err == nil {
		err = ctx.Err()
	}
	if err == nil {
		_, err = tx.ExecContext(whatever, "COMMIT")
	}
	if err != nil {
		// After some errors SQLite has rolled back by itself, and says so here.
		_, _ = tx.ExecContext(whatever, "ROLLBACK")
	}
	return told(err)
}

// told gives SQLite's result codes, which every driver of it returns by a method
// Code, the names that callers know.
func told(err error) error {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return err
	}
	const primary = 0xff // the rest are details, https://www.sqlite.org/rescode.html
	for code, name := range map[int]error{5: ErrBusy, 6: ErrBusy, 8: ErrReadOnly, 11: ErrDamaged, 13: ErrFull, 26: ErrDamaged} {
		if coded.Code()&primary == code {
			return fmt.Errorf("%w: %w", name, err)
		}
	}
	return err
}
