package ban

import (
	"net/netip"
	"testing"
	"time"

	"gumshoe/analyze"
)

// A ban carries what it takes to explain it later, and names nobody else.
func TestDeedsCarryTheirEvidence(t *testing.T) {
	c := network(func(c *analyze.Case) {
		c.Collateral = 1
		c.Identities = []analyze.Identity{{Source: netip.MustParsePrefix("198.51.100.20/32"), Country: "NL", ASN: 64500}}
		c.Evidence = []analyze.Line{
			{Text: "Failed password for root from 198.51.100.10 port 4000 ssh2"},
			{Text: "Failed password for root from 198.51.100.20 port 4001 ssh2"},
			{Text: "[client 198.51.100.20:4002] denied"},
			{Text: "from ::ffff:198.51.100.20: bye"},
			{Text: "Failed password for root from 198.51.100.200 port 4001 ssh2"},
		}
	})
	policy := DefaultPolicy()
	policy.Armed = true
	plan := Make([]analyze.Case{c}, policy, Guards{}, now)
	add, _ := plan.Deeds([]analyze.Case{c}, "r1", now)
	if len(add) != 3 {
		t.Fatalf("%d bans, want 3", len(add))
	}
	b := add[1]
	want := "Failed password for root from 198.51.100.20 port 4001 ssh2\n[client 198.51.100.20:4002] denied\nfrom ::ffff:198.51.100.20: bye"
	if b.Evidence != want {
		t.Errorf("evidence of %s:\n%s", b.Prefix, b.Evidence)
	}
	if b.Country != "NL" || b.ASN != 64500 || b.Run != "r1" || b.By != Auto || b.Case != c.ID || !b.From.Equal(now) || b.Check() != nil {
		t.Errorf("odd ban %+v, %v", b, b.Check())
	}
	if add[0].Country != "" || add[2].Evidence != "" {
		t.Errorf("its neighbours have what is not theirs: %+v", add)
	}
	plan.Armed = false
	if add, _ := plan.Deeds([]analyze.Case{c}, "r1", now); add != nil {
		t.Errorf("a run that was not asked to bans %v", add)
	}
}

// A source that two cases accuse is banned once, for the longer.
func TestDeedsBanOnce(t *testing.T) {
	quick := scan(func(c *analyze.Case) { c.ID, c.Active = "scan2", time.Minute })
	policy := DefaultPolicy()
	policy.Armed = true
	cases := []analyze.Case{quick, scan(nil)}
	plan := Make(cases, policy, Guards{}, now)
	add, _ := plan.Deeds(cases, "r1", now)
	if len(plan.Add) != 2 || len(add) != 1 || add[0].Case != "scan1" {
		t.Errorf("%d entries, bans %+v; want two entries and the ban of a week", len(plan.Add), add)
	}
}
