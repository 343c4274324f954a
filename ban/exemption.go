package ban

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"gumshoe/analyze"
)

// ExemptFor is how long the removal of a ban by a person exempts its sources.
const ExemptFor = 7 * 24 * time.Hour

// Exemption is a person's word that a prefix shall not be banned for a while. It
// never covers a break-in.
type Exemption struct {
	ID          int64
	Prefix      netip.Prefix // canonical
	Case        string       // the one that it was said about; "" where none
	From, Until time.Time
	By          string // who
	Why         string // "removed", or the person's words
}

// InForce reports whether the exemption holds at a moment.
func (e *Exemption) InForce(now time.Time) bool { return !now.Before(e.From) && now.Before(e.Until) }

// exempted says who exempted target, or called the case harmless, unless c is a
// break-in.
func (m *maker) exempted(target netip.Prefix, c *analyze.Case) (doubt, bool) {
	if breakIn(c) {
		return doubt{}, false
	}
	if w := c.Word; w != nil && w.Word == analyze.Muted {
		return doubt{"muted", fmt.Sprintf("%s called this case harmless on %s (%s).", w.By, w.At.UTC().Format("Mon 2 Jan 2006"), cmp.Or(w.Reason, "no reason given"))}, true
	}
	if m.policy.Unheard {
		return doubt{"unheard", "What people said of cases could not be read, and one of them may have called this one harmless."}, true
	}
	at, e, ok := overlapping(&m.exempt, target)
	if !ok {
		return doubt{}, false
	}
	whom := show(at)
	if at == target { // so that those who were exempted together share one reason
		whom = "it"
	}
	return doubt{"exempt", fmt.Sprintf("%s exempted %s until %s (%s).", e.By, whom, e.Until.UTC().Format("Mon 2 Jan 2006 15:04 UTC"), e.Why)}, true
}
