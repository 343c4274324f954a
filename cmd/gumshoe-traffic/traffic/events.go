package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// OwnScannerNet is the network of the server's owner, from which the own
// vulnerability scanner works: what an administrator configures as ban.own.
const OwnScannerNet = "198.19.126.0/28"

// OwnScanner looks for holes in a night that was agreed upon: paths, payloads and
// default passwords.
func OwnScanner(start time.Time) Part {
	return func(w *World) {
		w.Truth.Claim(OwnScannerNet, Honest, "the owner's vulnerability scanner", "")
		rng := w.Rand("own scanner")
		addr := netip.MustParsePrefix(OwnScannerNet).Addr().Next()
		at := At(start)
		for i := range 900 {
			hit := Hit{Src: addr, Target: pick(rng, listedPaths), Status: 404, Bytes: 153, Agent: "Mozilla/5.0 (compatible; OpenVAS-VT 23.20.1)"}
			if i%3 == 0 {
				e := pick(rng, endpoints)
				hit.Target, hit.Status, hit.Bytes = e.path+"?"+e.param+"="+pick(rng, hostileValues[pick(rng, classes)]), 200, 5_310
			}
			w.Once(at, func(w *World) { w.Hit(&hit) })
			if i%30 == 0 {
				w.Once(at, func(w *World) { sshGuess(w, rng, addr, "admin", false) })
			}
			at = at.Add(between(rng, time.Second, 20*time.Second))
		}
	}
}

// rush is many newcomers in a few hours, most at its beginning, who arrive from
// one place.
func rush(name string, start time.Time, length time.Duration, visits int, referer string, target string) Part {
	return func(w *World) {
		rng := w.Rand(name)
		w.claimHomes(200_000)
		for i := range w.Scaled(visits) {
			u := rng.Float64()
			at := At(start).Add(time.Duration(u * u * float64(length)))
			w.Once(at, func(w *World) {
				p := household(20_000 + i)
				if target != "" {
					status := 200
					if target == mistypedLink {
						status = 404
					}
					w.Hit(&Hit{Src: p.addr, Target: target, Status: status, Bytes: 3_210, Referer: referer, Agent: p.agent})
				}
				v := newVisit(rng, p)
				v.referer = referer
				w.Spawn(w.now.Add(4*time.Second), v)
			})
		}
	}
}

// mistypedLink stands in a newsletter and does not exist.
const mistypedLink = "/autumn-offre?utm_source=newsletter"

// LaunchDay is a day on which the press writes about the shop.
func LaunchDay(start time.Time) Part {
	return rush("launch day", start, 10*time.Hour, 1_600, "https://news.example.net/coffee-of-the-year", "")
}

// Newsletter is a mail to the customers, of whom many come at once; one of its
// links is wrong.
func Newsletter(start time.Time) Part {
	good := rush("newsletter", start, 5*time.Hour, 260, "", "/shop/?utm_source=newsletter")
	bad := rush("newsletter, wrong link", start.Add(time.Minute), 5*time.Hour, 90, "", mistypedLink)
	return func(w *World) {
		good(w)
		bad(w)
		rng := w.Rand("newsletter mail")
		for i := range 600 {
			w.Once(At(start).Add(time.Duration(i)*1500*time.Millisecond), func(w *World) {
				deliver(w, rng, queueID(rng), "news@example.org", fmt.Sprintf("%s@example.net", guessedName(i)), "smtp")
			})
		}
	}
}

// Backup fetches everything every night, over ssh and over the web, from one machine.
func Backup(w *World) {
	addr := netip.MustParseAddr("198.19.33.60")
	w.Truth.Claim(addr.String(), Honest, "the backup machine", "")
	rng := w.Rand("backup")
	at := w.from - w.from%Instant(24*time.Hour) + Instant(2*time.Hour+30*time.Minute)
	if at < w.from {
		at += Instant(24 * time.Hour)
	}
	w.Spawn(at, ActorFunc(func(w *World) Instant {
		backupNight(w, rng, addr)
		return w.now.Add(24 * time.Hour)
	}))
}

func backupNight(w *World, rng *rand.Rand, addr netip.Addr) {
	for k := range 3 {
		peer := newSSHPeer(rng, addr)
		w.Once(w.now.Add(time.Duration(k)*4*time.Minute), func(w *World) { peer.accept(w, "backup", "34", "publickey", 3*time.Minute) })
	}
	for k := range 400 {
		hit := Hit{Src: addr, User: "backup", Target: fmt.Sprintf("/remote.php/dav/files/backup/%03d.tar", k), Status: 200, Bytes: 900_000, Agent: "rclone/v1.71.0"}
		if k%40 == 39 {
			hit.Status, hit.Bytes = 404, 380
		}
		w.Once(w.now.Add(time.Duration(k)*1800*time.Millisecond), func(w *World) { w.Hit(&hit) })
	}
}

// Outage is a quarter of an hour in which the database was away: everything that
// needs it answers 500 or 502, to everybody, also to those whose search holds an
// apostrophe.
func Outage(start time.Time) Part {
	return func(w *World) {
		w.claimHomes(200_000)
		rng := w.Rand("outage")
		for i := range w.Scaled(120) {
			at := At(start).Add(between(rng, 0, 15*time.Minute))
			w.Once(at, func(w *World) {
				p := household(i * 5)
				status := pick(rng, []int{500, 500, 502})
				for k, target := range []string{site.items[i%60].target, "/search?q=o%27neill+mug", "/shop/"} {
					h := Hit{Src: p.addr, Target: target, Status: status, Bytes: 612, Referer: origin + "/", Agent: p.agent}
					w.Once(w.now.Add(time.Duration(k)*2*time.Second), func(w *World) { w.Hit(&h) })
				}
			})
		}
	}
}
