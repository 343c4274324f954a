package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// every calls do at the given pace, each gap longer or shorter by up to spread.
func (w *World) every(gap time.Duration, spread float64, rng *rand.Rand, do func(w *World)) {
	first := w.from.Add(time.Duration(rng.Int64N(int64(gap))))
	w.Spawn(first, ActorFunc(func(w *World) Instant {
		do(w)
		return w.now.Add(jitter(rng, gap, spread))
	}))
}

// Crawlers are search engines. They know old addresses of the site, so part of
// what they ask for is gone.
func Crawlers(w *World) {
	engines := []struct {
		addrs []netip.Addr
		agent string
	}{
		{hosts("66.249.66.1", 12), "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
		{hosts("40.77.167.10", 6), "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"},
	}
	for _, e := range engines {
		for _, a := range e.addrs {
			w.Truth.Claim(a.String(), Honest, "search engine crawler", "")
		}
	}
	rng := w.Rand("crawlers")
	w.Arrivals(Rhythm{Peak: 9 * w.cfg.Scale, Flat: true}, rng, func(w *World) {
		e := pick(rng, engines)
		hit := Hit{Src: pick(rng, e.addrs), Target: site.next(rng).target, Status: 200, Bytes: 9_100, Agent: e.agent}
		switch rng.IntN(20) {
		case 0:
			hit.Target, hit.Bytes = "/robots.txt", 112
		case 1, 2:
			hit.Target, hit.Status, hit.Bytes = fmt.Sprintf("/products/%d.html", 100+rng.IntN(80)), 404, 3_210
		}
		w.Hit(&hit)
	})
}

// FeedReaders poll the blog's feed; one still asks for the address it had
// before the move and gets 410.
func FeedReaders(w *World) {
	readers := []struct {
		addr   string
		agent  string
		target string
		status int
	}{
		{"198.19.48.11", "FreshRSS/1.27.0 (Linux; https://freshrss.org)", "/blog/feed.xml", 200},
		{"198.19.48.87", "Miniflux/2.2.12 (+https://miniflux.app)", "/blog/feed.xml", 304},
		{"198.19.49.140", "Tiny Tiny RSS/24.06 (https://tt-rss.org/)", "/feed/atom.xml", 410},
	}
	rng := w.Rand("feed readers")
	for _, r := range readers {
		w.Truth.Claim(r.addr, Honest, "feed reader", "")
		hit := Hit{Src: netip.MustParseAddr(r.addr), Target: r.target, Status: r.status, Agent: r.agent}
		if r.status == 200 {
			hit.Bytes = 23_410
		}
		w.every(time.Hour, .05, rng, func(w *World) { w.Hit(&hit) })
	}
}

// Monitor asks every ten minutes whether the site is up.
func Monitor(w *World) {
	const addr = "198.19.50.5"
	w.Truth.Claim(addr, Honest, "uptime monitor", "")
	hit := Hit{Src: netip.MustParseAddr(addr), Method: "HEAD", Target: "/health", Status: 200,
		Agent: "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"}
	w.every(10*time.Minute, .002, w.Rand("monitor"), func(w *World) { w.Hit(&hit) })
}

// APIClients are a stock system that signs in with a name of its own, and the
// shop's app on phones.
func APIClients(w *World) {
	const stock = "198.19.33.20"
	w.Truth.Claim(stock, Honest, "the stock system, an API client", "")
	rng := w.Rand("API clients")
	hit := Hit{Src: netip.MustParseAddr(stock), User: "stock", Target: "/api/v1/stock?since=last", Status: 200, Bytes: 1_480, Agent: "python-requests/2.32.3"}
	w.every(30*time.Minute, .01, rng, func(w *World) {
		w.Hit(&hit)
		update := hit
		update.Method, update.Target, update.Status, update.Bytes = "PUT", "/api/v1/stock", 204, 0
		w.Once(w.now.Add(700*time.Millisecond), func(w *World) { w.Hit(&update) })
	})

	population := w.Scaled(6_000)
	w.claimHomes(population)
	w.Arrivals(Rhythm{Peak: 2 * w.cfg.Scale}, rng, func(w *World) {
		app := Hit{Src: home(rng.IntN(population)), Status: 200, Bytes: 5_230, Agent: "RoasteryApp/4.2 okhttp/4.12.0"}
		for i, target := range []string{"/api/v1/home", "/api/v1/products?page=1", "/api/v1/cart"} {
			h := app
			h.Target = target
			w.Once(w.now.Add(time.Duration(i)*400*time.Millisecond), func(w *World) { w.Hit(&h) })
		}
	})
}

// FileSync is a WebDAV client. It asks whether files exist before it writes
// them, so a 404 is an ordinary answer to it, and its first request of a
// session is refused so that it signs in.
func FileSync(w *World) {
	const addr = "198.18.77.250"
	w.Truth.Claim(addr, Honest, "a WebDAV client that lives on 404s", "")
	rng := w.Rand("file sync")
	hit := Hit{Src: netip.MustParseAddr(addr), Agent: "Mozilla/5.0 (Linux) mirall/3.16.0git (Nextcloud, debian-6.1.0 ClientArchitecture: x86_64 OsArchitecture: x86_64)"}
	request := func(after time.Duration, user, method, target string, status int) {
		h := hit
		h.User, h.Method, h.Target, h.Status, h.Bytes = user, method, target, status, 420
		w.Once(w.now.Add(after), func(w *World) { w.Hit(&h) })
	}
	w.every(50*time.Minute, .2, rng, func(w *World) {
		file := fmt.Sprintf("/remote.php/dav/files/ines/notes/%d.md", rng.IntN(5_000))
		request(0, "", "PROPFIND", "/remote.php/dav/files/ines/", 401)
		request(200*time.Millisecond, "ines", "PROPFIND", "/remote.php/dav/files/ines/", 207)
		request(600*time.Millisecond, "ines", "PROPFIND", file, 404)
		if rng.IntN(3) == 0 {
			request(900*time.Millisecond, "ines", "PUT", file, 201)
		}
	})
}
