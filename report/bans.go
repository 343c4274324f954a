package report

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"gumshoe/ban"
)

// group is the entries of a plan that say the same of several addresses.
type group struct {
	Case, Service, Reason, Guard string
	For                          time.Duration
	prefixes                     []netip.Prefix
}

// groupEntries joins what differs in nothing but the address, in the order of
// the plan.
func groupEntries(entries []ban.Entry) []group {
	type key struct {
		id, service, reason, guard string
		d                          time.Duration
	}
	index := map[key]int{}
	var out []group
	var last key
	i := 0
	for _, e := range entries {
		if k := (key{e.Case, e.Service, e.Reason, e.Guard, e.For}); len(out) == 0 || k != last {
			var ok bool
			if i, ok = index[k]; !ok {
				i = len(out)
				index[k] = i
				out = append(out, group{Case: e.Case, Service: e.Service, Reason: e.Reason, Guard: e.Guard, For: e.For})
			}
			last = k
		}
		out[i].prefixes = append(out[i].prefixes, e.Prefix)
	}
	return out
}

// planSentence says in one sentence what the plan would do and what of it will
// be done; "" when there is nothing to plan.
func (r Report) planSentence() string {
	add, hold := len(r.Plan.Add), len(r.Plan.Hold)
	var parts []string
	if add > 0 {
		parts = append(parts, counted(add, "source deserves a ban", "sources deserve a ban"))
	}
	if hold > 0 {
		parts = append(parts, counted(hold, "ban is held back", "bans are held back"))
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, ", ")
	switch {
	case r.Plan.Hypothetical:
		return s + ". Over files this is a plan on paper: nothing was touched."
	case !r.Plan.Armed:
		s += ". Nothing was touched: the run was not asked to ban."
		if add > 0 {
			s += " To ban who is behind a case: `gumshoe bans add --case " + r.Plan.Add[0].Case + "`"
		}
		return s
	}
	return s + "."
}

// banLine is a group's first line: how long and whom.
func (g group) banLine() string {
	who := fewest(addresses(g.prefixes), 4)
	if g.For == 0 {
		return who
	}
	return fmt.Sprintf("%s for %s", who, span(g.For))
}
