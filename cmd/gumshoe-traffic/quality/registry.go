package quality

import (
	"net/netip"
	"slices"

	"gumshoe/analyze"
	"gumshoe/cmd/gumshoe-traffic/traffic"
	"gumshoe/report"
)

// registry answers who is who in a world, for thousands of sources.
type registry struct {
	single []resident // by address
	nets   []resident
}

type resident struct {
	prefix netip.Prefix
	traffic.Claim
}

func newRegistry(t *traffic.Truth) *registry {
	r := &registry{}
	for _, c := range t.Sources {
		p, err := parseSource(c.Source)
		if err != nil {
			continue
		}
		if p.IsSingleIP() {
			r.single = append(r.single, resident{p, c})
		} else {
			r.nets = append(r.nets, resident{p, c})
		}
	}
	slices.SortFunc(r.single, func(a, b resident) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	return r
}

// within returns everybody of whom there is a claim in p: those whose address is
// known, and networks that p reaches into, unless p is a unit (a v4 address, a v6
// /64) somebody is known to have.
func (r *registry) within(p netip.Prefix) []resident {
	from, _ := slices.BinarySearchFunc(r.single, p.Masked().Addr(), func(x resident, a netip.Addr) int { return x.prefix.Addr().Compare(a) })
	to := from
	for to < len(r.single) && p.Contains(r.single[to].prefix.Addr()) {
		to++
	}
	out := r.single[from:to:to]
	if unit(p) && len(out) > 0 {
		return out
	}
	for _, n := range r.nets {
		if n.prefix.Overlaps(p) {
			out = append(out, n)
		}
	}
	return out
}

// unit reports whether p is the smallest thing that is ever accused.
func unit(p netip.Prefix) bool {
	return p.Addr().Is4() && p.IsSingleIP() || p.Addr().Is6() && p.Bits() >= 64
}

func parseSource(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// charge is one case, read against the truth.
type charge struct {
	*report.CaseJSON
	attackers map[string][]string        // the hostile sources that are accused, by attack
	accused   map[string]bool            // everybody whom it accuses and of whom there is a claim
	honest    []traffic.Claim            // those who are accused and did nothing
	networks  []netip.Prefix             // that are accused or to be banned as a whole
	inside    map[string][]traffic.Claim // the honest ones in those
}

// read returns the case's accused. A case below level low accuses nobody.
func (r *registry) read(c *report.CaseJSON) charge {
	out := charge{CaseJSON: c, accused: map[string]bool{}, attackers: map[string][]string{}, inside: map[string][]traffic.Claim{}}
	if c.Severity < analyze.Low {
		return out
	}
	accused := slices.Concat(c.Sources, c.BanTargets)
	slices.Sort(accused)
	for _, s := range slices.Compact(accused) {
		p, err := parseSource(s)
		if err != nil {
			continue
		}
		if !unit(p) {
			out.networks = append(out.networks, p)
		}
		residents := r.within(p)
		if len(residents) == 0 {
			out.honest = append(out.honest, traffic.Claim{Source: s, Actor: "nobody that the logs name"})
		}
		for _, x := range residents {
			out.accused[x.Source] = true
			switch {
			case x.Label == traffic.Hostile:
				out.attackers[x.Attack] = append(out.attackers[x.Attack], x.Source)
			case x.Label == traffic.Honest && !unit(p):
				out.inside[p.String()] = append(out.inside[p.String()], x.Claim)
			case x.Label == traffic.Honest:
				out.honest = append(out.honest, traffic.Claim{Source: s, Label: x.Label, Actor: x.Actor})
			}
		}
	}
	for attack, sources := range out.attackers { // once each, though a network and an address of it were named
		slices.Sort(sources)
		out.attackers[attack] = slices.Compact(sources)
	}
	return out
}

// isHonest reports whether the longest claim about an address says so.
func (r *registry) isHonest(a netip.Addr) bool {
	best, honest := -1, false
	for _, x := range r.within(netip.PrefixFrom(a, a.BitLen())) {
		if x.prefix.Bits() > best {
			best, honest = x.prefix.Bits(), x.Label == traffic.Honest
		}
	}
	return honest
}
