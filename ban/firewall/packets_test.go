package firewall

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gumshoe/ban"
)

// engines are the packet filters that tell the same stories.
var engines = []struct {
	name string
	make func(h host, o Options) Driver
	with map[string]string // programs that are not called by their own name
}{
	{"ipset, iptables-nft", func(h host, o Options) Driver { return &XTables{h.tools(overNFT), o} }, overNFT},
	{"ipset, iptables-legacy", func(h host, o Options) Driver { return &XTables{h.tools(legacy), o} }, legacy},
	{"nftables", func(h host, o Options) Driver { return &NFTables{h.tools(nil), o} }, nil},
}

// banned is a ban of a network for an hour, everything closed unless told.
func banned(prefix string, change ...func(*ban.Ban)) ban.Ban {
	b := ban.Ban{Prefix: netip.MustParsePrefix(prefix), Action: ban.Drop, Jail: "sshd", Until: time.Now().Add(time.Hour)}
	for _, c := range change {
		c(&b)
	}
	return b
}

func action(a ban.Action) func(*ban.Ban)      { return func(b *ban.Ban) { b.Action = a } }
func ports(p ...uint16) func(*ban.Ban)        { return func(b *ban.Ban) { b.Ports = p } }
func lasting(d time.Duration) func(*ban.Ban)  { return func(b *ban.Ban) { b.Until = time.Now().Add(d) } }
func want(t testing.TB, bans ...ban.Ban) Want { t.Helper(); return wantBut(t, nil, bans...) }
func wantBut(t testing.TB, allow []string, bans ...ban.Ban) Want {
	t.Helper()
	var spare []netip.Prefix
	for _, a := range allow {
		spare = append(spare, netip.MustParsePrefix(a))
	}
	w, err := NewWant(bans, spare, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// try is one connection and whether it should come about.
type try struct {
	from, to string
	port     int
	reaches  bool
}

// expect makes all the connections at once.
func (w world) expect(tries ...try) {
	w.t.Helper()
	got := make([]bool, len(tries))
	var all sync.WaitGroup
	for i, c := range tries {
		h := w.attacker
		if c.from == neighbour4 || c.from == neighbour6 {
			h = w.neighbour
		}
		all.Go(func() { got[i] = h.reaches(c.from, c.to, c.port) })
	}
	all.Wait()
	for i, c := range tries {
		if got[i] != c.reaches {
			w.t.Errorf("%s reaches %s port %d: %v, want %v", c.from, c.to, c.port, got[i], c.reaches)
		}
	}
}

// TestPackets tells with real packets what each packet filter does.
func TestPackets(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := e.make(w.server, Options{})
			w.expect(try{attacker4, server4, 22, true}, try{attacker6, server6, 22, true})

			t.Run("a banned address cannot connect, its neighbour can", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, want(t, banned(attacker4+"/32"), banned("2001:db8:0:a::/64")))
				w.expect(
					try{attacker4, server4, 22, false}, try{attacker4, server4, 80, false}, try{attacker6, server6, 22, false},
					try{attacker65, server4, 22, true}, try{neighbour4, server4, 22, true}, try{neighbour6, server6, 22, true})
			})
			t.Run("a banned network cannot, and networks may lie in one another", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, want(t, banned("198.51.100.64/28"), banned(attacker65+"/32", lasting(2*time.Hour)), banned("2001:db8:0:8::/61")))
				w.expect(
					try{attacker65, server4, 22, false}, try{attacker66, server4, 22, false}, try{attacker4, server4, 22, true},
					try{attacker6, server6, 80, false}, try{neighbour6, server6, 80, false})
			})
			t.Run("only the ports of the ban are closed", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, want(t, banned(attacker4+"/32", ports(22, 2222)), banned("2001:db8:0:a::/64", ports(80))))
				w.expect(
					try{attacker4, server4, 22, false}, try{attacker4, server4, 80, true},
					try{attacker6, server6, 22, true}, try{attacker6, server6, 80, false})
			})
			t.Run("whoever is allowed is never cut", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, wantBut(t, []string{attacker65 + "/32", "2001:db8:0:a::/64"}, banned("198.51.100.64/28"), banned("2001:db8::/48")))
				w.expect(
					try{attacker65, server4, 22, true}, try{attacker66, server4, 22, false},
					try{attacker6, server6, 22, true}, try{neighbour6, server6, 22, false})
			})
			t.Run("and that may be everybody", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, wantBut(t, []string{"0.0.0.0/0", "::/0"}, banned(attacker4+"/32"), banned("198.51.100.128/25"), banned("2001:db8::/48")))
				w.expect(
					try{attacker4, server4, 22, true}, try{neighbour4, server4, 22, true},
					try{attacker6, server6, 22, true}, try{neighbour6, server6, 22, true})
			})
			t.Run("a rejected one is told so", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, want(t, banned(attacker4+"/32", action(ban.Reject)), banned("2001:db8:0:a::/64", action(ban.Reject), ports(22))))
				for from, to := range map[string]string{attacker4: server4, attacker6: server6} {
					if _, err := w.attacker.dial(from, to, 22); err == nil || !strings.Contains(err.Error(), "refused") {
						t.Errorf("from %s: %v, want a refusal", from, err)
					}
				}
			})
			for _, keep := range []bool{false, true} {
				t.Run(fmt.Sprintf("an established connection lives on: %v", keep), func(t *testing.T) {
					w, d := w.in(t), e.make(w.server, Options{KeepEstablished: keep})
					syncTo(t, d, want(t, banned("192.0.2.1/32"))) // conntrack sees what begins now
					c, err := w.attacker.dial(attacker4, server4, 22)
					if err != nil {
						t.Fatal(err)
					}
					defer c.Close()
					if !echoes(c) {
						t.Fatal("no echo before the ban")
					}
					syncTo(t, d, want(t, banned(attacker4+"/32")))
					if got := echoes(c); got != keep {
						t.Errorf("it lives: %v", got)
					}
					w.expect(try{attacker4, server4, 22, false})
				})
			}
			t.Run("a rate-limited source is slowed, not cut off", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, want(t, banned(attacker4+"/32", action(ban.Limit)), banned("2001:db8:0:a::/64", action(ban.Limit), ports(22))))
				for _, c := range []struct {
					from, to    string
					host        host
					least, most int
				}{
					{attacker4, server4, w.attacker, 1, 8},
					{attacker6, server6, w.attacker, 1, 8},
					{neighbour4, server4, w.neighbour, 20, 20},
				} {
					if n := c.host.syns(c.from, c.to, 22, 20); n < c.least || n > c.most {
						t.Errorf("%d of 20 connections from %s came about, want %d to %d", n, c.from, c.least, c.most)
					}
				}
			})
			t.Run("the end of a ban lets it back in", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, want(t, banned(attacker4+"/32", lasting(2*time.Second)), banned("2001:db8:0:a::/64", lasting(2*time.Second))))
				w.expect(try{attacker4, server4, 22, false})
				w.until("v4 is back", func() bool { return w.attacker.reaches(attacker4, server4, 22) })
				w.until("v6 is back", func() bool { return w.attacker.reaches(attacker6, server6, 22) })
			})
			t.Run("containers' ports are those that the source asked for", func(t *testing.T) { containers(t, w.in(t), d, e.with) })
			t.Run("clearing leaves nothing", func(t *testing.T) {
				w := w.in(t)
				syncTo(t, d, want(t, banned(attacker4+"/32"), banned("2001:db8::/48", ports(22))))
				if err := d.Clear(context.Background()); err != nil {
					t.Fatal(err)
				}
				w.expect(try{attacker4, server4, 22, true}, try{attacker6, server6, 22, true})
				for _, left := range []string{
					w.server.run("ipset", "list", "-n"), w.server.run("nft", "list", "ruleset"),
					w.server.run("iptables-legacy-save"), w.server.run("ip6tables-legacy-save"),
				} {
					if strings.Contains(strings.ToLower(left), "gumshoe") {
						t.Errorf("left behind: %s", left)
					}
				}
			})
		})
	}
}

// in is the world as a subtest sees it.
func (w world) in(t *testing.T) world {
	w.t = t
	return w
}

// until waits for something that the kernel does in its own time.
func (w world) until(what string, holds func() bool) {
	w.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(time.Minute); !holds(); <-again.C {
		if time.Now().After(end) {
			w.t.Fatalf("in vain: %s", what)
		}
	}
}

// syns counts how many of n connections, begun at once, come about.
func (h host) syns(from, to string, port, n int) int {
	came := make(chan bool, n)
	for range n {
		go func() {
			c, err := h.dial(from, to, port)
			if err == nil {
				c.Close()
			}
			came <- err == nil
		}()
	}
	sum := 0
	for range n {
		if <-came {
			sum++
		}
	}
	return sum
}

func forGood(b *ban.Ban) { b.Until = time.Time{} }
