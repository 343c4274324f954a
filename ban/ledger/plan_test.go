package ledger

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// campaign is a critical case of some addresses of a network.
func campaign(r *rand.Rand, id string, at time.Time) analyze.Case {
	c := analyze.Case{ID: id, Level: analyze.Critical, Confidence: .999, Impact: analyze.Targeted, Services: []string{[]string{"sshd", "http"}[r.IntN(2)]},
		Events: 400, Active: time.Duration(r.IntN(6)) * time.Hour, First: at.Add(-6 * time.Hour), Last: at.Add(-time.Duration(r.IntN(300)) * time.Minute),
		Families: []analyze.Evidence{{Family: analyze.Guessing, LogOdds: 8}, {Family: analyze.Fanin, LogOdds: 4}}}
	for range 1 + r.IntN(5) {
		c.Sources = append(c.Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(r.IntN(12))}), 32))
	}
	if r.IntN(3) == 0 {
		c.Prefix = netip.MustParsePrefix("198.51.100.0/24")
	}
	return c
}

// Thirty runs over one ledger, each applied and then planned and applied again:
// the second time there is nothing left to do, and at no moment is anything
// banned twice. What Apply says ahead is what the ledger says afterwards.
func TestPlanAppliedTwiceIsAppliedOnce(t *testing.T) {
	l := fresh(t)
	r := rand.New(rand.NewPCG(7, 7))
	for run := range 30 {
		at := now.Add(time.Duration(run)*6*time.Hour + 123456*time.Nanosecond)
		var cases []analyze.Case
		for i := range r.IntN(4) {
			cases = append(cases, campaign(r, string(rune('a'+i)), at))
		}
		var guards ban.Guards
		if run > 15 {
			guards.Protect(ban.Allowed, netip.MustParsePrefix("198.51.100.3/32"), "")
		}
		for again := range 2 {
			add, lift := planned(t, l, cases, guards, at).Deeds(cases, "r", at)
			if again == 1 && len(add)+len(lift) > 0 {
				t.Fatalf("run %d, planned again: add %v, lift %v", run, add, lift)
			}
			said, ahead := false, []ban.Ban(nil)
			if _, err := l.Apply(ctx, add, lift, func(standing []ban.Ban) { said, ahead = true, standing }); err != nil {
				t.Fatal(err)
			}
			if said != (len(add)+len(lift) > 0) {
				t.Errorf("run %d: %d bans and %d lifts, and something was said ahead: %v", run, len(add), len(lift), said)
			}
			active, err := l.Active(ctx, at)
			if err != nil {
				t.Fatal(err)
			}
			ahead = slices.DeleteFunc(ahead, func(b ban.Ban) bool { return !b.Active(at) })
			if said {
				same(t, "what stands, said ahead", names(ahead), names(active))
			}
		}
		active, err := l.Active(ctx, at)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[ban.Key]bool{}
		for _, b := range active {
			if seen[b.Key()] {
				t.Errorf("run %d: %s is banned twice", run, b.Prefix)
			}
			seen[b.Key()] = true
			if run > 15 && b.Prefix.Contains(netip.MustParseAddr("198.51.100.3")) {
				t.Errorf("run %d: %s is banned though one in it is allowed", run, b.Prefix)
			}
		}
	}
	if all, _ := l.List(ctx, Filter{}); len(all) < 30 {
		t.Errorf("only %d bans in thirty runs: the test tests nothing", len(all))
	}
}

// planned is a plan as a run makes it, with what the ledger knows.
func planned(t *testing.T, l *Ledger, cases []analyze.Case, guards ban.Guards, at time.Time) ban.Plan {
	t.Helper()
	policy := ban.DefaultPolicy()
	policy.Armed = true
	var err error
	if policy.Active, err = l.Active(ctx, at); err != nil {
		t.Fatal(err)
	}
	if policy.Exempt, err = l.Exemptions(ctx, at); err != nil {
		t.Fatal(err)
	}
	policy.Offences = func(p netip.Prefix) int {
		n, err := l.Offences(ctx, p, at)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	return ban.Make(cases, policy, guards, at)
}

// A ban that a person removed stays away in the next run, unless somebody breaks
// in.
func TestRemovedStaysAway(t *testing.T) {
	l := fresh(t)
	c := analyze.Case{ID: "c1", Level: analyze.Critical, Services: []string{"sshd"}, Sources: []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")},
		First: now.Add(-time.Hour), Last: now, Families: []analyze.Evidence{{Family: analyze.Guessing, LogOdds: 8}, {Family: analyze.Fanin, LogOdds: 4}}}
	run := func(at time.Time) int {
		cases := []analyze.Case{c}
		add, lift := planned(t, l, cases, ban.Guards{}, at).Deeds(cases, "r", at)
		done, err := l.Apply(ctx, add, lift, nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(done.Added)
	}
	if run(now) != 1 {
		t.Fatal("not banned to begin with")
	}
	if _, err := l.Remove(ctx, Which{Overlaps: c.Sources[0]}, "anna", "our monitoring", now, ban.ExemptFor); err != nil {
		t.Fatal(err)
	}
	if run(now.Add(6*time.Hour)) != 0 {
		t.Error("banned again six hours after a person removed it")
	}
	c.Impact, c.Findings = analyze.Success, []*analyze.Finding{{Failures: 41}}
	c.Families = append(c.Families, analyze.Evidence{Family: analyze.Intrusion, LogOdds: 6})
	if run(now.Add(6*time.Hour)) != 1 {
		t.Error("a break-in is exempted")
	}
}
