package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"gumshoe/ban"
)

// decision is what bans may have in common, and those of a botnet do.
type decision struct {
	jail, ports, action, kase, reason string
	country                           string
	asn                               uint32
	offence                           int
	by, run, driver                   string
}

func decisionOf(b *ban.Ban) decision {
	return decision{b.Jail, b.Ports.String(), string(b.Action), b.Case, b.Reason, b.Country, b.ASN, b.Offence, b.By, b.Run, b.Driver}
}

// decided is a decision as it was read, with its ports parsed once.
type decided struct {
	decision
	list ban.Ports
}

// fill gives a ban what it shares with others; they share the ports, too, which
// nobody changes in place.
func (d *decided) fill(b *ban.Ban) {
	b.Jail, b.Ports, b.Action, b.Case, b.Reason = d.jail, d.list, ban.Action(d.action), d.kase, d.reason
	b.Country, b.ASN, b.Offence, b.By, b.Run, b.Driver = d.country, d.asn, d.offence, d.by, d.run, d.driver
}

// decisionsOf reads decisions by their numbers, of which any may come twice.
func decisionsOf(ctx context.Context, db querier, ids []int64) (map[int64]*decided, error) {
	ids = slices.Compact(slices.Clone(ids)) // neighbours mostly share theirs
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT id, jail, ports, action, "case", reason, country, asn, offence, by, run, driver
		FROM decisions WHERE id IN (SELECT value FROM json_each(?))`, string(list))
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	out := make(map[int64]*decided, len(ids))
	for rows.Next() {
		var id int64
		var d decided
		if err := rows.Scan(&id, &d.jail, &d.ports, &d.action, &d.kase, &d.reason, &d.country, &d.asn, &d.offence, &d.by, &d.run, &d.driver); err != nil {
			return nil, told(err)
		}
		if d.list, err = ban.ParsePorts(d.ports); err != nil {
			return nil, fmt.Errorf("%w: decision %d: %w", ErrDamaged, id, err)
		}
		out[id] = &d
	}
	return out, told(rows.Err())
}

// decisionWriter writes each of the decisions of a transaction once.
type decisionWriter struct {
	insert *sql.Stmt
	ids    map[decision]int64
}

func newDecisionWriter(ctx context.Context, tx *sql.Conn) (*decisionWriter, error) {
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO decisions (jail, ports, action, "case", reason, country, asn, offence, by, run, driver) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	return &decisionWriter{stmt, map[decision]int64{}}, err
}

// id returns the number of a ban's decision.
func (w *decisionWriter) id(ctx context.Context, b *ban.Ban) (int64, error) {
	d := decisionOf(b)
	if id, ok := w.ids[d]; ok {
		return id, nil
	}
	r, err := w.insert.ExecContext(ctx, d.jail, d.ports, d.action, d.kase, d.reason, d.country, d.asn, d.offence, d.by, d.run, d.driver)
	if err != nil {
		return 0, err
	}
	id, err := r.LastInsertId()
	w.ids[d] = id
	return id, err
}
