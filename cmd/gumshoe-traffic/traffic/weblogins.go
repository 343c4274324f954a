package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// The doors of the web site that are not on any list: a form of the site's own,
// which shows itself again after a wrong password and leads on after a right one,
// and a directory for which the web server itself asks a password.
const (
	OwnForm Door = "web, a form of the site's own"
	Locked  Door = "web, a locked directory"
)

const (
	clubDoor   = "/club/enter"
	lockedRoom = "/backoffice/"
)

// clubForm is the form again, with a line that says why; the size differs by a name.
func clubForm(rng *rand.Rand, src netip.Addr, agent string) *Hit {
	return &Hit{Src: src, Method: "POST", Target: clubDoor, Status: 200, Bytes: 6_310 + rng.IntN(12), Referer: origin + clubDoor, Agent: agent}
}

// lockedOut is a wrong password at the locked directory.
func lockedOut(src netip.Addr, user, agent string) *Hit {
	return &Hit{Src: src, User: user, Target: lockedRoom, Status: 401, Bytes: 590, Agent: agent}
}

// Club is the members of the site's club, who come through its form, and two
// people who work in the locked directory.
func Club(w *World) {
	rng := w.Rand("club")
	population := w.Scaled(6_000)
	w.claimHomes(population)
	w.Arrivals(Rhythm{Peak: .8 + w.cfg.Scale/4}, rng, func(w *World) {
		p := household(rng.IntN(population))
		w.Spawn(w.now, newVisit(rng, p))
		at := w.now.Add(between(rng, 5*time.Second, 40*time.Second))
		w.Once(at, func(w *World) {
			w.Hit(&Hit{Src: p.addr, Target: clubDoor, Status: 200, Bytes: 6_280, Referer: origin + "/", Agent: p.agent})
		})
		for rng.Float64() < .2 {
			at = at.Add(between(rng, 8*time.Second, 40*time.Second))
			w.Once(at, func(w *World) { w.Hit(clubForm(rng, p.addr, p.agent)) })
		}
		if rng.Float64() < .04 {
			return // gave up
		}
		w.Once(at.Add(between(rng, 8*time.Second, 40*time.Second)), func(w *World) { enterClub(w, p.addr, p.agent) })
	})
	for i := range 2 {
		src := home(3_301 + 7*i)
		w.claimHomes(3_301 + 7*i + 1)
		w.every(7*time.Hour, .5, rng, func(w *World) {
			agent := browserOf(i)
			w.Hit(lockedOut(src, "", agent))
			if rng.IntN(6) == 0 {
				w.Once(w.now.Add(7*time.Second), func(w *World) { w.Hit(lockedOut(src, lockedUser(i), agent)) })
			}
			w.Once(w.now.Add(15*time.Second), func(w *World) { enterRoom(w, src, lockedUser(i), agent) })
		})
	}
}

func lockedUser(i int) string { return []string{"ines", "jonas"}[i] }

func enterClub(w *World, src netip.Addr, agent string) {
	w.Hit(&Hit{Src: src, Method: "POST", Target: clubDoor, Status: 302, Referer: origin + clubDoor, Agent: agent})
	w.Once(w.now.Add(300*time.Millisecond), func(w *World) {
		w.Hit(&Hit{Src: src, Target: "/club/", Status: 200, Bytes: 9_120, Referer: origin + clubDoor, Agent: agent})
	})
}

func enterRoom(w *World, src netip.Addr, user, agent string) {
	for i, target := range []string{lockedRoom, lockedRoom + "orders", lockedRoom + "stock"} {
		w.Once(w.now.Add(time.Duration(i)*9*time.Second), func(w *World) {
			w.Hit(&Hit{Src: src, User: user, Target: target, Status: 200, Bytes: 5_400, Agent: agent})
		})
	}
}

