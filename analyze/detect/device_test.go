package detect

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// every calls do at an even pace, each pause a little longer or shorter.
func every(r *rand.Rand, pace, from, to time.Duration, do func(at time.Duration)) {
	for at := from; at < to; at += time.Duration(float64(pace) * (.95 + .1*r.Float64())) {
		do(at)
	}
}

// staff are twenty people who read their mail: the server is no stranger to logins.
func (l *tape) staff(days int) {
	for i := range 20 {
		for h := 7; h < days*24; h += 3 {
			if h%24 >= 7 && h%24 <= 20 {
				l.ok(time.Duration(h)*hour+time.Duration(i)*minute, imap, fmt.Sprintf("192.0.%d.10", i), fmt.Sprintf("user%d@example.org", i))
			}
		}
	}
}

// Programs with passwords that are no good any more, none of which was ever seen to
// log in: told, and nobody accused.
func TestDevices(t *testing.T) {
	const gone, phone, days = "gone@example.org", "203.0.113.9", 5 * day
	for what, log := range map[string]func(l *tape, r *rand.Rand){
		"a telephone": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) { l.fail(at, imap, phone, gone) })
		},
		"of a mailbox that is deleted": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) { l.miss(at, imap, phone, gone) })
		},
		"that sleeps at night": func(l *tape, r *rand.Rand) {
			for d := range 5 {
				from := time.Duration(d) * day
				every(r, 10*minute, from+7*hour, from+22*hour, func(at time.Duration) { l.fail(at, imap, phone, gone) })
			}
		},
		"that reads and sends": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) { l.fail(at, imap, phone, gone) })
			every(r, 15*minute, 3*hour, days, func(at time.Duration) { l.fail(at, smtp, phone, gone) })
		},
		"one that asks a web server": func(l *tape, r *rand.Rand) {
			every(r, 10*minute, 3*hour, days, func(at time.Duration) {
				l.request(at, phone, "gone", "Apple-iPhone14C5/2101.100", "POST", "/Microsoft-Server-ActiveSync?Cmd=Ping&DeviceType=iPhone", 401)
			})
		},
		"a program with three mailboxes": func(l *tape, r *rand.Rand) {
			every(r, 10*minute, 8*hour, days, func(at time.Duration) {
				for k, name := range []string{gone, "club@example.org", "choir@example.org"} {
					l.fail(at+time.Duration(k)*time.Second, imap, phone, name)
				}
			})
		},
		"eight telephones behind a carrier's address, with people who mistype": func(l *tape, r *rand.Rand) {
			for i := range 8 {
				every(r, 15*minute+time.Duration(i)*37*time.Second, time.Duration(i)*hour, days, func(at time.Duration) {
					l.fail(at, imap, phone, fmt.Sprintf("gone%d@example.org", i))
				})
			}
			for i := range 20 {
				for d := range 5 {
					l.ok(time.Duration(d)*day+9*hour+time.Duration(i)*minute, imap, phone, fmt.Sprintf("user%d@example.org", i))
				}
			}
			for i := range 4 {
				l.fail(time.Duration(i)*day+8*hour, imap, phone, fmt.Sprintf("usr%d@example.org", i))
			}
		},
		"a carrier that gives it another address each time": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) { l.fail(at, imap, fmt.Sprintf("203.0.113.%d", 40+r.IntN(4)), gone) })
		},
		"one that is carried about": func(l *tape, r *rand.Rand) {
			places := []string{"203.0.113.9", "198.51.100.4", "198.18.7.20", "203.0.113.77", "198.19.3.3", "198.18.200.6"}
			every(r, 15*minute, 3*hour, days, func(at time.Duration) {
				l.fail(at, imap, places[int(at/(3*hour))%len(places)], gone)
			})
		},
		"an editor that looks for changes every three minutes, at work": func(l *tape, r *rand.Rand) {
			for at := 4*day + 9*hour; at < 4*day+17*hour; at += 3*minute + time.Duration(r.IntN(4))*time.Second {
				l.fail(at, ingest.ServiceApp, phone, gone)
			}
		},
		"a carrier that gives it one address of a /24 after the other, none twice": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) {
				l.fail(at, imap, fmt.Sprintf("203.0.113.%d", 10+int(at/(2*hour))), gone)
			})
		},
		"a carrier with a great many networks": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) {
				l.fail(at, imap, fmt.Sprintf("198.18.%d.7", int(at/(40*minute))), gone)
			})
		},
		"a carrier that numbers by /64": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) {
				l.fail(at, imap, fmt.Sprintf("2001:db8:%x::7", int(at/(hour))), gone)
			})
		},
		"and the mailbox is somebody's who reads it at home": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, 3*hour, days, func(at time.Duration) {
				l.fail(at, imap, fmt.Sprintf("198.18.%d.7", int(at/(40*minute))), "user3@example.org")
			})
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.staff(5)
			log(&l, rand.New(rand.NewPCG(3, 5)))
			l.quiet(t)
			if !slices.ContainsFunc(l.cases(), func(c analyze.Case) bool { return c.Kind == "stale_password" && c.Level <= analyze.Low }) {
				t.Error("nobody tells the owner")
			}
		})
	}
}

