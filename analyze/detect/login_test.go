package detect

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

const (
	ssh  = ingest.ServiceSSH
	imap = ingest.ServiceIMAP
	smtp = ingest.ServiceSMTP
)

// household is a mailbox that its owner reads from one place, day by day.
func (l *tape) household(src, user string, days int) {
	for d := range days {
		l.ok(time.Duration(d)*day+8*hour, imap, src, user)
	}
}

// T5: 24 addresses of one /24 try one mailbox two or three times each.
func TestOneNetworkOneAccount(t *testing.T) {
	var l tape
	l.household("192.0.2.10", "anna@example.org", 3)
	for i := range 24 {
		for k := range 2 + i%2 {
			l.fail(2*day+12*hour+time.Duration(i*15)*minute+time.Duration(k)*7*minute, imap, fmt.Sprintf("198.51.100.%d", 10*i+1), "anna@example.org")
		}
	}
	l.from = 2 * day
	c := l.find(t, "198.51.100.11/32", "distributed_guessing", analyze.High)
	if c.Prefix != netip.MustParsePrefix("198.51.100.0/24") || len(c.Sources) != 24 || c.Collateral != 0 {
		t.Errorf("%d sources of %s, collateral %d", len(c.Sources), c.Prefix, c.Collateral)
	}
	if c.Weight(analyze.Fanin) < 4 || !hasTarget(c, "anna@example.org") {
		t.Errorf("fan-in weighs %.1f, targets %v", c.Weight(analyze.Fanin), c.Targets)
	}
	l.none(t, "192.0.2.10/32")
}

// The first day of a log, in a company with one address: of whoever comes to work it is
// the first login, and one in three mistypes.
func TestEverybodyComesToWork(t *testing.T) {
	for what, share := range map[string]int{"a company": 1, "somebody who gets in now and then": 8} {
		var l tape
		r := rand.New(rand.NewPCG(3, 5))
		for k := range 300 * 8 {
			day, i := time.Duration(k/300)*day, k%300 // in a week nearly everybody has mistyped once
			at, name := day+8*hour+time.Duration(r.IntN(90*60))*time.Second, fmt.Sprintf("staff%d", i)
			for k := range max(0, r.IntN(6)-3) {
				l.fail(at+time.Duration(k)*10*time.Second, ssh, "192.0.2.10", name)
			}
			if i%share == 0 {
				l.ok(at+time.Minute, ssh, "192.0.2.10", name)
			}
		}
		level := analyze.Info
		for _, c := range l.cases() {
			level = max(level, c.Level)
		}
		if share == 1 && level > analyze.Medium || share > 1 && level < analyze.Critical {
			t.Errorf("%s: %s", what, level)
		}
	}
}

// A stolen list of which two passwords in three are good, on the first day of a log: who
// is refused does not come back and get in.
func TestAGoodStolenList(t *testing.T) {
	var l tape
	l.staff(5)
	for k := range 60 {
		at, name := day+time.Duration(k)*10*time.Second, fmt.Sprintf("victim%d@example.org", k)
		if k%3 == 2 {
			l.fail(at, imap, attacker, name)
		} else {
			l.ok(at, imap, attacker, name)
		}
	}
	l.find(t, attacker+"/32", "break_in", analyze.High)
}

// T7: 20 /64s of one /56.
func TestOneNetworkIPv6(t *testing.T) {
	var l tape
	for i := range 20 {
		for k := range 2 {
			l.miss(time.Duration(i*10+k)*minute, ssh, fmt.Sprintf("2001:db8:7:%x::1", i), "admin")
		}
	}
	c := l.find(t, "2001:db8:7:3::/64", "distributed_guessing", analyze.Medium)
	if c.Prefix != netip.MustParsePrefix("2001:db8:7::/59") && c.Prefix != netip.MustParsePrefix("2001:db8:7::/60") {
		t.Errorf("prefix %s", c.Prefix)
	}
}

// All in one /28: that is named, not the /24. An honest neighbour is counted.
func TestNarrowNetworkAndCollateral(t *testing.T) {
	var l tape
	l.household("198.51.100.30", "bert@example.org", 3)
	for i := range 12 {
		l.fail(2*day+time.Duration(i)*20*minute, imap, fmt.Sprintf("198.51.100.%d", 17+i), "anna@example.org")
	}
	c := l.find(t, "198.51.100.20/32", "distributed_guessing", analyze.Low)
	if c.Prefix != netip.MustParsePrefix("198.51.100.16/28") || c.Collateral != 1 {
		t.Errorf("prefix %s, collateral %d", c.Prefix, c.Collateral)
	}
	l.none(t, "198.51.100.30/32")
}

