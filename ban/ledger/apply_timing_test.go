package ledger

import (
	"net/netip"
	"testing"
	"time"

	"gumshoe/ban"
)

// many are bans of distinct addresses with a line of evidence each.
func many(n int) []ban.Ban {
	out := make([]ban.Ban, n)
	for i := range out {
		out[i] = banned("203.0.113.7/32", func(b *ban.Ban) {
			b.Prefix = netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18 + byte(i>>16), byte(i >> 8), byte(i)}), 32)
		})
	}
	return out
}

// crowd is how many bans the benchmarks know; with -short, which only asks whether they
// run, few.
func crowd() int {
	if testing.Short() {
		return 1_000
	}
	return 100_000
}

func BenchmarkAdd(b *testing.B) {
	bans := many(crowd())
	b.ReportAllocs()
	for b.Loop() {
		l := fresh(b)
		if _, err := l.Add(ctx, bans); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkActive(b *testing.B) {
	l := fresh(b)
	n := crowd()
	add(b, l, many(n)...)
	b.ReportAllocs()
	for b.Loop() {
		if got, err := l.Active(ctx, now.Add(time.Hour)); err != nil || len(got) != n {
			b.Fatal(len(got), err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := b.TempDir() + "/ledger.db"
	add(b, opened(b, path), many(crowd())...)
	for b.Loop() {
		opened(b, path)
	}
}
