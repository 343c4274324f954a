package format

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzWords compares the search for words with the library's.
func FuzzWords(f *testing.F) {
	words := []string{" from ", " port ", " rhost=", ": "}
	for _, text := range []string{
		"", " ", ":", ": ", " from ", " fro", " from from ", "x from y port 7 from z", "\x01 from \x00 from\x80", "   from  from   ", " f from f from f", "aaaaaaa from bbbbbbbbb from ", "a: b: c: ", "!from from", "\xa0from from ", " rhost= rhost= rhos",
	} {
		f.Add([]byte(text))
	}
	for i := range 20 { // across the ends of eight bytes
		f.Add([]byte(strings.Repeat("x", i) + " from " + strings.Repeat("f", 20-i)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, w := range words {
			if got, want := indexWord(text, w), bytes.Index(text, []byte(w)); got != want {
				t.Errorf("%q first in %q: at %d, not at %d", w, text, got, want)
			}
			if got, want := lastIndexWord(text, w), bytes.LastIndex(text, []byte(w)); got != want {
				t.Errorf("%q last in %q: at %d, not at %d", w, text, got, want)
			}
		}
	})
}

// FuzzLeading4 compares the two readers of an address, at the end of a buffer, before a
// blank and before a digit that is another field's.
func FuzzLeading4(f *testing.F) {
	for _, text := range []string{
		"192.0.2.1", "255.255.255.255", "256.1.1.1", "1.2.3.4", "001.002.003.004", "0001.2.3.4", "1.2.3.4567", "1.2.3.4.5", "1.2.3", "1.2.3.", "1..2.3", ".1.2.3", "1.2.3.4 - - ", "1,2.3.4", "1.2.3:4", "", "1.2.3.999", "255.255.255.2551",
		"255.255.255.255 ", "2001:db8::1", "10.0.0.1\x2e", "\xb1.\xb2.\xb3.\xb4", "/.:.0.1", "1.2.3.\x0a", "192.0.2.1:443",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, wantN := plainLeading4(text)
		for _, behind := range []string{"", " ", "77777777777777777777", ".1.2.3.4.5.6.7.8.9.10"} {
			buffer := append(append(make([]byte, 0, len(text)+len(behind)), text...), behind...)
			got, n := leading4(buffer[:len(text)])
			if n != wantN || n > 0 && got != want {
				t.Errorf("%q before %q: %v of %d bytes, not %v of %d", text, behind, got, n, want, wantN)
			}
		}
	})
}

// FuzzLeading compares the reader of a number with one that goes byte by byte.
func FuzzLeading(f *testing.F) {
	for _, text := range []string{"", "0", "7", "10687 ", "12345678", "1234567 ", "1234567", "0001234x", "123456789012345678", "1234567890123456789", "-1", " 1", "\xb1\xb2", "/9", ":9", "200 10687 \"-\""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, digits := int64(0), 0
		for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' && digits < 19 {
			want = want*10 + int64(text[digits]-'0')
			digits++
		}
		n, rest, ok := leading(text)
		switch {
		case digits == 0 || digits == 19:
			if ok {
				t.Errorf("%q: read as %d", text, n)
			}
		case !ok || n != want || string(rest) != string(text[digits:]):
			t.Errorf("%q: %d before %q, %t", text, n, rest, ok)
		}
	})
}
