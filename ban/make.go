package ban

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/gaissmai/bart"

	"gumshoe/analyze"
)

// Make decides which sources of which cases to ban, to ban for longer, to hold
// back, and which of the bans in force to lift. cases come worst first; a source
// accused by several cases has an entry in each, and counts once against the
// caps. now is the run's clock. The same arguments give the same plan, and once
// it is carried out there is nothing left to plan, but what a cap held back.
func Make(cases []analyze.Case, policy Policy, guards Guards, now time.Time) Plan {
	now = now.Truncate(time.Millisecond) // as a ledger keeps it: a plan must know its own deeds again
	if policy.Jails == nil {
		policy.Jails = DefaultJails()
	}
	m := maker{policy: policy, guards: guards, now: now, critical: sync.OnceValue(func() *bart.Lite { return accusedIn(cases) }), banned: map[netip.Prefix]bool{}}
	m.plan = Plan{Armed: policy.Armed, Add: []Entry{}, Hold: []Entry{}}
	for _, e := range policy.Exempt {
		if e.InForce(now) {
			p := Canonical(e.Prefix)
			if there, ok := m.exempt.Get(p); !ok || there.Until.Before(e.Until) {
				m.exempt.Insert(p, e)
			}
		}
	}
	m.lifts(policy.Active)
	m.standing = standingAt(m.remaining, now)
	accused := 0
	for i := range cases {
		if policy.meets(&cases[i]) {
			accused += len(cases[i].Sources)
		}
	}
	m.plan.Hold = slices.Grow(m.plan.Hold, max(0, accused-policy.MaxBans)) // of a botnet nearly all
	for i := range cases {
		m.consider(&cases[i])
	}
	return m.plan
}

type maker struct {
	policy    Policy
	guards    Guards
	now       time.Time
	critical  func() *bart.Lite // sources of critical cases that are no break-ins; asked for by few
	exempt    bart.Table[Exemption]
	remaining []Ban // in force, without those to be lifted
	standing  standing
	plan      Plan
	banned    map[netip.Prefix]bool // what the caps have counted
	full      doubt                 // what holds those beyond the cap; of a botnet there are hundreds of thousands
	networks  int                   // of these, networks
}

// consider takes a case through policy, guards and caps.
func (m *maker) consider(c *analyze.Case) {
	if !m.policy.meets(c) {
		return
	}
	jail, d := m.policy.jail(c)
	if d.guard == "" {
		d, _ = m.policy.doubts(c, m.now, func(p netip.Prefix) bool { return m.critical().OverlapsPrefix(p) })
	}
	if d.guard != "" {
		for _, p := range sources(c) {
			want := Ban{Prefix: p, Jail: jail.Name, Ports: jail.Ports, Action: jail.Action, Until: m.now}
			if s, ok := m.session(p, c); ok {
				m.hold(c, p, s)
			} else if there, ok := m.standing.covering(&want); ok && d.guard == goneRule {
				m.stands(c, want, there) // that is why
			} else {
				m.hold(c, p, d)
			}
		}
		return
	}
	targets, how := m.targets(c)
	for _, p := range targets {
		if d, ok := m.holds(p, c); ok {
			m.hold(c, p, d)
		} else if d, ok := m.tooWide(p); ok {
			m.hold(c, p, d)
		} else {
			m.ban(c, p, jail, how)
		}
	}
}

// ban adds a ban of a source, extends the one that stands, or finds that
// nothing is to be done or that it is too much for one run. how is what the reason
// ends with.
func (m *maker) ban(c *analyze.Case, p netip.Prefix, j Jail, how string) {
	if d, ok := m.overCap(p); ok && !m.standing.near(p) {
		m.hold(c, p, d) // without looking up its past: of a botnet there may be tens of thousands
		return
	}
	want, extends, extend := m.propose(c, p, j)
	if there, ok := m.standing.covering(&want); ok {
		m.stands(c, want, there)
		return
	}
	if d, ok := m.overCap(p); ok {
		m.hold(c, p, d)
		return
	}
	if !m.banned[p] {
		m.banned[p] = true
		if !single(p) {
			m.networks++
		}
	}
	e := m.entry(c, want)
	e.Reason = because(c) + how + "."
	if extend {
		e.Ban = extends.ID
		m.plan.Extend = append(m.plan.Extend, e)
	} else {
		m.plan.Add = append(m.plan.Add, e)
	}
}

