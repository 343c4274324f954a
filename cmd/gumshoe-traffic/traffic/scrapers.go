package traffic

import (
	"fmt"
	"net/netip"
	"time"
)

// Scraper copies the catalogue number by number under a browser's name, evenly and
// without any part of a page.
type Scraper struct {
	Attack  string
	Sources []netip.Addr // that share the numbers out
	Agent   string
	Order   func(i int) int // nil: as the numbers come
	Start   time.Time
	Gap     time.Duration
	Pages   int
}

// Part plays it.
func (s Scraper) Part(w *World) {
	e := Expect{Attack: s.Attack, Kind: "scraper", SeverityMin: "low", Start: s.Start, End: s.Start.Add(time.Duration(s.Pages) * s.Gap), Detections: []string{"scraper"}}
	for _, a := range s.Sources {
		w.Truth.Claim(a.String(), Hostile, "copies the site", s.Attack)
		e.Sources = append(e.Sources, a.String())
	}
	w.Truth.Expect(e)
	rng := w.Rand(s.Attack)
	at := At(s.Start)
	for i := range s.Pages {
		number := i
		if s.Order != nil {
			number = s.Order(i)
		}
		hit := Hit{Src: s.Sources[i%len(s.Sources)], Target: fmt.Sprintf("%s?id=%d", injectable, number+1), Status: 200, Bytes: 9_000 + number*7, Agent: s.Agent}
		w.Once(at, func(w *World) { w.Hit(&hit) })
		at = at.Add(jitter(rng, s.Gap, .3))
	}
}

// scrapers are three that share nothing but the idea.
func scrapers(end time.Time) []Part {
	const pages = 400
	return []Part{
		Scraper{Attack: "T26-order", Sources: foreigners(700, 1), Agent: attackBrowser, Start: end.Add(-30 * time.Hour), Gap: 4 * time.Minute, Pages: pages}.Part,
		Scraper{Attack: "T26-shuffled", Sources: foreigners(710, 1), Agent: attackBrowser, Start: end.Add(-20 * time.Hour), Gap: 2 * time.Minute, Pages: pages,
			Order: func(i int) int { return i * 7_919 % 1_009 }}.Part,
		func(w *World) {
			Scraper{Attack: "T26-network", Sources: crowdIn(w.Rand("T26 addresses"), foreignNet(720), 12), Agent: attackBrowser, Start: end.Add(-24 * time.Hour),
				Gap: 3 * time.Minute, Pages: pages}.Part(w)
		},
	}
}

// Screens are browsers that are left open and ask for something all day: news since
// the last, what avoids the cache, a map, a film.
func Screens(w *World) {
	w.claimHomes(1)
	for i, target := range []func(n int) string{
		func(n int) string { return fmt.Sprintf("/api/events?since_id=%d", 48_000+3*n) },
		func(n int) string { return fmt.Sprintf("/api/status?_=%d", w.now.Time().UnixMilli()) },
		func(n int) string { return fmt.Sprintf("/tiles/12/%d/%d", 2_200+n%60, 1_343+n/60) },
		func(n int) string { return fmt.Sprintf("/live/segment%d.m4s", n) },
		func(n int) string { return fmt.Sprintf("/shop/?page=%d", 1+n%9) },
	} {
		rng := w.Rand(fmt.Sprint("screen ", i))
		p, n := household(400+i), 0
		w.every(time.Minute, .1, rng, func(w *World) {
			n++
			w.Hit(&Hit{Src: p.addr, Target: target(n), Status: 200, Bytes: 900 + rng.IntN(4_000), Referer: origin + "/", Agent: p.agent})
		})
	}
}

// Spray is a few passwords tried at mailboxes that exist, by bots that try two or
// three of them each, through either door.
func Spray(attack string, start time.Time, bots, boxes int) Part {
	return func(w *World) {
		const tries, span = 3, 10 * time.Hour
		rng := w.Rand(attack)
		e := Expect{Attack: attack, Kind: "campaign", SeverityMin: "medium", Start: start, End: start.Add(span), Detections: []string{"password_spraying"}}
		for i, bot := range foreigners(2_000, bots) {
			w.Truth.Claim(bot.String(), Hostile, "one of a campaign", attack)
			e.Sources = append(e.Sources, bot.String())
			for k := range tries {
				user := mailbox((i*tries + k) * 7 % boxes)
				w.Once(At(start).Add(time.Duration(rng.Int64N(int64(span)))), func(w *World) {
					if k == 1 {
						saslFailure(w, bot, user)
					} else {
						imapFailure(w, rng, bot, user, "PLAIN")
					}
				})
			}
		}
		w.Truth.Expect(e)
	}
}
