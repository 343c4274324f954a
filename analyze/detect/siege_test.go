package detect

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

// besiege has n networks guess at an account, each tries times, in turns.
func (l *tape) besiege(from, span time.Duration, n, tries int, service, user string) {
	for i := range n * tries {
		l.fail(from+span*time.Duration(i)/time.Duration(n*tries), service, besieger(i%n), user)
	}
}

func besieger(i int) string { return fmt.Sprintf("203.0.%d.9", 1+i) }

// Thirty networks guess at one account, three times each, and the last of them gets
// in: no network guessed more than a person mistypes.
func TestOneOfManyGetsIn(t *testing.T) {
	for _, service := range []string{ssh, imap} {
		var l tape
		for d := range 10 {
			l.ok(time.Duration(d)*day+8*hour, service, "192.0.2.10", "tomas")
		}
		l.besiege(10*day, 3*hour, 30, 3, service, "tomas")
		l.ok(10*day+3*hour+minute, service, besieger(29), "tomas")
		l.from = 10 * day
		c := l.find(t, besieger(29)+"/32", "break_in", analyze.Critical)
		if c.Kind != "break_in" || len(c.Sources) != 1 || c.Findings[0].Failures < 80 {
			t.Errorf("%s: kind %s, sources %v, %d failures", service, c.Kind, c.Sources, c.Findings[0].Failures)
		}
		l.none(t, "192.0.2.10/32")
	}
}

// A login from a new network during such a siege, by one who never guessed, may be
// its owner in a hotel: worth asking, and no more.
func TestStrangerDuringASiege(t *testing.T) {
	night := func(l *tape) {
		for d := range 20 {
			l.ok(time.Duration(d)*day+8*hour, imap, "192.0.2.10", "anna@example.org")
		}
		l.besiege(20*day, 5*hour, 40, 2, imap, "anna@example.org")
		l.from = 20 * day
	}
	const hotel = "198.51.100.7"
	var l tape
	night(&l)
	l.ok(20*day+6*hour, imap, hotel, "anna@example.org")
	cases := l.cases()
	i := slices.IndexFunc(cases, func(c analyze.Case) bool { return c.Kind == "break_in" })
	if i < 0 {
		t.Fatalf("nobody is asked; %q", l.accused())
	}
	if c := cases[i]; c.Level < analyze.Medium || c.Level == analyze.Critical || len(c.Sources) > 0 || !slices.Contains(c.Visitors, netip.MustParsePrefix(hotel+"/32")) {
		t.Errorf("%s, accused %v, seen %v", c.Level, c.Sources, c.Visitors)
	}

	for what, honest := range map[string]func(l *tape){
		"at home": func(l *tape) { l.ok(20*day+6*hour, imap, "192.0.2.10", "anna@example.org") },
		"at home, after a typing error": func(l *tape) {
			l.fail(20*day+6*hour, imap, "192.0.2.10", "anna@example.org")
			l.ok(20*day+6*hour+minute, imap, "192.0.2.10", "anna@example.org")
		},
		"by one who is often somewhere else": func(l *tape) {
			for d := range 4 {
				l.ok(time.Duration(12+2*d)*day+20*hour, imap, fmt.Sprintf("198.51.%d.7", 101+d), "anna@example.org")
			}
			l.ok(20*day+6*hour, imap, hotel, "anna@example.org")
		},
		"another account in a hotel": func(l *tape) { l.ok(20*day+6*hour, imap, hotel, "bert@example.org") },
		"in an office where others are": func(l *tape) {
			for d := range 20 {
				for i := range 12 {
					l.ok(time.Duration(d)*day+9*hour, imap, hotel, fmt.Sprintf("user%d@example.org", i))
				}
			}
			l.ok(20*day+6*hour, imap, hotel, "anna@example.org")
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			night(&l)
			honest(&l)
			l.none(t, hotel+"/32")
			l.none(t, "192.0.2.10/32")
		})
	}
}

// Who travels all the time is in a new network all the time.
func TestTravellerDuringASiege(t *testing.T) {
	var l tape
	for d := range 20 {
		l.ok(time.Duration(d)*day+8*hour, imap, fmt.Sprintf("192.%d.2.10", d), "anna@example.org")
	}
	l.besiege(20*day, 5*hour, 40, 2, imap, "anna@example.org")
	l.ok(20*day+6*hour, imap, "198.51.100.7", "anna@example.org")
	l.from = 20 * day
	for _, c := range l.cases() {
		if c.Kind == "break_in" && c.Level > analyze.Medium {
			t.Errorf("%s: %+v", c.Level, c.Families)
		}
	}
}

