package detect

import (
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

// An API refuses with a 4xx, WordPress shows its form again with a 200.
func TestForms(t *testing.T) {
	for _, form := range []struct {
		path   string
		status uint16
	}{{"/api/login", 401}, {"/wp-login.php", 200}, {"/login", 403}} {
		var l tape
		l.visitors(30)
		for i := range 60 {
			l.post(10*hour+time.Duration(i)*5*minute, attacker, form.path, form.status)
		}
		c := l.find(t, attacker+"/32", "form_guessing", analyze.High)
		if !hasTarget(c, form.path) {
			t.Errorf("%s is no target: %v", form.path, c.Targets)
		}
	}
}

// A proxy that passes on what many people type, and what scanners ask for: one in four
// mistypes, and most get in. Who is refused and not led on has no such excuse.
func TestFormsBehindAProxy(t *testing.T) {
	const proxy = "198.18.9.7"
	for right, honest := range map[int]bool{3: true, 0: false} {
		var l tape
		l.visitors(30)
		for i := range 60 {
			at := day + time.Duration(i)*20*minute
			l.visit(at, proxy)
			l.post(at, proxy, "/account/login", 401)
			for k := range right {
				l.post(at+time.Duration(2*k+1)*minute, proxy, "/account/login", 302)
			}
		}
		for i, path := range []string{"/.env", "/.git/config", "/wp-login.php", "/xmlrpc.php", "/phpmyadmin/", "/backup.sql"} {
			l.get(day+time.Duration(i)*3*hour, proxy, path, 404)
		}
		guessed := slices.ContainsFunc(l.cases(), func(c analyze.Case) bool {
			return c.Level > analyze.Info && slices.Contains(c.Detections, "form_guessing")
		})
		if guessed == honest {
			t.Errorf("%d right for each wrong: guessed %t", right, guessed)
		}
	}
}

// A form that answers 200 may have let somebody in, a client that fetches a
// token every few minutes does so, and a person forgets a password a few times.
func TestFormsOfHonestPeople(t *testing.T) {
	const phone, owner, editor = "198.18.9.1", "198.18.9.2", "198.18.9.3"
	var l tape
	l.visitors(30)
	for i := range 100 {
		l.post(time.Duration(i)*10*minute, phone, "/api/token", 200)
	}
	for i := range 6 {
		l.post(9*hour+time.Duration(i)*minute, owner, "/wp-login.php", 200)
	}
	l.post(9*hour+7*minute, owner, "/wp-login.php", 302)
	l.visit(9*hour+8*minute, owner)
	for i := range 40 {
		l.post(8*hour+time.Duration(i)*10*minute, editor, "/wp-login.php", 302)
	}
	l.quiet(t)
}