// The whole internet fails: 2,000 addresses thrown at random on networks.
func TestChanceScatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var l tape
	for i := range 2000 {
		src := netip.AddrFrom4([4]byte{byte(20 + r.IntN(150)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))})
		l.fail(time.Duration(i)*40*time.Second, ssh, src.String(), "root")
	}
	for _, c := range l.cases() {
		if c.Level >= analyze.Low {
			t.Errorf("%s %v of %d sources", c.Level, c.Detections, len(c.Sources))
		}
	}
}

func TestChanceLimit(t *testing.T) {
	for n, want := range map[int]int{0: 6, 500: 6, 2000: 7, 10000: 11} { // 2 + .09 sqrt n, at least 6
		if got := chanceLimit(n); got != want {
			t.Errorf("%d failing sources: %d, want %d", n, got, want)
		}
	}
}

// Twelve networks on one real account; who has logged in to it is not among them.
func TestManyNetworksOneAccount(t *testing.T) {
	var l tape
	l.household("192.0.2.10", "anna@example.org", 3)
	l.fail(2*day+9*hour, imap, "192.0.2.10", "anna@example.org")
	for i := range 12 {
		l.fail(2*day+time.Duration(i)*30*minute, imap, fmt.Sprintf("203.0.%d.9", i), "anna@example.org")
	}
	l.from = 2 * day
	c := l.find(t, "203.0.4.9/32", "account_fanin", analyze.Medium)
	if len(c.Sources) != 12 || !hasTarget(c, "anna@example.org") {
		t.Errorf("%d sources, targets %v", len(c.Sources), c.Targets)
	}
	l.none(t, "192.0.2.10/32")
}

// One failure every half hour, all day, on one service.
func TestPatientGuesser(t *testing.T) {
	for _, user := range []string{"anna", ""} {
		var l tape
		for i := range 48 {
			name := user
			if name == "" {
				name = fmt.Sprintf("name%d", i)
			}
			l.fail(time.Duration(i)*30*minute, ssh, "203.0.113.5", name)
		}
		l.find(t, "203.0.113.5/32", "password_guessing", analyze.High)
	}
}

// sshd says "invalid user" of a name that does not exist, so that of root it
// tells that it does. One stranger who goes on guessing its password is no less
// an attacker for that; a mail program might repeat an old password as long.
func TestOneNameThatExists(t *testing.T) {
	guess := func(service string, n int) *tape {
		var l tape
		for i := range n {
			l.add(time.Duration(i)*9*minute, "203.0.113.5", ingest.Event{Service: service, Kind: ingest.KindAuthFailure, User: []byte("root"), Account: ingest.AccountExists})
		}
		return &l
	}
	guess(ssh, 20).find(t, "203.0.113.5/32", "password_guessing", analyze.Low)
	guess(ssh, 50).find(t, "203.0.113.5/32", "password_guessing", analyze.High)
	guess(imap, 29).quiet(t)
}

// A server that takes keys only says no more than "invalid user".
func TestInvalidUsersAlone(t *testing.T) {
	var l tape
	for i := range 40 {
		l.add(time.Duration(i)*minute, "203.0.113.5", ingest.Event{Service: ssh, Kind: ingest.KindInvalidUser, User: fmt.Appendf(nil, "name%d", i), Account: ingest.AccountAbsent})
	}
	l.find(t, "203.0.113.5/32", "password_guessing", analyze.Medium)
}

// T18: 200 failures, then in from a place the owner never was, then sudo.
func TestBreakIn(t *testing.T) {
	var l tape
	for d := range 3 {
		l.ok(time.Duration(d)*day+8*hour, ssh, "192.0.2.10", "tomas")
	}
	for i := range 200 {
		l.fail(3*day+time.Duration(i)*20*time.Second, ssh, "203.0.113.77", "tomas")
	}
	l.ok(3*day+2*hour, ssh, "203.0.113.77", "tomas")
	l.sudo(3*day+2*hour+5*minute, "tomas")
	l.from = 3 * day
	c := l.find(t, "203.0.113.77/32", "break_in", analyze.Critical)
	if c.Kind != "break_in" || !slices.Contains(c.Detections, "password_guessing") || len(c.Sources) != 1 {
		t.Errorf("kind %s, detections %v, sources %v: the guesses belong to the break-in", c.Kind, c.Detections, c.Sources)
	}
	if c.Findings[0].Failures != 200 {
		t.Errorf("%d failures", c.Findings[0].Failures)
	}
	l.none(t, "192.0.2.10/32")
}