// A copier asks for a password when somebody copies, and nobody knows it any more.
func TestCopier(t *testing.T) {
	var l tape
	l.staff(5)
	r := rand.New(rand.NewPCG(3, 5))
	for d := range 5 {
		for range 12 {
			l.fail(time.Duration(d)*day+8*hour+time.Duration(r.IntN(9*3600))*time.Second, smtp, "203.0.113.9", "copier@example.org")
		}
	}
	for _, c := range l.cases() {
		if c.Level > analyze.Medium {
			t.Errorf("%s: %s, %+v", c.Kind, c.Level, c.Families)
		}
	}
}

// Patience is not enough to be taken for a telephone.
func TestNoDevices(t *testing.T) {
	const days = 5 * day
	names := []string{"anna", "bela", "curt", "dora", "emil", "fritz", "gerda"}
	for what, log := range map[string]func(l *tape, r *rand.Rand){
		"a name that everybody guesses": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, hour, days, func(at time.Duration) { l.fail(at, imap, attacker, "admin@example.org") })
		},
		"a list gone round": func(l *tape, r *rand.Rand) {
			i := 0
			every(r, 15*minute, hour, days, func(at time.Duration) {
				l.fail(at, imap, attacker, names[i%len(names)]+"@example.org")
				i++
			})
		},
		"names drawn from a list": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, hour, days, func(at time.Duration) { l.fail(at, imap, attacker, names[r.IntN(len(names))]+"@example.org") })
		},
		"pauses of chance": func(l *tape, r *rand.Rand) {
			for at := hour; at < days; at += time.Duration(r.ExpFloat64() * float64(15*minute)) {
				l.fail(at, imap, attacker, "gone@example.org")
			}
		},
		"a shell": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, hour, days, func(at time.Duration) { l.fail(at, ssh, attacker, "tomas") })
		},
		"another door beside": func(l *tape, r *rand.Rand) {
			every(r, 15*minute, hour, days, func(at time.Duration) { l.fail(at, imap, attacker, "gone@example.org") })
			every(r, 4*hour, hour, days, func(at time.Duration) { l.miss(at, ssh, attacker, "gone") })
		},
		"for an hour only": func(l *tape, r *rand.Rand) {
			every(r, 2*minute, hour, 3*hour, func(at time.Duration) { l.fail(at, imap, attacker, "gone@example.org") })
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.staff(5)
			log(&l, rand.New(rand.NewPCG(3, 5)))
			l.find(t, attacker+"/32", "password_guessing", analyze.Low)
		})
	}
}

// A crowd that repeats evenly is a crowd: twenty bots on one account, and proxies
// that are used up one after the other.
func TestEvenCrowds(t *testing.T) {
	for what, log := range map[string]func(l *tape, r *rand.Rand){
		"each at its own pace": func(l *tape, r *rand.Rand) {
			for i := range 20 {
				every(r, 30*minute, day+time.Duration(i)*minute, day+8*hour, func(at time.Duration) { l.fail(at, imap, bot(i), "user3@example.org") })
			}
		},
		"one after the other": func(l *tape, r *rand.Rand) {
			i := 0
			every(r, 5*minute, day, 2*day, func(at time.Duration) {
				l.fail(at, imap, bot(i/10), "user3@example.org")
				i++
			})
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.staff(5)
			log(&l, rand.New(rand.NewPCG(3, 5)))
			if c := l.find(t, bot(5)+"/32", "account_fanin", analyze.Medium); len(c.Sources) < 18 {
				t.Errorf("%d sources", len(c.Sources))
			}
		})
	}
}

