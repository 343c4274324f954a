package traffic

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"
)

// requestsPerVisit is how many lines an average visit writes; it turns a rate
// of requests into a rate of visits.
const requestsPerVisit = 9.5

// visit is one person's walk through the site: pages with the assets a browser
// fetches for them, the referer of each, and time to read in between.
type visit struct {
	person
	rng     *rand.Rand
	pages   int // still to come
	here    *page
	referer string
	pending []asset
	cached  bool // has been here before: the shell comes from the cache or as 304
	shell   bool // the shell has been fetched in this visit
}

// newVisit draws a visit of p.
func newVisit(rng *rand.Rand, p person) *visit {
	pages := 1
	for pages < 12 && rng.Float64() < .6 {
		pages++
	}
	return &visit{person: p, rng: rng, pages: pages, referer: pick(rng, entrances), cached: rng.Float64() < .4}
}

// Act implements Actor.
func (v *visit) Act(w *World) Instant {
	if len(v.pending) > 0 {
		v.fetch(w)
	} else {
		v.read(w)
	}
	switch {
	case len(v.pending) > 0:
		return w.now.Add(between(v.rng, 15*time.Millisecond, 220*time.Millisecond))
	case v.pages > 0:
		// People read: seconds to minutes, now and then a phone call.
		return w.now.Add(4*time.Second + time.Duration(v.rng.ExpFloat64()*float64(40*time.Second)))
	}
	return Done
}

func (v *visit) read(w *World) {
	v.pages--
	v.here = site.next(v.rng)
	w.Hit(&Hit{Src: v.addr, Target: v.here.target, Status: 200, Bytes: v.here.bytes, Referer: v.referer, Agent: v.agent})
	v.referer = v.here.url
	v.pending = v.here.images
	if !v.shell {
		v.shell = true
		v.pending = append(shell[:len(shell):len(shell)], v.here.images...)
		if strings.Contains(v.agent, "iPhone") {
			// iPhones ask for an icon that this site never had.
			v.pending = append(v.pending, asset{"/apple-touch-icon.png", 404, 153})
		}
	}
}

func (v *visit) fetch(w *World) {
	a := v.pending[0]
	v.pending = v.pending[1:]
	hit := Hit{Src: v.addr, Target: a.target, Status: a.status, Bytes: a.bytes, Referer: v.here.url, Agent: v.agent}
	if v.cached && a.status == 200 {
		hit.Status, hit.Bytes = 304, 0
	}
	w.Hit(&hit)
}

// Visitors are people at home who read the site, requests an hour at the peak.
func Visitors(requests float64) Part {
	return func(w *World) {
		rng := w.Rand("visitors")
		population := w.Scaled(6_000)
		w.claimHomes(population)
		w.Arrivals(Rhythm{Peak: requests * w.cfg.Scale / requestsPerVisit}, rng, func(w *World) {
			// Some people come every day, most once.
			u := rng.Float64()
			w.Spawn(w.now, newVisit(rng, household(int(u*u*float64(population)))))
		})
	}
}

// DeadLinks are people who follow an old link from elsewhere, find a 404 and
// go on to the home page.
func DeadLinks(w *World) {
	rng := w.Rand("dead links")
	population := w.Scaled(6_000)
	w.claimHomes(population)
	w.Arrivals(Rhythm{Peak: .5 * w.cfg.Scale}, rng, func(w *World) {
		p := household(rng.IntN(population))
		w.Hit(&Hit{Src: p.addr, Target: "/pricelist-2023.html", Status: 404, Bytes: 3_210, Referer: "https://coffee-forum.example/t/1182", Agent: p.agent})
		v := newVisit(rng, p)
		v.referer = origin + "/pricelist-2023.html"
		w.Spawn(w.now.Add(3*time.Second), v)
	})
}

// sharedAddress lets many people with browsers of their own come from few addresses.
func sharedAddress(name, who string, requests float64, people int, addrs []netip.Addr) Part {
	return func(w *World) {
		rng := w.Rand(name)
		for _, a := range addrs {
			w.Truth.Claim(a.String(), Honest, who, "")
		}
		w.Arrivals(Rhythm{Peak: requests * w.cfg.Scale / requestsPerVisit}, rng, func(w *World) {
			v := newVisit(rng, person{pick(rng, addrs), browserOf(rng.IntN(people))})
			w.Spawn(w.now, v)
			if rng.Float64() < .25 {
				v.pages++
				loginTypos(w, rng, v.person)
			}
		})
	}
}

// loginTypos is a customer signing in to the shop, at times at the second attempt.
func loginTypos(w *World, rng *rand.Rand, p person) {
	at := w.now.Add(between(rng, 8*time.Second, 90*time.Second))
	login := Hit{Src: p.addr, Method: "POST", Target: "/login", Status: 302, Referer: origin + "/login", Agent: p.agent}
	if rng.Float64() < .15 {
		typo := login
		typo.Status, typo.Bytes = 401, 4_870
		w.Once(at, func(w *World) { w.Hit(&typo) })
		at = at.Add(between(rng, 6*time.Second, 25*time.Second))
	}
	w.Once(at, func(w *World) { w.Hit(&login) })
	w.Once(at.Add(300*time.Millisecond), func(w *World) {
		w.Hit(&Hit{Src: p.addr, Target: "/account", Status: 200, Bytes: 7_320, Referer: origin + "/login", Agent: p.agent})
	})
}

// Office is a company of forty behind one address.
func Office() Part {
	return sharedAddress("office", "an office of forty people behind one address", 22, 40, hosts("198.19.32.10", 1))
}

// CarrierNAT is a mobile carrier's pool: thousands of phones behind four addresses.
func CarrierNAT() Part {
	return sharedAddress("carrier", "a mobile carrier's shared addresses", 16, 3_000, hosts("198.19.40.1", 4))
}
