package ban

import (
	"net/netip"
	"slices"
	"time"
)

// OffenceHalfLife is how long a source must stay away to have half of its
// offences forgotten.
const OffenceHalfLife = 90 * 24 * time.Hour

// Offences counts how often a prefix was banned, from all that is known of it.
// The count halves, rounding down, with every 90 days between the end of a ban
// and the next one; being kept out is no merit, so the days of a ban do not
// count. What was lifted was a mistake and counts none, nor does what an
// unconfirmed run did. Extensions prolong an offence, and bans of one moment
// (several jails, one run) are one.
func Offences(bans []Ban, p netip.Prefix, now time.Time) int {
	type offence struct{ from, until time.Time }
	var all []offence
	bans = slices.Clone(bans)
	slices.SortStableFunc(bans, func(a, b Ban) int { return a.From.Compare(b.From) })
	at := map[int64]int{} // which offence a ban belongs to
	for _, b := range bans {
		if b.Prefix != p || b.Offence == 0 || !b.Lifted.IsZero() {
			continue
		}
		until := b.Until
		if until.IsZero() {
			until = now
		}
		i, ok := at[b.Extends]
		if !ok || b.Extends == 0 {
			if i = len(all) - 1; i < 0 || !all[i].from.Equal(b.From) {
				all, i = append(all, offence{from: b.From}), i+1
			}
		}
		at[b.ID] = i
		if until.After(all[i].until) {
			all[i].until = until
		}
	}
	n, end := 0, time.Time{}
	for _, o := range all {
		n = halved(n, o.from.Sub(end)) + 1
		if o.until.After(end) {
			end = o.until
		}
	}
	return halved(n, now.Sub(end))
}

// halved is n after some time without offence.
func halved(n int, quiet time.Duration) int {
	if n == 0 || quiet < OffenceHalfLife {
		return n
	}
	return n >> min(63, int(quiet/OffenceHalfLife))
}
