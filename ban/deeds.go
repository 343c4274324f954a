package ban

import (
	"net/netip"
	"strings"
	"time"

	"gumshoe/analyze"
)

// Deeds are what a plan wants written into the ledger: the bans that it adds or
// extends, and the bans in force that it lifts. A plan that is not armed bans
// nobody, but still lifts; a hypothetical one does neither. cases are those that
// the plan was made from, run names the run.
//
// A source that is accused by several cases is banned once, for the longest.
func (p Plan) Deeds(cases []analyze.Case, run string, now time.Time) (add, lift []Ban) {
	if p.Hypothetical {
		return nil, nil
	}
	for _, e := range p.Lift {
		lift = append(lift, Ban{ID: e.Ban, Prefix: e.Prefix, Lifted: now, LiftedBy: Auto, LiftedOn: e.Reason})
	}
	if !p.Armed {
		return nil, lift
	}
	byID := make(map[string]*analyze.Case, len(cases))
	for i := range cases {
		byID[cases[i].ID] = &cases[i]
	}
	at := map[Key]int{}
	for _, list := range [][]Entry{p.Add, p.Extend} {
		for _, e := range list {
			b := e.ban(byID[e.Case], run, now)
			i, twice := at[b.Key()]
			switch {
			case !twice:
				at[b.Key()] = len(add)
				add = append(add, b)
			case add[i].Until.Before(b.Until):
				add[i] = b
			}
		}
	}
	return add, lift
}

func (e *Entry) ban(c *analyze.Case, run string, now time.Time) Ban {
	b := Ban{Prefix: e.Prefix, Jail: e.Jail, Ports: e.Ports, Action: e.Action, Case: e.Case, Reason: e.Reason,
		From: now, Until: now.Add(e.For), Offence: e.Offence, By: Auto, Run: run}
	if c == nil {
		return b
	}
	b.Evidence = evidenceOf(c, e.Prefix)
	for _, who := range c.Identities {
		if e.Prefix.Overlaps(who.Source) {
			b.Country, b.ASN = who.Country, who.ASN
			break
		}
	}
	return b
}

// evidenceLines are enough to see what it was about.
const evidenceLines = 5

// evidenceOf picks the lines of a case that are about one of its sources: a
// record must not name a stranger who may later ask to be forgotten. In a case
// of one source every line is.
func evidenceOf(c *analyze.Case, p netip.Prefix) string {
	var out []string
	for _, line := range c.Evidence {
		if len(out) == evidenceLines {
			break
		}
		if len(c.Sources) == 1 || Names(line.Text, p) {
			out = append(out, line.Text)
		}
	}
	return strings.Join(out, "\n")
}
