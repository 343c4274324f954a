package template

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	for line, want := range map[string]string{
		"login of anna from 192.0.2.7 port 22":                         "login of anna from <ip> port <num>",
		"from [2001:db8::7]:4711, from ::ffff:192.0.2.7":               "from [<ip>]:<num>, from <ip>",
		"rip=192.0.2.7,lip=10.0.0.1:993":                               "rip=<ip>,lip=<ip>:<num>",
		"client 192.0.2.7#5353 (net 192.0.2.0/24)":                     "client <ip>#<num> (net <ip>/<num>)",
		"fe80::1%eth0 up":                                              "<ip> up",
		"Nov 20 10:00:00 up":                                           "<time> up",
		"Fri Nov  3 10:00:00 2026 up":                                  "<time> up",
		"[21/Nov/2026:18:00:01 +0000] up":                              "[<time>] up",
		"2026-11-20T10:00:00.123+01:00 up":                             "<time> up",
		"20.11.2026 10:00:00,123 up":                                   "<time>,<num> up",
		"Mar reads; day 20":                                            "<time> reads; day <num>",
		"in March and on Fri":                                          "in March and on Fri",
		"took 12ms, 3.5 s, 40%, -1, #7, v1.2.3":                        "took <num>, <num> s, <num>, -<num>, <num>, v<num>.<num>.<num>",
		"id 550e8400-e29b-41d4-a716-446655440000 0x7ffe 4a7f2e9b":      "id <uuid> <hex> <hex>",
		"queue 4B7F2ERX worker12 ssh2":                                 "queue <id> worker<num> ssh<num>",
		"open /var/lib/x.db?y=1 ../x ~/.ssh C:\\Temp\\x https://a.b/c": "open <path> <path> <path> <path> <url>",
		"mail anna@example.org via mx1.mail.example.org":               "mail <mail> via <host>",
		"at com.example.Door.open":                                     "at <host>",
		"at com.example.Door":                                          "at com.example.Door",
		`say "hello from 198.51.100.9" and 'a b' or ""`:                `say "<str>" and '<str>' or ""`,
		`say "a \" 198.51.100.9" done`:                                 `say "<str>" done`,
		"don't, can't and won't":                                       "don't, can't and won't",
		"user=<anna> <> open \"":                                       "user=<str> <> open \"",
		"blanks\t of  any kind ":                                       "blanks of any kind",
		"\xff\xfe\x00 broken":                                          "<str> broken",
		"":                                                             "",
		"... --- !":                                                    "... --- !",
	} {
		var m masker
		if got := string(m.line([]byte(line))); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", line, got, want)
		}
	}
}

// An address within quotes is the client's text; it is no client.
func TestMaskedClients(t *testing.T) {
	var m masker
	m.line([]byte(`refused "x from 198.51.100.9" at 192.0.2.7 by 10.0.0.1, 127.0.0.1 and fe80::1`))
	if len(m.clients) != 1 || m.clients[0].String() != "192.0.2.7" {
		t.Errorf("clients %v", m.clients)
	}
}

// FuzzMask: bounded, single-spaced, the same for the masked line's own text
// however often it is seen, and valid UTF-8 if the line is.
func FuzzMask(f *testing.F) {
	f.Add([]byte(`Nov 20 10:00:00 "a' <b> [::1]:5 1.2.3.4/5 x=`))
	f.Add([]byte(strings.Repeat("1 ", 2000)))
	f.Fuzz(func(t *testing.T, line []byte) {
		var m masker
		got := bytes.Clone(m.line(line))
		if len(got) > 8*maxBytes || bytes.Count(got, []byte(" ")) > maxTokens || bytes.Contains(got, []byte("  ")) {
			t.Errorf("%d bytes, %d blanks", len(got), bytes.Count(got, []byte(" ")))
		}
		if !bytes.Equal(got, m.line(line)) {
			t.Error("the second look differs")
		}
		if len(line) < maxBytes && utf8.Valid(line) && !utf8.Valid(got) {
			t.Errorf("%q is torn", got)
		}
	})
}
