package detect

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// What is refused and guesses nothing.
func TestRefusalsOfHonestPrograms(t *testing.T) {
	for what, log := range map[string]func(l *tape, r *rand.Rand){
		"a check of the port, once a minute": func(l *tape, r *rand.Rand) {
			every(r, minute, 0, 2*day, func(at time.Duration) {
				l.add(at, "192.0.2.200", ingest.Event{Service: smtp, Kind: ingest.KindAbuse})
			})
		},
		"a list that nobody keeps, with fifteen who have left": func(l *tape, _ *rand.Rand) {
			for d := range 5 {
				for i := range 15 {
					l.bounce(time.Duration(d)*day+9*hour+time.Duration(i)*time.Second, "192.0.2.201", fmt.Sprintf("old%d@example.org", i))
				}
			}
		},
		"a webmail on this machine": func(l *tape, r *rand.Rand) {
			for d := range 5 {
				for i := range 30 {
					l.fail(time.Duration(d)*day+8*hour+time.Duration(i)*17*minute, imap, "127.0.0.1", fmt.Sprintf("user%d@example.org", r.IntN(60)))
				}
			}
		},
		"an office that logs in far more often than it fails": func(l *tape, _ *rand.Rand) {
			for d := range 5 {
				for i := range 200 {
					l.ok(time.Duration(d)*day+8*hour+time.Duration(i)*2*minute, imap, "192.0.2.202", fmt.Sprintf("user%d@example.org", i%20))
				}
				for i := range 8 {
					l.fail(time.Duration(d)*day+9*hour+time.Duration(i)*40*minute, imap, "192.0.2.202", fmt.Sprintf("usr%d@example.org", 8*d+i))
				}
			}
		},
		"students of whom most get in": func(l *tape, r *rand.Rand) {
			for i := range 120 {
				src, at := fmt.Sprintf("203.0.113.%d", 1+i*2), day+8*hour+time.Duration(r.IntN(8*3600))*time.Second
				l.fail(at, imap, src, fmt.Sprintf("student%d@example.org", i))
				if i%3 > 0 {
					l.ok(at+minute, imap, src, fmt.Sprintf("student%d@example.org", i))
				}
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			log(&l, rand.New(rand.NewPCG(7, 8)))
			l.quiet(t)
		})
	}
}

// The same doors, and guesses.
func TestRefusalsOfGuessers(t *testing.T) {
	var l tape
	for i := range 400 {
		l.fail(day+time.Duration(i)*20*time.Second, imap, "127.0.0.1", fmt.Sprintf("name%d@example.org", i))
	}
	l.find(t, "127.0.0.1/32", "password_guessing", analyze.High)

	l = tape{}
	r := rand.New(rand.NewPCG(3, 5))
	every(r, 5*minute, hour, 2*day, func(at time.Duration) {
		l.fail(at+time.Duration(r.IntN(60))*time.Second, ingest.ServiceApp, attacker, "") // a panel is on time
	})
	l.find(t, attacker+"/32", "password_guessing", analyze.High)

	l = tape{}
	for i := range 40 {
		l.bounce(day+time.Duration(i)*time.Second, attacker, fmt.Sprintf("name%d@example.org", i))
	}
	l.find(t, attacker+"/32", "password_guessing", analyze.Low)
}

// A panel on the wall whose key is no good any more, in a log that names nobody: it tries
// whenever its timer runs out. So may a script: it is told, and nobody is accused.
func TestPanelOnTime(t *testing.T) {
	var l tape
	r := rand.New(rand.NewPCG(3, 5))
	for at := hour; at < 2*day; at += 5*minute + time.Duration(r.IntN(1000))*time.Millisecond {
		l.fail(at, ingest.ServiceApp, "192.0.2.205", "")
	}
	l.find(t, "192.0.2.205/32", "password_guessing", analyze.Low)
}
