package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Forgotten are programs whose mailbox is gone, or whose password was changed before
// anybody looked: none of them is ever seen to log in. Some sit at home, eight behind
// one address of a carrier, one is given another address each time, and one is carried
// about.
func Forgotten(begin time.Time) Part {
	carrier := hosts("198.19.41.1", 4)
	return func(w *World) {
		w.claimHomes(1)
		for _, a := range carrier {
			w.Truth.Claim(a.String(), Honest, "a mobile carrier's shared addresses", "")
		}
		gone := func(i int) string { return fmt.Sprintf("gone%d@example.org", i) }
		retry := func(i int, pace time.Duration, try func(w *World, rng *rand.Rand)) {
			rng := w.Rand(fmt.Sprint("forgotten ", i))
			w.Spawn(At(begin).Add(time.Duration(i)*17*time.Minute), ActorFunc(func(w *World) Instant {
				try(w, rng)
				return w.now.Add(jitter(rng, pace, .05))
			}))
		}
		for i := range 4 {
			at := home(2_500 + 9*i)
			retry(i, time.Duration(10+5*i)*time.Minute, func(w *World, rng *rand.Rand) {
				imapFailure(w, rng, at, gone(i), "PLAIN")
				if i%2 == 0 {
					saslFailure(w, at, gone(i))
				}
			})
		}
		for i := range 8 {
			retry(10+i, 15*time.Minute+time.Duration(i)*37*time.Second, func(w *World, rng *rand.Rand) { imapFailure(w, rng, carrier[0], gone(10+i), "PLAIN") })
		}
		retry(20, 20*time.Minute, func(w *World, rng *rand.Rand) { imapFailure(w, rng, pick(rng, carrier[1:]), gone(20), "PLAIN") })
		places := []netip.Addr{home(2_600), home(2_640), home(2_680), home(2_720), home(2_760), home(2_800)}
		retry(21, 15*time.Minute, func(w *World, rng *rand.Rand) {
			imapFailure(w, rng, places[int(w.now/Instant(3*time.Hour))%len(places)], gone(21), "PLAIN")
		})
	}
}

// DeadLink is a page that is gone and that others still link to: people come from
// there with the browsers they have, read that it is gone, and leave.
func DeadLink(start time.Time, length time.Duration, visits int, targets ...string) Part {
	return func(w *World) {
		rng := w.Rand("dead link " + targets[0])
		w.claimHomes(200_000)
		for i := range visits {
			w.Once(At(start).Add(between(rng, 0, length)), func(w *World) {
				p := household(40_000 + i)
				w.Hit(&Hit{Src: p.addr, Target: pick(rng, targets), Status: 404, Bytes: 153, Agent: browserOf(rng.IntN(1 << 16))})
			})
		}
	}
}

// formerPages are what the site had before it was made anew, and search engines still
// know.
func formerPages() []string {
	var out []string
	for _, a := range nouns {
		for _, b := range nouns[:4] {
			out = append(out, fmt.Sprintf("/recipes/%s-and-%s", a, b))
		}
	}
	return out
}

// OldApp is a version of the shop's app on telephones that asks an interface which is
// gone.
func OldApp(start time.Time) Part {
	return func(w *World) {
		rng := w.Rand("old app")
		w.claimHomes(200_000)
		agents := []string{"RoasteryApp/2.1 okhttp/4.9.0", "RoasteryApp/2.1 CFNetwork/1490.0.4 Darwin/23.2.0", "Dart/3.2 (dart:io)"}
		for i := range 300 {
			at, agent := At(start).Add(between(rng, 0, 72*time.Hour)), pick(rng, agents)
			for k, target := range []string{"/api/v0/session", "/api/v0/home", fmt.Sprintf("/api/v0/cart?sid=%d", i), fmt.Sprintf("/api/v0/items/%d", rng.IntN(900))} {
				w.Once(at.Add(time.Duration(k)*400*time.Millisecond), func(w *World) {
					w.Hit(&Hit{Src: home(50_000 + i), Target: target, Status: 404 + 6*(i%2), Bytes: 31, Agent: agent})
				})
			}
		}
	}
}

// PortCheck asks once a minute whether mail is taken, and a list that nobody keeps
// writes every morning to people who have left.
func PortCheck(w *World) {
	const monitor, lists = "198.19.50.77", "198.19.62.14"
	w.Truth.Claim(monitor, Honest, "a check of the mail port", "")
	w.Truth.Claim(lists, Honest, "a mailing list that nobody keeps", "")
	rng := w.Rand("port check")
	w.every(time.Minute, .01, rng, func(w *World) {
		pid := w.PID()
		w.Syslog(Mail, "postfix/smtpd", pid, "connect from unknown[%s]", monitor)
		w.Syslog(Mail, "postfix/smtpd", pid, "lost connection after CONNECT from unknown[%s]", monitor)
		w.Syslog(Mail, "postfix/smtpd", pid, "disconnect from unknown[%s] commands=0/0", monitor)
	})
	w.every(24*time.Hour, .01, rng, func(w *World) {
		for i := range 12 {
			w.Once(w.now.Add(time.Duration(i)*700*time.Millisecond), func(w *World) {
				w.Syslog(Mail, "postfix/smtpd", w.PID(), "NOQUEUE: reject: RCPT from lists.example.net[%s]: 550 5.1.1 <left%d@example.org>: Recipient address rejected: User unknown in virtual mailbox table; from=<news-bounces@lists.example.net> to=<left%[2]d@example.org> proto=ESMTP helo=<lists.example.net>", lists, i)
			})
		}
	})
}