// Refused are programs and pages that are refused all the time, or send one thing
// all day, and mean no harm.
func Refused(w *World) {
	addr := func(i int, who string) netip.Addr {
		a := v4(198<<24 | 19<<16 | uint32(100+i)<<8 | 221)
		w.Truth.Claim(a.String(), Honest, who, "")
		return a
	}
	rng := w.Rand("refused")

	watch := Hit{Src: addr(0, "a monitor without a password"), Target: lockedRoom, Status: 401, Bytes: 590, Agent: "curl/8.5.0"}
	w.every(30*time.Second, .003, rng, func(w *World) { w.Hit(&watch) })

	lost := Hit{Src: addr(1, "a program whose key is no good any more"), Target: "/api/v1/stock?since=last", Status: 401, Bytes: 44, Agent: "okhttp/4.12.0"}
	w.every(45*time.Second, .6, rng, func(w *World) { w.Hit(&lost) })

	renew := Hit{Src: addr(2, "a program that renews its token in vain"), Method: "POST", Target: "/oauth/token", Status: 400, Bytes: 92, Agent: "python-requests/2.32.3"}
	w.every(5*time.Minute, .02, rng, func(w *World) { w.Hit(&renew) })

	windows := addr(3, "a Windows machine that asks twice before each answer")
	w.every(11*time.Minute, .4, rng, func(w *World) {
		target := fmt.Sprintf("/intranet/forms/%s", pick(rng, nouns))
		for i, status := range []int{401, 401, 200} {
			hit := Hit{Src: windows, Target: target, Status: status, Bytes: 1_208, Agent: "Microsoft BITS/7.8"}
			w.Once(w.now.Add(time.Duration(i)*30*time.Millisecond), func(w *World) { w.Hit(&hit) })
		}
	})

	builds := addr(4, "a build server that fetches from a repository")
	w.every(17*time.Minute, .5, rng, func(w *World) {
		hit := Hit{Src: builds, Target: "/shop.git/info/refs?service=git-upload-pack", Status: 401, Bytes: 26, Agent: "git/2.47.1"}
		w.Hit(&hit)
		hit.User, hit.Status, hit.Bytes = "builds", 200, 2_411
		w.Once(w.now.Add(90*time.Millisecond), func(w *World) { w.Hit(&hit) })
	})

	left := addr(5, "a page left open, which asks for news")
	w.every(20*time.Second, .01, rng, func(w *World) {
		hit := Hit{Src: left, Method: "POST", Target: "/desk/news", Status: 200, Bytes: 612, Referer: origin + "/desk", Agent: browserOf(12)}
		if w.now.Time().Hour() < 6 { // its session ended at midnight
			hit.Status, hit.Bytes = 302, 0
		}
		w.Hit(&hit)
	})
	away := Hit{Src: addr(6, "a page that asks whether somebody is logged in"), Target: "/api/v1/me", Status: 401, Bytes: 40, Referer: origin + "/", Agent: browserOf(13)}
	w.every(8*time.Second, .3, rng, func(w *World) { w.Hit(&away) })

	for i := range 6 {
		hook := Hit{Src: addr(10+i, "payments that call back"), Method: "POST", Target: "/hooks/payment", Status: 200, Bytes: 300, Agent: "Stripe/1.0 (+https://stripe.com/docs/webhooks)"}
		w.every(50*time.Minute, .8, rng, func(w *World) {
			h := hook
			if rng.IntN(30) == 0 {
				h.Status = 401 // a secret that was changed on one side first
			}
			w.Hit(&h)
		})
	}

	population := w.Scaled(6_000)
	w.claimHomes(population)
	w.Arrivals(Rhythm{Peak: 1 + w.cfg.Scale/4}, rng, func(w *World) { // people who write to the shop or search it
		p := household(rng.IntN(population))
		w.Spawn(w.now, newVisit(rng, p))
		target, done := "/contact", 302
		if rng.IntN(2) == 0 {
			target, done = "/search", 200
		}
		at := w.now.Add(between(rng, 10*time.Second, time.Minute))
		for rng.IntN(3) == 0 {
			w.Once(at, func(w *World) {
				w.Hit(&Hit{Src: p.addr, Method: "POST", Target: target, Status: 200, Bytes: 7_150, Referer: origin + target, Agent: p.agent})
			})
			at = at.Add(between(rng, 10*time.Second, time.Minute))
		}
		w.Once(at, func(w *World) {
			w.Hit(&Hit{Src: p.addr, Method: "POST", Target: target, Status: done, Bytes: 7_900, Referer: origin + target, Agent: p.agent})
		})
	})
}
