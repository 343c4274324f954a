package main

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/enrich"
	"gumshoe/ban"
)

// fickle answers while it is up.
type fickle struct{ down bool }

func (f *fickle) Names(context.Context, netip.Addr) ([]string, error) { return nil, nil }

func (f *fickle) Addrs(_ context.Context, name string, like netip.Addr) ([]netip.Addr, error) {
	if f.down {
		return nil, errors.New("server misbehaving")
	}
	if name == "home.example.org" && like.Is4() {
		return []netip.Addr{netip.MustParseAddr("203.0.113.5")}, nil
	}
	return nil, nil
}

// An allowlist names hosts, networks and countries, too. DNS that fails later opens
// no door: the last good answer holds.
func TestAllowedByWhoTheyAre(t *testing.T) {
	s := defaults()
	s.StateDir = t.TempDir()
	for _, v := range []string{"home.example.org", "AS64500", "country:nz", "192.0.2.0/24"} {
		if err := setAllow(s, v, "gumshoe.yaml:1"); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(g *ban.Guards, addr string) bool {
		_, _, ok := g.Refuses(netip.MustParsePrefix(addr + "/32"))
		return ok
	}
	who := func(addr, country string, asn uint32) analyze.Identity {
		return analyze.Identity{Source: netip.MustParsePrefix(addr + "/32"), Country: country, ASN: asn}
	}
	cases := []analyze.Case{{Identities: []analyze.Identity{who("203.0.113.10", "NZ", 0), who("203.0.113.11", "AU", 64500), who("203.0.113.12", "AU", 64501)}}}
	dns := &fickle{}
	a := &app{resolver: dns}
	for _, dns.down = range []bool{false, true} {
		g := s.Guards()
		err := a.protectNames(t.Context(), s, &g, true)
		if (err != nil) != dns.down {
			t.Errorf("down %t: %v", dns.down, err)
		}
		s.protectWho(&g, cases, []ban.Ban{{Prefix: netip.MustParsePrefix("203.0.113.20/32"), Country: "NZ"}})
		for addr, want := range map[string]bool{"203.0.113.5": true, "203.0.113.10": true, "203.0.113.11": true, "203.0.113.12": false, "203.0.113.20": true, "192.0.2.7": true, "203.0.113.6": false} {
			if refused(&g, addr) != want {
				t.Errorf("down %t: %s protected %t, want %t", dns.down, addr, !want, want)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(s.StateDir, allowNamesFile)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"localhost", "country:Germany", "ASx", "AS0", "exa mple.org", "203.0.113.9/16", "-a.example"} {
		if err := setAllow(defaults(), bad, ""); err == nil {
			t.Errorf("%q is allowed", bad)
		}
	}
}

// halfDown is a DNS that knows both addresses of a name, until it answers nothing about
// one family.
type halfDown struct{ down4, down6 error }

func (*halfDown) Names(context.Context, netip.Addr) ([]string, error) { return nil, nil }

func (h *halfDown) Addrs(_ context.Context, _ string, like netip.Addr) ([]netip.Addr, error) {
	addr, down := "2001:db8::5", h.down6
	if like.Is4() {
		addr, down = "203.0.113.5", h.down4
	}
	if down != nil {
		return nil, down
	}
	return []netip.Addr{netip.MustParseAddr(addr)}, nil
}

// The last good answer holds for each family by itself: whoever is at home on IPv6 is not
// banned because only the question for IPv4 was answered. An answer that there is none
// is one. Nor is whoever is logged in from there, without a word.
func TestAllowedNameOfTwoFamilies(t *testing.T) {
	broken := errors.New("server misbehaving")
	s := defaults()
	s.StateDir = t.TempDir()
	if err := setAllow(s, "home.example.org", "gumshoe.yaml:1"); err != nil {
		t.Fatal(err)
	}
	put(t, s.StateDir, allowNamesFile, "null") // of somebody's editor
	for i, step := range []struct {
		dns            halfDown
		known4, known6 bool
		told           bool
		sessions       int
		unsure         bool
	}{
		{halfDown{}, true, true, true, 2, false}, // that the file was damaged
		{halfDown{}, true, true, false, 2, false},
		{halfDown{down6: broken}, true, true, true, 1, true},
		{halfDown{down4: broken}, true, true, true, 1, true},
		{halfDown{down4: enrich.ErrNoName, down6: enrich.ErrNoName}, true, true, true, 0, true},
		{halfDown{down4: enrich.ErrNoName}, false, true, false, 1, false},
	} {
		g, a := s.Guards(), &app{resolver: &step.dns}
		if err := a.protectNames(t.Context(), s, &g, true); (err != nil) != step.told {
			t.Errorf("step %d: told %v", i, err)
		}
		for addr, want := range map[string]bool{"203.0.113.5/32": step.known4, "2001:db8::/64": step.known6} {
			if _, _, refused := g.Refuses(netip.MustParsePrefix(addr)); refused != want {
				t.Errorf("step %d: %s protected %t, want %t", i, addr, refused, want)
			}
		}
		sessions, err := a.located(t.Context(), []remote{{host: "home.example.org"}})
		if len(sessions) != step.sessions || (err != nil) != step.unsure {
			t.Errorf("step %d: sessions from %v, %v", i, sessions, err)
		}
	}
}

// Whom an allowlist comes to name by network or country is let in by the next sync,
// as far as the ledger knows where the banned are; the others stay out. Nobody of them
// is banned by hand without force, which a database on the machine tells.
func TestSyncLetsInWhoIsAllowed(t *testing.T) {
	t.Parallel()
	d := newDoor(t, "203.0.113.9", "")
	l, close, err := openLedger(t.Context(), d.state, true)
	if err != nil {
		t.Fatal(err)
	}
	banned := func(addr, country string, asn uint32) ban.Ban {
		return ban.Ban{Prefix: netip.MustParsePrefix(addr + "/32"), Jail: "web", Action: ban.Drop, Country: country, ASN: asn, Reason: "a scan",
			From: time.Now().Add(-time.Minute), Until: time.Now().Add(time.Hour), By: ban.Auto}
	}
	_, err = l.Add(t.Context(), []ban.Ban{banned("203.0.113.10", "NZ", 64501), banned("203.0.113.11", "AU", 64500), banned("203.0.113.12", "AU", 64501)})
	close()
	if err != nil {
		t.Fatal(err)
	}
	synced := func(want ...string) {
		t.Helper()
		if o := d.run("bans", "sync"); o.code != 0 {
			t.Fatalf("code %d: %s", o.code, o.err)
		}
		got := d.heard()
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("the router was told %q, want %q", got, want)
		}
	}
	synced("add 203.0.113.10 all", "add 203.0.113.11 all", "add 203.0.113.12 all")

	before := read(t, d.dir, "gumshoe.yaml")
	put(t, d.dir, "geoip", "3405803776,3405804031,NZ\n") // 203.0.113.0/24
	put(t, d.dir, "gumshoe.yaml", before+"geo:\n  databases: ["+filepath.Join(d.dir, "geoip")+"]\nban:\n  allow: [AS64500, \"country:NZ\"]\n")
	synced("remove 203.0.113.10 all", "remove 203.0.113.11 all")
	if o := d.run("bans", "add", "203.0.113.20"); o.code == 0 || !strings.Contains(o.err, "203.0.113.20 is not banned") {
		t.Errorf("an address of an allowed country: code %d: %s", o.code, o.err)
	}
	if o := d.run("bans", "add", "198.51.100.20"); o.code != 0 {
		t.Errorf("an address elsewhere: code %d: %s", o.code, o.err)
	}

	put(t, d.dir, "gumshoe.yaml", before)
	d.heard()
	synced("add 203.0.113.10 all", "add 203.0.113.11 all")
}
