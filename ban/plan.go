// Package ban turns cases into a plan: which sources to ban, for how long, and
// which to leave alone, each with its reason.
//
//	cases, bans in force ──▶ policy ──▶ guards ──▶ caps ──▶ Plan{Add, Extend, Lift, Hold, Standing}
//
// Plan first, deed second: the package decides and touches nothing. Guards come
// last and no opinion upstream can switch them off. Package ledger remembers
// what was done, package firewall does it.
package ban

import (
	"net/netip"
	"time"
)

// Entry is one line of a plan.
type Entry struct {
	Prefix  netip.Prefix  `json:"prefix"` // canonical; a single v4 address is a /32
	Case    string        `json:"case"`
	Service string        `json:"service"` // the attacked service, fail2ban's "jail"
	Jail    string        `json:"jail,omitempty"`
	Ports   Ports         `json:"ports,omitempty"` // none: everything is closed
	Action  Action        `json:"action,omitempty"`
	For     time.Duration `json:"for"`               // from the run on; 0 on a hold and a lift
	Offence int           `json:"offence,omitempty"` // see Ban
	Ban     int64         `json:"ban,omitempty"`     // the ledger's number of the ban that is extended or lifted, or that stands
	Reason  string        `json:"reason"`            // one sentence
	Guard   string        `json:"guard,omitempty"`   // on a hold and a lift: the name of the guard or rule
}

// Plan is what would be done. Entries are sorted by case order, then prefix.
type Plan struct {
	Armed        bool     `json:"armed"`        // the run was asked to act (--auto-ban-critical or ban.mode)
	Hypothetical bool     `json:"hypothetical"` // over files: nothing will be done
	Add          []Entry  `json:"add"`
	Extend       []Entry  `json:"extend,omitempty"`
	Lift         []Entry  `json:"lift,omitempty"`
	Hold         []Entry  `json:"hold"`
	Standing     []Entry  `json:"standing,omitempty"` // deserve a ban, and have it already
	First        []string `json:"first,omitempty"`    // cases that a person has to see first: whom they accuse is logged in right now, or known by good logins
}

// Outcome is what a plan says of a case.
type Outcome struct {
	Held     bool           // it met the policy, and something of it is held
	Targets  []netip.Prefix // to be banned, or banned for longer
	Standing []netip.Prefix // banned already
}

// String is "planned" if any source is to be banned, else "banned" if any is
// already, "held" if the case met the policy and all of it is held, else "none".
func (o Outcome) String() string {
	switch {
	case len(o.Targets) > 0:
		return "planned"
	case len(o.Standing) > 0:
		return "banned"
	case o.Held:
		return "held"
	}
	return "none"
}

// Outcomes returns what the plan says of each case that it names, by its ID.
func (p Plan) Outcomes() map[string]Outcome {
	out := make(map[string]Outcome, len(p.Add)+len(p.Hold))
	for _, e := range p.Hold {
		out[e.Case] = Outcome{Held: true}
	}
	for _, list := range [][]Entry{p.Add, p.Extend} {
		for _, e := range list {
			o := out[e.Case]
			o.Targets = append(o.Targets, e.Prefix)
			out[e.Case] = o
		}
	}
	for _, e := range p.Standing {
		o := out[e.Case]
		o.Standing = append(o.Standing, e.Prefix)
		out[e.Case] = o
	}
	return out
}
