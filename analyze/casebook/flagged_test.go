package casebook

import (
	"context"
	"database/sql"
	"maps"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"gumshoe/analyze"
)

// failed is that sources of a case made so many failed logins on sshd, some hours
// before now.
func failed(id string, ago int, events uint64) analyze.Flagged {
	return analyze.Flagged{Case: id, ServiceHour: sshHour(ago), Events: events}
}

func sshHour(ago int) analyze.ServiceHour {
	return analyze.ServiceHour{Service: "sshd", Metric: analyze.FailedLogins, Hour: uint32(now.Unix()/3600) - uint32(ago)}
}

// told is a run over some hours before now.
func told(t *testing.T, b *Book, from, to int, cases []analyze.PastCase, flagged ...analyze.Flagged) {
	t.Helper()
	r := Run{Cases: cases, Flagged: flagged, From: now.Add(-time.Duration(from) * time.Hour), To: now.Add(-time.Duration(to) * time.Hour), Oldest: now.Add(-Keep)}
	if err := b.Tell(context.Background(), &r); err != nil {
		t.Fatal(err)
	}
}

func flaggedIs(t *testing.T, b *Book, want map[analyze.ServiceHour]uint64) {
	t.Helper()
	if got, err := b.Flagged(context.Background(), now.Add(-1000*time.Hour)); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

// An hour that a later run analyzes again is flagged by that run alone, and nothing
// counts twice, in whichever case it is told. Hours outside of the run stay.
func TestFlaggedHoursAreReplaced(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{})
	cases := []analyze.PastCase{past("aaaaa", "192.0.2.1/32"), past("bbbbb", "192.0.2.2/32")}
	told(t, b, 12, 6, cases, failed("aaaaa", 8, 90), failed("", 8, 10), failed("bbbbb", 8, 20), failed("aaaaa", 7, 50))
	flaggedIs(t, b, map[analyze.ServiceHour]uint64{sshHour(8): 120, sshHour(7): 50})
	told(t, b, 7, 0, cases, failed("bbbbb", 7, 60), failed("bbbbb", 1, 5))
	flaggedIs(t, b, map[analyze.ServiceHour]uint64{sshHour(8): 120, sshHour(7): 60, sshHour(1): 5})
}

// Forgetting an address removes the case that was about it, and not that so many
// events of an hour were hostile: the archive still counts them.
func TestFlaggedOutlivesAForgottenCase(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{})
	told(t, b, 6, 0, []analyze.PastCase{past("aaaaa", "192.0.2.1/32")}, failed("aaaaa", 3, 100))
	if n, err := b.Forget(context.Background(), netip.MustParsePrefix("192.0.2.0/24")); n != 1 || err != nil {
		t.Fatalf("%d cases, %v", n, err)
	}
	flaggedIs(t, b, map[analyze.ServiceHour]uint64{sshHour(3): 100})
	var of sql.NullString
	if err := b.db.QueryRow(`SELECT "case" FROM flagged`).Scan(&of); err != nil || of.Valid {
		t.Errorf("still of case %v, %v", of, err)
	}
}

// What was flagged is kept for as long as cases are.
func TestFlaggedIsForgotten(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{})
	told(t, b, 6, 0, []analyze.PastCase{past("aaaaa", "192.0.2.1/32")}, failed("aaaaa", 3, 100))
	later := now.Add(Keep)
	if err := b.Tell(context.Background(), &Run{From: later, To: later, Oldest: later.Add(-Keep)}); err != nil {
		t.Fatal(err)
	}
	flaggedIs(t, b, map[analyze.ServiceHour]uint64{})
}

// A casebook of the first version gets the table, and its cases stay. A dry run
// reads it as it is.
func TestCasebookGrows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "casebook.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(casesSchema+`PRAGMA user_version = 1;
		INSERT INTO cases VALUES ('aaaaa', 'brute_force', '00', '', 'high', 0, 0, 0, ?, 1)`, now.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	db.Close()
	flaggedIs(t, opened(t, path, Options{ReadOnly: true}), nil)
	b := opened(t, path, Options{})
	if got := recall(t, b); len(got) != 1 {
		t.Errorf("%d cases, want the old one", len(got))
	}
	told(t, b, 6, 0, recall(t, b), failed("aaaaa", 3, 100))
	flaggedIs(t, opened(t, path, Options{}), map[analyze.ServiceHour]uint64{sshHour(3): 100})
}
