package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// A scan that is shared out: every six hours another network asks once for a door
// that only scanners know. No count per address sees it; together they are one case.
func TestOrphansTogether(t *testing.T) {
	doors := []string{"/wp-admin/", "/wordpress/wp-admin/", "/administrator/", "/wp-login.php", "/phpmyadmin/"}
	var l tape
	l.visitors(60)
	for i := range 10 {
		l.get(hour+sixHours(i), fmt.Sprintf("203.0.%d.7", 100+i), doors[i%len(doors)], 404)
	}
	c := l.find(t, "203.0.104.7/32", "orphan_fanin", analyze.Low)
	if len(c.Sources) != 10 || c.Impact != analyze.Nuisance {
		t.Errorf("%d sources, impact %d; want all ten in one nuisance", len(c.Sources), c.Impact)
	}
	if got := l.accused(); len(got) != 1 {
		t.Errorf("one scan is told in %d cases: %q", len(got), got)
	}
}

// sixHours is the time of the i-th knock.
func sixHours(i int) time.Duration { return time.Duration(i) * 6 * hour }

// What the same knocks look like when they mean nothing.
func TestOrphansAreNot(t *testing.T) {
	door := "/wp-admin/"
	for name, log := range map[string]func(l *tape){
		"two networks are a coincidence": func(l *tape) {
			l.get(2*hour, "203.0.101.7", door, 404)
			l.get(8*hour, "203.0.102.7", door, 404)
		},
		"many addresses of one network": func(l *tape) {
			for i := range 6 {
				l.get(time.Duration(i)*hour, fmt.Sprintf("203.0.113.%d", 10+i), door, 404)
			}
		},
		"people who read the site": func(l *tape) {
			for i := range 6 {
				src := fmt.Sprintf("203.0.%d.7", 100+i)
				l.visit(time.Duration(i)*hour, src)
				l.get(time.Duration(i)*hour+10*minute, src, door, 404)
			}
		},
		"people who were shown the page that says no": func(l *tape) {
			for i := range 6 {
				src := fmt.Sprintf("203.0.%d.7", 100+i)
				l.get(time.Duration(i)*hour, src, door, 404)
				l.get(time.Duration(i)*hour, src, "/style.css", 200)
			}
		},
		"a door that is here": func(l *tape) {
			for i := range 6 {
				l.get(time.Duration(i)*hour, fmt.Sprintf("203.0.%d.7", 100+i), door, 200)
			}
		},
		"an old link to a page that is gone": func(l *tape) {
			for i := range 20 {
				src := fmt.Sprintf("203.0.%d.7", 100+i)
				l.get(time.Duration(i)*hour, src, "/2019/summer-menu", 404)
				if i%3 == 0 { // some are shown the page that says so, with its style
					l.get(time.Duration(i)*hour, src, "/style.css", 200)
				}
			}
		},
		"crawlers that say who they are": func(l *tape) {
			for i := range 6 {
				l.ask(time.Duration(i)*hour, fmt.Sprintf("203.0.%d.7", 100+i), "", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", door, 404)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var l tape
			l.visitors(60)
			log(&l)
			l.quiet(t)
		})
	}
}

// A site that answers everything with its front page has no doors: what is asked
// for there is a knock as if it had been refused.
func TestSiteThatAnswersEverything(t *testing.T) {
	secrets := []string{"/.env", "/.git/config", "/backup.sql", "/.aws/credentials", "/id_rsa"}
	var l tape
	l.visitors(60)
	for i := range 10 {
		l.get(hour+sixHours(i), fmt.Sprintf("203.0.%d.7", 100+i), secrets[i%len(secrets)], 200)
	}
	l.find(t, "203.0.104.7/32", "orphan_fanin", analyze.Low)
}
