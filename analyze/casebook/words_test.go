package casebook

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/analyze"
)

func words(t *testing.T, b *Book) []analyze.Saying {
	t.Helper()
	out, err := b.Words(context.Background(), now)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A word binds to the sources and accounts that the case had when it was said,
// whoever joins the case later. It ends by its date or when it is taken back.
func TestSay(t *testing.T) {
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{Key: []byte("k")})
	first := past("aaaaa", "192.0.2.1/32", "192.0.2.2/32")
	first.Accounts = []string{"Anna@example.org"}
	tell(t, b, now, first)
	if err := b.Say(ctx, analyze.Saying{Case: "zzzzz", Word: analyze.Muted, At: now}); !errors.Is(err, ErrNoCase) {
		t.Errorf("of a case that never was: %v", err)
	}
	for _, s := range []analyze.Saying{
		{Case: "aaaaa", Word: analyze.Muted, Reason: "our backup", By: "jan", At: now.AddDate(0, 0, -1), Until: now.AddDate(0, 0, 14)},
		{Case: "aaaaa", Word: analyze.Acknowledged, By: "jan", At: now.AddDate(0, 0, -9), Until: now.AddDate(0, 0, -2)},
	} {
		if err := b.Say(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	tell(t, b, now, past("aaaaa", "192.0.2.1/32", "192.0.2.2/32", "203.0.113.9/32"))

	got := words(t, b)
	if len(got) != 1 {
		t.Fatalf("%d words hold, want the one whose time is not over", len(got))
	}
	s := got[0]
	if s.Word != analyze.Muted || s.Reason != "our backup" || s.By != "jan" || !s.Until.Equal(now.AddDate(0, 0, 14)) ||
		len(s.Sources) != 2 || s.Sources[1] != netip.MustParsePrefix("192.0.2.2/32") ||
		len(s.Accounts) != 1 || s.Accounts[0] != b.Key("anna@example.org") {
		t.Errorf("got %+v", s)
	}
	if n, err := b.TakeBack(ctx, "aaaaa", now); err != nil || n != 2 {
		t.Errorf("took back %d, %v", n, err)
	}
	if got := words(t, b); len(got) != 0 {
		t.Errorf("%d words hold after they were taken back", len(got))
	}
}

// Who is forgotten is forgotten in what was said, too: its reason may name him.
func TestForgetWords(t *testing.T) {
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{Key: []byte("k")})
	c := past("aaaaa", "192.0.2.1/32", "203.0.113.9/32")
	c.Accounts = []string{"anna@example.org"}
	tell(t, b, now, c)
	say := func() {
		if err := b.Say(ctx, analyze.Saying{Case: "aaaaa", Word: analyze.Muted, Reason: "Anna, from 203.0.113.9", At: now}); err != nil {
			t.Fatal(err)
		}
	}
	say()
	if _, err := b.Forget(ctx, netip.MustParsePrefix("203.0.113.0/24")); err != nil {
		t.Fatal(err)
	}
	if got := words(t, b); len(got) != 1 || len(got[0].Sources) != 1 || got[0].Reason != "" {
		t.Errorf("after an address was forgotten: %+v", got)
	}
	say()
	if _, err := b.ForgetAccount(ctx, "ANNA@example.org"); err != nil {
		t.Fatal(err)
	}
	for _, s := range words(t, b) {
		if len(s.Accounts) > 0 || strings.Contains(s.Reason, "Anna") {
			t.Errorf("after an account was forgotten: %+v", s)
		}
	}
}
