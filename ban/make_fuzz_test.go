package ban

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

// FuzzMake throws random cases at random guards, over bans that stand: whatever
// was accused, nothing protected is ever banned, no ban is wider or longer than
// the policy's, every line has its reason, and the same arguments give the same
// plan.
func FuzzMake(f *testing.F) {
	for seed := range uint64(32) {
		f.Add(seed, uint8(3+seed%13))
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint8) {
		w := randomWorld(rand.New(rand.NewPCG(seed, 1)), int(n%16))
		plan := Make(w.cases, w.policy, w.guards, now)
		if again := Make(w.cases, w.policy, w.guards, now); !reflect.DeepEqual(plan, again) {
			t.Error("the same arguments give another plan")
		}
		distinct := map[netip.Prefix]bool{}
		networks := 0
		for _, e := range slices.Concat(plan.Add, plan.Extend) {
			if !distinct[e.Prefix] && !single(e.Prefix) {
				networks++
			}
			distinct[e.Prefix] = true
			w.checkBan(t, e)
		}
		if len(distinct) > w.policy.MaxBans || networks > w.policy.MaxPrefixes {
			t.Errorf("%d bans, %d of networks; the caps are %d and %d", len(distinct), networks, w.policy.MaxBans, w.policy.MaxPrefixes)
		}
		for _, e := range plan.Hold {
			if e.Reason == "" || e.Guard == "" || e.For != 0 {
				t.Errorf("odd hold %+v", e)
			}
			if e.Guard == "exempt" && breakIn(w.caseOf(e)) {
				t.Errorf("a break-in is exempted: %+v", e)
			}
			if e.Guard == "doubted" && w.caseOf(e).Impact == analyze.Success {
				t.Errorf("a success is doubted: %+v", e)
			}
		}
		for _, e := range plan.Lift {
			i := slices.IndexFunc(w.policy.Active, func(b Ban) bool { return b.ID == e.Ban })
			if b := w.policy.Active[i]; b.By != Auto || !b.Active(now) || e.Reason == "" || !w.protects(b.Prefix) {
				t.Errorf("%+v is lifted: %s", b, e.Reason)
			}
		}
		add, lift := plan.Deeds(w.cases, "r1", now)
		for i := range add {
			if err := add[i].Check(); err != nil {
				t.Error(err)
			}
		}
		w.policy.Active = applied(w.policy.Active, add, lift)
		second := Make(w.cases, w.policy, w.guards, now)
		if len(second.Lift) > 0 {
			t.Errorf("lifted twice: %v", second.Lift)
		}
		for _, e := range slices.Concat(second.Add, second.Extend) {
			if distinct[e.Prefix] {
				t.Errorf("%+v is planned again", e)
			}
		}
	})
}

// world is all that a plan is made from.
type world struct {
	cases    []analyze.Case
	policy   Policy
	guards   Guards
	absolute []netip.Prefix
}

func randomWorld(r *rand.Rand, n int) *world {
	w := &world{policy: DefaultPolicy()}
	for range r.IntN(6) {
		p := randomPrefix(r)
		w.guards.Protect([]Protection{Allowed, Own, Gateway, Resolver}[r.IntN(4)], p, "")
		w.absolute = append(w.absolute, Canonical(p))
	}
	for range r.IntN(3) {
		w.guards.Sessions = append(w.guards.Sessions, Session{User: "anna", From: randomPrefix(r).Addr()})
	}
	for i := range n {
		w.cases = append(w.cases, randomCase(r, i))
	}
	p := &w.policy
	p.Armed, p.Strong, p.Unconfirmed, p.ApplyBreakIn = true, r.IntN(2) == 0, r.IntN(4) == 0, r.IntN(4) == 0
	p.MaxBans, p.MaxPrefixes, p.Max = 1+r.IntN(8), r.IntN(3), time.Duration(1+r.IntN(500))*24*time.Hour
	offences := r.IntN(70)
	p.Offences = func(netip.Prefix) int { return offences }
	p.Doubted = map[string]string{"b": "a monitoring service"}
	for range r.IntN(3) {
		p.Exempt = append(p.Exempt, Exemption{Prefix: randomPrefix(r), Until: now.Add(time.Duration(r.IntN(3)-1) * time.Hour), By: "anna"})
	}
	for i := range r.IntN(6) {
		b := Ban{ID: int64(i + 1), Prefix: Canonical(randomPrefix(r)), Jail: "web", Ports: Ports{80, 443}, Action: Drop, Offence: r.IntN(3),
			From: now.Add(-5 * time.Hour), Until: now.Add(time.Duration(r.IntN(400)-20) * time.Hour), By: []string{Auto, "paul"}[r.IntN(2)]}
		p.Active = append(p.Active, b)
	}
	return w
}

func (w *world) caseOf(e Entry) *analyze.Case {
	return &w.cases[slices.IndexFunc(w.cases, func(c analyze.Case) bool { return c.ID == e.Case })]
}

func (w *world) protects(p netip.Prefix) bool { return slices.ContainsFunc(w.absolute, p.Overlaps) }

// checkBan looks at a ban that is added or extended.
func (w *world) checkBan(t *testing.T, e Entry) {
	t.Helper()
	c := w.caseOf(e)
	if w.protects(e.Prefix) {
		t.Errorf("%s is banned though it is protected", e.Prefix)
	}
	for p := range reserved.All() {
		if e.Prefix.Overlaps(p) {
			t.Errorf("%s is banned though %s is reserved", e.Prefix, p)
		}
	}
	for _, s := range w.guards.Sessions {
		if e.Prefix.Contains(s.From.Unmap()) && !(w.policy.ApplyBreakIn && breakIn(c)) {
			t.Errorf("%s is banned though %s is logged in from it", e.Prefix, s.From)
		}
	}
	if e.Prefix.Bits() == 0 {
		t.Error("everybody is banned")
	}
	if a := e.Prefix.Addr(); a.Is4() && e.Prefix.Bits() < w.policy.MaxPrefix4 || a.Is6() && e.Prefix.Bits() < w.policy.MaxPrefix6 {
		t.Errorf("%s is wider than the policy allows", e.Prefix)
	}
	if e.For <= 0 || e.For > w.policy.Max || e.For > Longest || w.policy.Unconfirmed && e.For > UnconfirmedFor {
		t.Errorf("%s is banned for %v", e.Prefix, e.For)
	}
	if slices.Contains(c.Services, "http") && !slices.Contains(c.Services, "sshd") && e.Ports.covers(Ports{22}) {
		t.Errorf("a web case closes ports %s to %s", e.Ports, e.Prefix)
	}
	if e.Prefix != Canonical(e.Prefix) || e.Reason == "" || e.Guard != "" || e.Jail == "" || e.Action == "" {
		t.Errorf("odd entry %+v", e)
	}
}

// applied is what stands after a plan, as the ledger would have it.
func applied(active, add, lift []Ban) []Ban {
	out := slices.Clone(active)
	for _, l := range lift {
		i := slices.IndexFunc(out, func(b Ban) bool { return b.ID == l.ID })
		out[i].Lifted = l.Lifted
	}
	for n, b := range add {
		b.ID = int64(100 + n)
		for i := range out {
			if out[i].Key() == b.Key() && out[i].Active(now) {
				out[i].Extended, b.Extends = b.ID, out[i].ID
			}
		}
		out = append(out, b)
	}
	return out
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
	for _, service := range []string{"http", "sshd", "imap", "gopher"} {
		if r.IntN(3) == 0 {
			c.Services = append(c.Services, service)
		}
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
