package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// What fail2ban banned is read from its database and told with the case; the
// database itself accuses nobody and is not written to.
func TestBanDatabase(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "fail2ban.sqlite3")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, do := range []string{
		`CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL DEFAULT 1, data JSON)`,
		`CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL DEFAULT 1, data JSON, PRIMARY KEY(ip, jail))`,
		`INSERT INTO bans VALUES('sshd', '` + attacker.Addr().String() + `', unixepoch('2026-11-10 13:00:00'), 600, 1, NULL)`,
		`INSERT INTO bans VALUES('sshd', '192.0.2.200', unixepoch('2026-11-10 13:05:00'), 600, 1, NULL)`,
	} {
		if _, err := db.Exec(do); err != nil {
			t.Fatal(err)
		}
	}
	log := put(t, dir, "auth.log", guessing())
	config := put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n  - path: "+path+"\n")
	o := configured(t, config, nil, "analyze", "--since", "2026-11-10", "--until", "2026-11-11", "--json")
	cases := o.cases(t)
	if o.code != 0 || !accuses(t, cases, attacker) {
		t.Fatalf("code %d, %s%s", o.code, o.err, o.out)
	}
	if accuses(t, cases, parsePrefix(t, "192.0.2.200")) {
		t.Error("a ban of fail2ban's accuses somebody by itself")
	}
	if g := cases[0].Fail2ban; g == nil || !g.Seen || g.Banned != 1 || g.Bans != 1 {
		t.Errorf("what fail2ban did is told as %+v", g)
	}

	broken := put(t, dir, "broken.sqlite3", "this is no database\n")
	config = put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n  - path: "+broken+"\n")
	if o := configured(t, config, nil, "analyze", "--since", "2026-11-10", "--until", "2026-11-11", "--json"); o.code != exitDegraded || !strings.Contains(o.err, "broken.sqlite3") {
		t.Errorf("a broken database: code %d, %s", o.code, o.err)
	}
}
