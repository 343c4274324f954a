package enrich

import (
	"cmp"
	"net/netip"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Claim is a source that carried the name of a crawler in the window.
type Claim struct {
	Source netip.Prefix
	Agents []string        // those that carry it, verbatim: hostile
	Lines  []ingest.Origin // where hours with such an agent begin, for who needs the address and not the /64

	trouble, events uint64
}

// linesOfClaim is how many lines are named of a source.
const linesOfClaim = 3

// Claims lists the sources that say they are a crawler whose owner can be asked,
// those first for which it matters most: who was refused or probed most, then who
// asked most.
func Claims(in *analyze.Input) []Claim {
	claims := analyze.EachUnit(in, analyze.Current|analyze.Visitor, func(_ int, u *window.Unit, out []Claim) []Claim {
		if c := claimOf(in, u); len(c.Agents) > 0 {
			out = append(out, c)
		}
		return out
	})
	slices.SortStableFunc(claims, func(a, b Claim) int {
		return cmp.Or(cmp.Compare(b.trouble, a.trouble), cmp.Compare(b.events, a.events))
	})
	return claims
}

func claimOf(in *analyze.Input, u *window.Unit) Claim {
	c := Claim{Source: u.Prefix()}
	for i := range u.Rows {
		r := &u.Rows[i]
		if r.Flags&window.Claimed == 0 || !in.Contains(r.Hour) {
			continue
		}
		ids, _ := u.Agents(r)
		said := false
		for _, id := range ids {
			if n := in.Set.Name(id); n.Claim != "" && len(claimed(n.Text)) > 0 {
				c.Agents, said = append(c.Agents, n.Text), true
			}
		}
		if !said {
			continue
		}
		t := u.Trouble(r)
		c.trouble += uint64(t.Bad) + uint64(t.Probes)
		c.events += uint64(r.Events)
		if at := r.FirstAt(); at.Source != window.ArchiveSource && len(c.Lines) < linesOfClaim {
			c.Lines = append(c.Lines, at)
		}
	}
	slices.Sort(c.Agents)
	c.Agents = slices.Compact(c.Agents)
	return c
}
