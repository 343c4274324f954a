package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

const (
	jsonLogin = "/api/v1/login"
	noBytes   = 61
)

// app is a user of an application whose login answers 200 to everything: with a few bytes
// that say no, and with a token and a name.
func (l *tape) app(at time.Duration, src, agent string, mistakes int, in bool) {
	for range mistakes {
		l.line(at, src, "", agent, "POST", jsonLogin, 200, noBytes)
		at += 9 * time.Second
	}
	if in {
		l.line(at, src, "", agent, "POST", jsonLogin, 200, 900+int64(at/time.Second%40))
		l.line(at+time.Second, src, "", agent, "GET", "/api/v1/feed", 200, 4_000)
		l.line(at+2*time.Second, src, "", agent, "GET", "/api/v1/cart", 200, 700)
	}
}

// users are n people with the application over twenty hours: every seventh mistypes, and
// every thirtieth gives up.
func (l *tape) users(n int) {
	for i := range n {
		mistakes := 0
		if i%7 == 0 {
			mistakes = 1 + i%2
		}
		l.app(time.Duration(i)*20*hour/time.Duration(n), fmt.Sprintf("198.18.%d.%d", 20+i%150, 1+i%200), "okhttp/4.12.0", mistakes, i%30 != 0)
	}
}

// A login that answers 200 to everything says no by the size of its answer.
func TestLoginsThatAnswerAlways200(t *testing.T) {
	guess := func(l *tape, n int, pause func(i int) time.Duration) {
		at := 12 * hour
		for i := range n {
			l.line(at, attacker, "", chrome, "POST", jsonLogin, 200, noBytes+int64(i%3))
			at += pause(i)
		}
	}
	hurry := func(i int) time.Duration { return time.Duration(1+i*i%7) * time.Second }
	loose := func(i int) time.Duration { return time.Duration(1+i*i*i%97) * 9 * time.Second }

	t.Run("one source", func(t *testing.T) {
		for _, pause := range []func(int) time.Duration{hurry, loose} {
			var l tape
			l.users(200)
			guess(&l, 60, pause)
			c := l.find(t, attacker+"/32", "form_guessing", analyze.Medium)
			if c.Level > analyze.Medium {
				t.Errorf("%s: sizes alone do not tell so much", c.Level)
			}
		}
	})
	t.Run("refused by other answers as well", func(t *testing.T) {
		var l tape
		l.users(200)
		guess(&l, 60, hurry)
		for i := range 60 {
			l.line(13*hour+time.Duration(i)*11*time.Second, attacker, "", chrome, "POST", jsonLogin, 401, 30)
		}
		l.find(t, attacker+"/32", "form_guessing", analyze.High)
	})
	t.Run("a right password has no body", func(t *testing.T) {
		var l tape
		for i := range 120 {
			at, src := time.Duration(i)*10*minute, fmt.Sprintf("198.18.%d.9", i)
			if i%5 == 0 {
				l.line(at, src, "", firefox, "POST", jsonLogin, 200, noBytes)
			}
			l.line(at+9*time.Second, src, "", firefox, "POST", jsonLogin, 204, 0)
		}
		guess(&l, 60, hurry)
		l.find(t, attacker+"/32", "form_guessing", analyze.Medium)
	})
	t.Run("a botnet", func(t *testing.T) {
		var l tape
		l.users(60)
		for i := range 90 {
			l.app(11*hour+time.Duration(i)*5*minute, fmt.Sprintf("203.%d.113.77", i), chrome, 1+i%3, false)
		}
		l.crowd(t, "form_crowd", 85, analyze.Medium)
		for _, c := range l.cases() {
			if c.Level > analyze.Medium {
				t.Errorf("%s %s: sizes alone do not tell so much", c.Level, c.Kind)
			}
		}
	})
	t.Run("nothing to learn from", func(t *testing.T) {
		var l tape
		l.visitors(30)
		guess(&l, 60, hurry)
		l.quiet(t)
	})
}

