package casebook

import (
	"context"
	"database/sql"
	"time"

	"gumshoe/analyze"
)

// The numbers name nobody. They outlive a case that is forgotten, because the
// archive goes on counting its events among those of the service.
const flaggedSchema = `
CREATE TABLE flagged (
	hour    INTEGER NOT NULL, -- since 1970, UTC
	service TEXT NOT NULL,
	metric  TEXT NOT NULL,
	events  INTEGER NOT NULL, -- of the hour's count, by sources of the case
	"case"  TEXT REFERENCES cases(id) ON DELETE SET NULL -- NULL: forgotten, or one of very many
) STRICT;
CREATE INDEX flagged_hour ON flagged(hour, service, metric, events);
CREATE INDEX flagged_case ON flagged("case");
`

// flag replaces what is remembered of the hours of a run: it has read them anew,
// and a source may be accused in another case than before. An hour is kept for as
// long as a case.
func flag(ctx context.Context, tx *sql.Tx, r *Run) error {
	from, to := r.From.Unix()/3600, (r.To.Unix()+3599)/3600
	if _, err := tx.ExecContext(ctx, "DELETE FROM flagged WHERE hour >= ? AND hour < ? OR hour < ?", from, to, r.Oldest.Unix()/3600); err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO flagged ("case", service, metric, hour, events) VALUES (nullif(?, ''), ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, f := range r.Flagged {
		if _, err := insert.ExecContext(ctx, f.Case, f.Service, string(f.Metric), f.Hour, int64(f.Events)); err != nil {
			return err
		}
	}
	return nil
}

// Flagged returns how much of the counts of services in the hours from one on
// came from sources that were accused when the hours were analyzed.
func (b *Book) Flagged(ctx context.Context, from time.Time) (map[analyze.ServiceHour]uint64, error) {
	if b.opt.ReadOnly && !b.made(ctx, "flagged") {
		return nil, nil
	}
	rows, err := b.db.QueryContext(ctx, "SELECT service, metric, hour, sum(events) FROM flagged WHERE hour >= ? GROUP BY hour, service, metric", from.Unix()/3600)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[analyze.ServiceHour]uint64{}
	for rows.Next() {
		var at analyze.ServiceHour
		var events int64
		if err := rows.Scan(&at.Service, &at.Metric, &at.Hour, &events); err != nil {
			return nil, err
		}
		out[at] = uint64(max(0, events))
	}
	return out, rows.Err()
}