// Telephones in an office of forty go on with an old password all day, and at one
// of them it is the first login ever that follows.
func TestPasswordDayInAnOffice(t *testing.T) {
	const office = "192.0.2.77"
	var l tape
	for d := range 5 {
		for i := range 40 {
			l.ok(time.Duration(d)*day+8*hour+time.Duration(i)*minute, imap, office, fmt.Sprintf("user%d@example.org", i))
		}
	}
	for i := range 24 {
		for k := range 10 {
			l.fail(5*day+8*hour+time.Duration(i)*25*minute+time.Duration(k)*20*time.Second, imap, office, fmt.Sprintf("user%d@example.org", 35+k))
		}
	}
	for k := range 10 {
		l.ok(5*day+18*hour+time.Duration(k)*minute, imap, office, fmt.Sprintf("user%d@example.org", 35+k))
	}
	l.from = 5 * day
	l.quiet(t)
}

// Of a source that guesses more often than its touches are kept for, the login at
// the end is kept all the same.
func TestLoginAfterAFlood(t *testing.T) {
	var l tape
	for i := range 500 {
		l.miss(time.Duration(i)*5*time.Second, ssh, attacker, fmt.Sprintf("name%d", i%50))
	}
	l.ok(55*minute, ssh, attacker, "tomas")
	c := l.find(t, attacker+"/32", "break_in", analyze.Critical)
	if len(c.Marks) < 2 {
		t.Errorf("%d lines to show", len(c.Marks))
	}
}

func TestNewNetwork(t *testing.T) {
	for _, c := range []struct {
		logins, networks int
		want             float64 // -ln((networks - 1/2) / (logins + 1)), at most 2
	}{{3, 1, 2}, {1, 1, 1.386}, {100, 3, 2}, {100, 30, 1.230}, {20, 20, .074}} {
		if got := newNetwork(c.logins, c.networks); got < c.want-.001 || got > c.want+.001 {
			t.Errorf("%d logins from %d networks: %.3f, want %.3f", c.logins, c.networks, got, c.want)
		}
	}
}

// What follows a login decides where the guesses before it were few: root rights, a
// new account, another timetable. An account that the owner makes at home is none.
func TestWhatFollows(t *testing.T) {
	story := func(follow func(l *tape, at time.Duration)) *tape {
		var l tape
		for d := range 6 {
			l.ok(time.Duration(d)*day+8*hour, ssh, "192.0.2.10", "tomas")
		}
		for i := range 9 {
			l.fail(6*day+time.Duration(i)*minute, ssh, attacker, "tomas")
		}
		l.ok(6*day+10*minute, ssh, attacker, "tomas")
		follow(&l, 6*day+20*minute)
		l.from = 6 * day
		return &l
	}
	for what, follow := range map[string]func(l *tape, at time.Duration){
		"root rights":   func(l *tape, at time.Duration) { l.sudo(at, "tomas") },
		"a new account": func(l *tape, at time.Duration) { l.admin(at, "backup2") },
		"a timetable":   func(l *tape, at time.Duration) { l.admin(at, "tomas") },
	} {
		l := story(follow)
		if c := l.find(t, attacker+"/32", "break_in", analyze.Critical); c.Weight(analyze.Crosslog) != 3 {
			t.Errorf("%s weighs %.1f", what, c.Weight(analyze.Crosslog))
		}
	}
	quiet := story(func(l *tape, at time.Duration) { l.admin(at+2*day, "backup2") })
	for _, c := range quiet.cases() {
		if c.Kind == "break_in" && c.Level == analyze.Critical {
			t.Errorf("two days later: %+v", c.Families)
		}
	}

	var l tape
	for d := range 6 {
		l.ok(time.Duration(d)*day+8*hour, ssh, "192.0.2.10", "tomas")
	}
	l.fail(6*day, ssh, "192.0.2.10", "tomas")
	l.ok(6*day+minute, ssh, "192.0.2.10", "tomas")
	l.admin(6*day+hour, "backup2")
	l.from = 6 * day
	l.quiet(t)
}
