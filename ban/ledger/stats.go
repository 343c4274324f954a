package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Stat is one line of a distribution.
type Stat struct {
	Key      string `json:"key"`      // "" where it is not known
	Bans     int    `json:"bans"`     // one that was prolonged is one
	Prefixes int    `json:"prefixes"` // distinct
	Active   int    `json:"active"`   // in force
}

// groupings are what bans can be counted by. Days are UTC; the prefix is the
// network around a ban, a /24 or a /48, because a source itself is seldom banned
// twice.
var groupings = map[string]string{
	"country": "d.country",
	"jail":    "d.jail",
	"day":     "date(f.begins / 1000, 'unixepoch')",
	"prefix":  neighbourhoodSQL,
	"asn":     "CASE d.asn WHEN 0 THEN '' ELSE 'AS' || d.asn END",
}

// groupName is how a group is called.
func groupName(by string, key []byte) string {
	if by == "prefix" {
		return neighbourhoodOf(key).String()
	}
	return string(key)
}

// Groupings are the names that Stats knows.
func Groupings() []string {
	var out []string
	for name := range groupings {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Stats counts the bans that began from since to now by one of Groupings, most first;
// days in their order. A zero since is no bound.
func (l *Ledger) Stats(ctx context.Context, by string, since, now time.Time) ([]Stat, error) {
	key, ok := groupings[by]
	if !ok {
		return nil, fmt.Errorf("bans cannot be counted by %q: want one of %v", by, Groupings())
	}
	if l.empty {
		return nil, nil
	}
	order := "2 DESC, 1"
	if by == "day" {
		order = "1"
	}
	// Of a ban that was prolonged the last part counts, on the day of the first.
	rows, err := l.db.QueryContext(ctx, `SELECT `+key+`, count(*), count(DISTINCT b.prefix), sum(l.ban IS NULL AND (b.ends = 0 OR b.ends > ?))
		FROM bans b JOIN decisions d ON d.id = b.decision JOIN bans f ON f.id = b.root LEFT JOIN lifts l ON l.ban = b.id LEFT JOIN bans n ON n.extends = b.id
		WHERE n.id IS NULL AND f.begins >= ? AND f.begins <= ? GROUP BY 1 ORDER BY `+order, milli(now), milli(since), milli(now))
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	var out []Stat
	for rows.Next() {
		var s Stat
		var key []byte
		if err := rows.Scan(&key, &s.Bans, &s.Prefixes, &s.Active); err != nil {
			return nil, told(err)
		}
		s.Key = groupName(by, key)
		out = append(out, s)
	}
	return out, told(rows.Err())
}
