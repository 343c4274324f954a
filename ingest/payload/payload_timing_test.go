package payload

import (
	"fmt"
	"testing"

	"gumshoe/ingest"
)

func benchmark(b *testing.B, targets [][]byte) {
	e := New(ingest.Hash{Seed: 1})
	agent := []byte("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36")
	referer := []byte("https://www.example.org/products?page=2")
	b.SetBytes(int64(len(targets[0])))
	b.ReportAllocs()
	get := []byte("GET")
	for i := 0; b.Loop(); i++ {
		ev := ingest.Event{Kind: ingest.KindHTTPRequest, Method: get, Target: targets[i%len(targets)], Agent: agent, Referer: referer}
		e.Enrich(&ev)
	}
}

// distinct returns more targets than the memo holds, all of few templates.
func distinct(format string) (targets [][]byte) {
	for i := range 1 << 17 {
		targets = append(targets, fmt.Appendf(nil, format, i))
	}
	return targets
}

func BenchmarkMemoHit(b *testing.B) {
	benchmark(b, [][]byte{[]byte("/products/shoes/blue-running-shoe?size=42&colour=navy+blue")})
}

func BenchmarkCleanCold(b *testing.B) {
	benchmark(b, distinct("/products/shoes/%d/blue-running-shoe?size=42&colour=navy+blue"))
}

func BenchmarkOddCold(b *testing.B) {
	benchmark(b, distinct("/wiki/O'Brien_(%d)?filter[a]=b"))
}

func BenchmarkHostileCold(b *testing.B) {
	benchmark(b, distinct("/item?id=%d'+UNION+SELECT+1,concat(0x7e,version()),3--+-"))
}
