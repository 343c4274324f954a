package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func markdownOf(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMarkdownText(t *testing.T) {
	tests := []struct{ what, in, want string }{
		{"ordinary text stays", "GET /admin/ was answered 404.", "GET /admin/ was answered 404."},
		{"a link", "[x](y)", `\[x\](y)`},
		{"a picture", "![x](y)", `\!\[x\](y)`},
		{"HTML and entities", "<b>&lt;", `\<b\>\&lt;`},
		{"emphasis and code", "*a* _b_ ~~c~~ `d`", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\`"},
		{"a table", "a | b", `a \| b`},
		{"a formula", "$a$", `\$a\$`},
		{"a heading, an issue", "# 12 #12", `\# 12 \#12`},
		{"a list", "- a", `\- a`},
		{"a numbered list", "1. a", `1\. a`},
		{"a number", "1.5 a", "1.5 a"},
		{"a heading's underline", "===", `\===`},
		{"a mention", "@all and (@team) and a@b", `\[@\]all and (\[@\]team) and a@b`},
		{"an escape of theirs", `\*`, `\\\*`},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if got := markdownText(tt.in); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

var (
	fenced  = regexp.MustCompile("(?ms)^(```+)text\n.*?\n```+$")
	escapes = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]")
	coded   = regexp.MustCompile("`[^`\n]*`")
	ours    = regexp.MustCompile(`(?m)^(#{1,3}|-|\d\.) |^- [◆▲●○·] \*\*|\*\*|^\|---.*$|^\|| \||^---$`)
)

// After taking away what Markdown escapes, code, and the marks that this program
// makes, nothing of the log means anything.
func TestHostileMarkdown(t *testing.T) {
	for _, f := range reports {
		text := markdownOf(t, f.report())
		if r, bad := unsafe(text, "\n"); bad {
			t.Errorf("%s: holds %U", f.name, r)
		}
		if found := linkable.FindString(strings.ReplaceAll(text, `\`, "")); found != "" {
			t.Errorf("%s: links %q", f.name, found)
		}
		bare := fenced.ReplaceAllString(text, "")
		bare = coded.ReplaceAllString(escapes.ReplaceAllString(bare, ""), "")
		bare = ours.ReplaceAllString(bare, "")
		if at := strings.IndexAny(bare, "[]<>*_`|&~#$"); at >= 0 {
			t.Errorf("%s: a mark is left at %q", f.name, bare[max(0, at-40):min(len(bare), at+40)])
		}
		for line := range strings.Lines(bare) {
			if strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t") {
				t.Errorf("%s: %q would be code", f.name, line)
			}
		}
	}
}

// The fence of a code block is longer than what a log line holds.
func TestMarkdownFence(t *testing.T) {
	m := &markdown{}
	m.code([]exhibit{{Gist: "GET /```` HTTP"}, {Gist: "b", Answer: "404"}})
	if got, want := m.b.String(), "`````text\nGET /```` HTTP\nb → 404\n`````\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
