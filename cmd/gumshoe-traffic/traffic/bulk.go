package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Bulk is a flat stream of lines for benchmarks: an exact number of lines from
// an exact number of honest addresses and, between them, a few dozen hostile
// ones; without sessions or rhythm.
type Bulk struct {
	Lines     int
	Addresses int
	Seed      uint64
	End       time.Time
	Span      time.Duration
	Style     Style
}

// bulkAttackers send one in fifty of the lines that introduce no new address.
const bulkAttackers = 40

func (b Bulk) play(out Output, line func(w *World, rng *rand.Rand, addr netip.Addr, i int, hostile bool)) (Truth, error) {
	b.Lines = max(b.Lines, 1)
	b.Addresses = min(max(b.Addresses, 1), b.Lines)
	from := b.End.Add(-b.Span)
	part := func(w *World) {
		w.claimHomes(b.Addresses)
		for _, a := range hosts("203.0.113.1", bulkAttackers) {
			w.Truth.Claim(a.String(), Hostile, "a prober or guesser", "bulk")
		}
		rng := w.Rand("bulk")
		step := max(1, b.Span/time.Duration(b.Lines))
		written := 0
		w.Spawn(w.from, ActorFunc(func(w *World) Instant {
			// Every address once, spread over the whole; in between a few ask for most.
			tour := written * b.Addresses / b.Lines
			written++
			if written*b.Addresses/b.Lines > tour {
				line(w, rng, home(tour), tour, false)
			} else if rng.IntN(50) == 0 {
				line(w, rng, v4(203<<24|113<<8|uint32(1+rng.IntN(bulkAttackers))), 0, true)
			} else {
				u := rng.Float64()
				i := int(u * u * u * float64(b.Addresses))
				line(w, rng, home(i), i, false)
			}
			if written == b.Lines {
				return Done
			}
			return w.now.Add(step)
		}))
	}
	w := New(Config{Seed: b.Seed, From: from, Until: b.End, Scale: 1, Style: b.Style}, out, part)
	err := w.Run()
	return w.Truth, err
}

// Access writes access log lines.
func (b Bulk) Access(out Output) (Truth, error) {
	var hit Hit
	return b.play(out, func(w *World, rng *rand.Rand, addr netip.Addr, i int, hostile bool) {
		p := site.next(rng)
		hit = Hit{Src: addr, Target: p.target, Status: 200, Bytes: p.bytes, Referer: origin + "/", Agent: browserOf(i)}
		switch {
		case hostile:
			hit.Target, hit.Status, hit.Bytes, hit.Referer = pick(rng, adminPaths), 404, 153, ""
		case rng.IntN(3) > 0:
			a := pick(rng, shell)
			hit.Target, hit.Bytes, hit.Referer = a.target, a.bytes, p.url
		}
		w.Hit(&hit)
	})
}

// Auth writes sshd lines: logins that end well, and failures.
func (b Bulk) Auth(out Output) (Truth, error) {
	return b.play(out, func(w *World, rng *rand.Rand, addr netip.Addr, i int, hostile bool) {
		pid, port := w.PID(), 32_768+rng.IntN(28_000)
		switch {
		case hostile:
			w.Syslog(Auth, "sshd", pid, "Failed password for root from %s port %d ssh2", addr, port)
		case rng.IntN(40) == 0:
			w.Syslog(Auth, "sshd", pid, "Failed password for %s from %s port %d ssh2", userOf(i), addr, port)
		default:
			w.Syslog(Auth, "sshd", pid, "Accepted publickey for %s from %s port %d ssh2%s", userOf(i), addr, port, keyOf("publickey", "user"))
		}
	})
}

func userOf(i int) string { return fmt.Sprintf("u%d", i) }
