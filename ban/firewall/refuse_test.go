package firewall

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// TestNewWantRefuses lists what never reaches a program.
func TestNewWantRefuses(t *testing.T) {
	good := banned("192.0.2.1/32")
	for _, c := range []struct {
		name string
		bad  ban.Ban
		says string
	}{
		{"no address", ban.Ban{ID: 7, Action: ban.Drop}, "ban 7: \"invalid Prefix\" is no network"},
		{"everybody", banned("0.0.0.0/0"), "0.0.0.0/0 is everybody"},
		{"everybody, v6", banned("::/0"), "::/0 is everybody"},
		{"host bits", banned("192.0.2.1/24"), "192.0.2.1/24 is not in canonical form"},
		{"v4 in v6", banned("::ffff:192.0.2.1/128"), "not in canonical form"},
		{"unknown action", banned("192.0.2.1/32", action("explode")), `unknown action "explode"`},
		{"port 0", banned("192.0.2.1/32", ports(22, 0)), "no port 0"},
	} {
		_, err := NewWant([]ban.Ban{good, c.bad}, nil, time.Now())
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	if _, err := NewWant(nil, []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}, time.Now()); err == nil {
		t.Error("what is allowed may have host bits")
	}
}

// TestRefusals: each driver says clearly what is wrong, and leaves what stands.
func TestRefusals(t *testing.T) {
	h := newHost(t)
	one, two := want(t, banned("192.0.2.1/32")), want(t, banned("192.0.2.1/32"), banned("192.0.2.2/32"), banned("192.0.2.3/32"))
	nobody := h.nobody()
	missing := Tools{Paths: map[string]string{"ipset": "/nowhere/ipset", "nft": "/nowhere/nft", "iptables": "/nowhere/iptables"}}
	ipset, nft := &XTables{Tools: h.tools(nil)}, &NFTables{Tools: h.tools(nil)}
	syncTo(t, ipset, one)
	syncTo(t, nft, one)
	for _, c := range []struct {
		name   string
		driver Driver
		before string // a command that brings the trouble
		is     error
		after  string // and one that takes it away
	}{
		{"ipset is missing", &XTables{Tools: missing}, "", ErrMissing, ""},
		{"nft is missing", &NFTables{Tools: missing}, "", ErrMissing, ""},
		{"nobody, ipset", &XTables{Tools: nobody}, "", ErrPrivilege, ""},
		{"nobody, nft", &NFTables{Tools: nobody}, "", ErrPrivilege, ""},
		{"too many, ipset", &XTables{ipset.Tools, Options{MaxMembers: 2}}, "", ErrFull, ""},
		{"too many, nft", &NFTables{nft.Tools, Options{MaxMembers: 2}}, "", ErrFull, ""},
		{"a set of our name", ipset, "ipset create gumshoe-reject4-all hash:ip", ErrForeign, "ipset destroy gumshoe-reject4-all"},
		{"a set of our name without timeouts", ipset, "ipset create gumshoe-reject4-all hash:net", ErrForeign, "ipset destroy gumshoe-reject4-all"},
		{"a half-filled set of another kind", ipset, "ipset create gumshoe-drop4-all-new hash:ip", ErrForeign, "ipset destroy gumshoe-drop4-all-new"},
		{"a rule in our chain", ipset, "iptables -A GUMSHOE -j ACCEPT", ErrForeign, "iptables -D GUMSHOE -j ACCEPT"},
		{"a rule in our table", nft, "nft add rule inet gumshoe input accept", ErrForeign, "nft flush chain inet gumshoe input"},
	} {
		if c.before != "" {
			h.run("sh", "-ec", c.before)
		}
		if _, err := c.driver.Sync(context.Background(), two); !errors.Is(err, c.is) {
			t.Errorf("%s: %v, want %v", c.name, err, c.is)
		}
		if got := h.run("ipset", "list", "-n"); !strings.Contains(got, "gumshoe-drop4-all\n") {
			t.Errorf("%s: the standing set is gone", c.name)
		}
		if got := h.run("ipset", "save"); !strings.Contains(got, "add gumshoe-drop4-all 192.0.2.1") {
			t.Errorf("%s: the standing ban is gone: %s", c.name, got)
		}
		if c.after != "" {
			h.run("sh", "-ec", c.after)
		}
	}
	syncTo(t, ipset, two)
	syncTo(t, nft, two)
}

