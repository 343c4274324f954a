package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
)

func TestAppendEvent(t *testing.T) {
	ev := ingest.Event{
		Time: 1795284001500, Src: netip.MustParseAddr("2001:db8::7"), Service: "http", Kind: ingest.KindProbe, Count: 3,
		User: []byte("anna"), VHost: []byte("www.example.org"), Method: []byte("GET"), Target: []byte(`/p?id="1'`), Status: 500,
		Agent: []byte("sqlmap/1.8"), Referer: []byte("https://www.example.org/"),
		Request: ingest.Request{Class: ingest.ClassSQLi | ingest.ClassScanner, Stage: ingest.StageExtract},
		Client:  ingest.Client{Kind: ingest.ClientScanner},
	}
	const want = `{"line":1,"time":"2026-11-21T18:00:01.5Z","service":"http","kind":"probe","src":"2001:db8::7","user":"anna","count":3,` +
		`"vhost":"www.example.org","method":"GET","path":"/p?id=\"1'","status":500,"user_agent":"sqlmap/1.8","referer":"https://www.example.org/",` +
		`"class":["sqli","scanner"],"stage":4,"bot":true}`
	if got := string(appendEvent([]byte(`{"line":1`), &ev)) + "}"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := string(appendEvent(nil, &ingest.Event{Count: 1})), `,"kind":"other"`; got != want {
		t.Errorf("an event without facts: %s, want %s", got, want)
	}
}

func TestAppendString(t *testing.T) {
	for in, want := range map[string]string{
		"plain":              `"plain"`,
		`a"b\c`:              `"a\"b\\c"`,
		"bell\a\x1b[31m\x7f": `"bell\u0007\u001b[31m\u007f"`,
		"Zürich":             `"Zürich"`,
		"latin1 \xfc":        `"latin1 \ufffd"`,
		"cut \xe2\x82":       `"cut \ufffd\ufffd"`,
		"turn\u202etxt":      `"turn\u202etxt"`, // right-to-left override
		"c1 \u009b2J":        `"c1 \u009b2J"`,
		"tag \U000e0041":     `"tag \udb40\udc41"`,
		"hammer \U0001f528":  `"hammer 🔨"`,
	} {
		if got := string(appendString(nil, in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// FuzzAppendString: whatever a client sent, the output is valid JSON of
// printable characters, and says the same.
func FuzzAppendString(f *testing.F) {
	f.Add([]byte("GET /\xff\x00\u2028\"\\"))
	f.Fuzz(func(t *testing.T, in []byte) {
		out := appendString(nil, in)
		var back string
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		if want := string([]rune(string(in))); back != want {
			t.Errorf("%q reads back as %q", want, back)
		}
		if !utf8.Valid(out) || bytes.ContainsFunc(out, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
			t.Errorf("%q is not safe to look at", out)
		}
	})
}

// FuzzParseLines: one JSON object for every line of anything, numbered.
func FuzzParseLines(f *testing.F) {
	f.Add([]byte("Nov 21 18:00:01 web1 sshd[11]: Failed password for root from 192.0.2.7 port 5 ssh2\n\n\xff\x00"))
	f.Add([]byte(`198.51.100.7 - - [21/Nov/2026:18:00:01 +0000] "GET /?q=%27+OR+1=1 HTTP/1.1" 200 12 "-" "curl/8.5.0"`))
	f.Add([]byte(strings.Repeat("x", ingest.MaxLine+10) + "\nnext"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, log []byte) {
		var out bytes.Buffer
		w := bufio.NewWriter(&out)
		if err := writeLines(context.Background(), w, inMemory(log), ingest.Enrichers{}, func(int64) {}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		n := 0
		for line := range bytes.Lines(out.Bytes()) {
			n++
			var object struct{ Line int }
			if err := json.Unmarshal(line, &object); err != nil || object.Line != n {
				t.Fatalf("line %d: %v: %q", n, err, line)
			}
		}
		want := bytes.Count(log, []byte("\n"))
		// A last line may lack its end; NUL bytes alone are a hole, not a line.
		if rest := log[bytes.LastIndexByte(log, '\n')+1:]; len(bytes.TrimLeft(rest, "\x00")) > 0 {
			want++
		}
		if n != want {
			t.Errorf("%d objects for %d lines", n, want)
		}
	})
}

// inMemory is a source of a text that is in no file.
type inMemory []byte

func (m inMemory) Name() string                 { return "memory" }
func (m inMemory) Format() ingest.Format        { return format.Detect("log", m) }
func (m inMemory) Location() *time.Location     { return time.UTC }
func (m inMemory) Anchor() time.Time            { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }
func (m inMemory) Size() int64                  { return int64(len(m)) }
func (m inMemory) ReaderAt() io.ReaderAt        { return bytes.NewReader(m) }
func (m inMemory) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(m)), nil }
