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
	Tries       int       // since the last success
	Problem     string    // "": done
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

// Undelivered lists the drivers whose last try had a problem, the longest waiting
// first. A driver is told all that stands, so that one success makes up for whatever
// failed before.
func (l *Ledger) Undelivered(ctx context.Context) ([]Delivery, error) {
	if l.empty {
		return nil, nil
	}
	// The last success of each driver is looked for once, and not anew for each of the
	// many tries that a timer makes.
	rows, err := l.db.QueryContext(ctx, `WITH good AS MATERIALIZED (SELECT driver, max(id) id FROM deliveries WHERE problem = '' GROUP BY driver)
		SELECT d.driver, d.run, d.at, d.problem, t.tries FROM deliveries d
		JOIN (SELECT min(f.id) first, max(f.id) last, count(*) tries FROM deliveries f LEFT JOIN good ON good.driver = f.driver
			WHERE f.id > coalesce(good.id, 0) GROUP BY f.driver) t ON t.last = d.id
		ORDER BY t.first`)
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

// retired is the run of a delivery after which a driver has nothing in its hands.
const retired = "retired"

// Retire notes that a driver has let go of all that it was given.
func (l *Ledger) Retire(ctx context.Context, driver string, now time.Time) error {
	return l.Deliver(ctx, driver, retired, now, nil)
}

// Carriers names the drivers that were handed bans and have not been retired since.
func (l *Ledger) Carriers(ctx context.Context) (drivers []string, err error) {
	if l.empty {
		return nil, nil
	}
	rows, err := l.db.QueryContext(ctx, "SELECT driver FROM deliveries GROUP BY driver HAVING max(id) <> max(CASE WHEN run = ? THEN id ELSE 0 END) ORDER BY driver", retired)
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, told(err)
		}
		drivers = append(drivers, name)
	}
	return drivers, told(rows.Err())
}
