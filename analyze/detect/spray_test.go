package detect

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// employee is the name of one of the office's forty.
func employee(i int) string { return fmt.Sprintf("user%d@example.org", i%40) }

// A season's passwords, tried at everybody's account by hundreds who try two or
// three: it is one attack, and nearly all who take part are named.
func TestSpray(t *testing.T) {
	for _, c := range []struct {
		what string
		bots int
		try  func(l *tape, at time.Duration, bot, i int)
		n    int // tries
	}{
		{"three accounts each", 250, func(l *tape, at time.Duration, b, i int) { l.fail(at, imap, bot(b), employee(i)) }, 750},
		{"one account each", 250, func(l *tape, at time.Duration, b, i int) { l.fail(at, imap, bot(b), employee(i*7)) }, 250},
		{"a small botnet, two accounts each", 30, func(l *tape, at time.Duration, b, i int) { l.fail(at, imap, bot(b), employee(i*11+i/30)) }, 60},
		{"through the doors for reading and for sending", 120, func(l *tape, at time.Duration, b, i int) {
			l.fail(at, []string{imap, ingest.ServiceSMTP}[i%2], bot(b), employee(i+i/120))
		}, 360},
	} {
		for _, days := range []int{1, 6} {
			t.Run(fmt.Sprintf("%s, after %d days", c.what, days), func(t *testing.T) {
				var l tape
				l.office(days)
				l.from = time.Duration(days) * day
				for i := range c.n {
					c.try(&l, l.from+time.Duration(i)*10*hour/time.Duration(c.n), i%c.bots, i)
				}
				// Beside it people mistype at home, and an office does behind one address.
				for i := range 12 {
					l.fail(l.from+time.Duration(i)*40*minute, imap, fmt.Sprintf("192.0.%d.7", i), employee(i))
					l.fail(l.from+time.Duration(i)*40*minute, imap, "198.51.100.9", employee(3*i))
					l.ok(l.from+time.Duration(i)*40*minute+minute, imap, "198.51.100.9", employee(3*i))
				}
				found := l.find(t, bot(2)+"/32", "password_spraying", analyze.High)
				if 10*len(found.Sources) < 9*c.bots || len(found.Sources) > c.bots {
					t.Errorf("%d of %d bots", len(found.Sources), c.bots)
				}
				if got := l.accused(); len(got) != 1 {
					t.Errorf("one attack is told in %d cases: %q", len(got), got)
				}
				l.none(t, "198.51.100.9/32")
				l.none(t, "192.0.3.7/32")
			})
		}
	}
}

// Names of which nobody knows whether they exist: what links the sources is that they
// try the same.
func TestSprayOfUnknownAccounts(t *testing.T) {
	var l tape
	for i := range 360 {
		l.fail(time.Duration(i)*100*time.Second, ssh, bot(i%120), fmt.Sprintf("staff%d", (i+i/120)%24))
	}
	if c := l.find(t, bot(2)+"/32", "campaign", analyze.Medium); 10*len(c.Sources) < 9*120 {
		t.Errorf("%d of 120 bots", len(c.Sources))
	}
}

// Whoever sprays and tries most accounts twice looks like people whose passwords were
// changed: it is asked about, and nobody accused.
func TestSprayTwice(t *testing.T) {
	var l tape
	l.office(6)
	l.from = 6 * day
	for i := range 250 {
		for k := range 1 + min(1, i%20/9) {
			l.fail(l.from+hour+time.Duration(i)*2*minute+time.Duration(k)*minute, imap, bot(i), employee(i*7))
		}
	}
	if !slices.ContainsFunc(l.cases(), func(c analyze.Case) bool {
		return c.Kind == "password_spraying" && c.Level == analyze.Low && len(c.Sources) == 0 && len(c.Visitors) > 90
	}) {
		t.Errorf("nobody asks: %q", l.accused())
	}
}

