package format

import (
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// BenchmarkSamples measures every parser on its samples: each file as it is
// detected, then the lines of each daemon behind their envelopes.
func BenchmarkSamples(b *testing.B) {
	paths, err := filepath.Glob(filepath.Join(samples, "*.log"))
	if err != nil || len(paths) == 0 {
		b.Fatalf("no samples: %v", err)
	}
	ofDaemon := map[string][][]byte{}
	for _, path := range paths {
		lines, log, ctx := readSamples(b, path)
		envelopes := newSyslog(setup{Context: ctx, known: unsampled, seen: new(traits)}).(*syslog)
		var all [][]byte
		for _, s := range lines {
			all = append(all, s.line)
			if d := speakerOf(envelopes, s.line); d != "" {
				ofDaemon[d] = append(ofDaemon[d], s.line)
			}
		}
		b.Run("file/"+strings.TrimSuffix(filepath.Base(path), ".log"), func(b *testing.B) {
			measure(b, Detect("", log).NewParser(ctx), all)
		})
	}
	for _, e := range Catalog() {
		if e.Daemon {
			b.Run("daemon/"+e.Name, func(b *testing.B) {
				measure(b, must(ByName("syslog")).NewParser(surroundings), ofDaemon[e.Name])
			})
		}
	}
}

// measure parses the lines again and again.
func measure(b *testing.B, p ingest.Parser, lines [][]byte) {
	size := 0
	for _, l := range lines {
		size += len(l) + 1
	}
	var ev ingest.Event
	b.SetBytes(int64(size))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for _, l := range lines {
			p.Parse(l, &ev)
		}
		n += len(lines)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
}

// Of the hot formats no line allocates, once the parser has its buffers.
func TestHotFormatsDoNotAllocate(t *testing.T) {
	for name, line := range map[string]string{
		"combined":       `192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] "GET /a?page=1 HTTP/1.1" 200 10687 "https://www.example.org/" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"`,
		"combined, IPv6": `2001:db8::1 - anna [20/Nov/2026:10:00:00 +0000] "GET / HTTP/2.0" 404 0 "-" "-"`,
		"sshd":           "Nov 20 10:00:00 web1 sshd[1]: Failed password for invalid user admin from 192.0.2.1 port 40022 ssh2",
		"sshd, ISO":      "2026-11-20T10:00:00.123456+01:00 web1 sshd-session[1]: Connection closed by authenticating user root 192.0.2.1 port 40022 [preauth]",
		"sshd, success":  "Nov 20 10:00:00 web1 sshd[1]: Accepted publickey for anna from 192.0.2.1 port 40022 ssh2: ED25519 SHA256:abc",
		"pam":            "Nov 20 10:00:00 web1 sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root",
		"postfix":        "Nov 20 10:00:00 mx postfix/smtpd[1]: warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=anna",
		"postfix, noise": "Nov 20 10:00:00 mx postfix/qmgr[1]: 4ABCDE1234: removed",
		"dovecot":        "Nov 20 10:00:00 mx dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<anna>, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1, TLS, session=<abc>",
		"json access":    `{"level":"info","ts":1795168800.5,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.1","client_ip":"192.0.2.66","proto":"HTTP/2.0","method":"GET","host":"www.example.org","uri":"/a?page=1","headers":{"User-Agent":["Mozilla/5.0"],"Accept":["*/*"]}},"duration":0.001,"size":10687,"status":200}`,
		"haproxy":        `Nov 20 10:00:00 lb haproxy[760]: 192.0.2.66:58430 [20/Nov/2026:10:00:00.608] main app/web1 0/0/1/3/4 401 248 - - ---- 1/1/0/0/0 0/0 "GET /admin HTTP/1.1"`,
		"nginx error":    `2026/11/20 10:00:00 [error] 29#29: *1 open() "/srv/www/a" failed (2: No such file or directory), client: 192.0.2.1, server: _, request: "GET /a HTTP/1.1", host: "www.example.org"`,
		"apache error":   `[Fri Nov 20 10:00:00.123456 2026] [auth_basic:error] [pid 1] [client 192.0.2.1:51395] AH01618: user alice not found: /private/`,
		"container":      `{"log":"192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET /a?b=1 HTTP/1.1\" 404 153 \"-\" \"curl/8.5.0\"\n","stream":"stdout","time":"2026-11-20T10:00:00.1Z"}`,
		"firewall":       "Nov 20 10:00:00 web1 kernel: [1234.5] [UFW BLOCK] IN=eth0 OUT= MAC=00:00:5e:00:53:01 SRC=192.0.2.1 DST=198.51.100.1 LEN=40 PROTO=TCP SPT=40001 DPT=22",
		"unknown daemon": "Nov 20 10:00:00 host exampled[1]: login failed for user alice from 192.0.2.1",
		"unknown words":  "Nov 20 10:00:00 host exampled[1]: the queue has 17 entries and 192.0.2.1 is happy",
	} {
		p := Detect("", []byte(line+"\n")).NewParser(surroundings)
		text := []byte(line)
		var ev ingest.Event
		if n := testing.AllocsPerRun(100, func() { p.Parse(text, &ev) }); n != 0 {
			t.Errorf("%s: %v allocations a line", name, n)
		}
	}
}