// People and programs whose logins are answered 200 and are nobody's guesses.
func TestHonestLoginsThatAnswerAlways200(t *testing.T) {
	const one = "198.19.9.1"
	for what, log := range map[string]func(l *tape){
		"a school behind one address": func(l *tape) {
			for i := range 200 {
				l.app(8*hour+time.Duration(i)*7*time.Second, one, firefox, i%6/5, true)
			}
		},
		"a school of which the log holds the logins alone": func(l *tape) {
			for i := range 200 {
				size := int64(900 + i%40)
				if i%6 == 0 {
					size = noBytes
				}
				l.line(8*hour+time.Duration(i)*7*time.Second, one, "", firefox, "POST", jsonLogin, 200, size)
			}
		},
		"a program whose token is larger than all others": func(l *tape) {
			for i := range 300 {
				l.line(time.Duration(i)*4*minute+time.Duration(i*i%100)*time.Second, one, "", script, "POST", jsonLogin, 200, 2_400)
			}
		},
		"a program whose token is smaller": func(l *tape) {
			for i := range 300 {
				l.line(time.Duration(i)*4*minute+time.Duration(i*i%100)*time.Second, one, "", script, "POST", jsonLogin, 200, 400)
			}
		},
		"a check that the login refuses": func(l *tape) {
			for i := range 230 {
				l.line(time.Duration(i)*5*minute+time.Duration(i*i%3)*time.Second, one, "", "curl/8.5.0", "POST", jsonLogin, 200, noBytes)
			}
		},
		"a telephone with an old password": func(l *tape) {
			for i := range 60 {
				l.line(time.Duration(i)*19*minute+time.Duration(i*i%700)*time.Second, one, "", "Shop/4.2 (build 77) okhttp/4.12.0", "POST", jsonLogin, 200, noBytes)
			}
		},
		"somebody who has forgotten a password": func(l *tape) { l.app(9*hour, one, "okhttp/4.12.0", 9, false) },
		"a login that refuses everybody": func(l *tape) {
			for i := range 150 {
				at := 9*hour + time.Duration(i)*30*time.Second
				l.line(at, fmt.Sprintf("198.19.%d.7", i), "", "okhttp/4.12.0", "POST", jsonLogin, 200, noBytes)
				l.line(at, one, "", chrome, "POST", jsonLogin, 200, noBytes)
			}
		},
		"people who give up": func(l *tape) {
			for i := range 12 {
				l.app(10*hour+time.Duration(i)*20*minute, fmt.Sprintf("198.19.%d.8", i), "okhttp/4.12.0", 2, false)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.users(200)
			log(&l)
			l.quiet(t)
		})
	}

	// Where the log holds the logins alone, a botnet cannot be told from those who give up.
	var alone tape
	for i := range 60 {
		at, src := time.Duration(i)*20*minute, fmt.Sprintf("198.18.%d.9", i)
		if i%3 == 0 {
			alone.line(at, src, "", firefox, "POST", jsonLogin, 200, noBytes)
		}
		if i%10 != 0 {
			alone.line(at+9*time.Second, src, "", firefox, "POST", jsonLogin, 200, 900)
		}
	}
	for i := range 110 {
		alone.app(11*hour+time.Duration(i)*4*minute, fmt.Sprintf("203.%d.113.77", i), chrome, 1+i%3, false)
	}
	alone.quiet(t)

	// First the name, then the password: each login is answered twice, and each time
	// with another size.
	var l tape
	for i := range 200 {
		at, src := time.Duration(i)*6*minute, fmt.Sprintf("198.18.%d.%d", 20+i%150, 1+i%200)
		l.line(at, src, "", firefox, "POST", jsonLogin, 200, 80)
		l.line(at+20*time.Second, src, "", firefox, "POST", jsonLogin, 200, 900)
	}
	for i := range 300 {
		l.line(8*hour+time.Duration(i)*5*time.Second, one, "", firefox, "POST", jsonLogin, 200, []int64{80, 900}[i%2])
	}
	l.quiet(t)
}