// The spoils of an attack excuse no part of it: neither the guesses before nor
// those after the login.
func TestOwnSuccessExcusesNothing(t *testing.T) {
	var l tape
	for i := range 60 {
		l.fail(time.Duration(i)*minute, imap, "203.0.113.77", "anna@example.org")
	}
	for d := range 3 {
		l.ok(2*hour+time.Duration(d)*day, imap, "203.0.113.77", "anna@example.org")
	}
	for i := range 60 {
		l.fail(2*day+3*hour+time.Duration(i)*minute, imap, "203.0.113.77", "anna@example.org")
	}
	l.find(t, "203.0.113.77/32", "break_in", analyze.Critical)
	l.find(t, "203.0.113.77/32", "password_guessing", analyze.Critical)
}

// A campaign of one network that gets in: each member guessed only three times.
func TestCampaignGetsIn(t *testing.T) {
	var l tape
	l.household("192.0.2.10", "anna@example.org", 2)
	for i := range 24 {
		for k := range 3 {
			l.fail(2*day+time.Duration(i*10+k)*minute, imap, fmt.Sprintf("198.51.100.%d", i+1), "anna@example.org")
		}
	}
	l.ok(2*day+5*hour, imap, "198.51.100.24", "anna@example.org")
	l.from = 2 * day
	l.find(t, "198.51.100.24/32", "break_in", analyze.Critical)
	if c := l.find(t, "198.51.100.3/32", "distributed_guessing", analyze.High); len(c.Sources) < 23 {
		t.Errorf("%d sources", len(c.Sources))
	}
}

