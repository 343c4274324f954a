package template

import (
	"testing"

	"gumshoe/ingest"
)

// BenchmarkAdd measures what an unknown line costs.
func BenchmarkAdd(b *testing.B) {
	var lines [][]byte
	var events []*ingest.Event
	bytes := 0
	for _, l := range doors() {
		lines, events = append(lines, []byte(l)), append(events, event(l))
		bytes += len(l)
	}
	m := New(ingest.Hash{})
	b.SetBytes(int64(bytes / len(lines)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		i := n % len(lines)
		m.Add(lines[i], events[i], ingest.Origin{Offset: int64(n)})
		n++
	}
}
