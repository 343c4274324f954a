package firewall

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"gumshoe/ban"
)

// many makes that many bans, v4 and v6 in turns, of an hour each.
func many(n int) []ban.Ban {
	bans := make([]ban.Ban, n)
	until := time.Now().Add(time.Hour)
	for i := range bans {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18 + byte(i>>16), byte(i >> 8), byte(i)}), 32)
		if i%2 == 1 {
			p = netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0x10, byte(i >> 16), byte(i >> 8), byte(i)}), 64)
		}
		bans[i] = ban.Ban{Prefix: p, Action: ban.Drop, Until: until}
	}
	return bans
}

// crowds are how many bans the benchmarks know; with -short, which only asks whether
// they run, few.
func crowds() []int {
	if testing.Short() {
		return []int{200}
	}
	return []int{20_000, 100_000}
}

// BenchmarkApply brings bans into an empty kernel, reading back included.
func BenchmarkApply(b *testing.B) {
	benchmark(b, func(b *testing.B, d Driver, w Want) {
		for b.Loop() {
			b.StopTimer()
			if err := d.Clear(context.Background()); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			syncTo(b, d, w)
		}
	})
}

// BenchmarkSync finds everything as it should be.
func BenchmarkSync(b *testing.B) {
	benchmark(b, func(b *testing.B, d Driver, w Want) {
		syncTo(b, d, w)
		for b.Loop() {
			syncTo(b, d, w)
		}
	})
}

func benchmark(b *testing.B, f func(*testing.B, Driver, Want)) {
	for _, e := range engines {
		for _, n := range crowds() {
			b.Run(fmt.Sprintf("%s/%d", e.name, n), func(b *testing.B) {
				d := e.make(newHost(b), Options{})
				f(b, d, want(b, many(n)...))
			})
		}
	}
}

// BenchmarkPath is what bans cost everybody else: one connection of a neighbour
// to the server, made and closed. Not many more than 5000 times: from some
// 14,000 on it is the search for a free port that is measured.
func BenchmarkPath(b *testing.B) {
	for _, e := range engines {
		for _, n := range append([]int{0, 1}, crowds()...) {
			b.Run(fmt.Sprintf("%s/%d", e.name, n), func(b *testing.B) {
				w := newWorld(b)
				syncTo(b, e.make(w.server, Options{}), want(b, many(n)...))
				for b.Loop() {
					c, err := w.neighbour.dial(neighbour4, server4, 22)
					if err != nil {
						b.Fatal(err)
					}
					c.Close()
				}
			})
		}
	}
}
