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
// keeps them for good; the firewall gets those that are in force.
type Ban struct {
	ID       int64
	Prefix   netip.Prefix // canonical; a single v4 address is a /32
	Jail     string       // whose policy made it: the service that was attacked, or "manual"
	Ports    Ports        // what is closed to it; none: everything
	Action   Action
	Case     string // "" for a ban by hand
	Reason   string // one sentence
	Country  string // ISO 3166-1 alpha-2; "" where unknown
	From     time.Time
	Until    time.Time // zero: for good, by hand only
	Offence  int       // the how many-th ban of this prefix it is, from 1; an unconfirmed one counts none and has 0
	By       string    // "auto", or the name of the person
	Run      string    // the run that decided it; "" by hand
	Driver   string    // the only driver that shall carry it out; "" for all
	Lifted   time.Time // zero while it stands or ran out by itself
	LiftedBy string    // "auto", or the name of the person
	LiftedOn string    // why: "allowlist", "removed", "undo run ID", ...
}

// Active reports whether the ban is in force at a moment.
func (b *Ban) Active(now time.Time) bool {
	return b.Lifted.IsZero() && (b.Until.IsZero() || now.Before(b.Until))
}

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

// Compare orders bans by address, then by what they close.
func Compare(a, b Ban) int {
	return cmp.Or(a.Prefix.Compare(b.Prefix), cmp.Compare(a.Action, b.Action), slices.Compare(a.Ports, b.Ports), cmp.Compare(a.ID, b.ID))
}
