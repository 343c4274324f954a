package ledger

import (
	"testing"

	"gumshoe/ban"
)

// A ban that begins only later, as one that was made while the clock was wrong: it is
// not in force, what is banned today is banned beside it, once, and a person can call
// it off before it begins.
func TestBanToCome(t *testing.T) {
	l := fresh(t)
	add(t, l, banned("203.0.113.7/32", func(b *ban.Ban) { b.From, b.Until = now.Add(400*day), now.Add(800*day) }))
	same(t, "in force", list(t, l, Filter{ActiveAt: now}), "")
	same(t, "to come", list(t, l, Filter{ToComeAt: now}), "1 203.0.113.7/32")
	same(t, "to come when it has begun", list(t, l, Filter{ToComeAt: now.Add(400 * day)}), "")

	today := banned("203.0.113.7/32", nil)
	if got := add(t, l, today); len(got) != 1 || got[0].Extends != 0 {
		t.Errorf("%+v, want a ban of its own", got)
	}
	add(t, l, banned("203.0.113.7/32", func(b *ban.Ban) { b.From, b.Until = now.Add(900*day), now.Add(901*day) }))
	if again := add(t, l, today); len(again) != 0 {
		t.Errorf("the same ban was added again: %v", again)
	}
	longer := banned("203.0.113.7/32", func(b *ban.Ban) { b.Until = now.Add(2 * day) })
	if got := add(t, l, longer); len(got) != 1 || got[0].Extends != 2 {
		t.Errorf("%+v, want one that extends the ban of today", got)
	}
	same(t, "in force today", list(t, l, Filter{ActiveAt: now}), "4 203.0.113.7/32")

	lifted, err := l.Lift(ctx, Which{IDs: []int64{1, 3}}, "anna", "the clock was wrong", now)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "called off", names(lifted), "1 203.0.113.7/32, 3 203.0.113.7/32")
	same(t, "left to come", list(t, l, Filter{ToComeAt: now}), "")
	same(t, "in force when it would have begun", list(t, l, Filter{ActiveAt: now.Add(500 * day)}), "")
}
