package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/casebook"
	"gumshoe/ingest/archive"
)

const casebookFile = "casebook.db"

// cases is what the job remembers of the cases of earlier runs.
type cases struct {
	book *casebook.Book // nil: over files, or where it cannot be used
	db   *sql.DB
	now  casebook.Run                   // to be remembered
	old  map[analyze.ServiceHour]uint64 // flagged by earlier runs
	said []analyze.Saying               // what people said of cases

	unheard bool // what they said is not known: the casebook could not be read
}

// recall returns the cases of earlier runs, and what their sources added to the
// counts of services. A casebook that cannot be read is set
// aside: the run goes on, degraded, and every case is new.
func (m *memory) recall(ctx context.Context, a *app, l *logs, now time.Time, s *Settings) ([]analyze.PastCase, map[analyze.ServiceHour]uint64) {
	if m == nil {
		return nil, nil
	}
	past, err := m.openCasebook(ctx, now, s)
	if err != nil {
		m.cases.unheard = true
		l.missed(a, fmt.Sprintf("the casebook: %v; what goes on is told as new", err))
	}
	if m.cases.book == nil {
		return nil, nil
	}
	return past, m.cases.old
}

// recognize gives the cases that go on their old ids and what people said of them,
// notes what is to be remembered of all, and returns those that are over.
func (m *memory) recognize(in *analyze.Input, found []analyze.Case) []analyze.PastCase {
	if m == nil || m.cases.book == nil {
		return nil
	}
	ended := analyze.Recognize(found, in.Past, m.cases.book.Key)
	analyze.Heed(found, m.cases.said, in.Now, m.cases.book.Key)
	run := &m.cases.now
	*run = casebook.Run{Flagged: in.FlaggedBy(found), From: in.From, To: in.To}
	for i := range found {
		if found[i].Level >= analyze.Low {
			run.Cases = append(run.Cases, found[i].Past(in.To))
		}
	}
	return ended
}

// openCasebook opens the casebook and reads it. What is no casebook is moved out of
// the way of a new one.
func (m *memory) openCasebook(ctx context.Context, now time.Time, s *Settings) ([]analyze.PastCase, error) {
	path := filepath.Join(m.dir, casebookFile)
	past, err := m.readCasebook(ctx, path, now, s)
	if err == nil || errors.Is(err, casebook.ErrNewer) || m.lock == nil || ctx.Err() != nil || !blamesContent(err) {
		return past, err
	}
	m.cases.close()
	aside := path + now.UTC().Format(".damaged-20060102T150405Z")
	if moved := os.Rename(path, aside); moved != nil {
		return nil, errors.Join(err, moved)
	}
	if past, again := m.readCasebook(ctx, path, now, s); again == nil {
		return past, fmt.Errorf("%w; set aside as %s", err, aside)
	}
	return nil, err
}

// blamesContent reports whether a casebook cannot be read because of what is in it.
// Another program's lock, a full disk or a missing right is over tomorrow, and then
// what people said must still be there.
func blamesContent(err error) bool {
	var outside *fs.PathError
	var coded interface{ Code() int }
	switch {
	case errors.As(err, &outside):
		return false
	case !errors.As(err, &coded):
		return true // rows that mean nothing
	}
	const primary = 0xff // the rest are details, https://www.sqlite.org/rescode.html
	switch coded.Code() & primary {
	case 1, 11, 26: // tables of somebody else's, SQLITE_CORRUPT, SQLITE_NOTADB
		return true
	}
	return false
}

// openBook opens a casebook and reads nothing of it.
func (m *memory) openBook(ctx context.Context, path string, s *Settings) error {
	query := url.Values{"_pragma": {"foreign_keys(1)", "busy_timeout(5000)", "secure_delete(1)"}}
	if m.lock == nil {
		if _, err := os.Stat(path); err != nil {
			path, query = ":memory:", url.Values{} // there is none, and a dry run makes none
		} else {
			query.Set("mode", "ro")
		}
	}
	db, err := sql.Open("sqlite", databaseURI(path, query))
	if err != nil {
		return err
	}
	m.cases.db = db
	key, err := m.key()
	if err != nil {
		return err
	}
	if m.cases.book, err = casebook.Open(ctx, db, casebook.Options{Key: key, NoNames: s.HashAccounts, ReadOnly: m.lock == nil}); err != nil {
		m.cases.book = nil
	}
	return err
}

func (m *memory) readCasebook(ctx context.Context, path string, now time.Time, s *Settings) ([]analyze.PastCase, error) {
	if err := m.openBook(ctx, path, s); err != nil {
		return nil, err
	}
	past, err := m.cases.book.Recall(ctx, now)
	if err == nil {
		m.cases.old, err = m.cases.book.Flagged(ctx, now.Add(-serviceBack))
	}
	if err == nil {
		m.cases.said, err = m.cases.book.Words(ctx, now)
	}
	if err != nil {
		m.cases.book = nil
	}
	return past, err
}

// keep remembers the cases of a run that is complete, and forgets what is too old
// at a moment.
func (c *cases) keep(ctx context.Context, at time.Time) error {
	if c.book == nil {
		return nil
	}
	c.now.Oldest = at.Add(-casebook.Keep)
	if err := c.book.Tell(ctx, &c.now); err != nil {
		return fmt.Errorf("the casebook: %w", err)
	}
	return nil
}

func (c *cases) close() {
	if c.db != nil {
		c.db.Close()
		*c = cases{}
	}
}

// forget takes sources and accounts out of the casebook, and returns how many
// cases named them.
func (m *memory) forget(ctx context.Context, what archive.Forgotten, s *Settings) (n int, err error) {
	if _, err := m.openCasebook(ctx, time.Now(), s); err != nil {
		return 0, fmt.Errorf("the casebook: %w", err)
	}
	for _, p := range what.Sources {
		k, err := m.cases.book.Forget(ctx, p)
		if err != nil {
			return n, err
		}
		n += k
	}
	for _, account := range what.Accounts {
		k, err := m.cases.book.ForgetAccount(ctx, account)
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}
