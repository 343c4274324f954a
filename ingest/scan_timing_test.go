package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// still is a format that looks at nothing, a sink that keeps nothing.
type still struct{}

func (still) Name() string                { return "still" }
func (still) Yearless([]byte) bool        { return false }
func (still) NewParser(Context) Parser    { return still{} }
func (still) Parse([]byte, *Event) Result { return Ignored }
func (still) Begin(uint32)                {}
func (still) Add(*Event, Origin)          {}

// BenchmarkScan measures what it costs to cut 256 MB of web log into lines.
func BenchmarkScan(b *testing.B) {
	line := `192.0.2.1 - - [20/Nov/2026:12:00:00 +0000] "GET /index.html HTTP/1.1" 200 1234 "-" "Mozilla/5.0 (X11; Linux x86_64)"` + "\n"
	text := strings.Repeat(line, 256<<20/len(line))
	for _, stream := range []bool{false, true} {
		for _, workers := range []int{1, 4} {
			b.Run(fmt.Sprintf("stream=%t/workers=%d", stream, workers), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					h, err := Scan(b.Context(), []Source{&memory{text: text, stream: stream, format: still{}}},
						Options{Workers: workers, NewSink: func() Sink { return still{} }})
					if err != nil || h[0].Lines != uint64(strings.Count(text, "\n")) {
						b.Fatal(h, err)
					}
				}
			})
		}
	}
}
