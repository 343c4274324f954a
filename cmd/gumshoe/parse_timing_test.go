package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"gumshoe/ingest"
)

// BenchmarkParse is the whole `gumshoe parse` over 100,000 combined lines.
func BenchmarkParse(b *testing.B) {
	const lines = 100_000
	var log bytes.Buffer
	for i := range lines {
		fmt.Fprintf(&log, "198.51.100.%d - - [21/Nov/2026:18:%02d:%02d +0000] \"GET /articles/%d?page=%d HTTP/1.1\" 200 5120 \"https://www.example.org/\" \"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/%d.0\"\n",
			i%250, i/60%60, i%60, i%700, i%9, 100+i%40)
	}
	b.SetBytes(int64(log.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if err := writeLines(context.Background(), bufio.NewWriter(io.Discard), inMemory(log.Bytes()), ingest.Enrichers{}, func(int64) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*lines/b.Elapsed().Seconds(), "lines/s")
}
