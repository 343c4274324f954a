package agent

import (
	"testing"

	"gumshoe/ingest"
)

const modern = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

func BenchmarkMemoHit(b *testing.B) {
	e := New(ingest.Hash{Seed: 1})
	ev := ingest.Event{Kind: ingest.KindHTTPRequest, Agent: []byte(modern)}
	b.SetBytes(int64(len(modern)))
	b.ReportAllocs()
	for b.Loop() {
		e.Enrich(&ev)
	}
}

func BenchmarkLook(b *testing.B) {
	b.SetBytes(int64(len(modern)))
	b.ReportAllocs()
	var words []word
	for b.Loop() {
		look([]byte(modern), &words)
	}
}
