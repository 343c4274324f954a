package format

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/ingest"
)

func BenchmarkCombined(b *testing.B) {
	benchmark(b, `192.0.2.%d - - [20/Nov/2026:10:%02d:00 +0000] "GET /static/css/blog.f81f5c80.woff2?page=%d HTTP/1.1" 200 10687 "https://www.example.org/pricing/2023/04/cart-product-privacy/" "Mozilla/5.0 (Linux; Android 13; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile Safari/537.36"`)
}

func BenchmarkCombinedIPv6(b *testing.B) {
	benchmark(b, `2001:db8:1:2::%d - - [20/Nov/2026:10:%02d:00 +0000] "GET /index.html?page=%d HTTP/2.0" 200 10687 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"`)
}

func BenchmarkSSHD(b *testing.B) {
	benchmark(b, "Nov 20 10:00:00 web1 sshd[1%d]: Failed password for invalid user admin%d from 192.0.2.%d port 40022 ssh2")
}

func BenchmarkSSHDISO(b *testing.B) {
	benchmark(b, "2026-11-20T10:00:00.123456+01:00 web1 sshd[1%d]: Failed password for invalid user admin%d from 192.0.2.%d port 40022 ssh2")
}

func BenchmarkPostfix(b *testing.B) {
	benchmark(b, "Nov 20 10:00:00 mx postfix/smtpd[%d]: warning: unknown[192.0.2.%d]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=user%d")
}

// benchmark parses lines that differ in three numbers below 60.
func benchmark(b *testing.B, pattern string) {
	var lines [][]byte
	size := 0
	for i := range 60 {
		line := fmt.Appendf(nil, pattern, i, (i*7)%60, (i*13)%60)
		lines = append(lines, line)
		size += len(line) + 1
	}
	location, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	p := Detect("", append(lines[0], '\n')).NewParser(ingest.Context{Location: location, Anchor: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
	var ev ingest.Event
	b.SetBytes(int64(size / len(lines)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if p.Parse(lines[n%len(lines)], &ev) != ingest.Parsed {
			b.Fatalf("not parsed: %s", lines[n%len(lines)])
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkExim(b *testing.B) {
	benchmark(b, "2026-11-20 10:00:00 dovecot_login authenticator failed for (User%d) [192.0.2.%d]:40001: 535 Incorrect authentication data (set_id=user%d)")
}

func BenchmarkDropbear(b *testing.B) {
	benchmark(b, "Nov 20 10:00:00 router dropbear[%d]: Bad password attempt for 'root%d' from 192.0.2.%d:40001")
}

func BenchmarkMySQL(b *testing.B) {
	benchmark(b, "2026-11-20 10:00:00 59%d [Warning] Access denied for user 'root%d'@'192.0.2.%d' (using password: YES)")
}

func BenchmarkFirewall(b *testing.B) {
	benchmark(b, "Nov 20 10:00:00 web1 kernel: [1234.%d] [UFW BLOCK] IN=eth0 OUT= MAC=00:00:5e:00:53:01 SRC=192.0.2.%d DST=198.51.100.1 LEN=40 TOS=0x00 PREC=0x00 TTL=244 ID=54321 PROTO=TCP SPT=40001 DPT=%d WINDOW=1024 RES=0x00 SYN URGP=0")
}
