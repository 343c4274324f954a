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

// An account of one's own and a page with its parts make nobody a proxy: neither many
// wrong passwords in a row do so, nor one for each right one.
func TestFormsWithAnAccountOfOnesOwn(t *testing.T) {
	for what, wrong := range map[string]func(k int) bool{
		"in a row": func(k int) bool { return k > 110 },
		"by turns": func(k int) bool { return k%2 == 0 },
	} {
		var l tape
		l.visitors(30)
		l.visit(day, attacker)
		l.get(day+hour, attacker, "/.env", 404)
		for k := range 200 {
			status := uint16(302)
			if wrong(k) {
				status = 401
			}
			l.post(day+time.Duration(k)*20*time.Second, attacker, "/account/login", status)
		}
		if got := l.accused(); len(got) == 0 {
			t.Errorf("%s: nobody is accused", what)
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
