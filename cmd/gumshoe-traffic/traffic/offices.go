package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// BigOffice is a company of two hundred behind one address: they read the site,
// read mail, sign in to the shop, and mistype.
func BigOffice(w *World) {
	const people = 200
	addr := hosts("198.19.36.5", 1)
	sharedAddress("big office", "an office of two hundred people behind one address", 40, people, addr)(w)
	rng := w.Rand("big office mail")
	w.Arrivals(Rhythm{Peak: 30}, rng, func(w *World) {
		user := employee(rng.IntN(people))
		at := w.now
		if rng.IntN(25) == 0 {
			for range 1 + rng.IntN(3) {
				w.Once(at, func(w *World) { imapFailure(w, rng, addr[0], user, "PLAIN") })
				at = at.Add(between(rng, 6*time.Second, 40*time.Second))
			}
		}
		w.Once(at, func(w *World) { imapSession(w, rng, addr[0], user) })
	})
}

func employee(i int) string { return fmt.Sprintf("%s@example.com", guessedName(i)) }

// PasswordDay is the day on which everybody's password in that office expires: a
// third of the phones go on with the old one until evening.
func PasswordDay(day time.Time) Part {
	return func(w *World) {
		rng := w.Rand("password day")
		addr := netip.MustParseAddr("198.19.36.5")
		for i := range 66 {
			user := employee(i * 3)
			at := At(day.Add(7 * time.Hour)).Add(between(rng, 0, 3*time.Hour))
			end := At(day.Add(16 * time.Hour)).Add(between(rng, 0, 2*time.Hour))
			for ; at < end; at = at.Add(jitter(rng, 25*time.Minute, .1)) {
				w.Once(at, func(w *World) { imapFailure(w, rng, addr, user, "PLAIN") })
			}
			w.Once(end.Add(time.Minute), func(w *World) { imapSession(w, rng, addr, user) })
		}
	}
}

// Phones are mail clients that keep an old password for days, each at home, on
// IMAP, on the door for outgoing mail, or on both.
func Phones(changed time.Time) Part {
	return func(w *World) {
		w.claimHomes(1)
		for i := range 12 {
			rng := w.Rand(fmt.Sprint("phone ", i))
			user, addr := employee(1_000+i), home(900+7*i)
			w.every(9*time.Hour, .3, rng, func(w *World) { imapSession(w, rng, addr, user) })
			left := 40 + 20*i
			w.Spawn(At(changed.Add(time.Duration(i)*5*time.Hour)), ActorFunc(func(w *World) Instant {
				if i%3 != 2 {
					imapFailure(w, rng, addr, user, "PLAIN")
				}
				if i%3 != 0 {
					saslFailure(w, addr, user)
				}
				if left--; left == 0 {
					return Done
				}
				return w.now.Add(jitter(rng, 15*time.Minute, .05))
			}))
		}
	}
}

// Mailboxes are n people with mail at home, at work and under way. They sign in
// all day; in one of forty sessions they mistype first, more often where they
// have never been before.
func Mailboxes(n int) Part {
	return func(w *World) {
		w.claimHomes(60_000)
		carrier := hosts("198.19.40.1", 4)
		rng := w.Rand("mailboxes")
		w.Arrivals(Rhythm{Peak: float64(n) / 4}, rng, func(w *World) {
			i := rng.IntN(n)
			user, from, typos := mailbox(i), home(4_000+i), 40
			switch rng.IntN(30) {
			case 0: // a hotel, a friend, a train: new to the server
				from, typos = home(40_000+rng.IntN(20_000)), 5
			case 1, 2, 3, 4, 5, 6:
				from = pick(rng, carrier)
			case 7, 8, 9:
				from = home(30_000 + i) // the desk at work
			}
			mailSession(w, rng, from, user, typos)
		})
	}
}

// mailbox is the name of one of the Mailboxes.
func mailbox(i int) string { return employee(2_000 + i) }

// mailSession is a login, in one of typos cases after some wrong passwords.
func mailSession(w *World, rng *rand.Rand, from netip.Addr, user string, typos int) {
	at := w.now
	if rng.IntN(typos) == 0 {
		for range 1 + rng.IntN(5) {
			w.Once(at, func(w *World) { imapFailure(w, rng, from, user, "PLAIN") })
			at = at.Add(between(rng, 5*time.Second, 45*time.Second))
		}
	}
	w.Once(at, func(w *World) { imapSession(w, rng, from, user) })
}

// KeyAgents are administrators whose ssh agents offer many keys before the right
// one: the server refuses them as if they were guessing.
func KeyAgents(w *World) {
	rng := w.Rand("key agents")
	a := admins()[0]
	w.Truth.Claim(a.addrs[0].String(), Honest, "administrators' and deploy addresses", "")
	w.every(27*time.Hour, .4, rng, func(w *World) {
		peer := newSSHPeer(rng, a.addrs[0])
		for range 5 {
			peer.log(w, "Failed publickey for %s from %s port %d ssh2: RSA SHA256:%s", a.user, peer.addr, peer.port, letters(rng, "abcdefghijklmnopqrstuvwxyz0123456789", 43))
		}
		peer.log(w, "error: maximum authentication attempts exceeded for %s from %s port %d ssh2 [preauth]", a.user, peer.addr, peer.port)
		peer.log(w, "Disconnecting authenticating user %s %s port %d: Too many authentication failures [preauth]", a.user, peer.addr, peer.port)
		again := newSSHPeer(rng, a.addrs[0])
		w.Once(w.now.Add(20*time.Second), func(w *World) { again.accept(w, a.user, a.uid, a.method, 15*time.Minute) })
	})
}
