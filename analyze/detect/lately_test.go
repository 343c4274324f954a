package detect

import (
	"testing"
	"time"
)

// A source behind which sixty people log in every hour for weeks, and fail as
// often: each try comes into the days before a login once and leaves once. Listing
// them anew for every login would take the square.
func TestLatelyCountsEachTryOnce(t *testing.T) {
	const hours, perHour = 24 * 30, 60
	var all []try
	for h := range hours {
		for k := range perHour {
			all = append(all, try{milli: monday.Add(time.Duration(h)*hour + time.Duration(k)*minute).UnixMilli(), name: uint64(k%7 + 1), count: 1})
		}
	}
	owner := uint64(3) // whose own mistakes accuse nobody but himself
	l := newLately(all, func(account uint64) tally { return tally{owners: account == owner} })
	steps := 0
	for h := range hours {
		for k := range perHour {
			at := monday.Add(time.Duration(h)*hour + time.Duration(k)*minute + time.Second)
			lo, hi := l.lo, l.hi
			l.until(at.UnixMilli())
			steps += l.lo - lo + l.hi - hi
			if k != 0 || h%100 != 0 {
				continue
			}
			for _, account := range []uint64{1, owner} { // the running counts are those of the list
				listed := l.list(account, new([]try))
				c := l.against(account)
				names := perAccount(listed)
				own := 0
				for _, a := range names {
					if a.id == account {
						own = a.n
					}
				}
				if c.fails != countOf(listed) || c.names != len(names) || c.own != own {
					t.Fatalf("hour %d: counted %+v, listed %d tries on %d accounts", h, c, countOf(listed), len(names))
				}
			}
		}
	}
	if steps > 2*len(all) {
		t.Errorf("%d steps for %d tries: each may come and go once", steps, len(all))
	}
}
