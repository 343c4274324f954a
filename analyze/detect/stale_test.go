package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// existing is a wrong password for an account that exists.
func existing(service, user string) ingest.Event {
	return ingest.Event{Service: service, Kind: ingest.KindAuthFailure, User: []byte(user), Account: ingest.AccountExists}
}

// A telephone in a network that its owner never came from goes on with an old
// password, in a log of a day that knows nothing of before: the owner is told of,
// and nobody accused.
func TestOldPasswordInATelephone(t *testing.T) {
	const home = "192.0.2.10"
	for _, n := range []int{12, 60, 200} {
		var l tape
		for i := range n {
			l.add(time.Duration(i)*15*minute+time.Duration(i%7)*5*time.Second, home, existing(imap, "anna@example.org"))
		}
		l.quiet(t)
		told := false
		for _, c := range l.cases() {
			told = told || c.Kind == "stale_password" && c.Level == analyze.Info && hasTarget(c, "anna@example.org")
		}
		if !told {
			t.Errorf("%d failures: nobody tells the owner", n)
		}
	}
}

// What looks like it and is not: guesses at a shell, in a hurry, at several
// accounts, at names that nobody has. A repeated old password does not excuse what
// else its source does, either.
func TestNoOldPassword(t *testing.T) {
	for what, guess := range map[string]func(l *tape, i int){
		"a shell": func(l *tape, i int) { l.add(time.Duration(i)*15*minute, attacker, existing(ssh, "root")) },
		"several accounts": func(l *tape, i int) {
			l.add(time.Duration(i)*15*minute, attacker, existing(imap, fmt.Sprintf("user%d@example.org", i%9)))
		},
		"in a hurry": func(l *tape, i int) {
			l.add(time.Duration(i)*2*time.Second, attacker, existing(imap, "anna@example.org"))
		},
		"a name that everybody guesses": func(l *tape, i int) { l.miss(time.Duration(i)*15*minute, imap, attacker, "admin@example.org") },
	} {
		var l tape
		for i := range 90 {
			guess(&l, i)
		}
		c := l.find(t, attacker+"/32", "password_guessing", analyze.Low)
		if c.Kind == "stale_password" {
			t.Errorf("%s is taken for an old password", what)
		}
	}
}

// One name a day, each another, at a mail server whose people are known.
func TestOneNameADay(t *testing.T) {
	for _, service := range []string{imap, smtp} {
		var l tape
		for d := range 24 {
			for i := range 8 {
				l.ok(time.Duration(d)*day+8*hour, imap, fmt.Sprintf("192.0.%d.10", i), fmt.Sprintf("user%d@example.org", i))
			}
		}
		for d := range 7 {
			l.fail(time.Duration(16+d)*day+3*hour, service, attacker, fmt.Sprintf("name%d@example.org", d))
		}
		l.from = 22 * day
		l.find(t, attacker+"/32", "password_guessing", analyze.Low)
	}
}

// The same in a log that does not tell who logs in: eight people of a household
// network may mistype once each.
func TestOneNameADayAmongUnknownPeople(t *testing.T) {
	var l tape
	for d := range 7 {
		l.fail(time.Duration(16+d)*day+3*hour, imap, "192.0.2.10", fmt.Sprintf("user%d@example.org", d))
	}
	l.from = 22 * day
	l.quiet(t)
}
