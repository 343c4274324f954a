package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// turn is somebody who turns pages for so many hours, one every gap.
func (l *tape) turn(src, agent string, hours int, gap time.Duration, page func(i int) string) {
	for i := range int(time.Duration(hours) * hour / gap) {
		l.ask(hour+7*minute+time.Duration(i)*gap, src, "", agent, page(i), 200)
	}
}

func article(i int) string { return fmt.Sprintf("/blog/%c%c-%c", 'a'+i%26, 'a'+i/26%26, 'a'+i%7) }

// A browser's name that reads article after article for seven hours.
func TestScraper(t *testing.T) {
	for name, page := range map[string]func(int) string{"articles": article, "a numbered catalogue": func(i int) string { return fmt.Sprintf("/products/%d.html", i) }} {
		t.Run(name, func(t *testing.T) {
			var l tape
			l.visitors(30)
			l.turn(attacker, firefox, 7, 100*time.Second, page)
			if c := l.find(t, attacker+"/32", "scraper", analyze.Low); c.Level != analyze.Low {
				t.Errorf("%s, want low", c.Level)
			}
		})
	}
}

// Whoever may look like one.
func TestNoScraper(t *testing.T) {
	const gap = 100 * time.Second
	for _, c := range []struct {
		what string
		play func(l *tape)
	}{
		{"a reader, whose browser loads the pictures", func(l *tape) {
			l.turn(attacker, firefox, 7, gap, article)
			l.get(2*hour, attacker, "/style.css", 200)
		}},
		{"somebody who is signed in", func(l *tape) {
			l.turn(attacker, firefox, 7, gap, article)
			l.ask(3*hour, attacker, "ines", firefox, "/blog/x", 200)
		}},
		{"a dashboard that is left open", func(l *tape) {
			l.turn(attacker, firefox, 9, 30*time.Second, func(i int) string { return "/api/v1/sensors/" + fmt.Sprint(i%4) + "/data" })
		}},
		{"a text browser", func(l *tape) { l.turn(attacker, "Lynx/2.9.0 libwww-FM/2.14", 3, 4*minute, article) }},
		{"a long evening with a text browser", func(l *tape) { l.turn(attacker, "w3m/0.5.3", 7, 9*minute, article) }},
		{"a declared crawler", func(l *tape) {
			l.turn(attacker, "Mozilla/5.0 (compatible; SomeBot/1.0; +https://example.org/bot)", 7, gap, article)
		}},
		{"a feed reader", func(l *tape) {
			l.turn(attacker, "Miniflux/2.2.12 (+https://miniflux.app)", 9, 2*minute, func(int) string { return "/feed.xml" })
		}},
		{"three hours of reading", func(l *tape) { l.turn(attacker, firefox, 3, gap, article) }},
		{"a day with pauses", func(l *tape) {
			for h := range 6 {
				for i := range 36 {
					l.get(time.Duration(2*h)*hour+time.Duration(i)*gap, attacker, article(36*h+i), 200)
				}
			}
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			var l tape
			l.visitors(30)
			c.play(&l)
			l.none(t, attacker+"/32")
		})
	}
	t.Run("a site whose pictures another host serves", func(t *testing.T) {
		var l tape
		for i := range 30 {
			for k := range 4 {
				l.get(time.Duration(i)*20*minute+time.Duration(k)*minute, fmt.Sprintf("198.18.0.%d", i+1), article(7*i+k), 200)
			}
		}
		l.turn(attacker, firefox, 7, gap, article)
		l.none(t, attacker+"/32")
	})
}
