package ban

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gumshoe/analyze"
)

var now = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// scan is a case that every rule lets through: critical, two kinds of evidence,
// last seen an hour ago. The tables below change one thing at a time.
func scan(change func(*analyze.Case)) analyze.Case {
	c := analyze.Case{
		ID: "scan1", Kind: "slow_scan", Level: analyze.Critical, Confidence: .998, Impact: analyze.Generic,
		Sources: prefixes("203.0.113.7/32"), Services: []string{"http"}, Events: 18, Active: 6 * time.Hour,
		First: now.Add(-7 * time.Hour), Last: now.Add(-time.Hour),
		Families: []analyze.Evidence{
			{Family: analyze.Probing, LogOdds: 8}, {Family: analyze.Timing, LogOdds: 4}, {Family: analyze.Dictionary, LogOdds: 3},
		},
	}
	if change != nil {
		change(&c)
	}
	return c
}

// breakin is a login after a handful of failures.
func breakin(change func(*analyze.Case)) analyze.Case {
	return scan(func(c *analyze.Case) {
		c.ID, c.Kind, c.Impact, c.Services = "in1", "break_in", analyze.Success, []string{"sshd"}
		c.Families = []analyze.Evidence{{Family: analyze.Intrusion, LogOdds: 6}}
		c.Targets = []analyze.Target{{Kind: analyze.AccountName, Value: "deploy"}}
		c.Findings = []*analyze.Finding{{Detector: "break_in", Failures: 6}}
		if change != nil {
			change(c)
		}
	})
}

// known returns a GoodLogins that knows one network's logins of an account. A
// question about other accounts, or about another network, gets none.
func known(network, account string, l Logins) func(netip.Prefix, []string, time.Time) Logins {
	return func(source netip.Prefix, accounts []string, _ time.Time) Logins {
		if !netip.MustParsePrefix(network).Overlaps(source) {
			return Logins{}
		}
		for _, a := range accounts {
			if a == account {
				return l
			}
		}
		if accounts == nil {
			return l
		}
		return Logins{}
	}
}

func protect(by Protection, prefix, from string) Guards {
	var g Guards
	g.Protect(by, netip.MustParsePrefix(prefix), from)
	return g
}

