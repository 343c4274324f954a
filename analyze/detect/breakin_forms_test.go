package detect

import (
	"testing"
	"time"

	"gumshoe/analyze"
)

// Forms that refuse in different ways, guessed at in a hurry and over days, and the
// answer to the right password.
func TestBreakInAtAForm(t *testing.T) {
	for _, c := range []struct {
		path           string
		refusal, entry uint16
		every          time.Duration
	}{
		{"/login", 401, 302, 20 * time.Second},
		{"/login", 401, 302, 30 * minute},
		{"/api/login", 403, 200, 3 * minute},
		{"/wp-login.php", 200, 302, 2 * minute},
		{"/login", 200, 303, minute},
		{"/login", 422, 302, 10 * time.Second}, // 360 an hour
	} {
		var l tape
		l.visitors(30)
		for i := range 60 {
			l.post(10*hour+time.Duration(i)*c.every, attacker, c.path, c.refusal)
		}
		l.post(10*hour+60*c.every, attacker, c.path, c.entry)
		l.get(10*hour+60*c.every+time.Second, attacker, "/account", 200)
		found := l.find(t, attacker+"/32", "break_in", analyze.Critical)
		if !hasTarget(found, c.path) || found.Findings[0].Failures != 60 || len(found.Marks) < 2 {
			t.Errorf("%s %d: targets %v, %d failures, %d lines", c.path, c.refusal, found.Targets, found.Findings[0].Failures, len(found.Marks))
		}
	}
}

// People at forms: who forgot, who shares an address with hundreds, a program that
// was not told of a new password, a form that is nobody's way in.
func TestHonestPeopleAtForms(t *testing.T) {
	const home, office = "198.18.9.2", "198.18.9.7"
	for what, log := range map[string]func(l *tape){
		"five wrong passwords": func(l *tape) {
			for i := range 5 {
				l.post(9*hour+time.Duration(i)*20*time.Second, home, "/login", 401)
			}
			l.post(9*hour+2*minute, home, "/login", 302)
		},
		"a dozen, by a visitor": func(l *tape) {
			l.visit(9*hour-10*minute, home)
			for i := range 12 {
				l.post(9*hour+time.Duration(i)*20*time.Second, home, "/login", 401)
			}
			l.post(9*hour+5*minute, home, "/login", 302)
			l.visit(9*hour+6*minute, home)
		},
		"an office of hundreds": func(l *tape) {
			for i := range 400 {
				status := uint16(302)
				if i%4 == 0 {
					status = 401
				}
				l.post(8*hour+time.Duration(i)*minute, office, "/login", status)
			}
		},
		"a program that gets a token every few minutes, and once is late with a new secret": func(l *tape) {
			for i := range 200 {
				status := uint16(200)
				if i > 100 && i < 104 {
					status = 401
				}
				l.post(time.Duration(i)*5*minute, home, "/api/login", status)
			}
		},
		"a form that greets with 200": func(l *tape) {
			for i := range 30 {
				l.post(8*hour+time.Duration(i)*10*minute, home, "/login", 200)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.visitors(30)
			log(&l)
			for _, c := range l.cases() {
				if c.Kind == "break_in" && c.Level >= analyze.Low {
					t.Errorf("%s: %+v", c.Level, c.Families)
				}
			}
		})
	}
}
