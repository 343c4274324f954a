package firewall

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver that the program uses

	"gumshoe/ban"
	"gumshoe/ban/ledger"
)

// benchLedger opens an empty ledger as the program does.
func benchLedger(b *testing.B) *ledger.Ledger {
	b.Helper()
	query := url.Values{"_pragma": ledger.Pragmas}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: filepath.Join(b.TempDir(), "ledger.db"), RawQuery: query.Encode()}).String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	l, err := ledger.Open(b.Context(), db)
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// BenchmarkWhole is the way of many bans from the plan to the kernel: apply writes
// them into the ledger and brings them into an empty kernel, sync reads the ledger
// and finds the kernel equal. Everything is durable and read back.
func BenchmarkWhole(b *testing.B) {
	for _, e := range engines {
		for _, n := range crowds() {
			plan := manyDecided(n)
			b.Run(e.name+"/"+strconv.Itoa(n)+"/apply", func(b *testing.B) {
				d := e.make(newHost(b), Options{})
				for b.Loop() {
					b.StopTimer()
					if err := d.Clear(b.Context()); err != nil {
						b.Fatal(err)
					}
					l := benchLedger(b)
					b.StartTimer()
					applyWhole(b, d, l, plan)
				}
			})
			b.Run(e.name+"/"+strconv.Itoa(n)+"/sync", func(b *testing.B) {
				d, l := e.make(newHost(b), Options{}), benchLedger(b)
				applyWhole(b, d, l, plan)
				for b.Loop() {
					now := time.Now()
					active, err := l.Active(b.Context(), now)
					if err != nil || len(active) != n {
						b.Fatal(len(active), err)
					}
					w, err := NewWant(active, nil, now)
					if err != nil {
						b.Fatal(err)
					}
					syncTo(b, d, w)
				}
			})
		}
	}
}

// manyDecided are many bans as a plan makes them of a botnet: case by case, each in
// order of address.
func manyDecided(n int) []ban.Ban {
	plan := many(n)
	for i := range plan {
		p := &plan[i]
		p.Jail, p.By, p.From, p.Case, p.Run = "web", ban.Auto, time.Now().Add(-time.Second), "c"+strconv.Itoa(i/500), "r1"
		p.Reason, p.Offence, p.Country, p.ASN = "Critical, more than 99.9 % sure, by guessed logins and many addresses on one account.", 1, "NL", uint32(64500+i%50)
		p.Evidence = "2026-11-20T03:14:15Z web1 sshd[4711]: Failed password for root from " + p.Prefix.Addr().String() + " port 40000 ssh2"
	}
	for some := range slices.Chunk(plan, 500) {
		slices.SortFunc(some, ban.Compare)
	}
	return plan
}

// applyWhole goes the way of a run: the driver prepares while the ledger writes.
func applyWhole(b *testing.B, d Driver, l *ledger.Ledger, plan []ban.Ban) {
	b.Helper()
	ready := make(chan *Preparation, 1)
	_, err := l.Apply(b.Context(), plan, nil, func(after []ban.Ban) {
		go func() {
			w, err := NewWant(after, nil, time.Now())
			if err != nil {
				b.Error(err)
			}
			ready <- Prepare(b.Context(), []Driver{d}, w)
		}()
	})
	if err != nil {
		b.Fatal(err)
	}
	if r, err := (<-ready).Sync(b.Context()); err != nil || r[0].Standing != len(plan) {
		b.Fatal(r, err)
	}
}