func (m *maker) entry(c *analyze.Case, b Ban) Entry {
	return Entry{Prefix: b.Prefix, Case: c.ID, Service: service(c), Jail: b.Jail, Ports: b.Ports, Action: b.Action, For: b.Until.Sub(m.now), Offence: b.Offence}
}

// targets are the case's network and what of its sources lies outside, or all
// its sources one by one; how says which and why.
func (m *maker) targets(c *analyze.Case) (targets []netip.Prefix, how string) {
	all, network := sources(c), Canonical(c.Prefix)
	inside := func(p netip.Prefix) bool { return network.Bits() <= p.Bits() && network.Contains(p.Addr()) }
	if !network.IsValid() || single(network) || len(all) < 2 || !slices.ContainsFunc(all, inside) {
		return all, ""
	}
	if c.Collateral > 0 {
		return all, fmt.Sprintf("; one by one, because %d honest %s %s", c.Collateral, plural(c.Collateral, "source shares", "sources share"), network)
	}
	if _, wide := m.tooWide(network); wide {
		return all, fmt.Sprintf("; one by one, because %s is wider than a ban may be", network)
	}
	if _, held := m.holds(network, c); held {
		return all, fmt.Sprintf("; one by one, because somebody in %s must not be banned", network)
	}
	rest := slices.DeleteFunc(slices.Clone(all), inside)
	return sorted(append(rest, network)), fmt.Sprintf("; nobody honest was seen in %s", network)
}

// tooWide holds a network wider than the policy's widest.
func (m *maker) tooWide(p netip.Prefix) (doubt, bool) {
	widest := m.policy.MaxPrefix6
	if p.Addr().Is4() {
		widest = m.policy.MaxPrefix4
	}
	if p.Bits() >= widest {
		return doubt{}, false
	}
	return doubt{"width", fmt.Sprintf("%s is wider than /%d, the widest network that may be banned.", p, widest)}, true
}

// overCap holds what is too much for one run. What is already banned for a
// worse case costs nothing.
func (m *maker) overCap(p netip.Prefix) (doubt, bool) {
	switch {
	case m.banned[p]:
	case len(m.banned) >= m.policy.MaxBans:
		if m.full.guard == "" {
			m.full = doubt{"max-bans", fmt.Sprintf("This run already bans %d, the most it may; the worst come first.", m.policy.MaxBans)}
		}
		return m.full, true
	case !single(p) && m.networks >= m.policy.MaxPrefixes:
		return doubt{"max-prefixes", fmt.Sprintf("This run already bans %d networks, the most it may; the worst come first.", m.policy.MaxPrefixes)}, true
	}
	return doubt{}, false
}

func (m *maker) hold(c *analyze.Case, p netip.Prefix, d doubt) {
	m.plan.Hold = append(m.plan.Hold, Entry{Prefix: p, Case: c.ID, Service: service(c), Reason: d.reason, Guard: d.guard})
	if (d.guard == sessionGuard || d.guard == goodLoginGuard) && !slices.Contains(m.plan.First, c.ID) {
		m.plan.First = append(m.plan.First, c.ID)
	}
}

// accusedIn collects whom critical cases accuse. Break-ins do not count: an owner
// of two accounts may mistype both passwords.
func accusedIn(cases []analyze.Case) *bart.Lite {
	var out bart.Lite
	for i := range cases {
		if c := &cases[i]; c.Level == analyze.Critical && !breakIn(c) {
			for _, p := range c.Sources {
				out.Insert(p)
			}
		}
	}
	return &out
}

// sources are the accused in canonical form, each once.
func sources(c *analyze.Case) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(c.Sources))
	for _, p := range c.Sources {
		if p = Canonical(p); p.IsValid() {
			out = append(out, p)
		}
	}
	return sorted(out)
}

func sorted(ps []netip.Prefix) []netip.Prefix {
	slices.SortFunc(ps, netip.Prefix.Compare)
	return slices.Compact(ps)
}

// single reports whether p is one source: an IPv4 address, or the /64 that one
// IPv6 customer has.
func single(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() == 32
	}
	return p.Bits() >= 64
}

// service is the service that heads the case's list.
func service(c *analyze.Case) string {
	if len(c.Services) == 0 {
		return ""
	}
	return c.Services[0]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
