package analyze

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

	"gumshoe/ingest"
)

// combine fills the case from its findings.
func (c *Case) combine() {
	sources := c.order()
	lead := c.Findings[0]
	happened := map[string]uint64{}
	c.Kind = lead.Detector
	for _, f := range c.Findings {
		if c.Beside(f) {
			c.Detections = append(c.Detections, f.Detector)
			continue
		}
		c.Sources = and(c.Sources, f.Sources, sources)
		c.Visitors = and(c.Visitors, f.Visitors, 0)
		if !few(f, len(lead.Sources)) { // what one of a crowd did is not what the crowd did
			c.Detections = append(c.Detections, f.Detector)
			c.Techniques = and(c.Techniques, f.Techniques, 0)
			if f.Service != "" {
				c.Services = append(c.Services, f.Service)
			}
			c.Impact = max(c.Impact, f.Impact)
		}
		happened[f.Service] = max(happened[f.Service], f.Events) // findings of one service count the same events
		if c.First.IsZero() || f.First.Before(c.First) {
			c.First = f.First
		}
		if f.Last.After(c.Last) {
			c.Last = f.Last
		}
	}
	c.members(len(lead.Sources))
	for _, n := range happened {
		c.Events += n
	}
	c.Active = c.Last.Sub(c.First)
	c.Sources, c.Visitors = sortedPrefixes(c.Sources), sortedPrefixes(c.Visitors)
	c.Prefix, c.Collateral = c.network()
	c.Detections, c.Techniques, c.Services = Unique(c.Detections), Unique(c.Techniques), Unique(c.Services)
	if n := passwords(c.Services); n >= 2 && len(c.Sources) > 0 {
		c.Findings = append(c.Findings, crosslog(c, n))
	}
}

// members weighs what the sources of a crowd did each for itself: the gravest of which
// four fifths of them are certain alone is what the crowd did. A scanner among forty of
// them is not less of one.
func (c *Case) members(crowd int) {
	own := func(f *Finding) bool {
		return few(f, crowd) && !c.Beside(f) && f.Impact > c.Impact && f.alone()
	}
	var did map[netip.Prefix]Impact
	var most [Success + 1]int // sources by the gravest that they did
	for _, f := range c.Findings {
		if !own(f) {
			continue
		}
		if did == nil {
			did = make(map[netip.Prefix]Impact, crowd)
		}
		for _, s := range f.Sources {
			if before := did[s]; f.Impact > before {
				did[s] = f.Impact
				most[f.Impact]++
				if before > 0 {
					most[before]--
				}
			}
		}
	}
	if did == nil {
		return
	}
	impact, n := Success, most[Success]
	for ; impact > c.Impact && 10*n < 8*crowd; n += most[impact] {
		impact--
	}
	if impact <= c.Impact {
		return
	}
	c.Techniques = slices.Clip(c.Techniques) // they may be a finding's
	for _, f := range c.Findings {
		if own(f) && f.Impact >= impact {
			c.Detections = append(c.Detections, f.Detector)
			for _, t := range f.Techniques {
				if !slices.Contains(c.Techniques, t) {
					c.Techniques = append(c.Techniques, t)
				}
			}
		}
	}
	c.Impact = impact
}

// order puts the findings of a case into the order in which they are told, and
// returns how many sources they name in all.
func (c *Case) order() (sources int) {
	type place struct {
		aside, sources int32
		impact         Impact
		weight         float64
		finding        *Finding
	}
	all := make([]place, len(c.Findings))
	for i, f := range c.Findings {
		all[i] = place{int32(min(len(f.Aside), 1)), int32(len(f.Sources)), f.Impact, f.weight(), f}
		sources += len(f.Sources)
	}
	slices.SortStableFunc(all, func(a, b place) int {
		if c := cmp.Or(cmp.Compare(a.aside, b.aside), cmp.Compare(b.sources, a.sources), cmp.Compare(b.impact, a.impact), cmp.Compare(b.weight, a.weight)); c != 0 {
			return c
		}
		return byName(a.finding, b.finding)
	})
	for i := range all {
		c.Findings[i] = all[i].finding
	}
	return sources
}

// network is the network of the largest finding whose network holds at least 80 %
// of the sources: that of a few of them does not explain the case.
func (c *Case) network() (netip.Prefix, int) {
	for _, f := range c.Findings {
		if !f.Prefix.IsValid() {
			continue
		}
		held := 0
		for _, s := range c.Sources {
			if f.Prefix.Contains(s.Addr()) {
				held++
			}
		}
		if 10*held >= 8*len(c.Sources) {
			return f.Prefix, f.Collateral
		}
	}
	return netip.Prefix{}, 0
}

// and appends to what a case holds what one more finding does, of n in all. Most cases
// have one finding, or several of one source: they share its lists.
func and[T comparable](all, more []T, n int) []T {
	switch {
	case all == nil:
		return slices.Clip(more)
	case len(all) == 1 && len(more) == 1 && all[0] == more[0]:
		return all
	case cap(all) == len(all):
		all = slices.Grow(all, max(len(more), n-len(all)))
	}
	return append(all, more...)
}

// passwords counts the services that have passwords of their own: a telephone
// with an old one fails on SMTP as it fails on IMAP, and that is one mistake; and a
// wrong password for what stands behind the web server is a 401 of the web as well.
func passwords(services []string) int {
	n := len(services)
	for _, one := range [][2]string{{ingest.ServiceSMTP, ingest.ServiceIMAP}, {ingest.ServiceWeb, ingest.ServiceApp}} {
		if slices.Contains(services, one[0]) && slices.Contains(services, one[1]) {
			n--
		}
	}
	return n
}

func (f *Finding) weight() (sum float64) {
	for _, e := range f.Evidence {
		sum += e.LogOdds
	}
	return sum
}

// sortedPrefixes puts prefixes into order, each once. Those of IPv4, which come first,
// are ordered as numbers: a campaign has thousands, and each of them findings of its own.
func sortedPrefixes(in []netip.Prefix) []netip.Prefix {
	words := make([]uint64, 0, len(in))
	var others []netip.Prefix
	for _, p := range in {
		if p != p.Masked() || !p.IsValid() {
			slices.SortFunc(in, netip.Prefix.Compare)
			return slices.Compact(in)
		}
		if !p.Addr().Is4() {
			others = append(others, p)
			continue
		}
		a := p.Addr().As4()
		words = append(words, uint64(binary.BigEndian.Uint32(a[:]))<<8|uint64(p.Bits()))
	}
	slices.Sort(words)
	out := in[:0]
	for _, w := range slices.Compact(words) {
		out = append(out, netip.PrefixFrom(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(w>>8)))), int(w&0xff)))
	}
	slices.SortFunc(others, netip.Prefix.Compare)
	return append(out, slices.Compact(others)...)
}

// crosslog is the evidence that the sources of a case misbehaved on several
// services: +3 for two, +5 for three (a person who mistypes does so on one).
func crosslog(c *Case, services int) *Finding {
	odds := 3.0
	if services >= 3 {
		odds = 5
	}
	lead := c.Findings[0]
	return &Finding{Detector: lead.Detector, Key: lead.Key, Sources: lead.Sources, Impact: Targeted, First: c.First, Last: c.Last,
		Evidence: []Evidence{{Family: Crosslog, LogOdds: odds, Trials: services, Fact: "misbehaved on " + strings.Join(c.Services, " and ")}}}
}
