package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func explained(t testing.TB, e Explanation, opt TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Explain(&b, e, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// marksOf are marks named after the words of a line, as a shell user sees them.
func marksOf(text string, names map[string]string) (marks []Mark) {
	for at := 0; at < len(text); {
		n := strings.IndexByte(text[at:]+" ", ' ')
		if name, ok := names[text[at:at+n]]; ok {
			marks = append(marks, Mark{at, at + n, name})
		}
		at += n + 1
	}
	return marks
}

func TestMarkedLine(t *testing.T) {
	for _, tt := range []struct {
		what, text string
		names      map[string]string
		want       []string
	}{
		{"names that fit", "Failed for root from 192.0.2.7", map[string]string{"root": "user.name", "192.0.2.7": "source.ip"}, []string{
			"Failed for root from 192.0.2.7",
			"           └┬─┘      └───┬───┘",
			"        user.name    source.ip"}},
		{"names that do not", "Failed: a b c", map[string]string{"a": "first", "b": "second", "c": "third"}, []string{
			"Failed: a b c",
			"        ┬ ┬ ┬",
			"      first │",
			"       second",
			"          third"}},
		{"what is escaped moves what follows", "user a\x1bb at 192.0.2.7", map[string]string{"a\x1bb": "user.name", "192.0.2.7": "source.ip"}, []string{
			`user a\x1bb at 192.0.2.7`,
			`     └─┬──┘    └───┬───┘`,
			`   user.name   source.ip`}},
		{"wide letters take two cells", "user 日本 at ::1", map[string]string{"日本": "user.name", "::1": "source.ip"}, []string{
			"user 日本 at ::1",
			"     └┬─┘    └┬┘",
			"  user.name   │",
			"          source.ip"}},
		{"a field goes on in the next row", strings.Repeat("x ", 18) + "abcdefgh ok", map[string]string{"abcdefgh": "agent"}, []string{
			strings.Repeat("x ", 18) + "abcd",
			strings.Repeat("  ", 18) + "└┬─┘",
			strings.Repeat("  ", 17) + " agent",
			"efgh ok",
			"└┬─┘"}},
	} {
		e := Explanation{File: "f", Format: "x", Lines: 1, Understood: 1, Fits: 1, Example: &MarkedLine{Number: 1, Text: tt.text, Marks: marksOf(tt.text, tt.names), Facts: "kind other"}}
		_, body, _ := strings.Cut(explained(t, e, TextOptions{Width: 40}), "──\n\n")
		body, _, _ = strings.Cut(body, "\n\n  kind")
		if diff := cmp.Diff(strings.Join(tt.want, "\n"), body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.what, diff)
		}
	}
}

func TestCaret(t *testing.T) {
	for _, tt := range []struct {
		text string
		at   int
		want string
	}{
		{"a\x1bb 2 c", 4, "a\\x1bb 2 c\n       ^\n"},
		{"abc", 3, "abc\n   ^\n"},
		{"abc", -1, "abc\n"},
		{strings.Repeat("x", 50), 45, strings.Repeat("x", 40) + "\n" + strings.Repeat("x", 10) + "\n     ^\n"},
		{strings.Repeat("x", 40), 40, strings.Repeat("x", 40) + "\n" + strings.Repeat(" ", 39) + "^\n"},
		{"", 0, "\n^\n"},
	} {
		x := &explainer{printer: printer{width: 40}}
		x.caret(tt.text, tt.at)
		if got := x.b.String(); got != tt.want {
			t.Errorf("%q at %d:\n%s\nwant\n%s", tt.text, tt.at, got, tt.want)
		}
	}
}

// FuzzExplain: whatever the line and wherever the marks, the page keeps its
// width and obeys nobody.
func FuzzExplain(f *testing.F) {
	f.Add(hostile, 1, 5, 3, 40, true)
	f.Add(strings.Repeat("日\u0301\u202e", 300), 0, 900, 77, 80, false)
	f.Fuzz(func(t *testing.T, text string, from, to, stopped, width int, ascii bool) {
		from, to = min(max(from, 0), len(text)), min(max(to, 0), len(text))
		e := Explanation{File: text, Format: text, Lines: 9, Understood: 3, Shapes: []Shape{{9, true, text}},
			Example: &MarkedLine{Number: 1, Text: text, Marks: []Mark{{from, max(from, to), "user.name"}}, Facts: text},
			Causes:  []Cause{{Text: text, Program: text, Lines: 6, Example: text, Stopped: stopped, Do: []string{text}, Config: []string{text}, Then: text}}}
		out := explained(t, e, TextOptions{Width: width, ASCII: ascii})
		for _, r := range out {
			if r != '\n' && !visible(r) || ascii && r >= 0x80 {
				t.Fatalf("%q in %q", r, out)
			}
		}
	})
}

// A long line fills the width and no more; so does what stands beneath.
func TestExplainKeepsTheWidth(t *testing.T) {
	long := strings.Repeat("GET /index.html?q=日本 ", 30)
	e := Explanation{File: "/var/log/x.log", Format: "x", Lines: 9, Understood: 3, Fits: 3, Shapes: []Shape{{9, false, long}}, MoreShapes: 3,
		Example: &MarkedLine{Number: 1, Text: long, Marks: []Mark{{0, 3, "method"}, {4, 200, "path"}}, Facts: strings.Repeat("kind other, ", 20)},
		Causes:  []Cause{{Text: "no parser", Lines: 6, Clients: 2, Example: long, Stopped: 70, Do: []string{strings.Repeat("do ", 90)}}}, MoreCauses: 1}
	for _, width := range []int{40, 60, 80, 100} {
		page, _, _ := strings.Cut(explained(t, e, TextOptions{Width: width}), "\nOne JSON") // a command is not broken
		for line := range strings.Lines(page) {
			if n := cells(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d cells in a page of %d: %s", n, width, line)
			}
		}
	}
}
