package quality

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// pursuit is what the runs up to a deadline said of one attack.
type pursuit struct {
	traffic.Expect
	size     string
	deadline time.Time
	found    time.Time // of the first run that accused any of its sources
	level    analyze.Level
	share    float64 // of the sources that were accused
	one      bool    // one case held at least half of them
	prefix   bool    // and named the network that explains them
	named    string  // the network that it named instead
	others   int     // accused in the same case, of other attacks or of none
	planned  bool    // a ban, of any
	said     []string
	critical bool // a case of level critical that names a wanted detection
	target   bool // a wanted detection names the target
	peer     bool // the peer banned any of its sources
}

// within returns the first run that ends at least d after t: the one that has
// seen everything up to then.
func (c *chronicle) within(t time.Time, d time.Duration) time.Time {
	for _, n := range c.nights {
		if !n.at.Before(t.Add(d)) {
			return n.at
		}
	}
	return c.end
}

// pursue follows an attack from its beginning to a deadline.
func (c *chronicle) pursue(e traffic.Expect, deadline time.Time) pursuit {
	p := pursuit{Expect: e, size: c.size.Name, deadline: deadline}
	accused, said := map[string]bool{}, map[string]bool{}
	for _, n := range c.nights {
		if n.at.Before(e.Start) || n.at.After(deadline) {
			continue
		}
		for _, g := range n.charges {
			sources := g.attackers[e.Attack]
			if len(sources) == 0 {
				continue
			}
			if p.found.IsZero() {
				p.found = n.at
			}
			p.level = max(p.level, g.Severity)
			p.planned = p.planned || g.Ban == "planned"
			for _, s := range sources {
				accused[s] = true
			}
			for _, d := range g.Detections {
				said[d] = true
			}
			if 2*len(sources) >= len(e.Sources) {
				p.one = true
				p.others = len(g.accused) - len(sources)
				right, named := rightPrefix(e, g)
				p.prefix = p.prefix || right
				p.named = named
			}
			p.judge(g)
		}
	}
	p.share = float64(len(accused)) / float64(max(1, len(e.Sources)))
	p.said = slices.Sorted(maps.Keys(said))
	return p
}

// judge looks whether a case says of the attack what it has to.
func (p *pursuit) judge(g charge) {
	if !slices.ContainsFunc(g.Detections, func(d string) bool { return slices.Contains(p.Detections, d) }) {
		return
	}
	p.critical = p.critical || g.Severity >= analyze.Critical
	for _, t := range g.Targets {
		for _, want := range p.Targets {
			p.target = p.target || t.Value == want || len(t.Value) > len(want) && t.Value[len(t.Value)-len(want):] == want
		}
	}
}

// rightPrefix reports whether a case names the network that the bots are in. A
// network in it that still holds four fifths of them, and nobody honest, is as
// good: evidence decides, not the allocation.
func rightPrefix(e traffic.Expect, g charge) (bool, string) {
	if e.Prefix == "" {
		return g.Prefix == "", g.Prefix
	}
	want := netip.MustParsePrefix(e.Prefix)
	named := g.Prefix
	for _, s := range append([]string{g.Prefix}, g.Sources...) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			continue
		}
		named = p.String()
		if p == want {
			return true, named
		}
		if want.Contains(p.Addr()) && p.Bits() > want.Bits() && 5*held(e.Sources, p) >= 4*len(e.Sources) {
			return true, named
		}
	}
	return false, named
}

func held(sources []string, p netip.Prefix) (n int) {
	for _, s := range sources {
		if a, err := netip.ParseAddr(s); err == nil && p.Contains(a) {
			n++
		}
	}
	return n
}
