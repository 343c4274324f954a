package ban

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/gaissmai/bart"

	"gumshoe/analyze"
)

// standing are the bans in force, found by address.
type standing struct {
	byKey    map[Key]Ban
	byPrefix *bart.Table[[]Ban]
}

func standingAt(bans []Ban, now time.Time) standing {
	s := standing{byKey: map[Key]Ban{}, byPrefix: new(bart.Table[[]Ban])}
	for _, b := range bans {
		if !b.Active(now) {
			continue
		}
		s.byKey[b.Key()] = b
		there, _ := s.byPrefix.Get(b.Prefix)
		s.byPrefix.Insert(b.Prefix, append(there, b))
	}
	return s
}

// covering returns a ban in force that already does all that another would, and
// for as long.
func (s *standing) covering(b *Ban) (Ban, bool) {
	for _, there := range s.byPrefix.Supernets(b.Prefix) {
		i := slices.IndexFunc(there, func(t Ban) bool {
			return t.Driver == "" && t.Action.rank() >= b.Action.rank() && t.Ports.covers(b.Ports) && t.Outlasts(b.Until)
		})
		if i >= 0 {
			return there[i], true
		}
	}
	return Ban{}, false
}

// near reports whether any ban in force reaches all of a prefix.
func (s *standing) near(p netip.Prefix) bool {
	_, ok := s.byPrefix.LookupPrefix(p)
	return ok
}

// propose is the ban of a source that the policy wants. Where one stands that
// it would extend, the offence is the same one, and the time counts from the
// last sign of life: whoever has done nothing since earns nothing more,
// however often a run looks at him.
func (m *maker) propose(c *analyze.Case, p netip.Prefix, j Jail) (want Ban, extends Ban, extend bool) {
	want = Ban{Prefix: p, Jail: j.Name, Ports: j.Ports, Action: j.Action, Case: c.ID, From: m.now, By: Auto}
	extends, extend = m.standing.byKey[want.Key()]
	if extend && extends.Offence > 0 {
		want.Offence = extends.Offence
	} else {
		want.Offence = 1
		if m.policy.Offences != nil {
			want.Offence += max(0, m.policy.Offences(p))
		}
	}
	length := m.policy.length(c, p, j.Base, want.Offence-1)
	if m.policy.Unconfirmed {
		want.Offence = 0
	}
	want.Until = m.now.Add(length)
	if extend {
		want.Until = c.Last.Truncate(time.Millisecond).Add(length)
	}
	return want, extends, extend
}

// lifts are the automatic bans in force that hit somebody whom nothing may hit:
// the allowlist has grown, or the machine has moved. The ban of a person stays
// until that person removes it.
func (m *maker) lifts(active []Ban) {
	for _, b := range active {
		if d, ok := m.guards.absolutely(b.Prefix); ok && b.By == Auto && b.Active(m.now) {
			m.plan.Lift = append(m.plan.Lift, Entry{Prefix: b.Prefix, Case: b.Case, Jail: b.Jail, Ports: b.Ports, Action: b.Action, Ban: b.ID,
				Reason: d.reason, Guard: d.guard})
			continue
		}
		m.remaining = append(m.remaining, b)
	}
}

// stands says of a source that nothing has to be done about it.
func (m *maker) stands(c *analyze.Case, want, there Ban) {
	e := m.entry(c, want)
	e.Ban, e.Reason = there.ID, fmt.Sprintf("%s is banned already, for good.", show(there.Prefix))
	if !there.Until.IsZero() {
		e.For = there.Until.Sub(m.now)
		e.Reason = fmt.Sprintf("%s is banned already, until %s.", show(there.Prefix), there.Until.UTC().Format("Mon 2 Jan 2006 15:04 UTC"))
	}
	m.plan.Standing = append(m.plan.Standing, e)
}
