package traffic_test

import (
	"testing"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// discard counts what is written.
type discard struct{ lines, bytes int64 }

func (d *discard) WriteLine(_ traffic.Log, _ traffic.Instant, line []byte) error {
	d.lines++
	d.bytes += int64(len(line)) + 1
	return nil
}

// One iteration is a day of a site with some 300,000 requests.
func BenchmarkSite(b *testing.B) {
	b.ReportAllocs()
	var d discard
	for range b.N {
		d = discard{}
		if _, err := traffic.PlaySite(1, end, 1, 100, traffic.Style{}, &d); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(d.bytes)
	b.ReportMetric(float64(d.lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkBulkAccess(b *testing.B) {
	b.ReportAllocs()
	var d discard
	bulk := traffic.Bulk{Lines: 200_000, Addresses: 20_000, Seed: 1, End: end, Span: time.Hour}
	for range b.N {
		d = discard{}
		if _, err := bulk.Access(&d); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(d.bytes)
	b.ReportMetric(float64(d.lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
