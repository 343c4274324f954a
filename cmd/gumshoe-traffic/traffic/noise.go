package traffic

import (
	"net/netip"
	"time"
)

// Most noisemakers pass by once; a few come back for weeks.
const (
	passersBy = 30_000
	regulars  = 4
)

// noiseAddr is the address of noisemaker i, networks away from the next one's.
func noiseAddr(i int) netip.Addr {
	return v4(198<<24 | 19<<16 | 1<<15 | scatter(uint32(i), 15)&^0xff | uint32(2+i%250))
}

// scannerPaths is what the internet's background radiation asks for.
var scannerPaths = []string{"/.env", "/.git/config", "/wp-login.php", "/xmlrpc.php", "/boaform/admin/formLogin", "/actuator/health", "/cgi-bin/luci",
	"/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/login.action", "/HNAP1", "/config.json", "/owa/auth/logon.aspx"}

var scannerAgents = []string{"", "Mozilla/5.0 zgrab/0.x", "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", "Go-http-client/1.1", "curl/8.5.0", "Mozilla/5.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36",
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"}

// Noise is what every server on the internet hears all day: scanners that ask
// for one or two things and go on, guessers of root's password, and mail bots.
func Noise(w *World) {
	w.Truth.Claim(noiseNet, Nuisance, "background noise: scanners and guessers that pass by", "")
	rng := w.Rand("noise")
	next := func() netip.Addr {
		if rng.IntN(30) == 0 {
			return noiseAddr(rng.IntN(regulars))
		}
		return noiseAddr(regulars + rng.IntN(passersBy))
	}

	w.Arrivals(Rhythm{Peak: .9, Flat: true}, rng, func(w *World) {
		hit := Hit{Src: next(), Status: 404, Bytes: 153, Agent: pick(rng, scannerAgents)}
		for i := range 1 + rng.IntN(2) {
			h := hit
			h.Target = pick(rng, scannerPaths)
			w.Once(w.now.Add(time.Duration(i)*1300*time.Millisecond), func(w *World) { w.Hit(&h) })
		}
	})
	w.Arrivals(Rhythm{Peak: .35, Flat: true, Dispersion: 2}, rng, func(w *World) {
		peer := newSSHPeer(rng, next())
		user := pick(rng, []string{"root", "root", "root", "admin", "test", "ubuntu", "oracle", "pi"})
		tries := 1 + rng.IntN(4)
		for i := range tries {
			w.Once(w.now.Add(time.Duration(i)*2700*time.Millisecond), func(w *World) {
				peer.fail(w, user, user == "root")
				if i == tries-1 {
					peer.leave(w, user, user == "root")
				}
			})
		}
	})
	w.Arrivals(Rhythm{Peak: .2, Flat: true}, rng, func(w *World) {
		saslFailure(w, next(), "info@example.org")
	})
}

// saslFailure is one refused password at the door for outgoing mail.
func saslFailure(w *World, addr netip.Addr, user string) {
	pid := w.PID()
	w.Syslog(Mail, "postfix/smtpd", pid, "connect from unknown[%s]", addr)
	w.Once(w.now.Add(3*time.Second), func(w *World) {
		w.Syslog(Mail, "postfix/smtpd", pid, "warning: unknown[%s]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=%s", addr, user)
		w.Syslog(Mail, "postfix/smtpd", pid, "disconnect from unknown[%s] ehlo=1 auth=0/1 quit=1 commands=2/3", addr)
	})
}

// BadBot is a crawler that declares itself, ignores robots.txt and reads a few
// dozen pages in a go, now and then.
func BadBot(w *World) {
	const addr = "198.19.52.66"
	w.Truth.Claim(addr, Nuisance, "a greedy crawler", "")
	rng := w.Rand("bad bot")
	hit := Hit{Src: netip.MustParseAddr(addr), Status: 200, Bytes: 9_000, Agent: "Mozilla/5.0 (compatible; GrabberBot/3.1; +https://grabber.example/bot)"}
	w.every(31*time.Hour, .3, rng, func(w *World) {
		left := 30
		w.Spawn(w.now, ActorFunc(func(w *World) Instant {
			hit.Target = site.next(rng).target
			w.Hit(&hit)
			if left--; left == 0 {
				return Done
			}
			return w.now.Add(between(rng, 2*time.Second, 9*time.Second))
		}))
	})
}
