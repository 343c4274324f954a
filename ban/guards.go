package ban

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gaissmai/bart"

	"gumshoe/analyze"
)

// Protection is why an address may never be banned, whatever it does.
type Protection string

// The absolute protections.
const (
	Allowed  Protection = "allow"    // on the administrator's allowlist
	Own      Protection = "own"      // this machine's own
	Gateway  Protection = "gateway"  // the way out
	Resolver Protection = "resolver" // answers this machine's name queries
	Proxy    Protection = "proxy"    // stands between this machine and its visitors
	Crawler  Protection = "crawler"  // a search engine's, as DNS confirms
)

var protectionNames = map[Protection]string{
	Allowed: "on the allowlist", Own: "an address of this machine", Gateway: "a gateway of this machine", Resolver: "a name server of this machine",
	Proxy: "a proxy that honest visitors come through", Crawler: "a crawler that DNS confirms",
}

// Guards keep a ban from hitting the wrong one. The zero value protects only
// what is never banned anywhere: loopback, private networks and the like. The
// caller fills it from the configuration and, for the job, from the machine.
type Guards struct {
	// GoodLogins returns the authenticated logins of a source before a moment,
	// into any account or into the given ones. Page views do not count: three
	// visits must not buy immunity. nil: none are known.
	GoodLogins func(source netip.Prefix, accounts []string, before time.Time) Logins

	// Visits returns how a source looked at pages before a moment, as people do.
	// What one visitor did lends weight to a second opinion alone; what several did
	// holds back a ban. nil: none are known.
	Visits func(source netip.Prefix, before time.Time) Visits

	Sessions []Session // open now

	absolute *bart.Table[protected]
}

// Logins sums up the good logins of a source.
type Logins struct {
	Days     int // distinct days, UTC
	Accounts int // distinct accounts
	Last     time.Time
}

// Visits sums up on which days pages were looked at from a source, each with its
// pictures and nothing hostile.
type Visits struct {
	Days   int // distinct days, UTC
	Shared int // of these, those on which several people did
}

type protected struct {
	by   Protection
	from string
}

// Protect exempts all addresses of p. from says where that is written, for the
// reason a person reads ("allow.d/office.list:3", "eth0"); it may be empty.
// The first protection given for a prefix stays.
func (g *Guards) Protect(by Protection, p netip.Prefix, from string) {
	p = Canonical(p)
	if !p.IsValid() {
		return
	}
	if g.absolute == nil {
		g.absolute = new(bart.Table[protected])
	}
	if _, there := g.absolute.Get(p); !there {
		g.absolute.Insert(p, protected{by, from})
	}
}

// Protected lists what is exempt from every ban, in no order: an engine lets it
// through whatever it is told.
func (g *Guards) Protected() (out []netip.Prefix) {
	if g.absolute != nil {
		for p := range g.absolute.All() {
			out = append(out, p)
		}
	}
	return out
}

// Canonical returns p with its host bits cleared and a v4-mapped IPv6 prefix as
// IPv4; tables know ::ffff:192.0.2.1 and 192.0.2.1 as different addresses.
func Canonical(p netip.Prefix) netip.Prefix {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// Good logins guard from this many days on, and only those that are older than
// the case by a day: whoever got in tonight proves nothing.
const (
	goodLoginDays = 2
	goodLoginAge  = 24 * time.Hour
	natAccounts   = 2
	natDays       = 3
)

// Refuses says why nobody, not even a person by hand, should ban target: it is
// protected, or somebody is logged in from there. by is the guard's name.
func (g *Guards) Refuses(target netip.Prefix) (by, reason string, ok bool) {
	m := maker{guards: *g}
	d, ok := m.untouchable(target, &analyze.Case{})
	return d.guard, d.reason, ok
}

// absolutely says why target may never be banned, as far as somebody protected
// it.
func (g *Guards) absolutely(target netip.Prefix) (doubt, bool) {
	if at, p, ok := overlapping(g.absolute, target); ok {
		reason := fmt.Sprintf("%s is %s", show(at), protectionNames[p.by])
		if p.from != "" {
			reason += " (" + p.from + ")"
		}
		return doubt{string(p.by), reason + "."}, true
	}
	return doubt{}, false
}

// untouchable says why target may not be banned, whatever is known against it.
func (m *maker) untouchable(target netip.Prefix, c *analyze.Case) (doubt, bool) {
	if d, ok := m.guards.absolutely(target); ok {
		return d, true
	}
	if at, what, ok := overlapping(reserved, target); ok {
		return doubt{"private", fmt.Sprintf("%s is %s: a ban would cut off one of your own.", show(at), what)}, true
	}
	return m.session(target, c)
}

// holds says why target may not be banned for c.
func (m *maker) holds(target netip.Prefix, c *analyze.Case) (doubt, bool) {
	for _, guard := range []func(netip.Prefix, *analyze.Case) (doubt, bool){m.untouchable, m.guards.goodLogins, m.guards.shared, m.exempted, m.doubted} {
		if d, ok := guard(target, c); ok {
			return d, true
		}
	}
	return doubt{}, false
}

// goodLogins is the guard of people who are known here. It does not guard a
// break-in, unless the address used that very account before.
func (g *Guards) goodLogins(target netip.Prefix, c *analyze.Case) (doubt, bool) {
	if g.GoodLogins == nil {
		return doubt{}, false
	}
	var accounts []string
	if breakIn(c) {
		accounts = accountsOf(c)
		if len(accounts) == 0 {
			return doubt{}, false
		}
	}
	known := g.GoodLogins(target, accounts, c.First.Add(-goodLoginAge))
	if known.Days < goodLoginDays {
		return doubt{}, false
	}
	return doubt{goodLoginGuard, fmt.Sprintf("%s logged in properly on %d earlier days, last on %s: someone honest is there.",
		show(target), known.Days, known.Last.UTC().Format("Mon 2 Jan 2006"))}, true
}

// shared is the guard of addresses that several people share: an office, a school,
// a provider's translator. A ban would cut them all off for what one of them did.
// It does not guard an attack that succeeded.
func (g *Guards) shared(target netip.Prefix, c *analyze.Case) (doubt, bool) {
	if c.Impact >= analyze.Success || breakIn(c) {
		return doubt{}, false
	}
	before := c.First.Add(-goodLoginAge)
	if g.GoodLogins != nil {
		if n := g.GoodLogins(target, nil, before).Accounts; n >= natAccounts {
			return doubt{sharedGuard, fmt.Sprintf("%d accounts log in properly from %s: several people share it.", n, show(target))}, true
		}
	}
	if g.Visits != nil {
		if n := g.Visits(target, before).Shared; n >= natDays {
			return doubt{sharedGuard, fmt.Sprintf("On %d earlier days several people looked at pages from %s: they share it.", n, show(target))}, true
		}
	}
	return doubt{}, false
}

func accountsOf(c *analyze.Case) []string {
	var out []string
	for _, t := range c.Targets {
		if t.Kind == analyze.AccountName {
			out = append(out, t.Value)
		}
	}
	return out
}

// overlapping finds an entry that shares an address with p, wider ones first.
func overlapping[V any](t *bart.Table[V], p netip.Prefix) (at netip.Prefix, v V, ok bool) {
	if t == nil {
		return at, v, false
	}
	if at, v, ok = t.LookupPrefixLPM(p); ok {
		return at, v, ok
	}
	for at, v = range t.Subnets(p) {
		return at, v, true
	}
	return netip.Prefix{}, v, false
}

// show writes a prefix as a person would: a single address without its bits.
func show(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}
