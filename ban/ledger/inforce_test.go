package ledger

import (
	"net/netip"
	"testing"
	"time"

	"gumshoe/ban"

	"github.com/google/go-cmp/cmp"
)

// What was lifted or prolonged since was in force then; each ban counts once.
func TestInForce(t *testing.T) {
	l := fresh(t)
	add(t, l, banned("203.0.113.7/32", nil), banned("203.0.113.8/32", nil), banned("198.51.100.9/32", func(b *ban.Ban) { b.Country = "" }),
		banned("192.0.2.1/32", func(b *ban.Ban) { b.From, b.Until = now.Add(2*time.Hour), now.Add(3*day) }))
	add(t, l, banned("203.0.113.8/32", func(b *ban.Ban) { b.From, b.Until = now.Add(time.Hour), now.Add(5*day) }))
	if _, err := l.Lift(ctx, Which{Overlaps: netip.MustParsePrefix("203.0.113.7/32")}, "anna", "", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		at   time.Time
		want map[string]int
	}{
		{"before all", now.Add(-time.Hour), map[string]int{}},
		{"before one was lifted and one prolonged", now.Add(time.Minute), map[string]int{"NL": 2, "": 1}},
		{"after it", now.Add(90 * time.Minute), map[string]int{"NL": 1, "": 1}},
		{"another began", now.Add(3 * time.Hour), map[string]int{"NL": 2, "": 1}},
		{"the first ran out", now.Add(2 * day), map[string]int{"NL": 2}},
		{"the prolonged one is left", now.Add(4 * day), map[string]int{"NL": 1}},
	} {
		got, err := l.InForce(ctx, "country", tt.at)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", tt.name, err, diff)
		}
	}
	if _, err := l.InForce(ctx, "mood", now); err == nil {
		t.Error("counts by mood")
	}
}
