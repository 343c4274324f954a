// Package casebook remembers, from run to run, which cases there were: so that an
// attack that goes on is one case with one id, and the report can say what is new,
// what goes on and what has ended.
//
// It is a small SQLite database beside the archive. The caller opens it and hands
// it in: the package knows SQL and no driver.
package casebook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"gumshoe/analyze"
)

// Keep is how long a case is remembered after the last run that told of it.
const Keep = 26 * 7 * 24 * time.Hour

// ErrNewer says that the database was written by a later version.
var ErrNewer = errors.New("written by a newer gumshoe; this one leaves it alone")

// Book is an open casebook.
type Book struct {
	db  *sql.DB
	opt Options
}

// Options say what may be kept.
type Options struct {
	Key      []byte // under which the keys of cases, which may name accounts, are hashed
	NoNames  bool   // headlines name accounts: leave them out
	ReadOnly bool   // of a dry run: nothing is written, not even the tables
}

// migrations bring a casebook from each version to the next; what is released is
// never changed. Those of flagged.go, words.go, verdicts.go and rules.go are there.
var migrations = []string{casesSchema, flaggedSchema, wordsSchema, verdictsSchema, rulesSchema}

const casesSchema = `
CREATE TABLE cases (
	id       TEXT PRIMARY KEY,    -- as the report shows it
	kind     TEXT NOT NULL,       -- the detection that leads
	key      TEXT NOT NULL,       -- HMAC-SHA-256 of the leading finding's key, hexadecimal
	headline TEXT NOT NULL,       -- "" where accounts are hashed
	level    TEXT NOT NULL,
	conduct  INTEGER NOT NULL,    -- SimHash of what its sources did; 0: unknown
	began    INTEGER NOT NULL,    -- first event, Unix milliseconds
	last     INTEGER NOT NULL,    -- last event
	told     INTEGER NOT NULL,    -- end of the last run that told of it
	open     INTEGER NOT NULL     -- 1: told by the last complete run
) STRICT;
CREATE TABLE sources (
	"case" TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
	prefix TEXT NOT NULL,
	PRIMARY KEY ("case", prefix)
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_told ON cases(told);
CREATE INDEX sources_prefix ON sources(prefix);
`

// Open prepares a database for use and makes the tables that it lacks. The
// database has to be opened with foreign keys on.
func Open(ctx context.Context, db *sql.DB, opt Options) (*Book, error) {
	var have int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return nil, err
	}
	if have > len(migrations) {
		return nil, fmt.Errorf("schema %d: %w", have, ErrNewer)
	}
	if have < len(migrations) && !opt.ReadOnly {
		if err := inTransaction(ctx, db, func(tx *sql.Tx) error {
			for _, step := range migrations[have:] {
				if _, err := tx.ExecContext(ctx, step); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
			return err
		}); err != nil {
			return nil, err
		}
	}
	return &Book{db: db, opt: opt}, nil
}

// Recall lists the cases of earlier runs that a run now may continue. Their keys
// are hashed: Key says how.
func (b *Book) Recall(ctx context.Context, now time.Time) ([]analyze.PastCase, error) {
	if b.opt.ReadOnly && !b.made(ctx, "cases") {
		return nil, nil
	}
	sources, err := sourcesOf(ctx, b.db)
	if err != nil {
		return nil, err
	}
	rows, err := b.db.QueryContext(ctx, "SELECT id, kind, key, headline, level, conduct, began, last, told, open FROM cases WHERE told >= ? ORDER BY began, id",
		now.Add(-Keep).UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []analyze.PastCase
	for rows.Next() {
		var p analyze.PastCase
		var level string
		var conduct, began, last, told int64
		if err := rows.Scan(&p.ID, &p.Kind, &p.Key, &p.Headline, &level, &conduct, &began, &last, &told, &p.Open); err != nil {
			return nil, err
		}
		if p.Level, err = analyze.ParseLevel(level); err != nil {
			return nil, fmt.Errorf("case %s: %w", p.ID, err)
		}
		p.Conduct, p.Sources = uint64(conduct), sources[p.ID]
		p.Began, p.Last, p.Told = time.UnixMilli(began).UTC(), time.UnixMilli(last).UTC(), time.UnixMilli(told).UTC()
		out = append(out, p)
	}
	return out, rows.Err()
}

// made reports whether a table exists: a dry run does not make them.
func (b *Book) made(ctx context.Context, table string) bool {
	var n int
	err := b.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = ?", table).Scan(&n)
	return err == nil && n == 1
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func sourcesOf(ctx context.Context, db querier) (map[string][]netip.Prefix, error) {
	rows, err := db.QueryContext(ctx, `SELECT "case", prefix FROM sources`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]netip.Prefix{}
	for rows.Next() {
		var id, text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", id, err)
		}
		out[id] = append(out[id], p)
	}
	return out, rows.Err()
}

// Key is the form in which the key of a case is kept and recalled.
func (b *Book) Key(key string) string {
	mac := hmac.New(sha256.New, b.opt.Key)
	mac.Write([]byte(key))
	return hex.EncodeToString(mac.Sum(nil))
}

// Run is what a complete run has to remember.
type Run struct {
	Cases    []analyze.PastCase // all that it told
	Flagged  []analyze.Flagged  // what their sources did in the hours from From to To; see Book.Flagged
	From, To time.Time          // what it analyzed; an hour that was touched counts whole
	Oldest   time.Time          // what is older is forgotten: Keep before the run, unless the clock is in doubt
}

// Tell remembers a complete run: the cases that it told are open, all others are
// not. It is done whole or not at all.
func (b *Book) Tell(ctx context.Context, r *Run) error {
	if b.opt.ReadOnly {
		return nil
	}
	return inTransaction(ctx, b.db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE cases SET open = 0"); err != nil {
			return err
		}
		var s statements
		if err := s.prepare(ctx, tx); err != nil {
			return err
		}
		defer s.close()
		for i := range r.Cases {
			if err := b.tell(ctx, &s, &r.Cases[i]); err != nil {
				return fmt.Errorf("case %s: %w", r.Cases[i].ID, err)
			}
		}
		if err := flag(ctx, tx, r); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM cases WHERE told < ?", r.Oldest.UnixMilli())
		return err
	})
}

