package ban

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// A person's word, an open session and a second opinion: what each may hold, and
// what not.
func TestSoftGuards(t *testing.T) {
	exempt := []Exemption{{Prefix: netip.MustParsePrefix("203.0.113.7/32"), Case: "scan0", From: now.Add(-time.Hour), Until: now.Add(time.Hour), By: "anna", Why: "removed"}}
	sits := Guards{Sessions: []Session{{User: "anna", From: netip.MustParseAddr("::ffff:203.0.113.7"), Since: now.Add(-3 * time.Hour)}}}
	sits6 := Guards{Sessions: []Session{{User: "anna", From: netip.MustParseAddr("2001:db8:1:2::9")}}}
	once := Guards{GoodLogins: known("203.0.113.7/32", "anna", Logins{Days: 1, Accounts: 1})}
	visits := Guards{Visits: func(netip.Prefix, time.Time) Visits { return Visits{Days: 9, Shared: 2} }}
	office := Guards{Visits: func(_ netip.Prefix, before time.Time) Visits {
		if before.After(scan(nil).First.Add(-24 * time.Hour)) {
			return Visits{}
		}
		return Visits{Days: 3, Shared: 3}
	}}
	doubted := map[string]string{"scan1": "a monitoring service"}
	sure := func(c *analyze.Case) { c.Findings[0].Failures = 41 }

	for _, tt := range []struct {
		name   string
		c      analyze.Case
		policy Policy // its Exempt, Doubted, Unheard and ApplyBreakIn
		guards Guards
		want   string
		reason string
	}{
		{"exempted", scan(nil), Policy{Exempt: exempt}, Guards{}, "hold exempt 203.0.113.7/32", "anna exempted it until Sun 22 Nov 2026 01:00 UTC (removed)."},
		{"no longer exempted", scan(nil), Policy{Exempt: []Exemption{{Prefix: exempt[0].Prefix, Until: now}}}, Guards{}, "ban 203.0.113.7/32", ""},
		{"exempted only later, as a rehearsal sees it", scan(nil), Policy{Exempt: []Exemption{{Prefix: exempt[0].Prefix, From: now.Add(1), Until: now.Add(time.Hour)}}}, Guards{}, "ban 203.0.113.7/32", ""},
		{"one address of its network exempted", network(nil), Policy{Exempt: []Exemption{{Prefix: netip.MustParsePrefix("198.51.100.10/32"), Until: now.Add(time.Hour)}}}, Guards{},
			"ban 198.51.100.20/32 198.51.100.30/32 hold exempt 198.51.100.10/32", "one by one"},
		{"nobody knows whom people called harmless", scan(nil), Policy{Unheard: true}, Guards{}, "hold unheard 203.0.113.7/32", "could not be read"},
		{"a break-in, of whom nobody can have said so", breakin(sure), Policy{Unheard: true}, Guards{}, "ban 203.0.113.7/32", ""},
		{"a break-in of one exempted", breakin(sure), Policy{Exempt: exempt}, Guards{}, "ban 203.0.113.7/32", ""},

		{"logged in right now", scan(nil), Policy{}, sits, "hold session 203.0.113.7/32", "anna is logged in from 203.0.113.7 right now, since 21:00 UTC on Sat 21 Nov"},
		{"logged in from its /64", scan(func(c *analyze.Case) { c.Sources = prefixes("2001:db8:1:2::/64") }), Policy{}, sits6, "hold session 2001:db8:1:2::/64", ""},
		{"logged in from the /64 beside", scan(func(c *analyze.Case) { c.Sources = prefixes("2001:db8:1:3::/64") }), Policy{}, sits6, "ban 2001:db8:1:3::/64", ""},
		{"an intruder who is still there", breakin(sure), Policy{}, sits, "hold session 203.0.113.7/32", ""},
		{"a doubtful intruder who is still there", breakin(nil), Policy{}, sits, "hold session 203.0.113.7/32", "right now"},
		{"an intruder who is still there, to be banned unasked", breakin(nil), Policy{ApplyBreakIn: true}, sits, "ban 203.0.113.7/32", ""},
		{"no break-in, so the session counts all the same", scan(nil), Policy{ApplyBreakIn: true}, sits, "hold session 203.0.113.7/32", ""},
		{"a break-in to be banned unasked, by one known for that account", breakin(nil), Policy{ApplyBreakIn: true},
			Guards{GoodLogins: known("203.0.113.7/32", "deploy", Logins{Days: 9, Accounts: 1})}, "hold good-login 203.0.113.7/32", ""},

		{"doubted, and nobody knows it", scan(nil), Policy{Doubted: doubted}, Guards{}, "ban 203.0.113.7/32", ""},
		{"doubted, and it logged in once before", scan(nil), Policy{Doubted: doubted}, once, "hold doubted 203.0.113.7/32", "the second opinion doubts it: a monitoring service."},
		{"doubted, and it saw pages before", scan(nil), Policy{Doubted: doubted}, visits, "hold doubted 203.0.113.7/32", "visited pages"},
		{"pages alone hold nothing", scan(nil), Policy{}, visits, "ban 203.0.113.7/32", ""},
		{"several people visited on three days", scan(nil), Policy{}, office, "hold shared 203.0.113.7/32", "On 3 earlier days several people looked at pages from 203.0.113.7: they share it."},
		{"several people visited, and one broke in", breakin(sure), Policy{}, office, "ban 203.0.113.7/32", ""},
		{"several people visited, and the attack succeeded", scan(func(c *analyze.Case) { c.Impact = analyze.Success }), Policy{}, office, "ban 203.0.113.7/32", ""},
		{"doubted after an attack that succeeded", scan(func(c *analyze.Case) { c.Impact = analyze.Success }), Policy{Doubted: doubted}, once, "ban 203.0.113.7/32", ""},
		{"another case is doubted", scan(nil), Policy{Doubted: map[string]string{"scan2": "fine"}}, once, "ban 203.0.113.7/32", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := DefaultPolicy()
			policy.Exempt, policy.Doubted, policy.Unheard, policy.ApplyBreakIn = tt.policy.Exempt, tt.policy.Doubted, tt.policy.Unheard, tt.policy.ApplyBreakIn
			plan := Make([]analyze.Case{tt.c}, policy, tt.guards, now)
			if got := summary(plan); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if all := append(plan.Add, plan.Hold...); !strings.Contains(all[0].Reason, tt.reason) {
				t.Errorf("reason %q does not contain %q", all[0].Reason, tt.reason)
			}
			if first := len(plan.First) == 1 && plan.First[0] == tt.c.ID; first != (strings.Contains(tt.want, "session") || strings.Contains(tt.want, "good-login")) {
				t.Errorf("heads the report: %v", plan.First)
			}
		})
	}
}

// Refuses answers a person who bans by hand.
func TestRefuses(t *testing.T) {
	g := protect(Own, "203.0.113.1/32", "eth0")
	g.Sessions = []Session{{User: "anna", From: netip.MustParseAddr("198.51.100.7")}}
	for prefix, want := range map[string]string{"203.0.113.0/24": "own", "198.51.100.7/32": "session", "10.1.2.3/32": "private", "203.0.113.2/32": ""} {
		by, reason, ok := g.Refuses(netip.MustParsePrefix(prefix))
		if by != want || ok != (want != "") || ok != (reason != "") {
			t.Errorf("%s: %q %q %v, want %q", prefix, by, reason, ok, want)
		}
	}
}
