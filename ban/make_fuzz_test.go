package ban

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"gumshoe/analyze"
)

// FuzzMake throws random cases at random guards: whatever was accused, nothing
// protected is ever banned, no ban is wider or longer than the policy's, and
// every line has its reason.
func FuzzMake(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint8(3))
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint8) {
		r := rand.New(rand.NewPCG(seed, 1))
		var guards Guards
		var forbidden []netip.Prefix
		for range r.IntN(6) {
			p := randomPrefix(r)
			guards.Protect([]Protection{Allowed, Own, Gateway, Resolver}[r.IntN(4)], p, "")
			forbidden = append(forbidden, canonical(p))
		}
		for p := range reserved.All() {
			forbidden = append(forbidden, p)
		}
		var cases []analyze.Case
		for i := range int(n % 16) {
			cases = append(cases, randomCase(r, i))
		}
		policy := DefaultPolicy()
		policy.Strong, policy.MaxBans, policy.MaxPrefixes = r.IntN(2) == 0, 1+r.IntN(8), r.IntN(3)
		policy.Offences = func(netip.Prefix) int { return r.IntN(70) }

		plan := Make(cases, policy, guards, now)
		distinct := map[netip.Prefix]bool{}
		for _, e := range plan.Add {
			distinct[e.Prefix] = true
			for _, p := range forbidden {
				if e.Prefix.Overlaps(p) {
					t.Errorf("%s is banned though %s is protected", e.Prefix, p)
				}
			}
			if a := e.Prefix.Addr(); a.Is4() && e.Prefix.Bits() < policy.MaxPrefix4 || a.Is6() && e.Prefix.Bits() < policy.MaxPrefix6 {
				t.Errorf("%s is wider than the policy allows", e.Prefix)
			}
			if e.For <= 0 || e.For > policy.Max {
				t.Errorf("%s is banned for %v", e.Prefix, e.For)
			}
			if e.Prefix != canonical(e.Prefix) || e.Reason == "" || e.Guard != "" {
				t.Errorf("odd entry %+v", e)
			}
		}
		if len(distinct) > policy.MaxBans {
			t.Errorf("%d bans, the cap is %d", len(distinct), policy.MaxBans)
		}
		for _, e := range plan.Hold {
			if e.Reason == "" || e.Guard == "" || e.For != 0 {
				t.Errorf("odd hold %+v", e)
			}
		}
	})
}

// randomPrefix favours the networks where protections and sources meet.
func randomPrefix(r *rand.Rand) netip.Prefix {
	var a netip.Addr
	switch r.IntN(4) {
	case 0:
		a = netip.AddrFrom4([4]byte{byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))})
	case 1:
		a = netip.AddrFrom4([4]byte{198, 51, 100, byte(r.IntN(8))})
	case 2:
		b := netip.MustParseAddr("2001:db8::").As16()
		b[7], b[15] = byte(r.IntN(3)), byte(r.IntN(4))
		a = netip.AddrFrom16(b)
	default:
		a = netip.MustParseAddr("::ffff:198.51.100.3")
	}
	bits := a.BitLen()
	if r.IntN(2) == 0 {
		bits = r.IntN(bits + 1)
	}
	return netip.PrefixFrom(a, bits)
}

func randomCase(r *rand.Rand, i int) analyze.Case {
	families := []analyze.Family{analyze.Probing, analyze.Payload, analyze.Timing, analyze.Intrusion, analyze.Subnet, "unheard of"}
	c := analyze.Case{
		ID: string(rune('a' + i)), Level: analyze.Level(2 + r.IntN(3)), Confidence: r.Float64(), Impact: analyze.Impact(1 + r.IntN(4)),
		Collateral: r.IntN(2), Events: r.Uint64N(100), Active: time.Duration(r.Int64N(int64(9 * time.Hour))),
		First: now.Add(-20 * time.Hour), Last: now.Add(-time.Duration(r.Int64N(int64(15 * time.Hour)))),
		Findings: []*analyze.Finding{{Failures: r.IntN(40)}},
	}
	for range r.IntN(5) {
		c.Sources = append(c.Sources, randomPrefix(r))
	}
	for range r.IntN(4) {
		c.Families = append(c.Families, analyze.Evidence{Family: families[r.IntN(len(families))], LogOdds: 12*r.Float64() - 2})
	}
	if r.IntN(2) == 0 {
		c.Prefix = randomPrefix(r)
	}
	return c
}
