package ledger

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gumshoe/ban"
)

// A ledger of version 2, in which each ban told everything of itself, says the same
// after it was brought to today's: what was prolonged, lifted and pruned included.
func TestMigrationKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	db := database(t, path, "rwc")
	run := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.Exec(sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	run(migrations[0] + migrations[1] + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 2", application))
	row := func(id, root int64, extends any, prefix, by, kase string, ends time.Time) {
		p := netip.MustParsePrefix(prefix)
		first, last := p.Addr().As16(), p.Addr().As16()
		run(`INSERT INTO bans VALUES (?, ?, ?, ?, 'network', ?, ?, 'ssh', '22,2222', 'drop', ?, 'Critical.', 'line', 'NL', 64500, ?, ?, 1, 'auto', ?, '')`,
			id, root, extends, prefix, first[:], last[:], kase, milli(now), milli(ends), by)
	}
	row(1, 1, nil, "203.0.113.7/32", "r1", "c1", now.Add(day))
	row(2, 2, nil, "2001:db8:1:2::/64", "r1", "c1", now.Add(day))
	row(3, 1, 1, "203.0.113.7/32", "r2", "c1", now.Add(3*day))
	row(4, 4, nil, "198.51.100.0/24", "r2", "c2", now.Add(3*day))
	row(5, 5, nil, "192.0.2.1/32", "r3", "c3", now.Add(day))
	run("INSERT INTO lifts VALUES (4, ?, 'anna', 'mistake')", milli(now.Add(time.Hour)))
	run("DELETE FROM bans WHERE id = 5")

	l := opened(t, path)
	common := ban.Ban{Jail: "ssh", Ports: ban.Ports{22, 2222}, Action: ban.Drop, Reason: "Critical.", Evidence: "line", Country: "NL", ASN: 64500, From: now, Offence: 1, By: ban.Auto}
	as := func(id int64, prefix, run, kase string, until time.Time, change func(*ban.Ban)) ban.Ban {
		b := common
		b.ID, b.Prefix, b.Run, b.Case, b.Until = id, netip.MustParsePrefix(prefix), run, kase, until
		change(&b)
		return b
	}
	want := []ban.Ban{
		as(1, "203.0.113.7/32", "r1", "c1", now.Add(day), func(b *ban.Ban) { b.Extended = 3 }),
		as(2, "2001:db8:1:2::/64", "r1", "c1", now.Add(day), func(*ban.Ban) {}),
		as(3, "203.0.113.7/32", "r2", "c1", now.Add(3*day), func(b *ban.Ban) { b.Extends = 1 }),
		as(4, "198.51.100.0/24", "r2", "c2", now.Add(3*day), func(b *ban.Ban) { b.Lifted, b.LiftedBy, b.LiftedOn = now.Add(time.Hour), "anna", "mistake" }),
	}
	got, err := l.List(ctx, Filter{})
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	same(t, "in force", list(t, l, Filter{ActiveAt: now.Add(2 * time.Hour)}), "2 2001:db8:1:2::/64, 3 203.0.113.7/32")
	if added := add(t, l, banned("203.0.113.9/32", func(b *ban.Ban) { b.Run = "r9" })); added[0].ID != 6 {
		t.Errorf("the next ban is number %d: numbers must not come back", added[0].ID)
	}
	if lifted, err := l.Lift(ctx, Which{Run: "r1"}, "anna", "undo", now.Add(2*time.Hour)); err != nil {
		t.Error(err)
	} else {
		same(t, "undone, though it was prolonged", names(lifted), "3 203.0.113.7/32, 2 2001:db8:1:2::/64")
	}
}
