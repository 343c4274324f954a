package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	_ "modernc.org/sqlite" // the driver, which enters here alone

	"gumshoe/ingest"
	"gumshoe/ingest/source"
	"gumshoe/ingest/source/f2bdb"
)

// banDatabase is where fail2ban remembers whom it banned.
const banDatabase = "/var/lib/fail2ban/fail2ban.sqlite3"

// isDatabase reports whether a source is fail2ban's database and not a log.
func isDatabase(path string) bool { return strings.HasSuffix(path, ".sqlite3") }

// banDatabase opens fail2ban's database as a log of bans. It is opened read-only
// and never written to; fail2ban goes on writing meanwhile.
func (o *opening) banDatabase(ctx context.Context, s SourceSetting) error {
	if _, err := os.Stat(s.Path); err != nil {
		o.absent(s, source.Note{Path: s.Path, Text: "configured, but no such file (" + s.From + ")", Err: err})
		return nil
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: s.Path, RawQuery: "mode=ro"}).String())
	if err != nil {
		return fmt.Errorf("opening %s: %w", s.Path, err)
	}
	bans, err := f2bdb.NewSource(ctx, s.Path, db, o.since(), o.job.Started)
	if err != nil {
		db.Close()
		o.logs.missed(o.app, fmt.Sprintf("%s: %v", s.Path, err))
		return nil
	}
	o.logs.sources = append(o.logs.sources, openDatabase{bans, db})
	return nil
}

// openDatabase closes the database with its source.
type openDatabase struct {
	*f2bdb.Source
	db *sql.DB
}

func (d openDatabase) Close() error { return d.db.Close() }

// otherGuard reports whether fail2ban's log or its database was read: whom it did
// not ban, it did not see.
func (l *logs) otherGuard() bool {
	return slices.ContainsFunc(l.health, func(h ingest.Health) bool {
		return h.Error == "" && (h.Format == "fail2ban" || isDatabase(h.Source))
	})
}
