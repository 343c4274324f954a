package filter

import (
	"bytes"
	"fmt"
	"gumshoe/ingest"
	"os"
	"testing"
	"time"
)

func load(t testing.TB, name string) *Filter {
	sp, _ := ParseSpec(name)
	f, err := Load(os.DirFS("/etc/fail2ban/filter.d"), sp)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
func BenchmarkSSHD(b *testing.B) {
	data, _ := os.ReadFile("/tmp/sshd_bench.log")
	f := load(b, "sshd")
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var ev ingest.Event
	n := 0
	for b.Loop() {
		p := f.NewParser(ingest.Context{Anchor: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)})
		n = 0
		for _, l := range lines {
			if p.Parse(l, &ev) == ingest.Parsed {
				n++
			}
		}
	}
	b.ReportMetric(float64(len(lines))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	fmt.Fprintln(os.Stderr, "parsed", n, "of", len(lines))
}