// A botnet of one carrier that takes turns at an account as a telephone does is not seen,
// unless it gets in: then it is asked about.
func TestOneAddressAfterTheOtherGetsIn(t *testing.T) {
	for what, last := range map[string]int{"from the last address": 115, "from the next": 116} {
		var l tape
		l.staff(5)
		every(rand.New(rand.NewPCG(3, 5)), 10*minute, 3*hour, 4*day, func(at time.Duration) {
			l.fail(at, imap, fmt.Sprintf("198.18.%d.7", int(at/(50*minute))), "user3@example.org")
		})
		l.ok(4*day+7*minute, imap, fmt.Sprintf("198.18.%d.7", last), "user3@example.org")
		if !slices.ContainsFunc(l.cases(), func(c analyze.Case) bool { return c.Kind == "break_in" && c.Level >= analyze.Medium }) {
			t.Errorf("%s: nobody asks", what)
		}
	}
}

// Proxies of one provider that guess at one account, each for half an hour, and leave as
// much time between tries as a telephone does: that is worth a look.
func TestProxiesOneAfterTheOther(t *testing.T) {
	var l tape
	l.staff(5)
	every(rand.New(rand.NewPCG(3, 5)), 10*minute, 3*hour, 5*day, func(at time.Duration) {
		l.fail(at, imap, fmt.Sprintf("198.18.%d.7", int(at/(30*minute))), "gone@example.org")
	})
	if !slices.ContainsFunc(l.cases(), func(c analyze.Case) bool { return c.Kind == "stale_password" && c.Level == analyze.Low }) {
		t.Error("nobody looks")
	}
}

// The same in a network, at three accounts.
func TestANetworkInSuccession(t *testing.T) {
	var l tape
	l.staff(5)
	r := rand.New(rand.NewPCG(3, 5))
	at := day
	for i := range 200 {
		for k := range 6 {
			l.fail(at, imap, fmt.Sprintf("203.0.113.%d", 20+i), fmt.Sprintf("user%d@example.org", k%3))
			at += time.Duration(r.ExpFloat64() * float64(minute))
		}
	}
	l.find(t, "203.0.113.21/32", "distributed_guessing", analyze.Low)
}

// A telephone that is looked at when its owner likes keeps no clock's time. Its carrier
// gives it one address of a network after the other: twenty bots there would not wait
// for each other. It is told, and no network banned for it.
func TestOneAddressAfterTheOther(t *testing.T) {
	for what, guilty := range map[string]bool{"a telephone": false, "bots in turns": true, "a name that everybody guesses": true} {
		account := "gone@example.org"
		if what == "a name that everybody guesses" {
			account = "admin@example.org"
		}
		var l tape
		l.staff(5)
		r := rand.New(rand.NewPCG(3, 5))
		at := day
		for i := range 28 {
			for range 3 {
				address := i
				if what == "bots in turns" {
					address = r.IntN(28)
				}
				l.fail(at, imap, fmt.Sprintf("203.0.113.%d", 20+address), account)
				at += time.Duration(r.ExpFloat64() * float64(3*minute))
			}
			at += time.Duration(r.ExpFloat64() * float64(2*hour))
		}
		level := analyze.Info
		for _, c := range l.cases() {
			level = max(level, c.Level)
		}
		if guilty && level < analyze.High || !guilty && level > analyze.Low {
			t.Errorf("%s: %s", what, level)
		}
	}
}

// A login that ends a device's tries is asked about: whose account nothing is known
// of, nobody is accused; an account that was always somewhere else is a break-in.
func TestDeviceIsToldTheNewPassword(t *testing.T) {
	for _, account := range []string{"new@example.org", "user3@example.org"} {
		var l tape
		l.staff(5)
		every(rand.New(rand.NewPCG(3, 5)), 15*minute, 3*hour, 4*day, func(at time.Duration) { l.fail(at, imap, attacker, account) })
		l.ok(4*day+7*minute, imap, attacker, account)
		if account == "user3@example.org" {
			l.find(t, attacker+"/32", "break_in", analyze.High)
			continue
		}
		l.quiet(t)
		if !slices.ContainsFunc(l.cases(), func(c analyze.Case) bool { return c.Kind == "break_in" && len(c.Visitors) == 1 }) {
			t.Error("nobody asks")
		}
	}
}
