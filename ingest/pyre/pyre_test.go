package pyre

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// match writes a match as "whole|group1|group2", with "-" for a group that took
// no part; "" is no match.
func match(t *testing.T, r *Regexp, text string) string {
	t.Helper()
	var x Text
	x.Set([]byte(text))
	loc, err := r.Match(&x)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return show(text, loc)
}

func show(text string, loc []int) string {
	var parts []string
	for i := 0; i < len(loc); i += 2 {
		if loc[i] < 0 {
			parts = append(parts, "-")
		} else {
			parts = append(parts, text[loc[i]:loc[i+1]])
		}
	}
	return strings.Join(parts, "|")
}

// TestMatch: the expectations are what Python 3.11 gives.
func TestMatch(t *testing.T) {
	for _, tt := range []struct{ pattern, text, want string }{
		{`a+b`, "xaab", "aab"},
		{`a+?`, "aaa", "a"},
		{`(a|ab)(c|bcd)`, "abcd", "abcd|a|bcd"}, // the first alternative that leads on wins
		{`(a*)*`, "b", "|"},
		{`(a*)+x`, "aax", "aax|"},
		{`(?:a|b){2,3}c`, "abac", "abac"},
		{`x{,2}y`, "xxxy", "xxy"},
		{`x{y}`, "x{y}", "x{y}"}, // no repetition: the brace is itself
		{`(?P<n>\d+)-(?P=n)`, "12-13 7-7", "7-7|7"},
		{`(a)|(b)`, "b", "b|-|b"},
		{`^(?P<q>")?x(?(q)"|!)$`, `"x"`, `"x"|"`},
		{`^(?P<q>")?x(?(q)"|!)$`, `x!`, "x!|-"},
		{`^(?P<q>")?x(?(q)"|!)$`, `"x!`, ""},
		{`\w+(?= from)`, "anna from b", "anna"},
		{`\b(?!root\b)\w+`, "root rooted", "rooted"},
		{`(?<=\bby )\S+`, "standby x by y", "y"},
		{`(?<!\d)\d{2}(?!\d)`, "123 45 6", "45"},
		{`(?>a+)ab`, "aaab", ""},
		{`a++b`, "aab", "aab"},
		{`(?i)straße|K`, "STRASSE \u212a", "\u212a"},
		{`(?i:ab)c`, "ABc", "ABc"},
		{`(?s:.)x`, "\nx", "\nx"},
		{`.x`, "\nx", ""},
		{`(?x) a b # a comment`, "ab", "ab"},
		{`[\]\w.-]+`, "é_].-9 ", "é_].-9"},
		{`[^\s:]+`, "\u00a0ab:", "ab"}, // a no-break space is white space
		{`\d+`, "x٣4", "٣4"},
		{`\W`, "éa!", "!"},
		{`[\S]`, " \x1cx", "x"},
		{`a$`, "a\n", "a"}, // before a final newline
		{`a\Z`, "a\n", ""},
		{`a$\s*`, "a\n", "a\n"},
		{`(a$)|b`, "b", "b|-"},
		{`a$\nb`, "a\nb", ""},
		{`\x41\u0042\103\0?`, "ABC", "ABC"},
		{`\.\-\/`, ".-/", ".-/"},
		{`(?#nothing)a`, "a", "a"},
		{`.`, "\xff", "\xff"},
	} {
		t.Run(tt.pattern, func(t *testing.T) {
			r, err := Compile(tt.pattern, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := match(t, r, tt.text); got != tt.want {
				t.Errorf("on %q: %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestMultiline(t *testing.T) {
	r, err := Compile(`^b$`, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := match(t, r, "a\nb\nc"); got != "b" {
		t.Errorf("%q, want the second line", got)
	}
}

func TestCompileErrors(t *testing.T) {
	for _, pattern := range []string{
		"(", ")", "a)", "[a", "*a", "a**", `\`, `\q`, `\8`, `(?P<1>a)`, `(?P<a>b)(?P<a>c)`, `(?P=no)`, `(?(3)a)`, "(?<=a+)b", "(?Pa)",
		"[z-a]", "a{3,2}", "(a\\1)", "\xff", strings.Repeat("(", 200), "((a{999}){999}){999}", "(?:a[bc]+){10001}", `\ud800`,
	} {
		if r, err := Compile(pattern, false); err == nil {
			t.Errorf("%.40q compiles to %v; Python refuses it", pattern, r.prog)
		}
	}
}

func TestNeeds(t *testing.T) {
	for pattern, want := range map[string]string{
		`^Invalid user \S+ from`:            "[Invalid user ]",
		`(?:failed|refused) for`:            "[failed for refused for]",
		`a|bcd`:                             "[]", // too short to tell lines apart
		`x?yes`:                             "[yes xyes]",
		`(?:abc)?`:                          "[]",
		`(?i)abc`:                           "[]",
		`(?i)123 456`:                       "[123 456]",
		`[ab]cde`:                           "[acde bcde]",
		`^\S+(?: \w+)? user (?!x)name \d+$`: "[ user name ]",
		`(?P<a>abcd)(?(a)efgh|ijkl)`:        "[abcdefgh abcdijkl]",
		`(?:abcd)+`:                         "[abcd]",
	} {
		r, err := Compile(pattern, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s", r.needs); got != want {
			t.Errorf("%s needs %s, want %s", pattern, got, want)
		}
	}
}

// TestSlow: a text that keeps the machine busy is told, or left to the other
// engine.
func TestSlow(t *testing.T) {
	evil := []byte(strings.Repeat("a", 100))
	var x Text
	x.Set(evil)
	back, err := Compile(`(?:a+)+(?!b)c`, false)
	if err != nil {
		t.Fatal(err)
	}
	if loc, err := back.Match(&x); !errors.Is(err, ErrSlow) {
		t.Errorf("match %v, error %v; want ErrSlow", loc, err)
	}
	plain, err := Compile(`((?:a+)+)c`, false)
	if err != nil {
		t.Fatal(err)
	}
	if loc, err := plain.Match(&x); loc != nil || err != nil {
		t.Errorf("match %v, error %v; want neither", loc, err)
	}
	x.Set(append(evil, 'c'))
	if loc, err := plain.Match(&x); len(loc) != 4 || loc[3] != 100 || err != nil {
		t.Errorf("match %v, error %v; want all of it", loc, err)
	}
}

func TestSieve(t *testing.T) {
	var patterns []*Regexp
	for _, p := range []string{"one", "two|three", ".", "threefold"} {
		r, err := Compile(p, false)
		if err != nil {
			t.Fatal(err)
		}
		patterns = append(patterns, r)
	}
	s := NewSieve(patterns)
	for text, want := range map[string][]int{"": {2}, "a one": {0, 2}, "three": {1, 2}, "threefold": {1, 2, 3}, "thr": {2}} {
		if got := s.Likely([]byte(text), nil); !slices.Equal(got, want) {
			t.Errorf("%q may match %v, want %v", text, got, want)
		}
	}
}

// FuzzMatch feeds patterns and texts: nothing panics, the two engines agree
// wherever both can do it, and a match contains what it needs and begins as it
// may.
func FuzzMatch(f *testing.F) {
	f.Add(`^(?P<a>\w+) (?:x|y){1,3}? from (?P=a)$`, "bob xy from bob\n")
	f.Add(`(?i)(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})`, "::ffff:192.0.2.1")
	f.Add(`(?P<q>")?x(?(q)"|(?<!a)b$)`, `"x"`)
	f.Add(`(a|b*)*c|[^\W\d_]\Z`, "abbac")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 200 {
			return
		}
		r, err := Compile(pattern, false)
		if err != nil {
			return
		}
		var x Text
		x.Set([]byte(text))
		m := r.prepare(&x)
		loc, err := r.Match(&x)
		if err != nil || m.steps < 0 {
			return
		}
		if loc != nil {
			if !r.MayMatch([]byte(text)) {
				t.Errorf("%q matches %q, which has none of %q", pattern, text, r.needs)
			}
			if loc[0] < len(text) && !r.MayStart(text[loc[0]]) {
				t.Errorf("%q matches %q from %q, where it cannot start", pattern, text, text[loc[0]:])
			}
			if len(NewSieve([]*Regexp{r}).Likely([]byte(text), nil)) == 0 {
				t.Errorf("the sieve holds back %q from %q", text, pattern)
			}
		}
		if r.linear == nil || r.linear() == nil || !plain(pattern, text) {
			return
		}
		other := r.linear().FindStringIndex(text)
		if (loc == nil) != (other == nil) || loc != nil && loc[0] != other[0] {
			t.Errorf("%q on %q: %v, and %v by Go's regexp", pattern, text, loc, other)
		}
	})
}

// plain reports whether the engines mean the same by everything: RE2 knows words
// and case of ASCII alone, and consumes a newline at "$".
func plain(pattern, text string) bool {
	for _, s := range []string{pattern, text} {
		if strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) >= 0 {
			return false
		}
	}
	return !strings.Contains(text, "\n") && !strings.Contains(strings.ToLower(pattern), `\b`)
}
