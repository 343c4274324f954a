package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Stuffing is a botnet in one network that tries one mailbox: twenty addresses,
// two or three passwords each, hours apart.
func Stuffing(start time.Time, span time.Duration) Part {
	const attack, network = "stuffing", "198.51.100.0/24"
	const bots, failures = 20, 50
	return func(w *World) {
		w.Truth.Claim(network, Hostile, "a botnet in one network", attack)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{network}, Detections: []string{"distributed_guessing", "account_fanin"},
			SeverityMin: "high", Ban: "planned", Targets: []string{stuffedMailbox},
			MustSay: []string{network, fmt.Sprint(bots), fmt.Sprint(failures), stuffedMailbox}, MustNotAccuse: []string{"all others"},
		})
		rng := w.Rand(attack)
		for i := range failures {
			bot := v4(198<<24 | 51<<16 | 100<<8 | uint32(7+12*(i%bots)))
			at := At(start).Add(time.Duration(float64(span) * (float64(i) + rng.Float64()) / failures))
			w.Once(at, func(w *World) { imapFailure(w, rng, bot, stuffedMailbox, "LOGIN") })
		}
	}
}

// BreakIn is forty guesses on several names, an accepted password for a real
// account, and a new account made as root.
func BreakIn(start time.Time) Part {
	const attack, addr, added = "breakin", "203.0.113.77", "support"
	const guesses = 40
	return func(w *World) {
		w.Truth.Claim(addr, Hostile, "an intruder", attack)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{addr}, Detections: []string{"break_in"},
			SeverityMin: "critical", Ban: "planned|held", Targets: []string{targetAccount},
			MustSay: []string{addr, targetAccount, fmt.Sprint(guesses), "root rights"}, MustNotAccuse: []string{"all others"},
		})
		rng := w.Rand(attack)
		names := []string{"root", "admin", targetAccount, "backup", targetAccount, "git", "mira", targetAccount, "postgres", targetAccount}
		src := netip.MustParseAddr(addr)
		at := At(start)
		for i := range guesses {
			user := names[i%len(names)]
			exists := user == targetAccount || user == "mira" || user == "root" || user == "backup"
			peer := newSSHPeer(rng, src)
			w.Once(at, func(w *World) { peer.fail(w, user, exists) })
			w.Once(at.Add(900*time.Millisecond), func(w *World) { peer.leave(w, user, exists) })
			at = at.Add(between(rng, 15*time.Second, 45*time.Second))
		}
		in := newSSHPeer(rng, src)
		w.Once(at, func(w *World) { in.accept(w, targetAccount, "1001", "password", 34*time.Minute) })
		w.Once(at.Add(95*time.Second), func(w *World) {
			sudo(w, targetAccount, "1001", "/usr/sbin/useradd -m -s /bin/bash "+added)
			pid := w.PID()
			w.Syslog(Auth, "useradd", pid, "new group: name=%s, GID=1003", added)
			w.Syslog(Auth, "useradd", pid, "new user: name=%s, UID=1003, GID=1003, home=/home/%s, shell=/bin/bash, from=/dev/pts/1", added, added)
		})
		w.Once(at.Add(140*time.Second), func(w *World) { sudo(w, targetAccount, "1001", "/usr/sbin/usermod -aG sudo "+added) })
	}
}

// Botnet is sixty machines in sixty networks that share one alphabetical list
// of names: each machine tries a name every two hours.
func Botnet(start time.Time) Part {
	const attack, bots, gap = "botnet", 60, 2 * time.Minute
	return func(w *World) {
		var sources []string
		rng := w.Rand(attack)
		peers := make([]netip.Addr, bots)
		for i := range peers {
			peers[i] = v4(198<<24 | 19<<16 | uint32(64+i)<<8 | uint32(3+rng.IntN(240)))
			sources = append(sources, peers[i].String())
			w.Truth.Claim(peers[i].String(), Hostile, "a bot of many networks", attack)
		}
		w.Truth.Expect(Expect{
			Attack: attack, Sources: sources, Detections: []string{"distributed_guessing", "campaign"},
			SeverityMin: "medium", Ban: "none|planned|held", Targets: []string{"sshd"},
			MustSay: []string{fmt.Sprint(bots)}, MustNotAccuse: []string{"all others"},
		})
		at := At(start)
		for i := range 3 * bots {
			// Three names to a letter and a bit: aa, ab, ac, ... in order.
			name := fmt.Sprintf("%c%c%s", 'a'+i/7, 'a'+i%7*3, pick(rng, []string{"n", "ron", "bert", "lia"}))
			peer := newSSHPeer(rng, peers[scatter(uint32(i), 16)%bots])
			w.Once(at, func(w *World) { peer.fail(w, name, false) })
			at = at.Add(jitter(rng, gap, .2))
		}
	}
}

// BruteForce is one address that tries root three hundred times in ten minutes.
func BruteForce(start time.Time) Part {
	const attack, addr, guesses = "bruteforce", "203.0.113.13", 300
	return func(w *World) {
		w.Truth.Claim(addr, Hostile, "a brute forcer", attack)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{addr}, Detections: []string{"password_guessing"},
			SeverityMin: "medium", Ban: "none|planned|held", Targets: []string{"root"},
			MustSay: []string{addr, fmt.Sprint(guesses), "root"}, MustNotAccuse: []string{"all others"},
		})
		rng := w.Rand(attack)
		src := netip.MustParseAddr(addr)
		for i := range guesses {
			peer := newSSHPeer(rng, src)
			w.Once(At(start).Add(time.Duration(i)*2*time.Second), func(w *World) { peer.fail(w, "root", true) })
		}
	}
}

// sshGuess is one connection with one wrong password.
func sshGuess(w *World, rng *rand.Rand, addr netip.Addr, user string, exists bool) {
	peer := newSSHPeer(rng, addr)
	peer.fail(w, user, exists)
	w.Once(w.now.Add(900*time.Millisecond), func(w *World) { peer.leave(w, user, exists) })
}
