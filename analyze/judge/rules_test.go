package judge

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// nothing is a run over no log at all.
func nothing() *analyze.Input {
	return analyze.NewInput(window.Empty(), time.Time{}, time.Time{}, time.Time{}, time.UTC)
}

// The judge tells what happened, why it is believed, and what speaks against it,
// in this order, each sentence once.
func TestRulesTellTheCase(t *testing.T) {
	c := analyze.Case{
		Sources: []netip.Prefix{netip.MustParsePrefix("198.51.100.7/32")}, Impact: analyze.Generic, Confidence: .97, Prior: -6, LogOdds: 3.5,
		Families: []analyze.Evidence{{Family: analyze.Probing, LogOdds: 8, Fact: "probes"}, {Family: analyze.Guard, LogOdds: -4, Fact: "an office behind one address"}},
		Findings: []*analyze.Finding{
			{Story: analyze.Story{Headline: "One knock every 20 minutes", Body: []string{"It knocked."}, Why: []string{"People are not that regular."}, Not: []string{"Nothing leaked."}, Do: []string{"Nothing to do."}}},
			{Story: analyze.Story{Headline: "A scanner that says so", Body: []string{"It has a name."}, Why: []string{"People are not that regular."}, Do: []string{"Nothing to do."}}},
		},
	}
	Rules{}.Judge(&c, nothing())
	want := []string{"It knocked. It has a name.", "People are not that regular.", "Nothing leaked. Against it speaks: an office behind one address."}
	if c.Headline != "One knock every 20 minutes" || c.Summary != "It knocked." || !slices.Equal(c.Explanation, want) {
		t.Errorf("%q, %q, %q", c.Headline, c.Summary, c.Explanation)
	}
	if !slices.Equal(c.Do, []string{"Nothing to do."}) {
		t.Errorf("to do: %q", c.Do)
	}
	for _, part := range []string{"-6.0", "probing +8.0", "guard -4.0", "sum +3.5", "97.0 % sure"} {
		if !strings.Contains(c.Verdict.Rationale, part) {
			t.Errorf("the rationale %q lacks %q", c.Verdict.Rationale, part)
		}
	}
}

func TestLabel(t *testing.T) {
	someone := []netip.Prefix{netip.MustParsePrefix("198.51.100.7/32")}
	for _, c := range []struct {
		what string
		c    analyze.Case
		want string
	}{
		{"a crowd accuses nobody", analyze.Case{Confidence: .99, Impact: analyze.Nuisance}, "unreviewed"},
		{"95 % sure", analyze.Case{Sources: someone, Confidence: .95, Impact: analyze.Generic}, "malicious"},
		{"less than that", analyze.Case{Sources: someone, Confidence: .94, Impact: analyze.Success}, "suspicious"},
		{"a nuisance is no malice", analyze.Case{Sources: someone, Confidence: .99, Impact: analyze.Nuisance}, "suspicious"},
	} {
		c.c.Findings = []*analyze.Finding{{}}
		Rules{}.Judge(&c.c, nothing())
		if got := c.c.Verdict.Label; got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// Where one story asks for a deed, another's "nothing to do" is left out: both would stand
// below each other, as answers to one break-in.
func TestOnlyDeeds(t *testing.T) {
	for _, c := range []struct{ do, want []string }{
		{nil, nil},
		{[]string{"Nothing to do."}, []string{"Nothing to do."}},
		{[]string{"Nothing to do. If it is yours, list it.", "Lock tomas."}, []string{"Lock tomas."}},
		{[]string{"Lock tomas.", "Nothing to do unless it also fetches."}, []string{"Lock tomas."}},
		{[]string{"Nothing to do if passwords are off; else see that they are strong.", "Nothing to do."}, []string{"Nothing to do if passwords are off; else see that they are strong."}},
	} {
		if got := onlyDeeds(slices.Clone(c.do)); !slices.Equal(got, c.want) {
			t.Errorf("%q becomes %q, want %q", c.do, got, c.want)
		}
	}
}
