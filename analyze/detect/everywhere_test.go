package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// T17: two tries each at ssh, the web and the mail, hours apart.
func TestALittleAtEveryDoor(t *testing.T) {
	var l tape
	l.visitors(30)
	for i := range 2 {
		at := 9*hour + time.Duration(i)*3*hour
		l.miss(at, ssh, attacker, fmt.Sprintf("name%d", i))
		l.get(at+40*minute, attacker, []string{"/phpmyadmin/index.php", "/.env"}[i], 404)
		l.fail(at+80*minute, smtp, attacker, fmt.Sprintf("name%d@example.org", i))
	}
	c := l.find(t, attacker+"/32", "every_door", analyze.Medium)
	if len(c.Services) != 3 || c.Weight(analyze.Crosslog) != threeDoors {
		t.Errorf("services %v, crosslog %.1f", c.Services, c.Weight(analyze.Crosslog))
	}
}

// The doors are shared out in one network, of which nobody ever came in.
func TestDoorsSharedOut(t *testing.T) {
	play := func(neighbour bool) *tape {
		var l tape
		l.visitors(30)
		for i := range 12 {
			src, at := fmt.Sprintf("203.0.113.%d", 10*i+1), 8*hour+time.Duration(i)*40*minute
			switch i % 3 {
			case 0:
				l.miss(at, ssh, src, fmt.Sprintf("name%d", i))
			case 1:
				l.get(at, src, []string{"/phpmyadmin/index.php", "/.env", "/wp-login.php", "/.git/config"}[i/3], 404)
			default:
				l.miss(at, imap, src, fmt.Sprintf("name%d@example.org", i))
			}
		}
		if neighbour {
			l.ok(7*hour, imap, "203.0.113.200", "anna@example.org")
		}
		return &l
	}
	l := play(false)
	if c := l.find(t, "203.0.113.11/32", "every_door", analyze.Medium); c.Level == analyze.Critical {
		t.Errorf("critical: %+v", c.Families)
	}
	for _, c := range play(true).cases() {
		if c.Kind == "every_door" {
			t.Errorf("beside an honest neighbour: %s %+v", c.Level, c.Families)
		}
	}
}

// What honest people fail at, at two doors and three.
func TestHonestPeopleAtSeveralDoors(t *testing.T) {
	const home = "198.18.7.7"
	for what, log := range map[string]func(l *tape){
		"an old password on two services, and a link that is gone": func(l *tape) {
			for i := range 6 {
				l.fail(8*hour+time.Duration(i)*minute, imap, home, "anna@example.org")
				l.fail(8*hour+time.Duration(i)*minute, smtp, home, "anna@example.org")
			}
			l.get(9*hour, home, "/blog/an-old-post", 404)
		},
		"typing errors at two services by somebody who knows his passwords": func(l *tape) {
			l.fail(8*hour, ssh, home, "anna")
			l.ok(8*hour+minute, ssh, home, "anna")
			l.fail(9*hour, imap, home, "anna@example.org")
			l.ok(9*hour+minute, imap, home, "anna@example.org")
			l.get(10*hour, home, "/wp-login.php", 404)
		},
		"one typing error at each of two services, and never in": func(l *tape) {
			l.add(8*hour, home, existing(ssh, "anna"))
			l.add(9*hour, home, existing(imap, "anna@example.org"))
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.visitors(30)
			log(&l)
			l.none(t, home+"/32")
		})
	}
}
