package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"time"
)

// Delivery is what became of handing a run's changes to a driver. Run may be any
// name of a change, such as a removal by hand.
type Delivery struct {
	Driver, Run string
	At          time.Time // of the last try
	Tries       int
	Problem     string // "": done
}

// Deliver notes one try.
func (l *Ledger) Deliver(ctx context.Context, driver, run string, now time.Time, problem error) error {
	text := ""
	if problem != nil {
		text = cmp.Or(problem.Error(), "failed")
	}
	return write(ctx, l.db, func(tx *sql.Conn) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO deliveries (driver, run, at, problem) VALUES (?, ?, ?, ?)", driver, run, milli(now), text)
		return err
	})
}

// Undelivered lists what has to be tried again: where the last try had a
// problem, the longest waiting first.
func (l *Ledger) Undelivered(ctx context.Context) ([]Delivery, error) {
	if l.empty {
		return nil, nil
	}
	rows, err := l.db.QueryContext(ctx, `SELECT d.driver, d.run, d.at, d.problem, t.tries FROM deliveries d
		JOIN (SELECT min(id) first, max(id) last, count(*) tries FROM deliveries GROUP BY driver, run) t ON t.last = d.id
		WHERE d.problem <> '' ORDER BY t.first`)
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	var out []Delivery
	for rows.Next() {
		var d Delivery
		var at int64
		if err := rows.Scan(&d.Driver, &d.Run, &at, &d.Problem, &d.Tries); err != nil {
			return nil, told(err)
		}
		d.At = moment(at)
		out = append(out, d)
	}
	return out, told(rows.Err())
}
