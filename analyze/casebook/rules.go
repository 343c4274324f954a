package casebook

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gumshoe/analyze"
)

// Kinds of line that nobody understands, and the rules that were made for them.
// Their texts are those that the report shows, without secrets; a sample names
// whoever it names, and is forgotten with him.
const rulesSchema = `
CREATE TABLE shapes (
	id      TEXT PRIMARY KEY,
	program TEXT NOT NULL,
	text    TEXT NOT NULL,
	lines   INTEGER NOT NULL,  -- when it was met first
	clients INTEGER NOT NULL,  -- public addresses in them
	samples TEXT NOT NULL,     -- JSON
	verdict TEXT NOT NULL,     -- threat or harmless; '' while nobody was asked
	by      TEXT NOT NULL,     -- who said so
	met     INTEGER NOT NULL   -- Unix milliseconds
) STRICT;
CREATE TABLE rules (
	id         TEXT PRIMARY KEY,
	shape      TEXT NOT NULL,
	program    TEXT NOT NULL,
	template   TEXT NOT NULL,
	pattern    TEXT NOT NULL,    -- RE2
	state      TEXT NOT NULL,    -- proposed, shadow, active or rejected
	by         TEXT NOT NULL,    -- the model or the person that proposed it
	approved   INTEGER NOT NULL, -- 1: by a person
	reason     TEXT NOT NULL,    -- why it was rejected
	evidence   INTEGER NOT NULL, -- lines that it was checked against
	left_runs  INTEGER NOT NULL, -- runs that it is still to be tried
	hits       INTEGER NOT NULL,
	false_hits INTEGER NOT NULL, -- on sources with good logins
	at         INTEGER NOT NULL  -- when it came into its state
) STRICT;
`

// ErrNoRule says that no such rule is remembered.
var ErrNoRule = errors.New("no rule with this id is remembered")

// Rules lists the learned rules, the oldest state first.
func (b *Book) Rules(ctx context.Context) ([]analyze.Rule, error) {
	if b.opt.ReadOnly && !b.made(ctx, "rules") {
		return nil, nil
	}
	rows, err := b.db.QueryContext(ctx, `SELECT id, shape, program, template, pattern, state, by, approved, reason, evidence, left_runs, hits, false_hits, at
		FROM rules ORDER BY at, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []analyze.Rule
	for rows.Next() {
		var r analyze.Rule
		var hits, wrong, at int64
		if err := rows.Scan(&r.ID, &r.Shape, &r.Program, &r.Template, &r.Pattern, &r.State, &r.By, &r.Approved, &r.Reason, &r.Evidence, &r.Left, &hits, &wrong, &at); err != nil {
			return nil, err
		}
		r.Hits, r.FalseHits, r.At = uint64(hits), uint64(wrong), time.UnixMilli(at).UTC()
		out = append(out, r)
	}
	return out, rows.Err()
}

// Rule returns one rule.
func (b *Book) Rule(ctx context.Context, id string) (analyze.Rule, error) {
	all, err := b.Rules(ctx)
	if err != nil {
		return analyze.Rule{}, err
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return analyze.Rule{}, ErrNoRule
}

// KeepRules remembers rules, in place of what was remembered of them.
func (b *Book) KeepRules(ctx context.Context, rules []analyze.Rule) error {
	if b.opt.ReadOnly || len(rules) == 0 {
		return nil
	}
	return inTransaction(ctx, b.db, func(tx *sql.Tx) error {
		for i := range rules {
			r := &rules[i]
			if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO rules
				(id, shape, program, template, pattern, state, by, approved, reason, evidence, left_runs, hits, false_hits, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				r.ID, r.Shape, r.Program, r.Template, r.Pattern, string(r.State), r.By, r.Approved, r.Reason, r.Evidence, r.Left, int64(r.Hits), int64(r.FalseHits), r.At.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Shapes lists the kinds of line that are remembered, those met last first.
func (b *Book) Shapes(ctx context.Context) ([]analyze.UnknownShape, error) {
	if b.opt.ReadOnly && !b.made(ctx, "shapes") {
		return nil, nil
	}
	rows, err := b.db.QueryContext(ctx, "SELECT id, program, text, lines, clients, samples, verdict, by, met FROM shapes ORDER BY met DESC, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []analyze.UnknownShape
	for rows.Next() {
		var s analyze.UnknownShape
		var samples string
		var lines, met int64
		if err := rows.Scan(&s.ID, &s.Program, &s.Text, &lines, &s.Clients, &samples, &s.Verdict, &s.By, &met); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(samples), &s.Samples); err != nil {
			return nil, err
		}
		s.Lines, s.Met = uint64(lines), time.UnixMilli(met).UTC()
		out = append(out, s)
	}
	return out, rows.Err()
}

// KeepShapes remembers kinds of line and what was said of them. What is known already
// keeps its first day, and its verdict if there is no new one. Those that were met
// before a moment are forgotten. Where accounts are hashed no sample is kept.
func (b *Book) KeepShapes(ctx context.Context, shapes []analyze.UnknownShape, oldest time.Time) error {
	if b.opt.ReadOnly {
		return nil
	}
	return inTransaction(ctx, b.db, func(tx *sql.Tx) error {
		for i := range shapes {
			s := &shapes[i]
			samples := s.Samples
			if samples == nil || b.opt.NoNames {
				samples = []string{}
			}
			text, err := json.Marshal(samples)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO shapes (id, program, text, lines, clients, samples, verdict, by, met) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET verdict = iif(excluded.verdict = '', verdict, excluded.verdict), by = iif(excluded.verdict = '', by, excluded.by)`,
				s.ID, s.Program, s.Text, int64(s.Lines), s.Clients, string(text), s.Verdict, s.By, s.Met.UnixMilli()); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM shapes WHERE met < ?", oldest.UnixMilli())
		return err
	})
}

// forgetSamples empties the samples, each of which names somebody: what they stand
// for is told by the text.
func forgetSamples(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE shapes SET samples = '[]'")
	return err
}
