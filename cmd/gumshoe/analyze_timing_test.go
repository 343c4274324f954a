package main

import (
	"bufio"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// BenchmarkAnalyze is the complete job, from the log to the report, over 300,000
// lines.
func BenchmarkAnalyze(b *testing.B) {
	bulk := traffic.Bulk{Lines: 300_000, Addresses: 30_000, Seed: 1, End: time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC), Span: 6 * time.Hour}
	for name, write := range map[string]func(traffic.Output) (traffic.Truth, error){"access": bulk.Access, "auth": bulk.Auth} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), name+".log")
			b.SetBytes(record(b, path, write))
			for b.Loop() {
				if o := gumshoe(b, "analyze", "--quiet", path); o.code != 0 {
					b.Fatal(o.err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(bulk.Lines)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

// record writes traffic to a file and returns its length.
func record(b *testing.B, path string, write func(traffic.Output) (traffic.Truth, error)) int64 {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	if _, err := write(oneLog{w}); err != nil {
		b.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

// oneLog writes whatever log a line belongs to into one file.
type oneLog struct{ *bufio.Writer }

// WriteLine implements traffic.Output.
func (o oneLog) WriteLine(_ traffic.Log, _ traffic.Instant, line []byte) error {
	if _, err := o.Write(line); err != nil {
		return err
	}
	return o.WriteByte('\n')
}
