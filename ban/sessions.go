package ban

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
)

// Session is an authenticated session that is open now, as logind or utmp have
// it. A bare TCP connection is none: it would be too cheap a shield.
type Session struct {
	User  string
	From  netip.Addr
	Since time.Time // zero where it is not known
}

// session says who sits in an open session from target. Even a break-in is held
// for it, and the report begins with it: to cut off a session is for a person
// to decide, or for who configured that break-ins are banned unasked.
func (m *maker) session(target netip.Prefix, c *analyze.Case) (doubt, bool) {
	i := slices.IndexFunc(m.guards.Sessions, func(s Session) bool { return target.Contains(s.From.Unmap().WithZone("")) })
	if i < 0 || m.policy.ApplyBreakIn && breakIn(c) {
		return doubt{}, false
	}
	s := m.guards.Sessions[i]
	since := ""
	if !s.Since.IsZero() {
		since = ", since " + s.Since.UTC().Format("15:04 UTC on Mon 2 Jan")
	}
	return doubt{sessionGuard, fmt.Sprintf("%s is logged in from %s right now%s: see first who that is.", s.User, s.From.Unmap(), since)}, true
}
