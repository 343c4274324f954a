package detect

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

// office is a site with mail: forty people who read it at home, day by day.
func (l *tape) office(days int) {
	for i := range 40 {
		l.household(fmt.Sprintf("192.0.%d.7", i), fmt.Sprintf("user%d@example.org", i), days)
	}
}

func leaked(i int) string { return fmt.Sprintf("leaked.%d@example.com", 7919*i%10_007) }

// Leaked pairs, each tried once: no source fails twice on a name, and no name twice.
func TestStuffing(t *testing.T) {
	for _, bots := range []int{12, 60} {
		for _, days := range []int{1, 6} {
			var l tape
			l.office(days)
			l.from = time.Duration(days) * day
			for i := range 2 * bots {
				user := leaked(i)
				if i%7 == 3 {
					user = fmt.Sprintf("user%d@example.org", i%40)
				}
				l.fail(l.from+time.Duration(i)*5*minute, imap, bot(i%bots), user)
			}
			c := l.find(t, bot(2)+"/32", "credential_stuffing", analyze.High)
			if len(c.Sources)*10 < bots*9 || len(c.Sources) > bots {
				t.Errorf("%d bots, %d days of past: %d sources", bots, days, len(c.Sources))
			}
			if got := l.accused(); len(got) != 1 {
				t.Errorf("one attack is told in %d cases: %q", len(got), got)
			}
			l.none(t, "192.0.3.7/32")
		}
	}
}

// From one network of a provider: it is named.
func TestStuffingOfOneNetwork(t *testing.T) {
	var l tape
	l.office(6)
	l.from = 6 * day
	for i := range 50 {
		l.fail(l.from+time.Duration(i)*8*minute, imap, fmt.Sprintf("2001:db8:b006:%x00::7", i%25), leaked(i))
	}
	if c := l.find(t, "2001:db8:b006:300::/64", "credential_stuffing", analyze.High); c.Prefix.String() != "2001:db8:b006::/48" && c.Prefix.Bits() < 48 {
		t.Errorf("network %s", c.Prefix)
	}
}

// Many people who fail, and nobody attacks.
func TestNoStuffing(t *testing.T) {
	atTheOffice(t, map[string]func(l *tape, at time.Duration){
		"everybody's password expired, and programs go on with the old one": func(l *tape, at time.Duration) {
			for i := range 40 {
				for k := range 3 + i%20 {
					l.fail(at+time.Duration(k*15+i)*minute, imap, fmt.Sprintf("192.0.%d.7", i), fmt.Sprintf("user%d@example.org", i))
				}
			}
		},
		"the same on the road, with an address that is new": func(l *tape, at time.Duration) {
			for i := range 40 {
				for k := range 3 + i%6 {
					l.fail(at+time.Duration(k*15+i)*minute, imap, bot(i), fmt.Sprintf("user%d@example.org", i))
				}
			}
		},
		"an office behind one address, with an old password each": func(l *tape, at time.Duration) {
			for i := range 40 {
				l.fail(at+time.Duration(i)*2*minute, imap, "198.51.100.9", fmt.Sprintf("user%d@example.org", i))
				l.fail(at+time.Duration(i)*2*minute+20*time.Minute, imap, "198.51.100.9", fmt.Sprintf("user%d@example.org", i))
				l.ok(at+time.Duration(i)*2*minute+40*time.Minute, imap, "198.51.100.9", fmt.Sprintf("user%d@example.org", i))
			}
		},
		"new customers who mistype their name first": func(l *tape, at time.Duration) {
			for i := range 40 {
				l.fail(at+time.Duration(i)*10*minute, imap, bot(i), fmt.Sprintf("newcomr%d@example.org", i))
				l.ok(at+time.Duration(i)*10*minute+minute, imap, bot(i), fmt.Sprintf("newcomer%d@example.org", i))
			}
		},
		"programs of people who left, each at its own account": func(l *tape, at time.Duration) {
			for i := range 12 {
				for k := range 8 {
					l.fail(at+time.Duration(k*30+i)*minute, imap, bot(i), fmt.Sprintf("left%d@example.org", i))
				}
			}
		},
		"a few strangers with a wrong name": func(l *tape, at time.Duration) {
			for i := range 4 {
				l.fail(at+time.Duration(i)*hour, imap, bot(i), leaked(i))
			}
		},
	}, func(c *analyze.Case) bool {
		return c.Level >= analyze.Low && (slices.Contains(c.Detections, "credential_stuffing") || slices.Contains(c.Detections, "campaign") || len(c.Sources) > 1)
	})
}