func TestRules(t *testing.T) {
	regular := Logins{Days: 31, Accounts: 1, Last: now.Add(-48 * time.Hour)}
	for _, tt := range []struct {
		name   string
		c      analyze.Case
		strong bool
		guards Guards
		want   string // "ban PREFIX...", "hold GUARD PREFIX...", or "none"
		reason string // part of the first entry's reason
	}{
		{"critical, two kinds", scan(nil), false, Guards{}, "ban 203.0.113.7/32",
			"Critical, 99.8 % sure, by requests for things that do not exist and a known word list."},
		{"high is not enough", scan(func(c *analyze.Case) { c.Level = analyze.High }), false, Guards{}, "none", ""},
		{"high at 99 % in strong mode", scan(func(c *analyze.Case) { c.Level, c.Confidence = analyze.High, .991 }), true, Guards{}, "ban 203.0.113.7/32", "High, 99.1 % sure"},
		{"high at 98 % in strong mode", scan(func(c *analyze.Case) { c.Level, c.Confidence = analyze.High, .98 }), true, Guards{}, "none", ""},
		{"high with one kind in strong mode", scan(func(c *analyze.Case) { c.Level, c.Families = analyze.High, c.Families[:2] }), true, Guards{}, "none", ""},
		{"the clock completes no pair", scan(func(c *analyze.Case) { c.Families = c.Families[:2] }), false, Guards{}, "hold evidence 203.0.113.7/32", "Only one kind of evidence"},
		{"the season completes no pair", scan(func(c *analyze.Case) {
			c.Families = []analyze.Evidence{{Family: analyze.Probing, LogOdds: 8}, {Family: analyze.Seasonal, LogOdds: 8}}
		}), false, Guards{}, "hold evidence 203.0.113.7/32", "Only one kind"},
		{"a weak family completes no pair", scan(func(c *analyze.Case) {
			c.Families = []analyze.Evidence{{Family: analyze.Probing, LogOdds: 8}, {Family: analyze.Agent, LogOdds: 1.9}}
		}), false, Guards{}, "hold evidence 203.0.113.7/32", ""},
		{"an anomaly without culprit", scan(func(c *analyze.Case) { c.Sources = nil }), false, Guards{}, "none", ""},
		{"silent for 12 hours", scan(func(c *analyze.Case) { c.Last = now.Add(-12 * time.Hour) }), false, Guards{}, "hold gone 203.0.113.7/32", "for 12 hours"},
		{"silent for just under 12 hours", scan(func(c *analyze.Case) { c.Last = now.Add(-12*time.Hour + time.Second) }), false, Guards{}, "ban 203.0.113.7/32", ""},

		{"allowlisted", scan(nil), false, protect(Allowed, "203.0.113.0/24", "gumshoe.yaml:12"), "hold allow 203.0.113.7/32", "203.0.113.0/24 is on the allowlist (gumshoe.yaml:12)."},
		{"allowlisted as a v4-mapped address", scan(nil), false, protect(Allowed, "::ffff:203.0.113.7/128", ""), "hold allow 203.0.113.7/32", "203.0.113.7 is on the allowlist."},
		{"accused as a v4-mapped address", scan(func(c *analyze.Case) { c.Sources = prefixes("::ffff:203.0.113.7/128") }), false,
			protect(Allowed, "203.0.113.7/32", ""), "hold allow 203.0.113.7/32", ""},
		{"an accused /64 around an allowed address", scan(func(c *analyze.Case) { c.Sources = prefixes("2001:db8:1:2::/64") }), false,
			protect(Allowed, "2001:db8:1:2::9/128", ""), "hold allow 2001:db8:1:2::/64", "2001:db8:1:2::9 is on the allowlist"},
		{"our own address", scan(nil), false, protect(Own, "203.0.113.7/32", "eth0"), "hold own 203.0.113.7/32", "an address of this machine (eth0)"},
		{"the gateway", scan(nil), false, protect(Gateway, "203.0.113.7/32", "eth0"), "hold gateway 203.0.113.7/32", "a gateway"},
		{"the resolver", scan(nil), false, protect(Resolver, "203.0.113.7/32", ""), "hold resolver 203.0.113.7/32", "a name server"},
		{"a proxy of visitors", scan(nil), false, protect(Proxy, "203.0.113.0/24", "cloudflare"), "hold proxy 203.0.113.7/32", "203.0.113.0/24 is a proxy that honest visitors come through (cloudflare)."},
		{"a private source", scan(func(c *analyze.Case) { c.Sources = prefixes("192.168.1.5/32") }), false, Guards{}, "hold private 192.168.1.5/32", "192.168.0.0/16 is a private network"},
		{"a shared address of a provider", scan(func(c *analyze.Case) { c.Sources = prefixes("100.64.3.4/32") }), false, Guards{}, "hold private 100.64.3.4/32", ""},
		{"a unique local IPv6 source", scan(func(c *analyze.Case) { c.Sources = prefixes("fd00:1::/64") }), false, Guards{}, "hold private fd00:1::/64", ""},
		{"documentation networks are ordinary", scan(func(c *analyze.Case) { c.Sources = prefixes("192.0.2.1/32", "198.18.0.1/32", "2001:db8::/64") }), false, Guards{},
			"ban 192.0.2.1/32 198.18.0.1/32 2001:db8::/64", ""},

		{"known by good logins", scan(nil), false, Guards{GoodLogins: known("203.0.113.7/32", "anna", regular)}, "hold good-login 203.0.113.7/32",
			"203.0.113.7 logged in properly on 31 earlier days, last on Fri 20 Nov 2026"},
		{"one earlier day is not known", scan(nil), false, Guards{GoodLogins: known("203.0.113.7/32", "anna", Logins{Days: 1, Accounts: 1})}, "ban 203.0.113.7/32", ""},
		{"several people behind one address", scan(nil), false, Guards{GoodLogins: known("203.0.113.7/32", "anna", Logins{Days: 1, Accounts: 2})}, "hold shared 203.0.113.7/32", "2 accounts log in properly"},

		{"break-in: was it you?", breakin(nil), false, Guards{}, "hold break-in 203.0.113.7/32", "Was it you?"},
		{"break-in after 20 failures", breakin(func(c *analyze.Case) { c.Findings[0].Failures = 20 }), false, Guards{}, "ban 203.0.113.7/32", "a login after failures"},
		{"break-in after 19 failures", breakin(func(c *analyze.Case) { c.Findings[0].Failures = 19 }), false, Guards{}, "hold break-in 203.0.113.7/32", ""},
		{"break-in after three names that do not exist", breakin(func(c *analyze.Case) { c.Findings[0].Absent = 3 }), false, Guards{}, "ban 203.0.113.7/32", ""},
		{"break-in by one known for another account", breakin(func(c *analyze.Case) { c.Findings[0].Failures = 41 }), false,
			Guards{GoodLogins: known("203.0.113.7/32", "git", regular)}, "ban 203.0.113.7/32", ""},
		{"break-in by one known for that account", breakin(func(c *analyze.Case) { c.Findings[0].Failures = 41 }), false,
			Guards{GoodLogins: known("203.0.113.7/32", "deploy", regular)}, "hold good-login 203.0.113.7/32", ""},

		{"a network without honest sources", network(nil), false, Guards{}, "ban 198.51.100.0/24", "nobody honest was seen in 198.51.100.0/24."},
		{"a network and one outside", network(func(c *analyze.Case) { c.Sources = append(c.Sources, prefixes("192.0.2.5/32")...) }), false, Guards{}, "ban 192.0.2.5/32 198.51.100.0/24", ""},
		{"a network with one honest source", network(func(c *analyze.Case) { c.Collateral = 1 }), false, Guards{},
			"ban 198.51.100.10/32 198.51.100.20/32 198.51.100.30/32", "; one by one, because 1 honest source shares 198.51.100.0/24."},
		{"a network with an allowed address", network(nil), false, protect(Allowed, "198.51.100.77/32", ""),
			"ban 198.51.100.10/32 198.51.100.20/32 198.51.100.30/32", "somebody in 198.51.100.0/24 must not be banned"},
		{"a network with a known login", network(nil), false, Guards{GoodLogins: known("198.51.100.77/32", "paul", regular)},
			"ban 198.51.100.10/32 198.51.100.20/32 198.51.100.30/32", "one by one"},
		{"a network wider than the cap", network(func(c *analyze.Case) { c.Prefix = netip.MustParsePrefix("198.51.100.0/23") }), false, Guards{},
			"ban 198.51.100.10/32 198.51.100.20/32 198.51.100.30/32", "wider than a ban may be"},
		{"a source wider than the cap", scan(func(c *analyze.Case) { c.Sources = prefixes("198.51.0.0/16") }), false, Guards{}, "hold width 198.51.0.0/16", "wider than /24"},
		{"everything", scan(func(c *analyze.Case) { c.Sources = prefixes("::/0") }), false, Guards{}, "hold private ::/0", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := DefaultPolicy()
			policy.Strong = tt.strong
			plan := Make([]analyze.Case{tt.c}, policy, tt.guards, now)
			if got := summary(plan); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if all := append(plan.Add, plan.Hold...); len(all) > 0 && !strings.Contains(all[0].Reason, tt.reason) {
				t.Errorf("reason %q does not contain %q", all[0].Reason, tt.reason)
			}
		})
	}
}

