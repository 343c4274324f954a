package ban

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Ban keeps a prefix away from the ports of one jail until a moment. The ledger
// keeps them until long after they are over; the firewall gets those that are in force.
type Ban struct {
	ID       int64
	Prefix   netip.Prefix // canonical; a single v4 address is a /32
	Jail     string       // whose policy made it, or Manual
	Ports    Ports        // what is closed to it; none: everything
	Action   Action
	Case     string // "" for a ban by hand
	Reason   string // one sentence
	Evidence string // log lines that showed it, verbatim: hostile; erased when the address is to be forgotten
	Country  string // ISO 3166-1 alpha-2; "" where unknown
	ASN      uint32 // of the network that announces it; 0 where unknown
	From     time.Time
	Until    time.Time // zero: for good, by hand only
	Offence  int       // the how many-th ban of this prefix it is, from 1; an unconfirmed one counts none and has 0
	By       string    // "auto", or the name of the person
	Run      string    // the run that decided it; "" by hand
	Driver   string    // the only driver that shall carry it out; "" for all
	Extends  int64     // the ban whose place it took; 0: none
	Extended int64     // the ban that took its place; 0: none
	Lifted   time.Time // zero while it stands or ran out by itself
	LiftedBy string    // "auto", or the name of the person
	LiftedOn string    // why: "allowlist", "removed", "undo run ID", ...
}

// Active reports whether the ban is in force at a moment. One that begins later, as
// a clock that was wrong or a ledger from elsewhere makes it, is not.
func (b *Ban) Active(now time.Time) bool {
	return !now.Before(b.From) && b.Lifted.IsZero() && b.Extended == 0 && (b.Until.IsZero() || now.Before(b.Until))
}

// Key is what two bans have in common when the later one takes the place of the
// earlier: they differ in nothing but time and reason.
type Key struct {
	Prefix              netip.Prefix
	Jail, Ports, Driver string
	Action              Action
}

// Key returns the ban's.
func (b *Ban) Key() Key { return Key{b.Prefix, b.Jail, b.Ports.String(), b.Driver, b.Action} }

// Outlasts reports whether the ban ends no sooner than a moment; the zero moment
// never comes.
func (b *Ban) Outlasts(until time.Time) bool {
	return b.Until.IsZero() || !until.IsZero() && !b.Until.Before(until)
}

const (
	Auto   = "auto"   // who decides when no person does: the policy
	Manual = "manual" // the jail of a person's own bans
)

// Action is what happens to the packets of whoever is banned.
type Action string

// The actions, from the hardest to none at all.
const (
	Drop   Action = "drop"       // without a word
	Reject Action = "reject"     // with an answer: quicker for an honest one to notice
	Limit  Action = "rate-limit" // slowed down, not cut off
	Alert  Action = "alert"      // recorded and told, no packet is touched
)

// Actions are all of them.
var Actions = []Action{Drop, Reject, Limit, Alert}

// rank is how much of a ban an action is; what covers another is no lower.
func (a Action) rank() int {
	switch a {
	case Drop, Reject:
		return 2
	case Limit:
		return 1
	}
	return 0
}

// Ports are the TCP and UDP ports that a ban closes, sorted, each once; none
// stands for all ports and protocols.
type Ports []uint16

// ParsePorts reads "22,80,443"; "" and "all" are all ports.
func ParsePorts(s string) (Ports, error) {
	if s = strings.TrimSpace(s); s == "" || s == "all" {
		return nil, nil
	}
	var out Ports
	for f := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(f), 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("%q is no port: want numbers from 1 to 65535 with commas between, or all", f)
		}
		out = append(out, uint16(n))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// String is the inverse of ParsePorts.
func (p Ports) String() string {
	if len(p) == 0 {
		return "all"
	}
	out := make([]string, len(p))
	for i, n := range p {
		out[i] = strconv.Itoa(int(n))
	}
	return strings.Join(out, ",")
}

// covers reports whether all of other is among p.
func (p Ports) covers(other Ports) bool {
	if len(p) == 0 {
		return true
	}
	for _, n := range other {
		if _, ok := slices.BinarySearch(p, n); !ok {
			return false
		}
	}
	return len(other) > 0
}

// Compare orders bans by address, then by what they close.
func Compare(a, b Ban) int {
	return cmp.Or(a.Prefix.Compare(b.Prefix), cmp.Compare(a.Action, b.Action), slices.Compare(a.Ports, b.Ports), cmp.Compare(a.ID, b.ID))
}
