package f2bdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the driver that the program uses

	"gumshoe/ingest"
)

// The tables as fail2ban makes them: version 4 of the schema, and version 2 of
// fail2ban 0.9 and 0.10.
const (
	schema4 = `CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL DEFAULT 1, data JSON);
		CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL DEFAULT 1, data JSON, PRIMARY KEY(ip, jail));`
	schema2 = `CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, data JSON);`
)

// begin is 2026-11-20T10:00:00Z.
var begin = time.Unix(1795168800, 0).UTC()

// database makes a database and opens it as the program does.
func database(t *testing.T, statements string) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fail2ban.sqlite3")
	make, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := make.Exec(statements); err != nil {
		t.Fatal(err)
	}
	if err := make.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func all(t *testing.T, db *sql.DB, since time.Time) (out []Ban) {
	t.Helper()
	for b, err := range Bans(t.Context(), db, since) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

var samePrefix = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func TestBans(t *testing.T) {
	db := database(t, schema4+`
		INSERT INTO bans VALUES('sshd', '192.0.2.1', 1795168800, 600, 1, '{}');
		INSERT INTO bans VALUES('sshd', '192.0.2.1', 1795169800, 1200, 2, '{}'); -- banned again,
		INSERT INTO bips VALUES('192.0.2.1', 'sshd', 1795169800, 1200, 2, '{}'); -- and still
		INSERT INTO bips VALUES('2001:db8::1', 'recidive', 1795168900, -1, 1, NULL); -- purged from bans
		INSERT INTO bans VALUES('dovecot', '::ffff:198.51.100.7', 1795168850, 600, 1, '{}');
		INSERT INTO bans VALUES('subnets', '203.0.113.9/24', 1795168851, 600, 1, '{}');
		INSERT INTO bans VALUES('users', 'anna', 1795168852, 600, 1, '{}'); -- no address
		INSERT INTO bans VALUES('sshd', NULL, 1795168853, 600, 1, '{}');
		INSERT INTO bans VALUES('sshd', '192.0.2.2', 1795168799, 600, 1, '{}'); -- before`)
	want := []Ban{
		{begin, netip.MustParsePrefix("192.0.2.1/32"), "sshd", 10 * time.Minute, 1},
		{begin.Add(50 * time.Second), netip.MustParsePrefix("198.51.100.7/32"), "dovecot", 10 * time.Minute, 1},
		{begin.Add(51 * time.Second), netip.MustParsePrefix("203.0.113.0/24"), "subnets", 10 * time.Minute, 1},
		{begin.Add(100 * time.Second), netip.MustParsePrefix("2001:db8::1/128"), "recidive", Forever, 1},
		{begin.Add(1000 * time.Second), netip.MustParsePrefix("192.0.2.1/32"), "sshd", 20 * time.Minute, 2},
	}
	if diff := cmp.Diff(want, all(t, db, begin), samePrefix); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOldSchema: a database of fail2ban 0.10 says less.
func TestOldSchema(t *testing.T) {
	db := database(t, schema2+`INSERT INTO bans VALUES('sshd', '192.0.2.1', 1795168800, '{}');`)
	want := []Ban{{Time: begin, Prefix: netip.MustParsePrefix("192.0.2.1/32"), Jail: "sshd"}}
	if diff := cmp.Diff(want, all(t, db, time.Time{}), samePrefix); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNotFail2ban(t *testing.T) {
	db := database(t, `CREATE TABLE bans(who TEXT)`)
	for _, err := range Bans(t.Context(), db, time.Time{}) {
		if !errors.Is(err, ErrNotFail2ban) {
			t.Errorf("%v, want ErrNotFail2ban", err)
		}
	}
	if _, err := NewSource(t.Context(), "x", db, time.Time{}, begin); !errors.Is(err, ErrNotFail2ban) {
		t.Errorf("%v, want ErrNotFail2ban", err)
	}
}

// told collects events as text.
type told struct{ events []string }

func (s *told) Begin(uint32) {}

func (s *told) Add(ev *ingest.Event, _ ingest.Origin) {
	s.events = append(s.events, fmt.Sprintf("%s %s %s %s %s", ev.Stamp().Format(time.TimeOnly), ev.Kind, ev.Src, ev.Service, ev.Program))
}

// TestSource: the database is read as any log is.
func TestSource(t *testing.T) {
	db := database(t, schema4+`
		INSERT INTO bans VALUES('sshd', '192.0.2.1', 1795168800, 600, 1, '{}');
		INSERT INTO bans VALUES('odd'||char(10)||'jail', '2001:db8::1', 1795168801, 600, 1, '{}');`)
	src, err := NewSource(t.Context(), "fail2ban.sqlite3", db, begin, begin.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	sink := &told{}
	health, err := ingest.Scan(context.Background(), []ingest.Source{src}, ingest.Options{Workers: 1, NewSink: func() ingest.Sink { return sink }})
	if err != nil || health[0].Error != "" || health[0].Parsed != 2 {
		t.Fatalf("%v %+v", err, health)
	}
	want := []string{"10:00:00 ban 192.0.2.1 fail2ban sshd", "10:00:01 ban 2001:db8::1 fail2ban odd jail"}
	if diff := cmp.Diff(want, sink.events); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("1795168800\t192.0.2.1\tsshd")
	f.Fuzz(func(t *testing.T, line string) {
		var ev ingest.Event
		if (banParser{}).Parse([]byte(line), &ev) == ingest.Parsed && !ev.Src.IsValid() {
			t.Errorf("%q: a ban of nobody", line)
		}
	})
}
