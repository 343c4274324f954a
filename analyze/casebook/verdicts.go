package casebook

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gumshoe/analyze"
)

// What a language model was asked and said. Opinions name nobody: their
// explanations have places for names. Exchanges hold what left the machine, which is
// masked, and what it is masked with is written nowhere.
const verdictsSchema = `
CREATE TABLE opinions (
	traits      TEXT NOT NULL,    -- hash of what the case did
	conduct     INTEGER NOT NULL, -- SimHash of its sources' doings; 0: unknown
	verdict     TEXT NOT NULL,
	category    TEXT NOT NULL,
	explanation TEXT NOT NULL,    -- "{0}" is the first name on the card
	step        INTEGER NOT NULL,
	guard       TEXT NOT NULL,
	model       TEXT NOT NULL,
	said        INTEGER NOT NULL, -- Unix milliseconds
	PRIMARY KEY (traits, conduct)
) STRICT, WITHOUT ROWID;
CREATE INDEX opinions_said ON opinions(said);
CREATE TABLE exchanges (
	entry      INTEGER PRIMARY KEY,
	at         INTEGER NOT NULL, -- Unix milliseconds
	endpoint   TEXT NOT NULL,
	model      TEXT NOT NULL,
	mode       TEXT NOT NULL,    -- json_schema, json_object, text
	request    TEXT NOT NULL,    -- body, byte for byte
	answer     TEXT NOT NULL,
	decision   TEXT NOT NULL,    -- taken, or why it was dropped
	cards      INTEGER NOT NULL,
	tokens_in  INTEGER NOT NULL, -- until it has ended: the most that it may take
	tokens_out INTEGER NOT NULL,
	micros     INTEGER NOT NULL, -- cost in millionths of the configured currency
	elapsed    INTEGER NOT NULL  -- milliseconds
) STRICT;
CREATE INDEX exchanges_at ON exchanges(at);
`

// errReadOnly says that a dry run cannot keep what it would have to.
var errReadOnly = errors.New("a dry run writes nothing")

// Opinions returns what was said since a moment, the newest first.
func (b *Book) Opinions(ctx context.Context, since time.Time) ([]analyze.Judged, error) {
	if b.opt.ReadOnly && !b.made(ctx, "opinions") {
		return nil, nil
	}
	rows, err := b.db.QueryContext(ctx, `SELECT traits, conduct, verdict, category, explanation, step, guard, model, said FROM opinions
		WHERE said >= ? ORDER BY said DESC, traits, conduct`, since.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []analyze.Judged
	for rows.Next() {
		var j analyze.Judged
		var conduct, said int64
		if err := rows.Scan(&j.Traits, &conduct, &j.Verdict, &j.Category, &j.Explanation, &j.SeverityStep, &j.GuardSuspected, &j.Model, &said); err != nil {
			return nil, err
		}
		j.Conduct, j.When = uint64(conduct), time.UnixMilli(said).UTC()
		out = append(out, j)
	}
	return out, rows.Err()
}

// KeepOpinions remembers what was said, in place of what was said of the same
// behaviour before, and forgets what is older than since.
func (b *Book) KeepOpinions(ctx context.Context, learnt []analyze.Judged, since time.Time) error {
	if b.opt.ReadOnly {
		return nil
	}
	return inTransaction(ctx, b.db, func(tx *sql.Tx) error {
		for _, j := range learnt {
			if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO opinions (traits, conduct, verdict, category, explanation, step, guard, model, said)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				j.Traits, int64(j.Conduct), j.Verdict, j.Category, j.Explanation, j.SeverityStep, j.GuardSuspected, j.Model, j.When.UnixMilli()); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM opinions WHERE said < ?", since.UnixMilli())
		return err
	})
}

// Spent sums what exchanges since a moment took; of one that never ended, the most
// that it may have taken.
func (b *Book) Spent(ctx context.Context, since time.Time) (s analyze.Spend, err error) {
	if b.opt.ReadOnly && !b.made(ctx, "exchanges") {
		return s, nil
	}
	err = b.db.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(micros), 0) FROM exchanges WHERE at >= ?",
		since.UnixMilli()).Scan(&s.Requests, &s.TokensIn, &s.TokensOut, &s.Micros)
	return s, err
}

// Begin enters an exchange before it is made, and forgets those older than Keep.
func (b *Book) Begin(ctx context.Context, e *analyze.Exchange) (entry int64, err error) {
	if b.opt.ReadOnly {
		return 0, errReadOnly
	}
	err = inTransaction(ctx, b.db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM exchanges WHERE at < ?", e.At.Add(-Keep).UnixMilli()); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, `INSERT INTO exchanges (at, endpoint, model, mode, request, answer, decision, cards, tokens_in, tokens_out, micros, elapsed)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.At.UnixMilli(), e.Endpoint, e.Model, e.Mode, e.Request, e.Answer, e.Decision, e.Cards,
			e.TokensIn, e.TokensOut, e.Micros, e.Elapsed.Milliseconds())
		if err != nil {
			return err
		}
		entry, err = r.LastInsertId()
		return err
	})
	return entry, err
}

// End completes an exchange that Begin has entered.
func (b *Book) End(ctx context.Context, entry int64, e *analyze.Exchange) error {
	_, err := b.db.ExecContext(ctx, "UPDATE exchanges SET answer = ?, decision = ?, tokens_in = ?, tokens_out = ?, micros = ?, elapsed = ? WHERE entry = ?",
		e.Answer, e.Decision, e.TokensIn, e.TokensOut, e.Micros, e.Elapsed.Milliseconds(), entry)
	return err
}

// Exchanges lists what was asked and said since a moment, the oldest first.
func (b *Book) Exchanges(ctx context.Context, since time.Time) ([]analyze.Exchange, error) {
	if b.opt.ReadOnly && !b.made(ctx, "exchanges") {
		return nil, nil
	}
	rows, err := b.db.QueryContext(ctx, `SELECT at, endpoint, model, mode, request, answer, decision, cards, tokens_in, tokens_out, micros, elapsed FROM exchanges
		WHERE at >= ? ORDER BY entry`, since.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []analyze.Exchange
	for rows.Next() {
		var e analyze.Exchange
		var at, elapsed int64
		if err := rows.Scan(&at, &e.Endpoint, &e.Model, &e.Mode, &e.Request, &e.Answer, &e.Decision, &e.Cards, &e.TokensIn, &e.TokensOut, &e.Micros, &elapsed); err != nil {
			return nil, err
		}
		e.At, e.Elapsed = time.UnixMilli(at).UTC(), time.Duration(elapsed)*time.Millisecond
		out = append(out, e)
	}
	return out, rows.Err()
}
