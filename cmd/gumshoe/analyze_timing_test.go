package main

import (
	"testing"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// BenchmarkAnalyze is the complete job, from the log to the report, over 300,000
// lines: flat ones of one log, and a server's three logs of two days with attacks. With
// -short, which only asks whether it runs, it is a hundredth of that.
func BenchmarkAnalyze(b *testing.B) {
	end := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	lines, scale := 300_000, 30.
	if testing.Short() {
		lines, scale = 3_000, .3
	}
	bulk := traffic.Bulk{Lines: lines, Addresses: lines / 10, Seed: 1, End: end, Span: 6 * time.Hour}
	server := func(out traffic.Output) (traffic.Truth, error) {
		return traffic.PlaySite(1, end, 2, scale, traffic.Style{}, out)
	}
	for name, write := range map[string]func(traffic.Output) (traffic.Truth, error){"access": bulk.Access, "auth": bulk.Auth, "server": server} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			log := &measuredLogs{Dir: traffic.NewDir(dir, end, false)}
			if _, err := write(log); err != nil {
				b.Fatal(err)
			}
			if err := log.Close(); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(log.bytes)
			for b.Loop() {
				if o := gumshoe(b, "analyze", "--quiet", dir); o.code != 0 {
					b.Fatal(o.err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(log.lines)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

// measuredLogs are logs that know their length.
type measuredLogs struct {
	*traffic.Dir
	lines, bytes int64
}

// WriteLine implements traffic.Output.
func (c *measuredLogs) WriteLine(log traffic.Log, at traffic.Instant, line []byte) error {
	c.lines++
	c.bytes += int64(len(line)) + 1
	return c.Dir.WriteLine(log, at, line)
}
