package rule

import (
	_ "embed"
	"strings"
	"sync"
)

// honestFile are the messages of quiet days among the samples of testdata/logs, each
// behind its program and a tab: good logins, visits, connections, sessions.
//
//go:embed honest.txt
var honestFile string

// honest are messages that no rule may match: a pattern that does matches the shape of
// messages and no threat.
var honest = sync.OnceValue(func() []string {
	out := quiet
	for line := range strings.Lines(honestFile) {
		program, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		out = append(out, Message(program, text))
	}
	return out
})

// quiet are messages of quiet days, as daemons of many kinds might write them.
var quiet = []string{
	"Accepted publickey for anna from 192.0.2.7 port 50022 ssh2: ED25519 SHA256:AAAA",
	"Accepted password for anna from 192.0.2.7 port 50022 ssh2",
	"Disconnected from user anna 192.0.2.7 port 50022",
	"Connection from 192.0.2.7 port 50022 on 198.51.100.1 port 22",
	"imap-login: Login: user=<anna>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, mpid=811, TLS, session=<a>",
	"connect from mail.example.org[192.0.2.7]",
	"disconnect from mail.example.org[192.0.2.7] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
	"client @0x7f1 192.0.2.7#4711 (example.org): query: example.org IN A + (198.51.100.1)",
	"192.0.2.7 - anna [10/Nov/2026:02:10:00 +0000] \"GET /index.html HTTP/1.1\" 200 5120 \"-\" \"Mozilla/5.0\"",
	"USER anna: Login successful from 192.0.2.7",
	"user anna logged in from 192.0.2.7",
	"login of anna from 192.0.2.7 accepted",
	"authentication of anna from 192.0.2.7 succeeded",
	"session opened for anna by 192.0.2.7",
	"new connection from 192.0.2.7:50022 accepted",
	"peer 192.0.2.7:51820 handshake completed",
	"DHCPACK on 192.0.2.7 to 00:00:5e:00:53:01 via eth0",
	"time synchronized to 192.0.2.7:123",
	"request from 192.0.2.7 served in 12 ms",
	"backup of 192.0.2.7 finished",
}
