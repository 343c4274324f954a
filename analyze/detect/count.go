package detect

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sort"
	"time"
)

func sortedPrefixKeys[V any](m map[netip.Prefix]V) []netip.Prefix {
	return slices.SortedFunc(maps.Keys(m), netip.Prefix.Compare)
}

func maxOf[K comparable](m map[K]int) (most int) {
	for _, n := range m {
		most = max(most, n)
	}
	return most
}

// byCount lists the keys, the most frequent first.
func byCount[K cmp.Ordered](m map[K]int) []K {
	type counted struct {
		key K
		n   int
	}
	all := make([]counted, 0, len(m))
	for k, n := range m {
		all = append(all, counted{k, n})
	}
	slices.SortFunc(all, func(a, b counted) int {
		if a.n != b.n {
			return cmp.Compare(b.n, a.n)
		}
		return cmp.Compare(a.key, b.key)
	})
	var out []K
	for _, c := range all {
		out = append(out, c.key)
	}
	return out
}

// most returns the most frequent key and its count.
func most[K cmp.Ordered](m map[K]int) (key K, n int) {
	for k, c := range m {
		if c > n || c == n && k < key {
			key, n = k, c
		}
	}
	return key, n
}

// hourCount is a running total up to and including an hour.
type hourCount struct {
	hour uint32
	sum  int
}

func cumulative(m map[uint32]int) []hourCount {
	var out []hourCount
	sum := 0
	for _, h := range slices.Sorted(maps.Keys(m)) {
		sum += m[h]
		out = append(out, hourCount{h, sum})
	}
	return out
}

// between sums the hours [from, to).
func between(c []hourCount, from, to uint32) int {
	upTo := func(h uint32) int {
		if i := sort.Search(len(c), func(i int) bool { return c[i].hour >= h }); i > 0 {
			return c[i-1].sum
		}
		return 0
	}
	return upTo(to) - upTo(from)
}

func hours(d time.Duration) string {
	if d > 48*time.Hour {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return fmt.Sprintf("%d hours", d/time.Hour)
}
