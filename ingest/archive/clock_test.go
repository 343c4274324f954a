package archive

import (
	"testing"
	"time"
)

// A clock that jumps far ahead does not make the archive old: ages are counted from
// the end of what is known, until two weeks were lived after the hole.
func TestAge(t *testing.T) {
	const week = 7 * day
	known := aDay.Add(6 * hour) // end of the last hour before the hole
	for _, test := range []struct {
		name  string
		hours []int // from aDay, in hours
		now   time.Duration
		held  bool
	}{
		{name: "nothing is known", now: 520 * week},
		{name: "no hole", hours: []int{5}, now: 3 * week},
		{name: "a hole after which nothing is too old", hours: []int{5}, now: 7 * week},
		{name: "a year ahead", hours: []int{5}, now: 52 * week, held: true},
		{name: "what a run has archived there", hours: []int{5, 51 * 7 * 24, 52*7*24 - 1}, now: 52 * week, held: true},
		{name: "two weeks later the clock is right", hours: []int{5, 49 * 7 * 24, 50 * 7 * 24, 51 * 7 * 24}, now: 52 * week},
		{name: "set back again: what lies ahead is no matter", hours: []int{5, 52 * 7 * 24}, now: day},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := openTest(t)
			mustAll(t, a, aWeek(test.hours...))
			now := aDay.Add(test.now)
			want := now
			if test.held {
				want = known
			}
			if got, err := a.Age(now, DefaultPolicy); err != nil || !got.Equal(want) {
				t.Errorf("%v, %v, want %v", got, err, want)
			}
		})
	}
}