// Honest logins that fail, on logs with weeks of history, and on a log of one day.
func TestHonestFailures(t *testing.T) {
	const home, office = "192.0.2.10", "192.0.2.77"
	for what, log := range map[string]func(l *tape, start time.Duration){
		"T19: four typos, then in": func(l *tape, start time.Duration) {
			for i := range 4 {
				l.fail(start+time.Duration(i)*10*time.Second, ssh, home, "anna")
			}
			l.ok(start+minute, ssh, home, "anna")
		},
		"a new account, six typos": func(l *tape, start time.Duration) {
			for i := range 6 {
				l.fail(start+time.Duration(i)*10*time.Second, imap, home, "new@example.org")
			}
			l.ok(start+2*minute, imap, home, "new@example.org")
		},
		"a login by key after failures": func(l *tape, start time.Duration) {
			for i := range 8 {
				l.fail(start+time.Duration(i)*minute, ssh, home, "anna")
			}
			l.key(start+20*minute, home, "anna")
		},
		"a password manager with an old password": func(l *tape, start time.Duration) {
			for i := range 3 {
				l.fail(start+time.Duration(i)*time.Second, imap, home, "anna@example.org")
			}
			l.ok(start+30*time.Second, imap, home, "anna@example.org")
		},
		"a telephone with an old password": func(l *tape, start time.Duration) {
			l.ok(start, imap, home, "anna@example.org")
			for i := range 200 {
				l.fail(start+hour+time.Duration(i)*5*minute, imap, home, "anna@example.org")
				l.fail(start+hour+time.Duration(i)*5*minute+time.Second, smtp, home, "anna@example.org")
			}
		},
		"the same, with another address every night": func(l *tape, start time.Duration) {
			l.ok(start, imap, "192.0.2.11", "anna@example.org")
			for i := range 200 {
				l.fail(start+hour+time.Duration(i)*5*minute, imap, home, "anna@example.org")
			}
		},
		"a mail program with two accounts": func(l *tape, start time.Duration) {
			for i := range 3 {
				l.fail(start+time.Duration(i)*10*time.Second, imap, home, "anna@example.org")
				l.fail(start+time.Duration(i)*10*time.Second, imap, home, "info@example.org")
			}
			l.ok(start+minute, imap, home, "anna@example.org")
			l.ok(start+minute, imap, home, "info@example.org")
		},
		"T8: forty people in an office mistype": func(l *tape, start time.Duration) {
			for i := range 40 {
				user := fmt.Sprintf("user%d@example.org", i)
				at := start + time.Duration(i)*2*minute
				for k := range i % 4 {
					l.fail(at+time.Duration(k)*10*time.Second, imap, office, user)
				}
				if i%13 == 0 {
					l.miss(at+40*time.Second, imap, office, "x"+user)
				}
				l.ok(at+minute, imap, office, user)
			}
		},
		"an office with one old telephone": func(l *tape, start time.Duration) {
			for i := range 100 {
				l.fail(start+time.Duration(i)*5*minute, imap, office, "gone@example.org")
			}
			for i := range 12 {
				l.ok(start+hour+time.Duration(i)*5*minute, imap, office, fmt.Sprintf("user%d@example.org", i))
			}
		},
		"a university whose people have addresses of one /24": func(l *tape, start time.Duration) {
			for i := range 30 {
				src, user := fmt.Sprintf("192.0.2.%d", 100+i), fmt.Sprintf("user%d@example.org", i)
				l.fail(start+time.Duration(i)*10*minute, imap, src, user)
				l.ok(start+time.Duration(i)*10*minute+minute, imap, src, user)
			}
		},
		"a mobile carrier: one account from many addresses": func(l *tape, start time.Duration) {
			for i := range 20 {
				src := fmt.Sprintf("192.0.2.%d", 100+i)
				l.ok(start+time.Duration(i)*30*minute, imap, src, "anna@example.org")
				if i%2 == 1 {
					l.fail(start+time.Duration(i)*30*minute+10*minute, imap, src, "anna@example.org")
				}
			}
		},
		"a mailing list's bounces": func(l *tape, start time.Duration) {
			for i := range 40 { // forty mail servers of the world and one large one
				for k := range 3 {
					l.bounce(start+time.Duration(i*10+k)*minute, fmt.Sprintf("192.%d.2.25", i), "list-owner@example.org")
				}
				l.bounce(start+time.Duration(i*10)*minute, fmt.Sprintf("198.51.100.%d", i+1), "gone@example.org")
				l.bounce(start+time.Duration(i*5)*minute, "198.51.100.99", "gone@example.org")
			}
		},
	} {
		t.Run(what+", in a log of one day", func(t *testing.T) {
			var l tape
			log(&l, 0)
			l.quiet(t)
		})
		t.Run(what+", after two weeks", func(t *testing.T) {
			var l tape
			for d := range 14 {
				at := time.Duration(d)*day + 8*hour
				l.ok(at, ssh, home, "anna")
				l.ok(at, imap, home, "anna@example.org")
				l.ok(at, imap, home, "info@example.org")
				for i := range 40 {
					l.ok(at, imap, office, fmt.Sprintf("user%d@example.org", i))
				}
			}
			l.from = 14 * day
			log(&l, 14*day+9*hour)
			l.quiet(t)
		})
	}
}

// A shared mailbox after a change of its password: every network fails, and
// every one of them has logged in before.
func TestSharedMailbox(t *testing.T) {
	var l tape
	for i := range 15 {
		src := fmt.Sprintf("203.0.%d.9", i)
		l.household(src, "orders@example.org", 5)
		for k := range 30 {
			l.fail(5*day+time.Duration(k)*10*minute, imap, src, "orders@example.org")
		}
	}
	l.from = 5 * day
	l.quiet(t)
}

// Of root everybody knows the name: that two hundred networks try it is the
// weather, with and without history.
func TestRootIsQuiet(t *testing.T) {
	for _, days := range []int{1, 21} {
		var l tape
		for d := range days {
			for i := range 200 {
				l.fail(time.Duration(d)*day+time.Duration(i)*7*minute, ssh, fmt.Sprintf("%d.%d.%d.9", 20+d, i, (7*i+d)%256), "root")
			}
		}
		l.from = time.Duration(days-1) * day
		l.quiet(t)
	}
}

// One account is named, several are counted.
func TestNeverIn(t *testing.T) {
	for names, want := range map[int]string{1: "guest0@example.org has never logged in here", 4: "None of the 4 accounts has ever logged in here"} {
		var l tape
		l.household("192.0.2.10", "anna@example.org", 1)
		for i := range 40 {
			l.miss(12*hour+time.Duration(i*i)*10*time.Second, imap, attacker, fmt.Sprintf("guest%d@example.org", i%names))
		}
		if why := strings.Join(l.told(t, "password_guessing").Explanation, " "); !strings.Contains(why, want) {
			t.Errorf("%q lacks %q", why, want)
		}
	}
}