// statements are those of which a run of thousands of cases has one for each:
// to parse them takes longer than to execute them.
type statements struct{ remember, clear, accuse *sql.Stmt }

func (s *statements) prepare(ctx context.Context, tx *sql.Tx) (err error) {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.remember, `INSERT INTO cases (id, kind, key, headline, level, conduct, accounts, began, last, told, open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, key = excluded.key, headline = excluded.headline, level = excluded.level, conduct = excluded.conduct,
				accounts = excluded.accounts, began = min(began, excluded.began), last = max(last, excluded.last), told = max(told, excluded.told), open = 1`},
		{&s.clear, `DELETE FROM sources WHERE "case" = ?`},
		{&s.accuse, `INSERT OR IGNORE INTO sources ("case", prefix) SELECT ?, value FROM json_each(?)`},
	} {
		if *p.stmt, err = tx.PrepareContext(ctx, p.text); err != nil {
			s.close()
			return err
		}
	}
	return nil
}

func (s *statements) close() {
	for _, stmt := range []*sql.Stmt{s.remember, s.clear, s.accuse} {
		if stmt != nil {
			stmt.Close()
		}
	}
}

func (b *Book) tell(ctx context.Context, s *statements, p *analyze.PastCase) error {
	headline := p.Headline
	if b.opt.NoNames {
		headline = ""
	}
	accounts := []string{}
	for _, name := range p.Accounts {
		accounts = append(accounts, b.Key(strings.ToLower(name)))
	}
	named, err := json.Marshal(accounts)
	if err != nil {
		return err
	}
	_, err = s.remember.ExecContext(ctx, p.ID, p.Kind, b.Key(p.Key), headline, p.Level.String(), int64(p.Conduct), string(named), p.Began.UnixMilli(), p.Last.UnixMilli(), p.Told.UnixMilli())
	if err != nil {
		return err
	}
	if _, err := s.clear.ExecContext(ctx, p.ID); err != nil {
		return err
	}
	list, err := json.Marshal(p.Sources)
	if err != nil {
		return err
	}
	_, err = s.accuse.ExecContext(ctx, p.ID, string(list))
	return err
}

// Forget removes the sources inside a prefix from every case, and the cases that
// were about them alone. It returns how many cases it changed.
func (b *Book) Forget(ctx context.Context, inside netip.Prefix) (n int, err error) {
	err = inTransaction(ctx, b.db, func(tx *sql.Tx) error {
		sources, err := sourcesOf(ctx, tx)
		if err != nil {
			return err
		}
		for id, all := range sources {
			left := 0
			for _, p := range all {
				if !inside.Overlaps(p) {
					left++
				}
			}
			if left == len(all) {
				continue
			}
			n++
			if left == 0 {
				_, err = tx.ExecContext(ctx, "DELETE FROM cases WHERE id = ?", id)
			} else {
				err = forgetSources(ctx, tx, id, all, inside)
			}
			if err != nil {
				return err
			}
		}
		return errors.Join(forgetWords(ctx, tx, inside), forgetSamples(ctx, tx))
	})
	return n, err
}

// forgetSources takes an address out of a case, and out of the words that may name it.
func forgetSources(ctx context.Context, tx *sql.Tx, id string, all []netip.Prefix, inside netip.Prefix) error {
	for _, p := range all {
		if !inside.Overlaps(p) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sources WHERE "case" = ? AND prefix = ?`, id, p.String()); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE cases SET headline = '' WHERE id = ?", id)
	return err
}

// ForgetAccount empties every headline that names an account; the keys are hashed.
func (b *Book) ForgetAccount(ctx context.Context, account string) (n int, err error) {
	r, err := b.db.ExecContext(ctx, "UPDATE cases SET headline = '' WHERE instr(lower(headline), lower(?)) > 0", account)
	if err != nil {
		return 0, err
	}
	changed, err := r.RowsAffected()
	if err == nil {
		_, err = b.db.ExecContext(ctx, "UPDATE words SET accounts = '[]', reason = '' WHERE instr(accounts, ?) > 0 OR instr(lower(reason), lower(?)) > 0", b.Key(strings.ToLower(account)), account)
	}
	if err == nil {
		err = inTransaction(ctx, b.db, func(tx *sql.Tx) error { return forgetSamples(ctx, tx) })
	}
	return int(changed), err
}

func inTransaction(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
