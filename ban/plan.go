// Package ban turns cases into a plan: which sources to ban, for how long, and
// which to leave alone, each with its reason.
//
//	cases ──▶ policy ──▶ guards ──▶ caps ──▶ Plan{Add, Hold}
//
// Plan first, deed second: the package decides and touches nothing. Guards come
// last and no opinion upstream can switch them off.
package ban

import (
	"net/netip"
	"time"
)

// Entry is one line of a plan.
type Entry struct {
	Prefix  netip.Prefix  `json:"prefix"` // canonical; a single v4 address is a /32
	Case    string        `json:"case"`
	Service string        `json:"service"`         // the attacked service, fail2ban's "jail"
	For     time.Duration `json:"for"`             // 0 on a hold
	Reason  string        `json:"reason"`          // one sentence
	Guard   string        `json:"guard,omitempty"` // on a hold: the name of the guard or rule that held it
}

// Plan is what would be done. Entries are sorted by case order, then prefix.
type Plan struct {
	Armed        bool    `json:"armed"`        // the run was asked to act (--auto-ban-critical or ban.mode)
	Hypothetical bool    `json:"hypothetical"` // over files: nothing will be done
	Add          []Entry `json:"add"`
	Hold         []Entry `json:"hold"`
}

// Outcome is what a plan says of a case.
type Outcome struct {
	Held    bool           // it met the policy, and something of it is held
	Targets []netip.Prefix // to be banned
}

// String is "planned" if any source is to be banned, "held" if the case met the
// policy and all of it is held, else "none".
func (o Outcome) String() string {
	switch {
	case len(o.Targets) > 0:
		return "planned"
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
	for _, e := range p.Add {
		o := out[e.Case]
		o.Targets = append(o.Targets, e.Prefix)
		out[e.Case] = o
	}
	return out
}