// nobody are the tools of a person without privileges.
func (h host) nobody() Tools {
	h.t.Helper()
	t := h.tools(nil)
	for name, file := range t.Paths {
		write(h.t, file, fmt.Sprintf("#!/bin/sh\nexec nsenter --net=/run/netns/%s setpriv --reuid=65534 --regid=65534 --clear-groups %s \"$@\"\n", h.name, name), 0o755)
	}
	return t
}

// TestWithoutIPv6: where ip6tables is missing, IPv4 is carried out, and only a
// ban of an IPv6 network is an error.
func TestWithoutIPv6(t *testing.T) {
	h := newHost(t)
	d := &XTables{Tools: h.tools(nil)}
	d.Tools.Paths["ip6tables"] = "/nowhere/ip6tables"
	syncTo(t, d, want(t, banned("192.0.2.1/32")))
	r, err := d.Sync(context.Background(), want(t, banned("192.0.2.1/32"), banned("192.0.2.2/32"), banned("2001:db8::/64")))
	if !errors.Is(err, ErrMissing) || r.Standing != 2 {
		t.Errorf("%+v, %v; want both IPv4 bans and an error about ip6tables", r, err)
	}
	if got := h.run("ipset", "save"); !strings.Contains(got, "192.0.2.2") {
		t.Errorf("IPv4 was not carried out: %s", got)
	}
}

// TestKernelWithoutIPv6: ip6tables is there, and has nothing to work on.
func TestKernelWithoutIPv6(t *testing.T) {
	h := newHost(t)
	d := &XTables{Tools: h.tools(nil)}
	write(t, d.Tools.Paths["ip6tables"], "#!/bin/sh\n[ \"$1\" != --version ] || exec ip6tables --version\necho \"can't initialize ip6tables table filter: Table does not exist\" >&2\nexit 3\n", 0o755)
	syncTo(t, d, want(t, banned("192.0.2.1/32")))
	if _, err := d.Sync(t.Context(), want(t, banned("192.0.2.2/32"), banned("2001:db8::/64"))); err == nil || !strings.Contains(err.Error(), "Table does not exist") {
		t.Errorf("a ban of IPv6: %v", err)
	}
	if got := h.run("ipset", "save"); !strings.Contains(got, "192.0.2.2") || strings.Contains(got, "2001:db8") {
		t.Errorf("the kernel holds %s", got)
	}
}

// TestBrokenRestore: a program that dies half-way leaves the old set whole.
func TestBrokenRestore(t *testing.T) {
	h := newHost(t)
	d := &XTables{Tools: h.tools(nil)}
	syncTo(t, d, want(t, banned("192.0.2.1/32")))
	good := d.Tools.Paths["ipset"]
	for _, c := range []struct{ name, script string }{
		// Lines are lost on the way: what arrived does not match what was sent.
		{"lines are lost", `if [ "$1" = restore ]; then sed '\,192.0.2.3/32 ,d' | ` + good + ` restore; else exec ` + good + ` "$@"; fi`},
		{"a line is bad", `if [ "$1" = restore ]; then sed 's,192.0.2.3/32 ,host.invalid ,' | ` + good + ` restore; else exec ` + good + ` "$@"; fi`},
		{"the set is full", `if [ "$1" = restore ]; then sed 's/maxelem [0-9]*/maxelem 2/' | ` + good + ` restore; else exec ` + good + ` "$@"; fi`},
	} {
		d.Tools.Paths["ipset"] = filepath.Join(t.TempDir(), "ipset")
		write(t, d.Tools.Paths["ipset"], "#!/bin/sh\n"+c.script+"\n", 0o755)
		_, err := d.Sync(context.Background(), want(t, banned("192.0.2.1/32"), banned("192.0.2.2/32"), banned("192.0.2.3/32")))
		if err == nil {
			t.Errorf("%s: no error", c.name)
		}
		got := h.run("ipset", "save")
		if !strings.Contains(got, "192.0.2.1") || strings.Contains(got, "192.0.2.2") || strings.Contains(got, temporary) {
			t.Errorf("%s: %v; left %s", c.name, err, got)
		}
	}
}

