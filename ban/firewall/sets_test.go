package firewall

import (
	"bytes"
	"encoding/binary"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gumshoe/ban"
)

func TestSets(t *testing.T) {
	w := wantBut(t, []string{"192.0.2.200/32"},
		banned("192.0.2.1/32", ports(443, 80, 80)), banned("192.0.2.2/32", ports(80, 443)), // the same ports
		banned("192.0.2.3/32", action(ban.Reject)), banned("192.0.2.3/32", action(ban.Limit)), banned("2001:db8::/64"),
		banned("192.0.2.5/32", action(ban.Alert)),       // touches no packet
		banned("192.0.2.6/32", lasting(-time.Second)),   // over
		banned("192.0.2.7/32", lifted),                  // lifted
		banned("192.0.2.8/32", onlyBy("nftables")),      // somebody else's
		banned("192.0.2.9/32", ports(1, 2, 3, 4, 5, 6)), // too many for a name
	).only("ipset")
	var got []string
	for _, s := range w.sets(maxTimeout) {
		members := slices.SortedFunc(maps.Keys(s.members), netip.Prefix.Compare)
		var list []string
		for _, m := range members {
			list = append(list, m.String())
		}
		got = append(got, s.name()+": "+strings.Join(list, " "))
		if n := len(s.name() + temporary); n > 31 || !ours().MatchString(s.name()) || !ours().MatchString(s.name()+temporary) {
			t.Errorf("%s is no name for a set", s.name())
		}
	}
	want := []string{
		"gumshoe-allow4-all: 192.0.2.200/32",
		"gumshoe-drop4-xb3041a0c: 192.0.2.9/32",
		"gumshoe-drop4-80-443: 192.0.2.1/32 192.0.2.2/32",
		"gumshoe-reject4-all: 192.0.2.3/32",
		"gumshoe-limit4-all: 192.0.2.3/32",
		"gumshoe-drop6-all: 2001:db8::/64",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func lifted(b *ban.Ban)                     { b.Lifted = time.Now() }
func onlyBy(driver string) func(b *ban.Ban) { return func(b *ban.Ban) { b.Driver = driver } }

// TestLongest: of two bans that an engine cannot tell apart the longer counts.
func TestLongest(t *testing.T) {
	hour, day, good := banned("192.0.2.1/32", lasting(time.Hour)), banned("192.0.2.1/32", lasting(24*time.Hour)), banned("192.0.2.1/32", forGood)
	for _, c := range []struct {
		bans    []ban.Ban
		seconds int64
	}{
		{[]ban.Ban{hour, day}, 86400},
		{[]ban.Ban{day, hour}, 86400},
		{[]ban.Ban{hour, good, day}, 0},
	} {
		sets := want(t, c.bans...).only("ipset").sets(maxTimeout)
		if got := sets[0].members[netip.MustParsePrefix("192.0.2.1/32")]; got > c.seconds || got < c.seconds-1 {
			t.Errorf("%d seconds, want %d", got, c.seconds)
		}
	}
}

// TestEqual: the engine counts down, and what is about to end may have ended.
func TestEqual(t *testing.T) {
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	type members = map[netip.Prefix]int64
	for _, c := range []struct {
		want, have members
		ago        int64
		equal      bool
	}{
		{members{a: 100}, members{a: 98}, 0, true},
		{members{a: 100}, members{a: 60}, 0, false},
		{members{a: 100}, members{}, 0, false},
		{members{a: 2}, members{}, 0, true},
		{members{a: 0}, members{}, 0, false},
		{members{a: 0}, members{a: 0}, 0, true},
		{members{a: 0}, members{a: 5}, 0, false},
		{members{a: 5}, members{a: 0}, 0, false},
		{members{a: 100}, members{a: 100, b: 1}, 0, false},
		{members{a: 100}, members{a: 60}, 35, true}, // it took 35 seconds to read
		{members{a: 100}, members{a: 130}, 35, false},
		{members{a: 20}, members{}, 35, true},
	} {
		if got := equal(c.want, c.have, c.ago); got != c.equal {
			t.Errorf("%v and %v: %v", c.want, c.have, got)
		}
	}
}

// TestRules reads like the chain that it makes.
func TestRules(t *testing.T) {
	w := wantBut(t, []string{"192.0.2.200/32"}, banned("192.0.2.1/32"), banned("192.0.2.2/32", ports(22, 80), action(ban.Reject)), banned("192.0.2.3/32", action(ban.Limit)))
	for _, c := range []struct {
		options   Options
		forwarded bool
		rules     string
	}{
		{rules: `
-m set --match-set gumshoe-allow4-all src -m comment --comment gumshoe-1 -j RETURN
-m set --match-set gumshoe-drop4-all src -m comment --comment gumshoe-2 -j DROP
-p tcp -m multiport --dports 22,80 -m set --match-set gumshoe-reject4-22-80 src -m comment --comment gumshoe-3 -j REJECT --reject-with tcp-reset
-p udp -m multiport --dports 22,80 -m set --match-set gumshoe-reject4-22-80 src -m comment --comment gumshoe-4 -j REJECT
-m set --match-set gumshoe-limit4-all src -m conntrack --ctstate NEW -m hashlimit --hashlimit-above 6/minute --hashlimit-burst 6 --hashlimit-mode srcip --hashlimit-srcmask 32 --hashlimit-name gs4-6-6 -m comment --comment gumshoe-5 -j DROP
`},
		{options: Options{KeepEstablished: true, PerMinute: 2, Burst: 3}, forwarded: true, rules: `
-m set --match-set gumshoe-allow4-all src -m comment --comment gumshoe-1 -j RETURN
-m set --match-set gumshoe-drop4-all src -m conntrack --ctstate NEW -m comment --comment gumshoe-2 -j DROP
-p tcp -m set --match-set gumshoe-reject4-22-80 src -m conntrack --ctstate NEW --ctdir ORIGINAL --ctorigdstport 22 -m comment --comment gumshoe-3 -j REJECT --reject-with tcp-reset
-p tcp -m set --match-set gumshoe-reject4-22-80 src -m conntrack --ctstate NEW --ctdir ORIGINAL --ctorigdstport 80 -m comment --comment gumshoe-4 -j REJECT --reject-with tcp-reset
-p udp -m set --match-set gumshoe-reject4-22-80 src -m conntrack --ctstate NEW --ctdir ORIGINAL --ctorigdstport 22 -m comment --comment gumshoe-5 -j REJECT
-p udp -m set --match-set gumshoe-reject4-22-80 src -m conntrack --ctstate NEW --ctdir ORIGINAL --ctorigdstport 80 -m comment --comment gumshoe-6 -j REJECT
-m set --match-set gumshoe-limit4-all src -m conntrack --ctstate NEW -m hashlimit --hashlimit-above 2/minute --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-srcmask 32 --hashlimit-name gs4-2-3 -m comment --comment gumshoe-7 -j DROP
`},
	} {
		got := "\n"
		for _, r := range c.options.rules(w.only("ipset").sets(maxTimeout), c.forwarded) {
			got += strings.Join(r, " ") + "\n"
		}
		if got != c.rules {
			t.Errorf("got%swant%s", got, c.rules)
		}
	}
}

func FuzzReadSaved(f *testing.F) {
	f.Add("create gumshoe-drop4-all hash:net family inet hashsize 1024 maxelem 65536 timeout 0\nadd gumshoe-drop4-all 192.0.2.0/24 timeout 3599\n")
	f.Add("create gumshoe-drop4-all hash:ip family inet\nadd x")
	f.Fuzz(func(t *testing.T, saved string) {
		members, err := readSaved("gumshoe-drop4-all", saved)
		for p := range members {
			if err == nil && !p.IsValid() {
				t.Errorf("%q holds %v", saved, p)
			}
		}
	})
}

// What the kernel says of nf_tables is read without a panic, whatever it says.
func FuzzReadNFT(f *testing.F) {
	nest := func(kind uint16, inner ...[]byte) []byte {
		all := bytes.Join(inner, nil)
		return slices.Concat(binary.NativeEndian.AppendUint16(binary.NativeEndian.AppendUint16(nil, uint16(4+len(all))), kind), all)
	}
	key := nest(unix.NFTA_SET_ELEM_KEY, nest(unix.NFTA_DATA_VALUE, []byte{192, 0, 2, 1}))
	left := nest(unix.NFTA_SET_ELEM_EXPIRATION, []byte{0, 0, 0, 0, 0, 0, 0xea, 0x60})
	f.Add(nest(unix.NFTA_SET_ELEM_LIST_ELEMENTS, nest(unix.NFTA_LIST_ELEM, key, left)))
	f.Add(append(attribute(unix.NFTA_RULE_CHAIN, "input"), nest(unix.NFTA_RULE_USERDATA, []byte("\x00\x0b0123abcd 1\x00"))...))
	f.Add(attribute(unix.NFTA_SET_NAME, "drop4_all_b32"))
	f.Fuzz(func(t *testing.T, said []byte) {
		table := &nftTable{map[string]nftElements{}, map[string]int{}}
		elements := nftElements{}
		_ = table.addSet(said)
		_ = table.addRule(said)
		if elements.add(said) == nil {
			for a := range elements {
				if !a.IsValid() {
					t.Errorf("%x holds %v", said, a)
				}
			}
		}
		table.sets["drop4_all_b32"] = elements
		table.groups()
		table.equal(parts([]set{{group{ban.Drop, "all", false}, map[netip.Prefix]int64{netip.MustParsePrefix("192.0.2.1/32"): 59}}}), nftScript{}, 0)
	})
}
