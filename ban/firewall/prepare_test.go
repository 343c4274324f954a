package firewall

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gumshoe/ban"
)

// TestPrepare: until it is finished, what is prepared keeps out nobody and lets in
// nobody. Taken back, it leaves nothing behind; and where the machine died before
// either, the next Sync clears it away.
func TestPrepare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := &XTables{Tools: w.server.tools(nil)}
	before := want(t, banned("198.51.100.64/31"), banned("2001:db8:0:b::/64", ports(22)))
	after := want(t, banned(attacker4+"/32"), banned("2001:db8:0:a::/64"))
	syncTo(t, d, before)
	names := func() string { return w.server.run("ipset", "list", "-n") }
	rules := func() string { return w.server.run("iptables", "-S") + w.server.run("ip6tables", "-S") }
	stands := func(when string) {
		t.Helper()
		if w.attacker.reaches(attacker65, server4, 22) {
			t.Errorf("%s: who was banned is let in:\n%s%s", when, names(), rules())
		}
		if !w.attacker.reaches(attacker4, server4, 22) || !w.attacker.reaches(attacker6, server6, 22) {
			t.Errorf("%s: who was not banned is kept out:\n%s%s", when, names(), rules())
		}
	}
	goodNames, goodRules := names(), rules()
	for _, c := range []struct {
		name string
		end  func(Prepared) error
	}{
		{"taken back", func(p Prepared) error { return p.Abandon(context.Background()) }},
		{"dead before it was finished, then synced", func(Prepared) error { syncTo(t, d, before); return nil }},
	} {
		p := d.Prepare(t.Context(), after)
		if got := names(); strings.Count(got, temporary) != 2 || rules() != goodRules {
			t.Errorf("prepared: sets\n%s, rules\n%s", got, rules())
		}
		stands("prepared")
		if err := c.end(p); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := names(); got != goodNames || rules() != goodRules {
			t.Errorf("%s: sets\n%s, rules\n%s", c.name, got, rules())
		}
		stands(c.name)
	}
	r, err := d.Prepare(t.Context(), after).Finish(t.Context())
	if err != nil || r.Standing != 2 || r.Added != 2 || r.Removed != 2 {
		t.Errorf("finished: %+v, %v", r, err)
	}
	if w.attacker.reaches(attacker4, server4, 22) || w.attacker.reaches(attacker6, server6, 22) || !w.neighbour.reaches(neighbour6, server6, 22) {
		t.Errorf("finished, and not so:\n%s%s", names(), rules())
	}
}

// TestPreparationGoesOn: one driver that cannot prepare stops nobody, and what the
// others prepared is taken back with the rest.
func TestPreparationGoesOn(t *testing.T) {
	h := newHost(t)
	good := &XTables{Tools: h.tools(nil)}
	lacking := &XTables{Tools: Tools{Paths: map[string]string{"iptables": "/nowhere/iptables", "ip6tables": "/nowhere/ip6tables"}}}
	file := &HostsDeny{File: t.TempDir() + "/hosts.deny"}
	w := want(t, banned("192.0.2.1/32"), banned("2001:db8::/64", action(ban.Reject)))
	if err := Prepare(t.Context(), []Driver{lacking, good, file}, w).Abandon(t.Context()); err != nil {
		t.Errorf("taken back: %v", err)
	}
	if got := h.run("ipset", "list", "-n"); got != "" {
		t.Errorf("taken back, it left %s", got)
	}
	reports, err := Prepare(t.Context(), []Driver{lacking, good, file}, w).Sync(t.Context())
	if !errors.Is(err, ErrMissing) || len(reports) != 3 || reports[1].Standing != 2 || reports[2].Standing != 2 {
		t.Errorf("%+v, %v; want two drivers that hold both bans, and one that lacks iptables", reports, err)
	}
}
