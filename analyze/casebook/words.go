package casebook

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"gumshoe/analyze"
)

// A word outlives its case: who said what, and why, is kept for as long as cases are.
const wordsSchema = `
CREATE TABLE words (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	"case"   TEXT NOT NULL,
	word     TEXT NOT NULL,     -- ack, mute or close
	sources  TEXT NOT NULL,     -- JSON: the prefixes it binds to
	accounts TEXT NOT NULL,     -- JSON: the accounts it binds to, hashed like the keys of cases
	reason   TEXT NOT NULL,
	by       TEXT NOT NULL,     -- who said it
	at       INTEGER NOT NULL,  -- Unix milliseconds
	until    INTEGER NOT NULL,  -- 0: without an end
	taken    INTEGER NOT NULL DEFAULT 0 -- when it was taken back; 0: it stands
) STRICT;
CREATE INDEX words_case ON words("case");
ALTER TABLE cases ADD COLUMN accounts TEXT NOT NULL DEFAULT '[]'; -- JSON: those that it names, hashed like keys
`

// ErrNoCase says that no such case is remembered.
var ErrNoCase = errors.New("no case with this id is remembered")

// Say remembers a person's word on a case. It binds to what the case named when a
// run last told of it.
func (b *Book) Say(ctx context.Context, s analyze.Saying) error {
	return inTransaction(ctx, b.db, func(tx *sql.Tx) error {
		var accounts string
		err := tx.QueryRowContext(ctx, "SELECT accounts FROM cases WHERE id = ?", s.Case).Scan(&accounts)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoCase
		}
		if err != nil {
			return err
		}
		until := int64(0)
		if !s.Until.IsZero() {
			until = s.Until.UnixMilli()
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO words ("case", word, accounts, reason, by, at, until, sources)
			SELECT ?, ?, ?, ?, ?, ?, ?, json_group_array(prefix) FROM (SELECT prefix FROM sources WHERE "case" = ? ORDER BY prefix)`,
			s.Case, string(s.Word), accounts, s.Reason, s.By, s.At.UnixMilli(), until, s.Case)
		return err
	})
}

// TakeBack ends every word on a case at a moment and returns how many there were.
func (b *Book) TakeBack(ctx context.Context, id string, at time.Time) (int, error) {
	r, err := b.db.ExecContext(ctx, `UPDATE words SET taken = ? WHERE "case" = ? AND taken = 0`, at.UnixMilli(), id)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// Words lists what people said that holds at a moment, in the order in which they
// said it.
func (b *Book) Words(ctx context.Context, now time.Time) ([]analyze.Saying, error) {
	if b.opt.ReadOnly && !b.made(ctx, "words") {
		return nil, nil
	}
	rows, err := b.db.QueryContext(ctx, `SELECT id, "case", word, sources, accounts, reason, by, at, until FROM words
		WHERE taken = 0 AND (until = 0 OR until > ?) ORDER BY id`, now.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []analyze.Saying
	for rows.Next() {
		var s analyze.Saying
		var sources, accounts string
		var at, until int64
		if err := rows.Scan(&s.ID, &s.Case, &s.Word, &sources, &accounts, &s.Reason, &s.By, &at, &until); err != nil {
			return nil, err
		}
		if err := errors.Join(json.Unmarshal([]byte(sources), &s.Sources), json.Unmarshal([]byte(accounts), &s.Accounts)); err != nil {
			return nil, fmt.Errorf("word %d on case %s: %w", s.ID, s.Case, err)
		}
		if s.At = time.UnixMilli(at).UTC(); until != 0 {
			s.Until = time.UnixMilli(until).UTC()
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// forgetWords takes a prefix out of what people said, and with it the reason, which
// may name it.
func forgetWords(ctx context.Context, tx *sql.Tx, inside netip.Prefix) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, sources FROM words")
	if err != nil {
		return err
	}
	kept := map[int64][]netip.Prefix{}
	for rows.Next() {
		var id int64
		var text string
		var all []netip.Prefix
		if err := errors.Join(rows.Scan(&id, &text), json.Unmarshal([]byte(text), &all)); err != nil {
			return errors.Join(err, rows.Close())
		}
		left := []netip.Prefix{}
		for _, p := range all {
			if !inside.Overlaps(p) {
				left = append(left, p)
			}
		}
		if len(left) < len(all) {
			kept[id] = left
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for id, left := range kept {
		text, err := json.Marshal(left)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE words SET sources = ?, reason = '' WHERE id = ?", string(text), id); err != nil {
			return err
		}
	}
	return nil
}
