package detect

import (
	"cmp"
	"slices"
)

// Sources with many tokens are compared by the smallest of 64 hashes each
// (Broder 1997), in 16 bands of 4 rows: two that share half of what they did come
// to be compared with a chance of .64, with .7 of it of .99.
const (
	minHashes = 64
	bands     = 16
	bandRows  = minHashes / bands
)

// bucket is a suspect under the hash of one band.
type bucket struct {
	key     uint64
	suspect int32
}

// minHash writes the smallest hashes of some tokens.
func minHash(tokens []token, to *[minHashes]uint64) {
	for k := range to {
		least := ^uint64(0)
		for _, t := range tokens {
			least = min(least, scatter(t.id^uint64(t.kind)<<56^uint64(k)*0x9e3779b97f4a7c15))
		}
		to[k] = least
	}
}

// scatter is the finalizer of SplitMix64 (Steele, Lea and Flood 2014): a token's
// id is a keyed hash already, and is made into 64 others.
func scatter(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// banded appends a suspect's buckets.
func banded(suspect int32, tokens []token, to []bucket) []bucket {
	var least [minHashes]uint64
	minHash(tokens, &least)
	for b := range bands {
		key := uint64(b)
		for _, h := range least[b*bandRows : (b+1)*bandRows] {
			key = scatter(key ^ h)
		}
		to = append(to, bucket{key, suspect})
	}
	return to
}

// neighbours calls f for the suspects that share a bucket, each with the few
// before it, so that a large bucket costs no more than its size.
func neighbours(all []bucket, f func(a, b int32)) {
	const few = 4
	slices.SortFunc(all, func(a, b bucket) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.suspect, b.suspect)) })
	for i := range all {
		for k := max(0, i-few); k < i; k++ {
			if all[k].key == all[i].key {
				f(all[k].suspect, all[i].suspect)
			}
		}
	}
}
