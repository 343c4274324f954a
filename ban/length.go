package ban

import (
	"cmp"
	"net/netip"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

const (
	slowActive   = 3 * time.Hour   // a slow case lasts at least this long
	slowPause    = 5 * time.Minute // and its sources rest at least this long between two events
	maxDoublings = 16              // an hour becomes years: the cap decides, not this
)

// length of a ban: min(base * 2^n, max), n being the earlier offences, with up to
// a tenth of jitter so that a campaign's bans do not all end at once. The jitter
// comes from a hash of case and address, never from a random source: a
// rehearsal must equal the deed. base is the jail's; 0: the policy's.
func (p *Policy) length(c *analyze.Case, source netip.Prefix, base time.Duration, n int) time.Duration {
	longest := min(p.Max, Longest)
	if p.Unconfirmed {
		return min(UnconfirmedFor, longest)
	}
	d := cmp.Or(base, p.Base)
	if slow(c) {
		d = max(d, p.Slow)
	}
	for range min(n, maxDoublings) {
		d = min(2*d, longest)
	}
	d = min(d, longest)
	jitter := time.Duration(ingest.Hash{}.String(c.ID+" "+source.String()) % uint64(d/10+1))
	if d+jitter > longest {
		jitter = -jitter
	}
	return (d + jitter).Truncate(time.Second)
}

// slow reports whether the case's sources take their time. Whoever knocks once
// in twenty minutes, or once a day, sits out a ban of a day without noticing.
func slow(c *analyze.Case) bool {
	if c.Active < slowActive || c.Events == 0 {
		return false
	}
	pause := c.Active.Seconds() * float64(len(c.Sources)) / float64(c.Events)
	return pause >= slowPause.Seconds()
}
