package ban

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// stands is an automatic ban of scan's source that was made six hours ago and
// ends tomorrow at noon.
func stands(change func(*Ban)) Ban {
	b := Ban{ID: 7, Prefix: netip.MustParsePrefix("203.0.113.7/32"), Jail: "web", Ports: Ports{80, 443}, Action: Drop, Case: "scan0",
		From: now.Add(-6 * time.Hour), Until: now.Add(36 * time.Hour), Offence: 1, By: Auto, Run: "r0"}
	if change != nil {
		change(&b)
	}
	return b
}

// deeds writes a plan as "add", "extend", "lift", "hold" and "stands", each with
// its prefixes and numbers.
func deeds(p Plan) string {
	var out []string
	for _, list := range []struct {
		name string
		of   []Entry
	}{{"add", p.Add}, {"extend", p.Extend}, {"lift", p.Lift}, {"hold", p.Hold}, {"stands", p.Standing}} {
		for _, e := range list.of {
			s := list.name + " " + e.Prefix.String()
			if e.Ban != 0 {
				s += fmt.Sprintf(" (%d)", e.Ban)
			}
			if e.Guard != "" {
				s += " by " + e.Guard
			}
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

// What is banned already is not banned again; what deserves more gets more; and
// a ban that hits somebody protected is lifted.
func TestPlanKnowsWhatStands(t *testing.T) {
	year := func(b *Ban) { b.Until = now.Add(365 * 24 * time.Hour) }
	for _, tt := range []struct {
		name   string
		active Ban
		guards Guards
		want   string
	}{
		{"long enough", stands(year), Guards{}, "stands 203.0.113.7/32 (7)"},
		{"too short: a slow scan earns seven days", stands(nil), Guards{}, "extend 203.0.113.7/32 (7)"},
		{"over", stands(func(b *Ban) { b.Until = now }), Guards{}, "add 203.0.113.7/32"},
		{"to begin only later: a clock was wrong", stands(func(b *Ban) { year(b); b.From = now.Add(time.Hour) }), Guards{}, "add 203.0.113.7/32"},
		{"lifted", stands(func(b *Ban) { year(b); b.Lifted = now.Add(-time.Minute) }), Guards{}, "add 203.0.113.7/32"},
		{"prolonged since", stands(func(b *Ban) { year(b); b.Extended = 8 }), Guards{}, "add 203.0.113.7/32"},
		{"its network, all ports, by hand, for good", stands(func(b *Ban) {
			b.Prefix, b.Jail, b.Ports, b.By, b.Until = netip.MustParsePrefix("203.0.113.0/24"), "manual", nil, "anna", time.Time{}
		}), Guards{}, "stands 203.0.113.7/32 (7)"},
		{"a part of its ports", stands(func(b *Ban) { year(b); b.Ports = Ports{443} }), Guards{}, "add 203.0.113.7/32"},
		{"other ports", stands(func(b *Ban) { year(b); b.Jail, b.Ports = "ssh", Ports{22} }), Guards{}, "add 203.0.113.7/32"},
		{"only slowed down", stands(func(b *Ban) { year(b); b.Action = Limit }), Guards{}, "add 203.0.113.7/32"},
		{"only where one driver works", stands(func(b *Ban) { year(b); b.Driver = "nginx" }), Guards{}, "add 203.0.113.7/32"},

		{"allowed since", stands(year), protect(Allowed, "203.0.113.7/32", "allow.d/office.list:3"), "lift 203.0.113.7/32 (7) by allow; hold 203.0.113.7/32 by allow"},
		{"an address of its network allowed since", stands(func(b *Ban) { year(b); b.Prefix = netip.MustParsePrefix("203.0.113.0/24") }),
			protect(Allowed, "203.0.113.99/32", ""), "add 203.0.113.7/32; lift 203.0.113.0/24 (7) by allow"},
		{"allowed since, but banned by hand", stands(func(b *Ban) { year(b); b.By = "anna" }), protect(Allowed, "203.0.113.7/32", ""), "hold 203.0.113.7/32 by allow"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := DefaultPolicy()
			policy.Active = []Ban{tt.active}
			if got := deeds(Make([]analyze.Case{scan(nil)}, policy, tt.guards, now)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A ban that an allowlist ends says where the list says so.
func TestLiftReason(t *testing.T) {
	policy := DefaultPolicy()
	policy.Active = []Ban{stands(nil)}
	plan := Make(nil, policy, protect(Allowed, "203.0.113.0/24", "gumshoe.yaml:12"), now)
	if got, want := plan.Lift[0].Reason, "203.0.113.0/24 is on the allowlist (gumshoe.yaml:12)."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	plan.Hypothetical = true
	if add, lift := plan.Deeds(nil, "r1", now); len(add)+len(lift) > 0 {
		t.Errorf("a plan on paper lifts %v", lift)
	}
}

// What stands costs nothing under the caps: the next run bans the rest of a
// botnet that was too large for one.
func TestStandingIsFree(t *testing.T) {
	botnet := scan(func(c *analyze.Case) {
		c.Sources = nil
		for i := range 30 {
			c.Sources = append(c.Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 32))
		}
	})
	policy := DefaultPolicy()
	policy.MaxBans, policy.Armed = 20, true
	var have []Ban
	for _, want := range []int{20, 10, 0} {
		policy.Active = have
		add, _ := Make([]analyze.Case{botnet}, policy, Guards{}, now).Deeds(nil, "r1", now)
		if len(add) != want {
			t.Errorf("%d bans, want %d", len(add), want)
		}
		have = append(have, add...)
	}
}

// Of a source that fell silent because it is banned the plan says so, and not
// that a ban would stop nobody.
func TestSilentBecauseBanned(t *testing.T) {
	policy := DefaultPolicy()
	policy.Active = []Ban{stands(nil)}
	silent := scan(func(c *analyze.Case) { c.Last = now.Add(-13 * time.Hour) })
	if got, want := deeds(Make([]analyze.Case{silent}, policy, Guards{}, now)), "stands 203.0.113.7/32 (7)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Of a botnet that is larger than the cap nobody's past is looked up but of those
// who are banned.
func TestPastIsAskedOnlyOfTheBanned(t *testing.T) {
	policy, asked := DefaultPolicy(), 0
	policy.Offences = func(netip.Prefix) int { asked++; return 0 }
	botnet := scan(func(c *analyze.Case) {
		c.Sources = nil
		for i := range 20_000 {
			c.Sources = append(c.Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}), 32))
		}
	})
	plan := Make([]analyze.Case{botnet}, policy, Guards{}, now)
	if len(plan.Add) != 200 || len(plan.Hold) != 19_800 || asked != 200 {
		t.Errorf("%d banned, %d held, %d asked after; want 200, 19800, 200", len(plan.Add), len(plan.Hold), asked)
	}
}

// Doing nothing new earns nothing new: the same evidence in the next run does
// not prolong a ban, events after its beginning do.
func TestSameEvidenceSameEnd(t *testing.T) {
	policy := DefaultPolicy()
	policy.Armed = true
	c := scan(nil)
	first, _ := Make([]analyze.Case{c}, policy, Guards{}, now).Deeds(nil, "r1", now)
	first[0].ID = 1
	policy.Active = first
	policy.Offences = func(netip.Prefix) int { return 1 }

	later := now.Add(6 * time.Hour)
	if got := deeds(Make([]analyze.Case{c}, policy, Guards{}, later)); got != "stands 203.0.113.7/32 (1)" {
		t.Errorf("with the same evidence: %q", got)
	}
	c.Last = later.Add(-time.Minute)
	plan := Make([]analyze.Case{c}, policy, Guards{}, later)
	if got := deeds(plan); got != "extend 203.0.113.7/32 (1)" {
		t.Errorf("with new events: %q", got)
	}
	if e := plan.Extend[0]; e.Offence != 1 || e.For != first[0].Until.Sub(now)-time.Minute {
		t.Errorf("offence %d for %v: a ban that goes on is the same offence and as long", e.Offence, e.For)
	}
}

func TestUnconfirmed(t *testing.T) {
	policy := DefaultPolicy()
	policy.Unconfirmed, policy.Offences = true, func(netip.Prefix) int { return 5 }
	plan := Make([]analyze.Case{scan(nil)}, policy, Guards{}, now)
	if e := plan.Add[0]; e.For != time.Hour || e.Offence != 0 {
		t.Errorf("a ban for %v, offence %d; want an hour and none until somebody confirms", e.For, e.Offence)
	}
	add, _ := Plan{Armed: true, Add: plan.Add}.Deeds(nil, "r1", now)
	policy = DefaultPolicy()
	policy.Active = add
	if e := Make([]analyze.Case{scan(nil)}, policy, Guards{}, now.Add(time.Minute)).Extend[0]; e.For < 7*24*time.Hour-time.Hour || e.Offence != 1 {
		t.Errorf("once confirmed: for %v, offence %d; want the week of a first offence", e.For, e.Offence)
	}
}