// network is a case of three addresses in one /24.
func network(change func(*analyze.Case)) analyze.Case {
	return scan(func(c *analyze.Case) {
		c.Sources = prefixes("198.51.100.10/32", "198.51.100.20/32", "198.51.100.30/32")
		c.Prefix = netip.MustParsePrefix("198.51.100.0/24")
		c.Impact = analyze.Targeted
		c.Families = []analyze.Evidence{{Family: analyze.Subnet, LogOdds: 8}, {Family: analyze.Fanin, LogOdds: 4}}
		if change != nil {
			change(c)
		}
	})
}

func summary(p Plan) string {
	var parts []string
	for _, e := range p.Add {
		if len(parts) == 0 {
			parts = append(parts, "ban")
		}
		parts = append(parts, e.Prefix.String())
	}
	for i, e := range p.Hold {
		if i == 0 {
			parts = append(parts, "hold", e.Guard)
		}
		parts = append(parts, e.Prefix.String())
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, " ")
}

// A source of a break-in that another critical case accuses needs no question.
func TestBreakInOfAnAccusedSource(t *testing.T) {
	plan := Make([]analyze.Case{breakin(nil), scan(nil)}, DefaultPolicy(), Guards{}, now)
	if got, want := summary(plan), "ban 203.0.113.7/32 203.0.113.7/32"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	second := breakin(func(c *analyze.Case) { c.ID = "in2" })
	plan = Make([]analyze.Case{breakin(nil), second}, DefaultPolicy(), Guards{}, now)
	if len(plan.Add) > 0 {
		t.Errorf("two break-ins vouched for each other: %v", plan.Add)
	}
}

// Good logins count only when they are older than the case by a day.
func TestGoodLoginsAreOlderThanTheCase(t *testing.T) {
	var asked time.Time
	c := scan(nil)
	Make([]analyze.Case{c}, DefaultPolicy(), Guards{GoodLogins: func(_ netip.Prefix, _ []string, before time.Time) Logins {
		asked = before
		return Logins{}
	}}, now)
	if want := c.First.Add(-24 * time.Hour); !asked.Equal(want) {
		t.Errorf("asked for logins before %v, want %v", asked, want)
	}
}

