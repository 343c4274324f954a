package firewall

import (
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// damage is what life does to a packet filter, as a command line.
type damage struct {
	name, command string
	added         int // networks that the next Sync has to put in again
	removed       int
}

// xtablesDamage is for ipset; IPT stands for the variant of iptables.
var xtablesDamage = []damage{
	{"nothing", "true", 0, 0},
	{"sets flushed", "ipset flush", 5, 0},
	{"one network gone", "ipset del gumshoe-drop4-all 192.0.2.1", 1, 0},
	{"a network too many", "ipset add gumshoe-drop4-all 192.0.2.99", 0, 1},
	{"a ban that ends too soon", "ipset -exist add gumshoe-drop4-all 192.0.2.1 timeout 60", 0, 0},
	{"a ban for good that ends", "ipset -exist add gumshoe-drop4-all 203.0.113.8 timeout 60", 0, 0},
	{"hook deleted", "IPT -D INPUT 1", 0, 0},
	{"another rule before the hook", "IPT -D INPUT 2; IPT -I INPUT -s 192.0.2.77 -j ACCEPT", 0, 0},
	{"hooked twice", "IPT -A INPUT -j GUMSHOE", 0, 0},
	{"chain emptied", "IPT -F GUMSHOE", 0, 0},
	{"one rule gone", "IPT -D GUMSHOE 1", 0, 0},
	{"rules in another order", "R=$(IPT -S GUMSHOE 1 | sed s/-A/-A/); IPT -D GUMSHOE 1; IPT $R", 0, 0},
	{"half-filled set of a run that died", "ipset create gumshoe-drop4-all-new hash:net timeout 0", 0, 0},
	{"set of a run that died", "ipset create gumshoe-reject4-22 hash:net timeout 0; ipset add gumshoe-reject4-22 192.0.2.5", 0, 1},
	{"reboot", "IPT -F; IPT -X; IP6T -F; IP6T -X; ipset destroy; IPT -A INPUT -s 192.0.2.77 -j ACCEPT", 5, 0},
	{"nothing, after that", "true", 0, 0},
}

var nftDamage = []damage{
	{"nothing", "true", 0, 0},
	{"set flushed", "nft flush set inet gumshoe drop4_all_b32", 3, 0},
	{"one network gone", "nft delete element inet gumshoe drop4_all_b32 { 192.0.2.1 }", 1, 0},
	{"a network too many", "nft add element inet gumshoe drop4_all_b32 { 192.0.2.99 }", 0, 1},
	{"chain emptied", "nft flush chain inet gumshoe input", 0, 0},
	{"one rule gone", "nft delete rule inet gumshoe input handle $(nft -a list chain inet gumshoe input | sed -n 's/.* handle //p' | sed -n 2p)", 0, 0},
	{"reboot", "nft delete table inet gumshoe", 5, 0},
	{"nothing, after that", "true", 0, 0},
}

// TestHealing damages what stands and syncs, and everything is as before:
// nothing is forgotten, nothing is there twice, and what others made is kept.
func TestHealing(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			d := e.make(h, Options{})
			ipt, ip6t, damages := e.with["iptables"], e.with["ip6tables"], xtablesDamage
			if ipt == "" {
				ipt, ip6t, damages = "iptables-nft", "ip6tables-nft", nftDamage
			}
			h.run(ipt, "-A", "INPUT", "-s", "192.0.2.77", "-j", "ACCEPT")
			h.run("ipset", "create", "gumshoe-of-somebody", "hash:ip")
			rules := func() string {
				var kept []string
				for l := range strings.Lines(h.run(ipt, "-S") + h.run(ip6t, "-S") + h.run("nft", "-t", "list", "ruleset")) {
					if !strings.HasPrefix(l, "#") {
						kept = append(kept, l)
					}
				}
				return strings.Join(kept, "")
			}
			w := want(t, banned("192.0.2.1/32"), banned("203.0.113.7/32", lasting(400*24*time.Hour)), banned("203.0.113.8/32", forGood),
				banned("198.51.100.0/25", action(ban.Limit)), banned("2001:db8:1::/48", ports(22)))
			if r := syncTo(t, d, w); r.Standing != 5 || r.Added != 5 || r.Removed != 0 {
				t.Errorf("first: %+v, want 5 added", r)
			}
			good := rules()
			for _, c := range damages {
				h.run("sh", "-ec", strings.NewReplacer("IPT", ipt, "IP6T", ip6t).Replace(c.command))
				if r := syncTo(t, d, w); r.Standing != 5 || r.Added != c.added || r.Removed != c.removed {
					t.Errorf("%s: %+v, want %d added, %d removed", c.name, r, c.added, c.removed)
				}
				if got := rules(); got != good {
					t.Errorf("%s: rules\n%s\nwant\n%s", c.name, got, good)
				}
			}
		})
	}
}

// TestRenewal: the kernel counts 24.8 days at most, the ban lasts longer.
func TestRenewal(t *testing.T) {
	h := newHost(t)
	d := &XTables{Tools: h.tools(nil)}
	w := want(t, banned("192.0.2.1/32", lasting(365*24*time.Hour)))
	syncTo(t, d, w)
	if got := h.run("ipset", "save", "gumshoe-drop4-all"); !strings.Contains(got, "192.0.2.1 timeout 21474") {
		t.Errorf("a year became %s, want 24.8 days", got)
	}
	h.run("ipset", "-exist", "add", "gumshoe-drop4-all", "192.0.2.1", "timeout", "1000000")
	syncTo(t, d, w)
	if got := h.run("ipset", "save", "gumshoe-drop4-all"); !strings.Contains(got, "192.0.2.1 timeout 21474") {
		t.Errorf("not renewed: %s", got)
	}
}
