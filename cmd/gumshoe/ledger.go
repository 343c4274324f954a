package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ban/ledger"
	"gumshoe/ingest/archive"
)

const ledgerFile = "ledger.db"

// openLedger opens the ledger of bans in the state directory. For reading alone,
// as a dry run does, one that is not there holds nothing. close never fails.
func openLedger(ctx context.Context, dir string, write bool) (l *ledger.Ledger, close func(), err error) {
	path, query := filepath.Join(dir, ledgerFile), url.Values{"_pragma": ledger.Pragmas}
	if !write {
		query = url.Values{"_pragma": {"busy_timeout(5000)"}, "mode": {"ro"}}
		if _, err := os.Stat(path); err != nil {
			path, query = ":memory:", url.Values{}
		}
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: path, RawQuery: query.Encode()}).String())
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