// Over a cap the worst are banned and the rest held: a botnet of 201 does not
// switch bans off.
func TestCaps(t *testing.T) {
	botnet := scan(func(c *analyze.Case) {
		c.Sources = nil
		for i := range 201 {
			c.Sources = append(c.Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 32))
		}
	})
	again := scan(func(c *analyze.Case) { c.ID, c.Sources = "scan2", prefixes("198.51.100.3/32") })
	plan := Make([]analyze.Case{botnet, again}, DefaultPolicy(), Guards{}, now)
	if len(plan.Add) != 201 || plan.Add[200].Case != "scan2" {
		t.Errorf("%d bans, want 200 and the repeated one of the second case", len(plan.Add))
	}
	if len(plan.Hold) != 1 || plan.Hold[0].Guard != "max-bans" || !strings.Contains(plan.Hold[0].Reason, "200") {
		t.Errorf("held %v, want the 201st by max-bans", plan.Hold)
	}

	var networks []analyze.Case
	for i := range 12 {
		networks = append(networks, scan(func(c *analyze.Case) {
			c.ID = fmt.Sprint("net", i)
			c.Sources = []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(i), 0}), 24)}
		}))
	}
	plan = Make(networks, DefaultPolicy(), Guards{}, now)
	if len(plan.Add) != 10 || len(plan.Hold) != 2 || plan.Hold[0].Guard != "max-prefixes" {
		t.Errorf("%d networks banned and %d held, want 10 and 2", len(plan.Add), len(plan.Hold))
	}
}

func TestLength(t *testing.T) {
	quick := func(c *analyze.Case) { c.Active = 18 * time.Minute }
	day := 24 * time.Hour
	for _, tt := range []struct {
		name     string
		change   func(*analyze.Case)
		offences int
		want     time.Duration // before jitter
	}{
		{"first offence", quick, 0, day},
		{"second offence", quick, 1, 2 * day},
		{"fifth offence", quick, 4, 16 * day},
		{"sixth offence meets the cap", quick, 5, 30 * day},
		{"hundredth offence", quick, 99, 30 * day},
		{"18 events in 6 hours are slow", nil, 0, 7 * day},
		{"20 sources, 40 events in 6 hours are slow", func(c *analyze.Case) { c.Sources, c.Events = make([]netip.Prefix, 20), 40 }, 0, 7 * day},
		{"one source, 400 events in 6 hours is not", func(c *analyze.Case) { c.Events = 400 }, 0, day},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy, c := DefaultPolicy(), scan(tt.change)
			got := policy.length(&c, netip.MustParsePrefix("203.0.113.7/32"), 0, tt.offences)
			low, high := tt.want, tt.want+tt.want/10
			if high > policy.Max {
				low, high = policy.Max-policy.Max/10, policy.Max
			}
			if got < low || got > high {
				t.Errorf("%v, want between %v and %v", got, low, high)
			}
		})
	}
}

// Bans of one campaign do not end together, and a rehearsal equals the deed.
func TestJitterIsFixed(t *testing.T) {
	c := network(func(c *analyze.Case) { c.Collateral = 1 })
	first := Make([]analyze.Case{c}, DefaultPolicy(), Guards{}, now)
	again := Make([]analyze.Case{c}, DefaultPolicy(), Guards{}, now)
	if diff := cmp.Diff(first, again, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("a second run differs:\n%s", diff)
	}
	if first.Add[0].For == first.Add[1].For {
		t.Errorf("both bans last %v", first.Add[0].For)
	}
}

func TestArmed(t *testing.T) {
	policy := DefaultPolicy()
	policy.Armed = true
	if plan := Make(nil, policy, Guards{}, now); !plan.Armed || plan.Add == nil || plan.Hold == nil {
		t.Errorf("%+v, want an armed plan with empty lists", plan)
	}
}

func TestOutcomes(t *testing.T) {
	one, two := netip.MustParsePrefix("203.0.113.7/32"), netip.MustParsePrefix("203.0.113.8/32")
	all := Plan{Add: []Entry{{Case: "a", Prefix: one}, {Case: "a", Prefix: two}}, Hold: []Entry{{Case: "a"}, {Case: "b"}}}.Outcomes()
	for id, want := range map[string]string{"a": "planned", "b": "held", "c": "none"} {
		if got := all[id].String(); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
	if len(all["a"].Targets) != 2 {
		t.Errorf("of a %v are to be banned, want both", all["a"].Targets)
	}
}
