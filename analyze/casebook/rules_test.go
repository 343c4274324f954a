package casebook

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"reflect"
	"testing"

	"gumshoe/analyze"
)

// Rules and kinds of line come back as they were kept; what was said of a kind
// stays said, whoever meets it again.
func TestRulesAreRemembered(t *testing.T) {
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{Key: []byte("k")})
	r := analyze.Rule{ID: "r1", Shape: "7", Program: "vaultd", Template: "unseal by <ip> denied", Pattern: "^unseal by (?P<addr>[0-9.]+) denied$", State: analyze.RuleShadow,
		By: "small", Evidence: 2, Left: 3, Hits: 9, FalseHits: 1, At: now}
	if err := b.KeepRules(ctx, []analyze.Rule{r}); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Rule(ctx, "r1"); err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("got %+v, %v", got, err)
	}
	r.State, r.Approved = analyze.RuleActive, true
	if err := b.KeepRules(ctx, []analyze.Rule{r}); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Rules(ctx); err != nil || len(got) != 1 || !got[0].Approved {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := b.Rule(ctx, "r2"); !errors.Is(err, ErrNoRule) {
		t.Errorf("of no such rule: %v", err)
	}

	s := analyze.UnknownShape{NovelLine: analyze.NovelLine{ID: "7", Program: "vaultd", Text: "unseal by <ip> denied", Lines: 40, Clients: 9,
		Samples: []string{"vaultd: unseal by 192.0.2.1 denied"}}, Met: now}
	keep := func(s analyze.UnknownShape) []analyze.UnknownShape {
		t.Helper()
		if err := b.KeepShapes(ctx, []analyze.UnknownShape{s}, now.Add(-Keep)); err != nil {
			t.Fatal(err)
		}
		got, err := b.Shapes(ctx)
		if err != nil || len(got) != 1 {
			t.Fatalf("%d shapes, %v", len(got), err)
		}
		return got
	}
	if got := keep(s); !reflect.DeepEqual(got[0], s) {
		t.Errorf("got %+v", got[0])
	}
	said := s
	said.Verdict, said.By = analyze.Threat, "small"
	keep(said)
	if got := keep(s); got[0].Verdict != analyze.Threat || got[0].By != "small" {
		t.Errorf("what was said is not: %+v", got[0])
	}

	if _, err := b.Forget(ctx, netip.MustParsePrefix("192.0.2.0/24")); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Shapes(ctx); err != nil || len(got) != 1 || len(got[0].Samples) != 0 {
		t.Errorf("after somebody was forgotten: %+v, %v", got, err)
	}
}

// A casebook that hashes accounts keeps no line that may hold one.
func TestNoSamplesWithoutNames(t *testing.T) {
	ctx := context.Background()
	b := opened(t, filepath.Join(t.TempDir(), "casebook.db"), Options{Key: []byte("k"), NoNames: true})
	s := analyze.UnknownShape{NovelLine: analyze.NovelLine{ID: "7", Samples: []string{"login of anna denied"}}, Met: now}
	if err := b.KeepShapes(ctx, []analyze.UnknownShape{s}, now); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Shapes(ctx); err != nil || len(got) != 1 || len(got[0].Samples) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
