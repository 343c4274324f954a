package ban

import (
	"fmt"
	"net/netip"
	"strings"

	"gumshoe/analyze"
)

// doubted hears the second opinion on a case. It is the opinion of a model that
// has read the attacker's text, so it counts only for a source that did
// something honest before the case began, and never where an attack succeeded.
func (m *maker) doubted(target netip.Prefix, c *analyze.Case) (doubt, bool) {
	reason, ok := m.policy.Doubted[c.ID]
	if !ok || c.Impact >= analyze.Success || breakIn(c) {
		return doubt{}, false
	}
	what := ""
	if m.guards.GoodLogins != nil && m.guards.GoodLogins(target, nil, c.First).Days > 0 {
		what = "logged in properly"
	} else if m.guards.Visits != nil && m.guards.Visits(target, c.First).Days > 0 {
		what = "visited pages as people do"
	} else {
		return doubt{}, false
	}
	return doubt{"doubted", fmt.Sprintf("%s %s before the case began, and the second opinion doubts it: %s.", show(target), what, strings.TrimRight(reason, ". "))}, true
}
