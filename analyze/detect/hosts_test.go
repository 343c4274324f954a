package detect

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gumshoe/analyze"
)

// Twelve addresses of one /64 take turns at one mailbox: to a log that is one
// source, and to its owner it would be a program with an old password.
func TestSwarm(t *testing.T) {
	guess := func(hosts int) *tape {
		r := rand.New(rand.NewPCG(17, 18))
		var l tape
		l.household("192.0.2.10", "anna@example.org", 3)
		l.from = 3 * day
		for i := range 26 {
			l.fail(3*day+time.Duration(i)*20*minute+time.Duration(r.IntN(1100))*time.Second, imap, fmt.Sprintf("2001:db8:b001::%x", 1+i%hosts), "anna@example.org")
		}
		return &l
	}
	if c := guess(12).find(t, "2001:db8:b001::/64", "password_guessing", analyze.Low); c.Weight(analyze.Subnet) < analyze.Strong {
		t.Errorf("%+v", c.Families)
	}
	guess(1).quiet(t)
	guess(3).quiet(t) // two telephones and a tablet
}
