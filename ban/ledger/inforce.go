package ledger

import (
	"context"
	"fmt"
	"time"
)

// InForce counts the bans that were in force at a moment of the past, or are, by
// one of Groupings. What was lifted or prolonged since was in force then.
func (l *Ledger) InForce(ctx context.Context, by string, at time.Time) (map[string]int, error) {
	key, ok := groupings[by]
	if !ok {
		return nil, fmt.Errorf("bans cannot be counted by %q: want one of %v", by, Groupings())
	}
	out := map[string]int{}
	if l.empty {
		return out, nil
	}
	rows, err := l.db.QueryContext(ctx, `SELECT `+key+`, count(*)
		FROM bans b JOIN decisions d ON d.id = b.decision JOIN bans f ON f.id = b.root LEFT JOIN lifts l ON l.ban = b.id LEFT JOIN bans n ON n.extends = b.id
		WHERE b.begins <= ?1 AND (b.ends = 0 OR b.ends > ?1) AND (l.ban IS NULL OR l.at > ?1) AND (n.id IS NULL OR n.begins > ?1) GROUP BY 1`, milli(at))
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	for rows.Next() {
		var key []byte
		var n int
		if err := rows.Scan(&key, &n); err != nil {
			return nil, told(err)
		}
		out[groupName(by, key)] = n
	}
	return out, told(rows.Err())
}
