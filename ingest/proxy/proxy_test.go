package proxy

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/gaissmai/bart"

	"gumshoe/ingest"
)

// trusted are the proxies that the tests trust.
var trusted = prefixes("198.51.100.0/24", "2001:db8:cd::/48")

// request is a web request from a peer with a forwarded chain.
func request(peer, forwarded string) *ingest.Event {
	return &ingest.Event{Service: ingest.ServiceWeb, Src: netip.MustParseAddr(peer), Forwarded: []byte(forwarded)}
}

func TestClient(t *testing.T) {
	for _, c := range []struct{ what, peer, forwarded, want string }{
		{"a trusted proxy names its client", "198.51.100.1", "203.0.113.9", "203.0.113.9"},
		{"anyone else is the client himself", "192.0.2.66", "203.0.113.9", "192.0.2.66"},
		{"anyone else may even name a trusted proxy", "192.0.2.66", "203.0.113.9, 198.51.100.1", "192.0.2.66"},
		{"what the client sent himself stands left", "198.51.100.1", "8.8.8.8, 203.0.113.9", "203.0.113.9"},
		{"trusted hops are passed over", "198.51.100.1", "8.8.8.8, 203.0.113.9, 198.51.100.7,2001:db8:cd::1", "203.0.113.9"},
		{"no untrusted hop: the left-most", "198.51.100.1", "198.51.100.3, 198.51.100.2", "198.51.100.3"},
		{"nothing logged", "198.51.100.1", "", "198.51.100.1"},
		{"an unknown client stays behind his proxy", "198.51.100.1", "unknown", "198.51.100.1"},
		{"an unknown hop ends the chain", "198.51.100.1", "203.0.113.9, unknown, 198.51.100.7", "198.51.100.7"},
		{"rubbish is no address", "198.51.100.1", "203.0.113.9, ${jndi:ldap://x}", "198.51.100.1"},
		{"with a port", "198.51.100.1", "203.0.113.9:50123", "203.0.113.9"},
		{"IPv6", "198.51.100.1", "2001:db8::9", "2001:db8::9"},
		{"IPv6 in brackets", "198.51.100.1", "[2001:db8::9]", "2001:db8::9"},
		{"IPv6 with a port", "198.51.100.1", "[2001:db8::9]:443", "2001:db8::9"},
		{"IPv6 with a zone", "198.51.100.1", "fe80::1%eth0", "fe80::1"},
		{"IPv4 in IPv6", "198.51.100.1", "::ffff:203.0.113.9", "203.0.113.9"},
		{"Forwarded", "198.51.100.1", `for=203.0.113.9;proto=https;by=198.51.100.1`, "203.0.113.9"},
		{"Forwarded, any case", "198.51.100.1", `By=198.51.100.1;For=203.0.113.9`, "203.0.113.9"},
		{"Forwarded, a chain", "198.51.100.1", `for=8.8.8.8, for=203.0.113.9;proto=http, for=198.51.100.7`, "203.0.113.9"},
		{"Forwarded, as Apache logs quotes", "198.51.100.1", `for=\"[2001:db8::9]:4711\"`, "2001:db8::9"},
		{"Forwarded, as nginx logs quotes", "198.51.100.1", `for=\x22[2001:db8::9]\x22`, "2001:db8::9"},
		{"Forwarded, an open quote swallows nothing", "198.51.100.1", `for=\x22, for=203.0.113.9`, "203.0.113.9"},
		{"Forwarded, obfuscated", "198.51.100.1", `for=_hidden`, "198.51.100.1"},
		{"Forwarded without for", "198.51.100.1", `for=203.0.113.9, proto=http`, "198.51.100.1"},
		{"a client that mixes both does not hide", "198.51.100.1", `for=8.8.8.8;x=, 203.0.113.9`, "203.0.113.9"},
	} {
		t.Run(c.what, func(t *testing.T) {
			step := New(trusted).NewEnricher()
			for range 2 { // the second answer is from memory
				ev := request(c.peer, c.forwarded)
				step.Enrich(ev)
				if ev.Src.String() != c.want {
					t.Errorf("%s says %q: %s, want %s", c.peer, c.forwarded, ev.Src, c.want)
				}
			}
		})
	}
}

// A mail server's line has no forwarded address, whoever its client is.
func TestOnlyWebRequests(t *testing.T) {
	ev := request("198.51.100.1", "203.0.113.9")
	ev.Service = ingest.ServiceSMTP
	New(trusted).NewEnricher().Enrich(ev)
	if ev.Src.String() != "198.51.100.1" {
		t.Errorf("the client is %s", ev.Src)
	}
}

// What nobody set up is said once, with what to write.
func TestHint(t *testing.T) {
	cloudflare := Ranges("cloudflare")[0].Addr().Next().String()
	for _, c := range []struct {
		what      string
		trusted   []netip.Prefix
		peer      string
		forwarded string
		n         int
		want      string // in the hint; "": no hint
	}{
		{"direct visitors", nil, "203.0.113.9", "", 40, ""},
		{"a service that nobody trusts", nil, cloudflare, "203.0.113.9", 40, "trusted_proxies: [cloudflare]"},
		{"one that is trusted", Ranges("cloudflare"), cloudflare, "203.0.113.9", 40, ""},
		{"one that is trusted and logs nothing", Ranges("cloudflare"), cloudflare, "", 40, "does not say for whom"},
		{"a proxy on the same machine", nil, "127.0.0.1", "203.0.113.9", 40, "trusted_proxies: [loopback]"},
		{"too few to say", nil, cloudflare, "", enough - 11, ""},
		{"not most of the visitors", nil, cloudflare, "", 9, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := New(c.trusted)
			one, other := p.NewEnricher(), p.NewEnricher()
			for range c.n {
				one.Enrich(request(c.peer, c.forwarded))
			}
			for range 10 {
				other.Enrich(request("203.0.113.10", ""))
			}
			if got := p.Hint(); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestRanges(t *testing.T) {
	if got := Names(); !slices.IsSorted(got) || !slices.Contains(got, "private") || len(got) != len(Services())+2 {
		t.Errorf("names %v", got)
	}
	for _, name := range Names() {
		if len(Ranges(name)) == 0 {
			t.Errorf("%s has no networks", name)
		}
		for _, p := range Ranges(name) {
			if p != p.Masked() {
				t.Errorf("%s: %s has bits set behind its length", name, p)
			}
		}
	}
	if Ranges("") != nil || Ranges("example") != nil {
		t.Error("a name that is none has networks")
	}
}

// No chain, however made, yields an address that stands left of an untrusted
// one.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{"8.8.8.8, 203.0.113.9", `for="[2001:db8::9]:4711";by=x, for=_h`, "unknown", ",,,", `for=\x22, for=1`} {
		f.Add(seed)
	}
	var table bart.Lite
	for _, p := range trusted {
		table.Insert(p)
	}
	f.Fuzz(func(t *testing.T, left string) {
		real := netip.MustParseAddr("203.0.113.9")
		if got := client([]byte(left+", 203.0.113.9, 198.51.100.7"), &table); got != real {
			t.Errorf("%q: %s", left, got)
		}
		client([]byte(left), &table)
	})
}

func BenchmarkEnrich(b *testing.B) {
	step := New(trusted).NewEnricher()
	chain := []byte("203.0.113.9, 198.51.100.7")
	ev := request("198.51.100.1", "")
	peer := ev.Src
	b.ReportAllocs()
	for b.Loop() {
		ev.Src, ev.Forwarded = peer, chain
		step.Enrich(ev)
	}
}
