package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/agent"
	"gumshoe/ingest/format"
	"gumshoe/ingest/payload"
)

// BenchmarkParse is the whole `gumshoe parse` over combined lines.
func BenchmarkParse(b *testing.B) {
	var log bytes.Buffer
	for i := range 10000 {
		fmt.Fprintf(&log, "198.51.100.%d - - [21/Nov/2026:18:%02d:%02d +0000] \"GET /articles/%d?page=%d HTTP/1.1\" 200 5120 \"https://www.example.org/\" \"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/%d.0\"\n",
			i%250, i/60%60, i%60, i%700, i%9, 100+i%40)
	}
	f := format.Detect("access.log", log.Bytes())
	b.SetBytes(int64(log.Len()))
	b.ReportAllocs()
	w := lineWriter{
		out:      bufio.NewWriter(io.Discard),
		parser:   f.NewParser(ingest.Context{Anchor: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}),
		enricher: ingest.Enrichers{payload.New(ingest.Hash{}), agent.New(ingest.Hash{})},
	}
	for b.Loop() {
		if err := w.all(context.Background(), bytes.NewReader(log.Bytes()), func(int64) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*10000/b.Elapsed().Seconds(), "lines/s")
}
