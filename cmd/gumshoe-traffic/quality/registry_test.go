package quality

import (
	"net/netip"
	"slices"
	"testing"

	"gumshoe/analyze"
	"gumshoe/cmd/gumshoe-traffic/traffic"
	"gumshoe/report"
)

func street() *registry {
	var t traffic.Truth
	t.Claim("198.18.0.0/16", traffic.Honest, "homes", "")
	t.Claim("198.18.4.4", traffic.Hostile, "bot", "botnet")
	t.Claim("203.0.113.7", traffic.Hostile, "bot", "botnet")
	t.Claim("203.0.113.200", traffic.Honest, "neighbour", "")
	t.Claim("2001:db8::5", traffic.Hostile, "bot", "v6")
	t.Claim("198.19.128.0/17", traffic.Nuisance, "noise", "")
	return newRegistry(&t)
}

// A case is charged with what its sources are: an address by the longest claim, a
// network by everybody in it.
func TestRead(t *testing.T) {
	for _, test := range []struct {
		name    string
		sources []string
		level   analyze.Level
		botnet  int // attackers of that name
		honest  int // accused by address
		inside  int // honest ones in accused networks
	}{
		{"a bot among homes", []string{"198.18.4.4"}, analyze.High, 1, 0, 0},
		{"its neighbour", []string{"198.18.4.5"}, analyze.High, 0, 1, 0},
		{"noise is nobody's fault", []string{"198.19.200.1"}, analyze.High, 0, 0, 0},
		{"a network and an address of it", []string{"203.0.113.0/24", "203.0.113.7"}, analyze.High, 1, 0, 1},
		{"the honest half", []string{"203.0.113.128/25"}, analyze.Low, 0, 0, 1},
		{"an address that never was", []string{"192.0.2.99"}, analyze.Low, 0, 1, 0},
		{"below low nobody is accused", []string{"198.18.4.5"}, analyze.Info, 0, 0, 0},
	} {
		g := street().read(&report.CaseJSON{Severity: test.level, Sources: test.sources})
		inside := 0
		for _, list := range g.inside {
			inside += len(list)
		}
		if len(g.attackers["botnet"]) != test.botnet || len(g.honest) != test.honest || inside != test.inside {
			t.Errorf("%s: attackers %v, honest %v, inside %v", test.name, g.attackers, g.honest, g.inside)
		}
	}
}

// A /64 is a unit: the bot in it is who is accused.
func TestReadUnit(t *testing.T) {
	g := street().read(&report.CaseJSON{Severity: analyze.High, Sources: []string{"2001:db8::/64"}})
	if len(g.attackers["v6"]) != 1 || len(g.networks) != 0 {
		t.Errorf("attackers %v, networks %v", g.attackers, g.networks)
	}
}

func TestIsHonest(t *testing.T) {
	for addr, want := range map[string]bool{"198.18.4.5": true, "198.18.4.4": false, "198.19.130.1": false, "192.0.2.99": false, "203.0.113.200": true} {
		if got := street().isHonest(netip.MustParseAddr(addr)); got != want {
			t.Errorf("isHonest(%s) = %t", addr, got)
		}
	}
}

func TestRightPrefix(t *testing.T) {
	bots := func(from, n int) (out []string) {
		for i := range n {
			out = append(out, netip.AddrFrom4([4]byte{203, 0, 113, byte(from + i)}).String())
		}
		return out
	}
	for _, test := range []struct {
		name, truth, prefix string
		sources             []string
		bots                []string
		want                bool
	}{
		{"the same", "203.0.113.0/24", "203.0.113.0/24", nil, bots(1, 200), true},
		{"as a source", "203.0.113.0/24", "", []string{"203.0.113.0/24"}, bots(1, 200), true},
		{"narrower, and all are in it", "203.0.113.0/24", "203.0.113.0/27", nil, bots(1, 30), true},
		{"narrower, and half are in it", "203.0.113.0/24", "203.0.113.0/25", nil, bots(1, 250), false},
		{"wider", "203.0.113.0/24", "203.0.112.0/23", nil, bots(1, 200), false},
		{"none named", "203.0.113.0/24", "", bots(1, 200), bots(1, 200), false},
		{"many networks, none named", "", "", bots(1, 9), bots(1, 9), true},
	} {
		got, _ := rightPrefix(traffic.Expect{Prefix: test.truth, Sources: test.bots}, charge{CaseJSON: &report.CaseJSON{Prefix: test.prefix, Sources: test.sources}})
		if got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

// Five failures in ten minutes are one too many, five in eleven are not.
func TestOverLimit(t *testing.T) {
	row := func(addr, at string) string { return "['" + addr + "',\t" + at + ",\t{'user': 'x'}],\n" }
	rows := row("203.0.113.1", "1000") + row("203.0.113.2", "1000") + row("203.0.113.1", "1100") + row("203.0.113.1", "1200") + row("203.0.113.1", "1300") + row("203.0.113.1", "1600") +
		row("203.0.113.2", "1160") + row("203.0.113.2", "1320") + row("203.0.113.2", "1480") + row("203.0.113.2", "1661") + row("2001:db8::1", "5")
	got := overLimit(rows, 5)
	if len(got) != 1 || got["203.0.113.1"].Unix() != 1600 {
		t.Errorf("%v, want 203.0.113.1 at 1600", got)
	}
	if got := overLimit(rows, 1); !slices.Contains(sortedKeys(got), "2001:db8::1") || len(got) != 3 {
		t.Errorf("%v, want all three", got)
	}
}
