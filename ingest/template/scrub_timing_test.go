package template

import "testing"

// BenchmarkScrub looks for secrets in the lines that the archive keeps most of.
func BenchmarkScrub(b *testing.B) {
	for name, line := range map[string]string{
		"sshd": "Nov 20 10:00:00 mail01 sshd[700]: Failed password for invalid user ftpuser from 192.0.2.199 port 15555 ssh2",
		"access": `192.0.2.59 - - [20/Nov/2026:10:00:00 +0000] "GET /.env HTTP/2.0" 404 153 "https://www.example.org/a/b" ` +
			`"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"`,
		"secret": `192.0.2.59 - - [20/Nov/2026:10:00:00 +0000] "GET /login?user=anna&password=tiger HTTP/2.0" 404 153 "-" "-"`,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				Scrub(line)
			}
		})
	}
}
