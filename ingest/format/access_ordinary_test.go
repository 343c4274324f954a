package format

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

const combinedStart = `192.0.2.1 - - [20/Nov/2026:10:00:00 +0100] `

// What is read as an ordinary line, and what is left to plainly though it is one of the
// format.
func TestOrdinary(t *testing.T) {
	for _, c := range []struct {
		line string
		want bool
	}{
		{combinedStart + `"GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"`, true},
		{combinedStart + `"POST /a?b=c HTTP/2.0" 302 0 "https://www.example.org/" "-"`, true},
		{combinedStart + `"HEAD /a b HTTP/1.0" 404 12345678 "x" "y"`, true},
		{combinedStart + `"GET / HTTP/1.1" 200 5 "-" "curl/8.5.0" "203.0.113.9"`, true},
		{combinedStart + `"GET / HTTP/1.1" 200 5 "-" "curl/8.5.0" 0.125`, true},
		{combinedStart + `"GET / HTTP/1.1" 200 5`, true}, // the common format
		{`2001:db8::1 - - [20/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"`, true},
		{`2001:db8::1%a - - [20/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"`, false},
		{`192.0.2.1 - alice [20/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"`, false},
		{`www.example.org 192.0.2.1 - - [20/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"`, false},
		{combinedStart + `"PUT /a HTTP/1.1" 200 5 "-" "curl/8.5.0"`, false},
		{combinedStart + `"GET http://x.example/ HTTP/1.1" 200 5 "-" "curl/8.5.0"`, false},
		{combinedStart + `"GET /a\" HTTP/1.1" 200 5 "-" "curl/8.5.0"`, false},
		{combinedStart + `"GET /a HTTP/1.1" 200 - "-" "curl/8.5.0"`, false},
		{combinedStart + `"GET /a HTTP/1.1" 200 5 "a\"b" "curl/8.5.0"`, false},
		{combinedStart + `"GET /a HTTP/1.1" 200 5 "a"b" "curl/8.5.0"`, false},
		{combinedStart + `"GET /a HTTP/1.1" 200 5 "-" "a\"b"`, false},
		{combinedStart + `"GET /a HTTP/1.1" 200 5 "" ""`, false},
	} {
		if got := agreed(t, []byte(c.line)); got != c.want {
			t.Errorf("%s\nis read as an ordinary line: %t", c.line, got)
		}
	}
}

// agreed reads a line both ways, which are to find the same, and reports whether it is an
// ordinary one.
func agreed(t *testing.T, line []byte) bool {
	t.Helper()
	for _, sampling := range []bool{false, true} {
		var short, long traits
		var got, want ingest.Event
		fast := accessOf(setup{Context: surroundings, sampling: sampling, seen: &short})
		plain := accessOf(setup{Context: surroundings, sampling: sampling, seen: &long})
		got.Reset()
		want.Reset()
		if !fast.ordinary(line, &got) {
			if d := differences(got, want); d != "" {
				t.Errorf("%q was left alone, but for\n%s", line, d)
			}
			return false
		}
		if !plain.plainly(line, &want) {
			t.Errorf("%q is an ordinary line, but no line: %s", line, plain.Reason())
		}
		if d := differences(want, got) + cmp.Diff(long, short, cmp.AllowUnexported(traits{})); d != "" {
			t.Errorf("%q is not read alike:\n%s", line, d)
		}
	}
	return true
}

// differences compares events.
func differences(a, b ingest.Event) string {
	return cmp.Diff(a, b, cmp.AllowUnexported(ingest.Event{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b }))
}

// FuzzOrdinary compares the two readers of an access line, in which any part may be odd.
func FuzzOrdinary(f *testing.F) {
	whole := [...]string{"192.0.2.1", " - - ", "[20/Nov/2026:10:00:00 +0100]", "GET /a?b HTTP/1.1", "200 5", "https://www.example.org/", "curl/8.5.0", ""}
	add := func(p [8]string) { f.Add(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]) }
	add(whole)
	for i, odd := range [...][]string{
		{"2001:db8::1", "[2001:db8::1]", "fe80::1%\"", "fe80::1%\" - - [", "192.0.2.1:443", "192.0.2.1 ", "www.example.org", ""},
		{" - alice ", " - - - ", " ", "\" - - ", " - b "},
		{"[20/Nov/2026:10:00:00]", "[20/Nov/2026 10:00:00 +0100]", "[20/Nov/2026:10:00:60 -0000]", "[2026-11-20T10:00:00+01:00]", "[20/Nov/2026:10:00:00 +01\"0]", "[20/Nov/2026:10:00:00 +0100] www.example.org", "[20/Nov/2026:10:00:00 +0100)", "(20/Nov/2026:10:00:00 +0100]"},
		{"GET / HTTP/1.1", "POST / HTTP/2.0", "HEAD / HTTP/3", "GET  HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1. ", "GET / HTTP/ .1", "GET / HTTP/1.\\", "GET /\\", "GET /\" x HTTP/1.1", "-", "", "\\x16\\x03", "GET http://x/ HTTP/1.1", "POST/ / HTTP/1.1"},
		{"200 -", "- 5", "2000 5", "20 5", "200x5", "200 123456789012345678", "200 1234567890123456789", "200", "200 5x"},
		{"-", "", "\\", "a\" \"b", "a\"b", "a\"x\"b", "\\\\"},
		{"-", "", "\\", "a\" \"b", "a\"b", "a\"x\"b", "\\\\"},
		{" ", " \"203.0.113.9\"", " \"203.0.113.9\" 0.125", " 0.125", " rt=0.125 x", "x", "\"", "x\"a\" \"b\"", " xa\" \"b\""},
	} {
		for _, text := range odd {
			p := whole
			p[i] = text
			add(p)
		}
	}
	f.Fuzz(func(t *testing.T, client, ident, stamp, request, numbers, referer, agent, rest string) {
		agreed(t, fmt.Appendf(nil, "%s%s%s \"%s\" %s \"%s\" \"%s\"%s", client, ident, stamp, request, numbers, referer, agent, rest))
		agreed(t, fmt.Appendf(nil, "%s%s%s \"%s\" %s%s", client, ident, stamp, request, numbers, rest))
	})
}
