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

// Of returns what the plan says of a case: "planned" if any source is to be
// banned, "held" if it met the policy and all of it is held, else "none"; and
// the prefixes to be banned.
func (p Plan) Of(id string) (state string, targets []netip.Prefix) {
	state = "none"
	for _, e := range p.Hold {
		if e.Case == id {
			state = "held"
		}
	}
	for _, e := range p.Add {
		if e.Case == id {
			state, targets = "planned", append(targets, e.Prefix)
		}
	}
	return state, targets
}
