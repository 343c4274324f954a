package casebook

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/analyze"
)

func judged(traits, verdict string, said time.Time) analyze.Judged {
	return analyze.Judged{Behaviour: analyze.Behaviour{Traits: traits, Conduct: 1<<63 | 5},
		Opinion: analyze.Opinion{Verdict: verdict, Category: "scanning", Explanation: "{0} looks for doors.", SeverityStep: -1, GuardSuspected: "crawler", Model: "m", When: said}}
}

// An opinion is remembered by behaviour, the newest alone, until it is too old.
func TestOpinions(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "casebook.db")
	b := opened(t, path, Options{})
	old, fresh, other := judged("a", "benign", now.AddDate(0, 0, -10)), judged("a", "malicious", now), judged("b", "benign", now.AddDate(0, 0, -20))
	for _, list := range [][]analyze.Judged{{old, other}, {fresh}} {
		if err := b.KeepOpinions(ctx, list, now.AddDate(0, 0, -30)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := opened(t, path, Options{}).Opinions(ctx, now.AddDate(0, 0, -14))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]analyze.Judged{fresh}, got); diff != "" {
		t.Error(diff)
	}
	if err := b.KeepOpinions(ctx, nil, now.AddDate(0, 0, -14)); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Opinions(ctx, time.Time{}); len(got) != 1 {
		t.Errorf("an old opinion is kept: %+v", got)
	}
}

// An exchange counts what it may cost until it has ended, then what it did.
func TestExchanges(t *testing.T) {
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{})
	e := analyze.Exchange{At: now, Endpoint: "https://ai.example.org/v1", Model: "m", Mode: "json_schema", Request: "{}", Decision: "not ended", Cards: 3, TokensIn: 900, TokensOut: 300, Micros: 70}
	entry, err := b.Begin(ctx, &e)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := b.Spent(ctx, now); err != nil || s != (analyze.Spend{Requests: 1, TokensIn: 900, TokensOut: 300, Micros: 70}) {
		t.Errorf("reserved: %+v, %v", s, err)
	}
	e.Answer, e.Decision, e.TokensIn, e.TokensOut, e.Micros, e.Elapsed = "{...}", "taken", 700, 120, 41, 1500*time.Millisecond
	if err := b.End(ctx, entry, &e); err != nil {
		t.Fatal(err)
	}
	if s, err := b.Spent(ctx, now); err != nil || s.Tokens() != 820 || s.Micros != 41 {
		t.Errorf("spent: %+v, %v", s, err)
	}
	if s, _ := b.Spent(ctx, now.Add(time.Hour)); s != (analyze.Spend{}) {
		t.Errorf("spent before it was asked: %+v", s)
	}
	got, err := b.Exchanges(ctx, now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]analyze.Exchange{e}, got); diff != "" {
		t.Error(diff)
	}
	later := analyze.Exchange{At: now.Add(Keep + time.Hour)}
	if _, err := b.Begin(ctx, &later); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Exchanges(ctx, now); len(got) != 1 || got[0].Request != "" {
		t.Errorf("kept for ever: %+v", got)
	}
}

// A dry run recalls and keeps nothing; what it cannot enter it must not ask.
func TestVerdictsReadOnly(t *testing.T) {
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{ReadOnly: true})
	if got, err := b.Opinions(ctx, time.Time{}); got != nil || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if s, err := b.Spent(ctx, time.Time{}); s != (analyze.Spend{}) || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if err := b.KeepOpinions(ctx, []analyze.Judged{judged("a", "benign", now)}, now); err != nil {
		t.Error(err)
	}
	if _, err := b.Begin(ctx, &analyze.Exchange{}); err == nil {
		t.Error("a dry run may ask")
	}
}
