package archive

import (
	"fmt"
	"slices"
	"time"
)

// A clock that is years ahead for an hour makes everything that is kept too old.
// Nothing in the archive tells it from a machine that was off for so long, but that
// one goes on afterwards.
const (
	longHole = 4 * 7 * day // without a known hour; a quiet one is known
	goneOn   = 2 * 7 * day // a run catches up a week at most
)

// Age returns the moment from which ages are to be counted back: now, or the end of
// what was recorded before a hole of more than four weeks, as long as less than two
// weeks lie between it and now and counting from now would remove anything.
func (a *Archive) Age(now time.Time, p Policy) (time.Time, error) {
	units, _, err := a.units(interval{time.Time{}, now})
	if err != nil {
		return now, fmt.Errorf("reading the archive: %w", err)
	}
	next := now // begin of what follows
	for _, u := range slices.Backward(units) {
		if now.Sub(next) > goneOn {
			break
		}
		if end := u.start.Add(u.span); next.Sub(end) > longHole {
			if p.MaxBytes = 0; len(p.apply(now, units)) > 0 {
				return end, nil
			}
			break
		}
		next = u.start
	}
	return now, nil
}
