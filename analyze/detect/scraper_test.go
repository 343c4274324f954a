package detect

import (
	"fmt"
	"math/rand/v2"
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

func product(i int) string { return fmt.Sprintf("/shop/item?id=%d", i+1) }

// Copies of a site, in whatever order, by a browser's name.
func TestScraper(t *testing.T) {
	shuffled := rand.New(rand.NewPCG(1, 2)).Perm(1000)
	for _, c := range []struct {
		what  string
		agent string
		hours int
		gap   time.Duration
		page  func(i int) string
	}{
		{"articles", firefox, 7, 100 * time.Second, article},
		{"a numbered catalogue", firefox, 7, 100 * time.Second, func(i int) string { return fmt.Sprintf("/products/%d.html", i) }},
		{"ids in the query", firefox, 7, 2 * minute, product},
		{"numbers in the path", firefox, 7, 2 * minute, func(i int) string { return fmt.Sprintf("/item/%d", i+1) }},
		{"page after page", firefox, 7, 2 * minute, func(i int) string { return fmt.Sprintf("/news?category=all&page=%d", i+1) }},
		{"ids in no order", firefox, 7, 2 * minute, func(i int) string { return product(shuffled[i]) }},
		{"in the order of the alphabet", firefox, 9, 4 * minute, func(i int) string { return fmt.Sprintf("/wiki/%c%c%c", 'a'+i/26%26, 'a'+i%26, 'a'+i*7%26) }},
		{"six an hour for a day and a half", firefox, 36, 10 * minute, product},
		{"one every ten seconds", firefox, 7, 10 * time.Second, product},
		{"one every two seconds", firefox, 3, 2 * time.Second, func(i int) string { return fmt.Sprintf("/api/users/%d", i+1) }},
	} {
		t.Run(c.what, func(t *testing.T) {
			var l tape
			l.visitors(30)
			l.turn(attacker, c.agent, c.hours, c.gap, c.page)
			if c := l.find(t, attacker+"/32", "scraper", analyze.Low); c.Level != analyze.Low {
				t.Errorf("%s, want low", c.Level)
			}
		})
	}
	t.Run("one style sheet is no disguise", func(t *testing.T) {
		var l tape
		l.visitors(30)
		l.turn(attacker, firefox, 7, 100*time.Second, product)
		l.get(2*hour, attacker, "/style.css", 200)
		l.find(t, attacker+"/32", "scraper", analyze.Low)
	})
	t.Run("another agent for each page", func(t *testing.T) {
		var l tape
		l.visitors(30)
		for i := range 7 * 30 {
			l.ask(hour+time.Duration(i)*2*minute, attacker, "", fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%[1]d.0", 100+i%40), product(i), 200)
		}
		l.find(t, attacker+"/32", "scraper", analyze.Low)
	})
}

// A walk that is shared out: each address alone reads a page now and then.
func TestScraperOfManyAddresses(t *testing.T) {
	strewn := func(i int) string { return fmt.Sprintf("198.19.%d.7", i%24) }
	for _, c := range []struct {
		what, agent string
		address     func(i int) string
		n           int
	}{
		{"of one network", firefox, func(i int) string { return fmt.Sprintf("203.0.113.%d", 10+i%16) }, 16},
		{"of many networks, with an agent of their own", "Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/117.0.5938.9 Safari/537.36", strewn, 24},
	} {
		t.Run(c.what, func(t *testing.T) {
			var l tape
			l.visitors(30)
			for i := range 10 * 30 {
				l.ask(hour+time.Duration(i)*2*minute, c.address(i), "", c.agent, product(i), 200)
			}
			if found := l.find(t, c.address(0)+"/32", "scraper", analyze.Low); len(found.Sources) != c.n {
				t.Errorf("%d sources, want %d", len(found.Sources), c.n)
			}
		})
	}
	t.Run("visitors of one network read what they like", func(t *testing.T) {
		var l tape
		l.visitors(30)
		for i := range 10 * 30 {
			l.ask(hour+time.Duration(i)*2*minute, fmt.Sprintf("203.0.113.%d", 10+i%100), "", firefox, product(i), 200)
			if i%3 > 0 {
				l.ask(hour+time.Duration(i)*2*minute, fmt.Sprintf("203.0.113.%d", 10+i%100), "", firefox, "/style.css", 200)
			}
		}
		l.none(t, "203.0.113.10/32")
	})
	t.Run("the same front pages for everybody", func(t *testing.T) {
		var l tape
		l.visitors(30)
		for i := range 10 * 30 {
			l.ask(hour+time.Duration(i)*2*minute, strewn(i), "", "Mozilla/5.0 (Kiosk; rv:140.0) Gecko/20100101 Firefox/140.0", product(i%40), 200)
		}
		l.none(t, strewn(0)+"/32")
	})
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
			for i := range 24 {
				l.get(hour+time.Duration(i)*10*gap, attacker, fmt.Sprintf("/images/%d.webp", i), 200)
			}
		}},
		{"somebody who is signed in", func(l *tape) {
			l.turn(attacker, firefox, 7, gap, article)
			l.ask(3*hour, attacker, "ines", firefox, "/blog/x", 200)
		}},
		{"a dashboard that is left open", func(l *tape) {
			l.turn(attacker, firefox, 9, 30*time.Second, func(i int) string { return "/api/v1/sensors/" + fmt.Sprint(i%4) + "/data" })
		}},
		{"a tab that asks for news since the last time", func(l *tape) {
			l.turn(attacker, firefox, 9, minute, func(i int) string { return fmt.Sprintf("/api/events?since_id=%d", 48_000+3*i) })
		}},
		{"the same under a name of the site's own, as other tabs do", func(l *tape) {
			poll := func(i int) string { return fmt.Sprintf("/api/events?pos=%d", 48_000+3*i) }
			for v := range 5 {
				for i := range 40 {
					l.get(time.Duration(v)*hour+time.Duration(i)*minute, fmt.Sprintf("198.18.0.%d", v+1), poll(40*v+i), 200)
				}
			}
			l.turn(attacker, firefox, 9, minute, poll)
		}},
		{"a page that avoids the cache", func(l *tape) {
			l.turn(attacker, firefox, 9, minute, func(i int) string { return fmt.Sprintf("/status?_=%d", 1_794_000_000_123+60_000*int64(i)) })
		}},
		{"a number that is only a time", func(l *tape) {
			l.turn(attacker, firefox, 9, minute, func(i int) string { return fmt.Sprintf("/weather?at=%d", 1_794_000_000+60*i) })
		}},
		{"links of a newsletter to the same pages", func(l *tape) {
			l.turn(attacker, firefox, 9, 2*minute, func(i int) string {
				return fmt.Sprintf("/blog/%c?utm_source=news&utm_id=%d&fbclid=%x", 'a'+i%9, i, i*7919)
			})
		}},
		{"a map on a wall", func(l *tape) {
			l.turn(attacker, firefox, 9, 20*time.Second, func(i int) string { return fmt.Sprintf("/tiles/12/%d/%d", 2200+i%40, 1343+i/40) })
		}},
		{"vector tiles", func(l *tape) {
			l.turn(attacker, firefox, 9, 20*time.Second, func(i int) string { return fmt.Sprintf("/data/%d-%d.pbf", i%40, i/40) })
		}},
		{"a film", func(l *tape) {
			l.turn(attacker, firefox, 9, 10*time.Second, func(i int) string { return fmt.Sprintf("/live/segment%d.m4s", i) })
		}},
		{"an older film", func(l *tape) {
			l.turn(attacker, firefox, 9, 10*time.Second, func(i int) string { return fmt.Sprintf("/live/%d.ts", i) })
		}},
		{"a download in parts", func(l *tape) {
			l.turn(attacker, firefox, 9, 20*time.Second, func(int) string { return "/files/image.iso" })
		}},
		{"a person who turns the pages of a catalogue", func(l *tape) {
			for session := range 8 {
				for i := range 30 {
					l.get(time.Duration(session)*hour+time.Duration(i)*25*time.Second, attacker, fmt.Sprintf("/shop?page=%d", 30*session+i), 200)
				}
			}
		}},
		{"a feed under a browser's name", func(l *tape) {
			l.turn(attacker, firefox, 9, 2*minute, func(i int) string { return fmt.Sprintf("/feed?guid=%d", i) })
		}},
		{"an application with a session", func(l *tape) {
			l.turn(attacker, firefox, 9, minute, func(i int) string { return fmt.Sprintf("/api/device/%d?t=%d", i%6, i) })
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
