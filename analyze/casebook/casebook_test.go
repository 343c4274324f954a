package casebook

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gumshoe/analyze"
)

var now = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)

func opened(t *testing.T, path string, opt Options) *Book {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b, err := Open(context.Background(), db, opt)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func past(id string, sources ...string) analyze.PastCase {
	p := analyze.PastCase{ID: id, Kind: "account_fanin", Key: "account imap anna@example.org", Headline: "24 addresses, one account: anna@example.org",
		Level: analyze.High, Conduct: 1 << 62, Began: now.AddDate(0, 0, -3), Last: now.Add(-time.Hour), Told: now, Open: true}
	for _, s := range sources {
		p.Sources = append(p.Sources, netip.MustParsePrefix(s))
	}
	return p
}

func recall(t *testing.T, b *Book) []analyze.PastCase {
	t.Helper()
	got, err := b.Recall(context.Background(), now)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func tell(t *testing.T, b *Book, at time.Time, cases ...analyze.PastCase) {
	t.Helper()
	if err := b.Tell(context.Background(), &Run{Cases: cases, To: at, Oldest: at.Add(-Keep)}); err != nil {
		t.Fatal(err)
	}
}

// What is told is recalled after the program has ended, except the key of a case,
// which may name an account: it can be compared and not read.
func TestTellAndRecall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "casebook.db")
	want := past("x7k2m", "192.0.2.1/32", "2001:db8::/64")
	tell(t, opened(t, path, Options{Key: []byte("k")}), now, want)
	b := opened(t, path, Options{Key: []byte("k")})
	got := recall(t, b)
	want.Key = b.Key(want.Key)
	if diff := cmp.Diff([]analyze.PastCase{want}, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(got[0].Key, "anna") || b.Key("another") == got[0].Key {
		t.Errorf("key %q", got[0].Key)
	}
}

// A case that the next run does not tell is over; after half a year it is forgotten.
func TestCaseEnds(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{})
	tell(t, b, now, past("aaaaa", "192.0.2.1/32"), past("bbbbb", "192.0.2.2/32"))
	tell(t, b, now.Add(6*time.Hour), past("bbbbb", "192.0.2.3/32"))
	got := recall(t, b)
	if len(got) != 2 || got[0].Open || !got[1].Open || len(got[1].Sources) != 1 || got[1].Sources[0].String() != "192.0.2.3/32" {
		t.Errorf("%+v", got)
	}
	tell(t, b, now.Add(Keep+time.Hour))
	if got := recall(t, b); len(got) != 0 {
		t.Errorf("remembered for ever: %+v", got)
	}
}

func TestForget(t *testing.T) {
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{})
	tell(t, b, now, past("aaaaa", "192.0.2.1/32"), past("bbbbb", "192.0.2.1/32", "198.51.100.7/32"), past("ccccc", "203.0.113.9/32"))
	if n, err := b.Forget(ctx, netip.MustParsePrefix("192.0.2.1/32")); n != 2 || err != nil {
		t.Errorf("forgot in %d cases, %v", n, err)
	}
	got := recall(t, b)
	if len(got) != 2 || got[0].ID != "bbbbb" || len(got[0].Sources) != 1 || got[0].Headline != "" || got[1].Headline == "" {
		t.Errorf("%+v", got)
	}
	if n, err := b.ForgetAccount(ctx, "Anna@example.org"); n != 1 || err != nil {
		t.Errorf("emptied %d headlines, %v", n, err)
	}
}

// Where accounts are hashed, no headline that names one is kept.
func TestNoNames(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{NoNames: true})
	tell(t, b, now, past("aaaaa", "192.0.2.1/32"))
	if got := recall(t, b); got[0].Headline != "" {
		t.Errorf("kept %q", got[0].Headline)
	}
}

// A dry run leaves nothing behind, not even tables.
func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "casebook.db")
	b := opened(t, path, Options{ReadOnly: true})
	tell(t, b, now, past("aaaaa", "192.0.2.1/32"))
	if got := recall(t, b); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// What a later version wrote is neither read nor changed.
func TestNewer(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "casebook.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), db, Options{}); !errors.Is(err, ErrNewer) {
		t.Errorf("%v, want ErrNewer", err)
	}
}
