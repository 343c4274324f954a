package report

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// unsafe returns the first rune of s that a terminal or a reader could be
// fooled by, other than those in allowed.
func unsafe(s, allowed string) (rune, bool) {
	for _, r := range s {
		if !visible(r) && !strings.ContainsRune(allowed, r) {
			return r, true
		}
	}
	return 0, false
}

// An attacker who writes every log field must not reach the reader's terminal:
// no escape sequence, no carriage return, no reversed or invisible text.
func TestHostileTextReachesNoTerminal(t *testing.T) {
	for _, opt := range []TextOptions{{}, {ASCII: true}, {Width: 40}, {Width: 100}} {
		var b bytes.Buffer
		if err := Text(&b, hostileNight(), opt); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Errorf("%+v: not UTF-8", opt)
		}
		if r, bad := unsafe(b.String(), "\n\t"); bad {
			t.Errorf("%+v: text holds %U", opt, r)
		}
		if !strings.Contains(b.String(), `\x1b`) || !strings.Contains(b.String(), `\r\n`) || !strings.Contains(b.String(), `\u202e`) {
			t.Errorf("%+v: the hostile characters are not shown escaped", opt)
		}
	}
}

// With colours the only escape sequences are our own.
func TestColoursAreOursAlone(t *testing.T) {
	var b bytes.Buffer
	if err := Text(&b, hostileNight(), TextOptions{Color: true}); err != nil {
		t.Fatal(err)
	}
	plain := sgr().ReplaceAllString(b.String(), "")
	if r, bad := unsafe(plain, "\n"); bad {
		t.Errorf("beside the colours the text holds %U", r)
	}
	var without bytes.Buffer
	if err := Text(&without, hostileNight(), TextOptions{}); err != nil {
		t.Fatal(err)
	}
	trim := regexp.MustCompile(`(?m) +$`)
	if trim.ReplaceAllString(plain, "") != without.String() {
		t.Error("colours change more than the colour")
	}
}

func TestASCIIMeansASCII(t *testing.T) {
	for _, f := range reports {
		var b bytes.Buffer
		if err := Text(&b, f.report(), TextOptions{ASCII: true}); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r > unicode.MaxASCII {
				t.Errorf("%s: %q is not ASCII", f.name, r)
				break
			}
		}
	}
}

// The page carries no markup of the attacker, no script at all, and loads
// nothing.
func TestHostileTextBecomesNoMarkup(t *testing.T) {
	for _, f := range reports {
		var b bytes.Buffer
		if err := HTML(&b, f.report()); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		if r, bad := unsafe(page, "\n"); bad {
			t.Errorf("%s: page holds %U", f.name, r)
		}
		for _, no := range []string{"<script", "<img", "<iframe", "<link", "href=\"http", ` src="`, "url(http", "javascript:", "@import", `style="`, "ZgotmplZ"} {
			if strings.Contains(page, no) {
				t.Errorf("%s: page contains %q", f.name, no)
			}
		}
		if len(page) > 1<<20 {
			t.Errorf("%s: page of %d bytes", f.name, len(page))
		}
	}
}

// A program gets the text as it was; the line itself obeys nobody's terminal.
func TestNDJSONIsVerbatimAndInert(t *testing.T) {
	r := hostileNight()
	var b bytes.Buffer
	if err := NDJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if bad, is := unsafe(b.String(), "\n"); is {
		t.Errorf("NDJSON holds %U", bad)
	}
	dec := json.NewDecoder(&b)
	for _, c := range r.Cases {
		var j CaseJSON
		if err := dec.Decode(&j); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(strings.ReplaceAll(hostile, "\xff\xfe", "\ufffd\ufffd"), "\ufffd"); j.Headline != want {
			t.Errorf("case %.5s: headline %q, want %q", c.ID, j.Headline, want)
		}
	}
	if err := dec.Decode(new(CaseJSON)); err != io.EOF {
		t.Errorf("after the cases: %v", err)
	}
}

func TestEscape(t *testing.T) {
	tests := []struct {
		what, in, want, ascii string
	}{
		{"ordinary text stays", "GET /a?b=%27", "GET /a?b=%27", "GET /a?b=%27"},
		{"an escape sequence is told", "\x1b[2J", `\x1b[2J`, `\x1b[2J`},
		{"a forged line stays on its line", "a\r\nb\tc", `a\r\nb\tc`, `a\r\nb\tc`},
		{"C1 controls are sequences on some terminals", "\u009b31m", `\u009b31m`, `\u009b31m`},
		{"right-to-left override", "\u202egnp.exe", `\u202egnp.exe`, `\u202egnp.exe`},
		{"zero width", "ad\u200bmin", `ad\u200bmin`, `ad\u200bmin`},
		{"a letter that draws nothing", "x\u3164", `x\u3164`, `x\u3164`},
		{"tag characters beyond the first plane", "\U000e0041", `\U000e0041`, `\U000e0041`},
		{"bytes that are no UTF-8", "caf\xe9", `caf\xe9`, `caf\xe9`},
		{"letters of the world", "Łódź 東京", "Łódź 東京", `\u0141\u00f3d\u017a \u6771\u4eac`},
		{"our own typography", "10 σ – “so”…", "10 σ – “so”…", `10 sigma - "so"...`},
		{"a tower of marks", "e\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301" + `\u0301`, `e\u0301\u0301\u0301\u0301`},
		{"long text ends", strings.Repeat("x", 60), strings.Repeat("x", 50) + "…", strings.Repeat("x", 50) + "..."},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if got := escape(tt.in, 50, false); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if got := escape(tt.in, 50, true); got != tt.ascii {
				t.Errorf("ASCII %q, want %q", got, tt.ascii)
			}
		})
	}
}

// Whatever is logged, what is shown is visible, UTF-8, bounded, and stays so
// when it is escaped again.
func FuzzEscape(f *testing.F) {
	f.Add(hostile)
	f.Add("plain")
	f.Fuzz(func(t *testing.T, s string) {
		for _, ascii := range []bool{false, true} {
			got := escape(s, 64, ascii)
			if r, bad := unsafe(got, ""); bad || !utf8.ValidString(got) {
				t.Errorf("%q shows %U", s, r)
			}
			if len(got) > 64*10+3 {
				t.Errorf("%d bytes of %d", len(got), len(s))
			}
			if again := escape(got, len(got), ascii); again != got {
				t.Errorf("%q becomes %q", got, again)
			}
		}
	})
}