// Many who fail at accounts that exist, and nobody sprays.
func TestNoSpray(t *testing.T) {
	atTheOffice(t, map[string]func(l *tape, at time.Duration){
		"the provider has set new passwords, and many try the old one at home": func(l *tape, at time.Duration) {
			for i := range 40 {
				for k := range 1 + min(1, i%3) {
					l.fail(at+time.Duration(i)*9*minute+time.Duration(k)*40*time.Second, imap, bot(i), employee(i*7))
				}
			}
		},
		"everybody on the road mistypes, and gets in": func(l *tape, at time.Duration) {
			for i := range 40 {
				l.fail(at+time.Duration(i)*9*minute, imap, bot(i), employee(i))
				l.ok(at+time.Duration(i)*9*minute+minute, imap, bot(i), employee(i))
			}
		},
		"telephones with an old password, each on many addresses of its carrier": func(l *tape, at time.Duration) {
			for i := range 400 {
				l.fail(at+time.Duration(i)*90*time.Second, imap, fmt.Sprintf("203.0.113.%d", 1+i*37%200), employee(i%20))
			}
		},
		"an office with a new address, where half of them mistype": func(l *tape, at time.Duration) {
			for i := range 40 {
				l.fail(at+time.Duration(i)*9*minute, imap, "203.0.113.9", employee(i))
				if i%2 == 0 {
					l.ok(at+time.Duration(i)*9*minute+minute, imap, "203.0.113.9", employee(i))
				}
			}
		},
		"families on holiday, who give up": func(l *tape, at time.Duration) {
			for i := range 4 {
				l.fail(at+time.Duration(i)*2*hour, imap, bot(i), employee(2*i))
				l.fail(at+time.Duration(i)*2*hour+minute, imap, bot(i), employee(2*i+1))
			}
		},
		"programs of forty people who go on with the old password in hotels": func(l *tape, at time.Duration) {
			for i := range 40 {
				for k := range 2 + i%5 {
					l.fail(at+time.Duration(15*k+i)*minute, imap, bot(i), employee(i))
				}
			}
		},
	}, func(c *analyze.Case) bool {
		return slices.Contains(c.Detections, "password_spraying") && len(c.Sources) > 0
	})
}

// atTheOffice plays each log after a day and after a week of an office's logins, and tells
// the cases that there should not be.
func atTheOffice(t *testing.T, logs map[string]func(*tape, time.Duration), wrong func(c *analyze.Case) bool) {
	t.Helper()
	for what, log := range logs {
		for _, days := range []int{1, 6} {
			t.Run(fmt.Sprintf("%s, after %d days", what, days), func(t *testing.T) {
				var l tape
				l.office(days)
				l.from = time.Duration(days) * day
				log(&l, l.from+hour)
				for _, c := range l.cases() {
					if wrong(&c) {
						t.Errorf("%s %v of %d sources %v, %+v", c.Level, c.Detections, len(c.Sources), c.Sources, c.Families)
					}
				}
			})
		}
	}
}

// A few a day, for three weeks, each from an address of its own: all of them are
// named where all of it is looked at, and the last week's where only that is.
func TestSlowSpray(t *testing.T) {
	const days = 21
	for what, c := range map[string]struct {
		aDay      int
		name      func(i int) string
		detection string
	}{
		"at accounts that exist": {6, func(i int) string { return employee(i * 7) }, "password_spraying"},
		"at names nobody has":    {12, leaked, "credential_stuffing"},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.office(days)
			for i := range c.aDay * days {
				l.fail(time.Duration(i)*day/time.Duration(c.aDay)+minute, imap, bot(i), c.name(i))
			}
			if found := l.find(t, bot(2)+"/32", c.detection, analyze.Medium); 10*len(found.Sources) < 9*c.aDay*days {
				t.Errorf("%d of %d sources", len(found.Sources), c.aDay*days)
			}
		})
	}
}
