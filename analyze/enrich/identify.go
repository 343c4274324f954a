package enrich

import (
	"context"
	"net/netip"

	"gumshoe/analyze"
)

// namesOfCase is for how many sources of a case a name is looked up: as many as a
// report shows of one.
const namesOfCase = 4

// Identify tells of each case who is behind its sources. Countries and networks
// are those of places; names, if dns is not nil, those that DNS confirms for the
// first few sources of the cases from level low on. address returns the one of a
// source that a case's lines name: of a v6 /64 it is not known otherwise.
func Identify(ctx context.Context, cases []analyze.Case, places *Places, dns *DNS, address func(*analyze.Case, netip.Prefix) (netip.Addr, bool)) {
	names := map[netip.Prefix]string{}
	if dns != nil {
		names = dns.namesOf(ctx, cases, address)
	}
	if len(cases) == 0 || len(names) == 0 && len(places.all()) == 0 {
		return
	}
	known := map[netip.Prefix]analyze.Identity{}
	for i := range cases {
		c := &cases[i]
		for _, p := range c.Sources {
			id, ok := known[p]
			if !ok {
				where := places.Lookup(p.Addr())
				id = analyze.Identity{Source: p, Country: where.Country, ASN: where.ASN, Org: where.Org, Name: names[p]}
				known[p] = id
			}
			if id.Known() {
				c.Identities = append(c.Identities, id)
			}
		}
	}
}

// namesOf looks up the sources that are worth it, those of the worst cases first.
func (d *DNS) namesOf(ctx context.Context, cases []analyze.Case, address func(*analyze.Case, netip.Prefix) (netip.Addr, bool)) map[netip.Prefix]string {
	of := map[netip.Prefix]netip.Addr{}
	var ask []netip.Addr
	for i := range cases {
		c := &cases[i]
		if c.Level < analyze.Low {
			continue
		}
		for _, p := range c.Sources[:min(len(c.Sources), namesOfCase)] {
			if _, done := of[p]; done {
				continue
			}
			if a, ok := address(c, p); ok {
				of[p], ask = a, append(ask, a)
			}
		}
	}
	answers := d.Look(ctx, ask)
	names := make(map[netip.Prefix]string, len(of))
	for p, a := range of {
		names[p] = answers[a].Confirmed()
	}
	return names
}
