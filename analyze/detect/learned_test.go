package detect

import (
	"net/netip"
	"testing"

	"gumshoe/analyze"
	"gumshoe/analyze/judge"
)

// What a learned rule meets is weak evidence: no case worth a look of its own, low if
// a person approved the rule, and never a family of the two that a ban needs.
func TestLearned(t *testing.T) {
	for _, c := range []struct {
		approved bool
		lines    uint64
		level    analyze.Level
	}{{false, 3, analyze.Info}, {true, 3, analyze.Low}, {true, 1 << 30, analyze.Low}} {
		var l tape
		l.visitors(3)
		in := l.input()
		r := &analyze.Rule{ID: "r1", Program: "vaultd", Template: "unseal by <ip> denied", By: "small", State: analyze.RuleActive, Approved: c.approved}
		in.Ruled = []analyze.RuleHit{{Rule: r, Source: netip.MustParsePrefix("203.0.113.9/32"), Lines: c.lines}}
		cases := analyze.Run(in, All(), judge.Rules{})
		if len(cases) != 1 {
			t.Fatalf("%d cases, want one", len(cases))
		}
		if got := cases[0]; got.Kind != "learned_rule" || got.Level != c.level || got.StrongFamilies() != 0 {
			t.Errorf("approved %v, %d lines: %s of level %s, %d strong families", c.approved, c.lines, got.Kind, got.Level, got.StrongFamilies())
		}
	}
}