// TestSyncGoesOn: one driver's failure stops nobody, and is told by its name.
func TestSyncGoesOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hosts.deny")
	drivers := []Driver{
		&NFTables{Tools: Tools{Paths: map[string]string{"nft": "/nowhere/nft"}}},
		&HostsDeny{File: file},
	}
	reports, err := Sync(context.Background(), drivers, want(t, banned("192.0.2.1/32")))
	var failed *Error
	if !errors.As(err, &failed) || failed.Driver != "nftables" || !errors.Is(err, ErrMissing) {
		t.Errorf("%v, want that nft is missing", err)
	}
	if len(reports) != 2 || reports[1].Driver != "hosts.deny" || reports[1].Added != 1 {
		t.Errorf("%+v, want that hosts.deny did its part", reports)
	}
	content, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(content), "ALL: 192.0.2.1\n") {
		t.Errorf("%q, %v", content, err)
	}
}

// TestDetect tells what works here, and what to do where nothing does.
func TestDetect(t *testing.T) {
	h := newHost(t)
	lacking := func(programs ...string) Tools {
		tools := h.tools(nil)
		for _, p := range programs {
			tools.Paths[p] = "/nowhere/" + p
		}
		return tools
	}
	for _, c := range []struct {
		tools        Tools
		driver, says string
	}{
		{lacking(), "ipset", "for IPv4 and IPv6."},
		{lacking("ip6tables"), "ipset", "for IPv4 alone"},
		{lacking("ipset"), "nftables", "by nftables v"},
		{lacking("iptables"), "nftables", "by nftables v"},
		{lacking("ipset", "nft"), "", "apt-get install ipset iptables"},
		{h.nobody(), "", "run it as root"},
	} {
		d, says := Detect(context.Background(), c.tools, Options{})
		name := ""
		if d != nil {
			name = d.Name()
		}
		if name != c.driver || !strings.Contains(says, c.says) {
			t.Errorf("%q: %s; want %q: %s", name, says, c.driver, c.says)
		}
	}
}

// TestForeignStopsAll: where a set or a chain of our name is somebody else's,
// nothing is done in either family, neither to sets nor to rules.
func TestForeignStopsAll(t *testing.T) {
	for name, trouble := range map[string]string{
		"a v4 set":               "ipset create gumshoe-drop4-all hash:ip",
		"a v6 set":               "ipset create gumshoe-drop6-all hash:net family inet6",
		"a v6 chain of our name": "ip6tables -N GUMSHOE; ip6tables -A GUMSHOE -j ACCEPT",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.run("sh", "-ec", trouble)
			state := func() string {
				return h.run("ipset", "save") + h.run("iptables-save", "-t", "filter") + h.run("ip6tables-save", "-t", "filter")
			}
			before := rulesOnly(state())
			w, err := NewWant([]ban.Ban{banned("192.0.2.1/32"), banned("2001:db8:1::/64")},
				[]netip.Prefix{netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("2001:db8:2::7/128")}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := (&XTables{Tools: h.tools(nil)}).Sync(t.Context(), w); !errors.Is(err, ErrForeign) {
				t.Errorf("%v, want %v", err, ErrForeign)
			}
			if after := rulesOnly(state()); after != before {
				t.Errorf("it left something behind:\n%s\nbefore:\n%s", after, before)
			}
		})
	}
}

// rulesOnly leaves the dates and the tables that are merely read out of a listing.
func rulesOnly(saved string) string {
	var out []string
	for line := range strings.Lines(saved) {
		if strings.HasPrefix(line, "-A") || strings.HasPrefix(line, "create") || strings.HasPrefix(line, "add") || strings.Contains(line, "GUMSHOE") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
