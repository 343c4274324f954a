package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ban/ledger"
	"gumshoe/ingest/archive"
)

const ledgerFile = "ledger.db"

// writable asks access(2) whether a directory can be written to.
const writable = 2

// openLedger opens the ledger of bans in the state directory. For reading alone,
// as a dry run does, one that is not there holds nothing. close never fails.
func openLedger(ctx context.Context, dir string, write bool) (l *ledger.Ledger, close func(), err error) {
	path, query := filepath.Join(dir, ledgerFile), url.Values{"_pragma": ledger.Pragmas}
	if !write {
		query = url.Values{"_pragma": {"busy_timeout(5000)"}, "mode": {"ro"}}
		switch f, err := os.Open(path); {
		case errors.Is(err, fs.ErrNotExist):
			path, query = ":memory:", url.Values{}
		case err != nil:
			return nil, nil, fmt.Errorf("the ledger: %w", err) // SQLite says no more than that it cannot open it
		default:
			f.Close()
			if query, err = readingOf(path, query); err != nil {
				return nil, nil, err
			}
		}
	}
	db, err := sql.Open("sqlite", databaseURI(path, query))
	if err != nil {
		return nil, nil, err
	}
	open := ledger.Open
	if !write {
		open = ledger.OpenToRead
	}
	if l, err = open(ctx, db); err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("the ledger %s: %w", path, err)
	}
	return l, func() { db.Close() }, nil
}

// readingOf prepares for a ledger in a directory where nothing may be written: on a
// file system that is mounted read-only, or for a person with less rights. There
// SQLite cannot make the files in which readers and writers find each other, and
// wants the promise that nobody writes. It cannot be given while a log waits to be
// taken over: without that the ledger would say what is no longer true.
func readingOf(path string, query url.Values) (url.Values, error) {
	if syscall.Access(filepath.Dir(path), writable) == nil {
		return query, nil
	}
	if _, err := os.Stat(path + "-shm"); err == nil {
		return query, nil // they are there
	}
	if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
		return nil, fmt.Errorf("the ledger %s may only be read, and %s-wal holds changes that wait to be written into it; copy both elsewhere and name that place with --state-dir", path, path)
	}
	query.Set("immutable", "1")
	return query, nil
}

// recallBans fills in what the ledger knows of a policy's past.
func recallBans(ctx context.Context, l *ledger.Ledger, p *ban.Policy, now time.Time) error {
	var err error
	if p.Active, err = l.Active(ctx, now); err != nil {
		return err
	}
	if p.Exempt, err = l.Exemptions(ctx, now); err != nil {
		return err
	}
	p.Offences = func(source netip.Prefix) int {
		n, _ := l.Offences(ctx, source, now) // a ledger that fails here fails again before anything is done
		return n
	}
	_, _, confirmed, err := l.Confirmed(ctx)
	p.Unconfirmed = !confirmed
	return err
}

// deedState lets drivers remember their deeds in the ledger.
type deedState struct{ ledger *ledger.Ledger }

// Deeds implements firewall.State.
func (s deedState) Deeds(ctx context.Context, driver string) ([]firewall.Deed, error) {
	list, err := s.ledger.Deeds(ctx, driver)
	out := make([]firewall.Deed, len(list))
	for i, d := range list {
		out[i] = firewall.Deed{Ban: d.Ban, Done: d.Done}
	}
	return out, err
}

// Put implements firewall.State.
func (s deedState) Put(ctx context.Context, driver string, deeds ...firewall.Deed) error {
	list := make([]ledger.Deed, len(deeds))
	for i, d := range deeds {
		list[i] = ledger.Deed{Key: firewall.DeedKey(d.Ban), Ban: d.Ban, Done: d.Done}
	}
	return s.ledger.PutDeeds(ctx, driver, list)
}

// Forget implements firewall.State.
func (s deedState) Forget(ctx context.Context, driver string, bans ...ban.Ban) error {
	keys := make([]string, len(bans))
	for i, b := range bans {
		keys[i] = firewall.DeedKey(b)
	}
	return s.ledger.DropDeeds(ctx, driver, keys)
}

// forgetBans takes people out of what the ledger says about bans. Who is banned
// stays banned.
func forgetBans(ctx context.Context, s *Settings, what archive.Forgotten) error {
	if _, err := os.Stat(filepath.Join(s.StateDir, ledgerFile)); err != nil {
		return nil
	}
	l, close, err := openLedger(ctx, s.StateDir, true)
	if err != nil {
		return err
	}
	defer close()
	for _, p := range what.Sources {
		if _, err := l.Forget(ctx, p); err != nil {
			return err
		}
	}
	for _, account := range what.Accounts {
		if _, err := l.ForgetAccount(ctx, account); err != nil {
			return err
		}
	}
	return nil
}

// databaseURI names a database to SQLite. A path is escaped: in a URI "#" and "?" end it.
func databaseURI(path string, query url.Values) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
}
