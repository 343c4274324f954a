package ban

import (
	"net/netip"
	"testing"
	"time"
)

// An offence is half forgotten after 90 days without another, counted from the
// end of the ban.
func TestOffences(t *testing.T) {
	p := netip.MustParsePrefix("203.0.113.7/32")
	at := func(day int) time.Time { return now.AddDate(0, 0, day) }
	id := int64(0)
	ban := func(from, until int, change func(*Ban)) Ban {
		id++
		b := Ban{ID: id, Prefix: p, From: at(from), Until: at(until), Offence: 1, By: Auto}
		if change != nil {
			change(&b)
		}
		return b
	}
	for _, tt := range []struct {
		name string
		bans []Ban
		want int
	}{
		{"never", nil, 0},
		{"in force", []Ban{ban(-1, 1, nil)}, 1},
		{"over for 89 days", []Ban{ban(-90, -89, nil)}, 1},
		{"over for 90 days: 1/2 rounds down", []Ban{ban(-91, -90, nil)}, 0},
		{"four, the last 10 days ago", []Ban{ban(-40, -39, nil), ban(-30, -29, nil), ban(-20, -19, nil), ban(-11, -10, nil)}, 4},
		{"four, the last 100 days ago: 4/2", []Ban{ban(-140, -139, nil), ban(-130, -129, nil), ban(-120, -119, nil), ban(-101, -100, nil)}, 2},
		{"two, 190 days of peace, one: 2/4 + 1", []Ban{ban(-203, -202, nil), ban(-201, -200, nil), ban(-10, -9, nil)}, 1},
		{"three, 100 days of peace, one: 3/2 + 1", []Ban{ban(-124, -123, nil), ban(-122, -121, nil), ban(-120, -119, nil), ban(-19, -9, nil)}, 2},
		{"a year's ban that ended yesterday: being kept out is no merit", []Ban{ban(-367, -366, nil), ban(-366, -1, nil)}, 2},
		{"for good", []Ban{ban(-900, 0, func(b *Ban) { b.Until = time.Time{} })}, 1},
		{"lifted: a mistake", []Ban{ban(-3, 3, func(b *Ban) { b.Lifted = at(-2) })}, 0},
		{"unconfirmed", []Ban{ban(-3, -2, func(b *Ban) { b.Offence = 0 })}, 0},
		{"two jails of one run", []Ban{ban(-3, -2, nil), ban(-3, -1, nil)}, 1},
		{"prolonged", []Ban{ban(-3, -2, func(b *Ban) { b.ID = 900 }), ban(-2, -1, func(b *Ban) { b.Extends = 900 })}, 1},
		{"confirmed while it stood", []Ban{ban(-1, 0, func(b *Ban) { b.ID, b.Offence = 901, 0 }), ban(0, 1, func(b *Ban) { b.Extends = 901 })}, 1},
		{"its neighbour", []Ban{ban(-3, 3, func(b *Ban) { b.Prefix = netip.MustParsePrefix("203.0.113.8/32") })}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Offences(tt.bans, p, now); got != tt.want {
				t.Errorf("%d offences, want %d", got, tt.want)
			}
		})
	}
}
