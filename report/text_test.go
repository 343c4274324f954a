package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// The account that a line is about stays in it, whatever else there is no room for.
func TestNameIsKept(t *testing.T) {
	const line = "dovecot: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 6 secs): user=<anna@example.org>, method=PLAIN"
	for _, tt := range []struct {
		in    string
		width int
		names []string
		want  string
	}{
		{"short", 10, []string{"anna"}, "short"},
		{line, 60, []string{"nobody", "anna@example.org"}, "dovecot: imap-login: D…user=<anna@example.org>, method=PLAIN"},
		{line, 30, []string{"anna@example.org"}, "dovecot: i…user=<anna@example…"},
		{line, 60, []string{"dovecot"}, "dovecot: imap-login: Disconnected: Connection closed (auth…"},
		{line, 60, nil, "dovecot: imap-login: Disconnected: Connection closed (auth…"},
		{"Login of 京京京京京京京京京京京京京京 for anna", 20, []string{"anna"}, "Login of 京京京…anna"},
	} {
		got := cutAround(tt.in, tt.width, tt.names)
		if got != tt.want || cells(got) > tt.width {
			t.Errorf("cutAround(%q, %d) = %q (%d cells), want %q", tt.in, tt.width, got, cells(got), tt.want)
		}
	}
}

// No line is wider than the terminal, whatever the log holds, in cells and not
// in bytes.
func TestWidthIsKept(t *testing.T) {
	wide := fiveAttacks()
	wide.Cases[1].Headline = strings.Repeat("東京の攻撃", 30)
	wide.Cases[1].Explanation[0] = strings.Repeat("日本語の説明", 50)
	wide.Cases[1].Evidence[0].Text = strings.Repeat("京", 200)
	nights := map[string]Report{"wide runes": wide}
	for _, f := range reports {
		nights[f.name] = f.report()
	}
	for name, r := range nights {
		for _, width := range []int{40, 57, 80, 100} {
			for _, ascii := range []bool{false, true} {
				var b bytes.Buffer
				if err := Text(&b, r, TextOptions{Width: width, ASCII: ascii}); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(b.String()) {
					if w := cells(strings.TrimSuffix(line, "\n")); w > width {
						t.Errorf("%s at %d: %d cells: %s", name, width, w, line)
					}
				}
			}
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, nil},
		{"one two three", 7, []string{"one two", "three"}},
		{"  much   space ", 20, []string{"much space"}},
		{"abcdefghij kl", 4, []string{"abcd", "efgh", "ij", "kl"}},
		{"東京東京東", 4, []string{"東京", "東京", "東"}}, // two cells each
		{"e\u0301e\u0301", 2, []string{"e\u0301e\u0301"}},
	}
	for _, tt := range tests {
		if got := wrap(tt.in, tt.width); strings.Join(got, "|") != strings.Join(tt.want, "|") {
			t.Errorf("wrap(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		want  string
	}{{"short", 5, "short"}, {"longer", 5, "long…"}, {"two words", 5, "two…"}, {"東京東京", 5, "東京…"}, {"東京", 2, "…"}, {"x", 0, ""}} {
		if got := cut(tt.in, tt.width); got != tt.want {
			t.Errorf("cut(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

// What is shortened in the middle keeps both ends, and never more than its width.
func TestCutMiddle(t *testing.T) {
	const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0"
	for _, tt := range []struct {
		in    string
		width int
		want  string
	}{
		{"curl/8.5.0", 20, "curl/8.5.0"},
		{agent, 30, "Mozilla/5.0 (X1…rome/148.0.0.0"},
		{agent, 2, "M…"},
		{"木木木木木木", 6, "木…木"}, // a letter of two cells is not cut
		{"⸻⸻⸻⸻", 11, "⸻…⸻"},  // nor is one of four
		{"⸻⸻⸻⸻", 4, "…"},
		{"abcdef" + "क" + strings.Repeat("ः", 20) + "gh", 9, "abcd…gh"}, // or of more
		{"", 5, ""},
	} {
		got := cutMiddle(tt.in, tt.width)
		if got != tt.want || cells(got) > tt.width {
			t.Errorf("cutMiddle(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

// The headline is about the server and claims what the worst case proves.
func TestHeadline(t *testing.T) {
	with := func(change func(*Report)) Report { r := quietNight(); change(&r); return r }
	medium := scriptCase()
	medium.Level = analyze.Medium
	tests := []struct {
		what string
		r    Report
		want string
	}{
		{"a break-in leads", fiveAttacks(), "Someone may be inside web1."},
		{"then the hole", with(func(r *Report) { r.Cases = []analyze.Case{injectionCase(), slowScanCase()} }), "/product on web1 looks injectable."},
		{"attackers who failed", with(func(r *Report) { r.Cases = []analyze.Case{slowScanCase()} }), "web1 was attacked; nobody seems to have got in."},
		{"a host without a name", with(func(r *Report) { r.Host, r.Cases = "", []analyze.Case{slowScanCase()} }), "The server was attacked; nobody seems to have got in."},
		{"only an hour", with(func(r *Report) { r.Cases = []analyze.Case{rushCase()} }), "web1 did not keep its usual rhythm."},
		{"something small", with(func(r *Report) { r.Cases = []analyze.Case{medium} }), "Something on web1 deserves a look."},
		{"background noise is quiet", with(func(r *Report) { r.Cases = []analyze.Case{scriptCase()} }), "All quiet on web1."},
		{"a quiet night", quietNight(), "All quiet on web1."},
		{"quiet is not claimed of what was not read", degradedRun(), "What could be read of the server is quiet; part of it could not."},
		{"logs that nothing is written to", with(func(r *Report) { r.Sources = []ingest.Health{{Outside: 4096}} }), "The logs of web1 are silent, so nothing is known about it."},
		{"nothing at all", with(func(r *Report) { r.Sources = nil }), "Nothing could be read, so nothing is known about web1."},
		{"nothing but strange lines", with(func(r *Report) { r.Sources = []ingest.Health{{Lines: 3, Unparsed: 3}} }), "Nothing that was read could be understood, so nothing is known about web1."},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if got := tt.r.headline(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A bad night is folded: nothing is lost without a number that says so.
func TestFoldAccountsForEveryCase(t *testing.T) {
	var cases []analyze.Case
	for _, l := range []analyze.Level{analyze.Critical, analyze.Medium, analyze.Low, analyze.Info} {
		for range 50 {
			cases = append(cases, analyze.Case{Level: l})
		}
	}
	d := fold(cases, false)
	if len(d.full) != fullCases+fullLow {
		t.Errorf("%d cases at length", len(d.full))
	}
	if len(d.brief) != lineCases+lineInfo {
		t.Errorf("%d cases in a line", len(d.brief))
	}
	want := []string{ // 100 - 60, 50 - 12, 50 - 12
		"and 40 more of level medium: gumshoe analyze --json lists them",
		"and 38 more of level low: gumshoe analyze --json lists them",
		"and 38 more of level info: gumshoe analyze --json lists them",
	}
	if strings.Join(d.hidden, "\n") != strings.Join(want, "\n") {
		t.Errorf("hidden %q", d.hidden)
	}
}

// Lines are shown of the cases at length, and of no others: a run need not read theirs.
func TestOnlyCasesAtLengthAreQuoted(t *testing.T) {
	r := quietNight()
	for i := range 200 {
		c := slowScanCase()
		c.ID, c.Impact = fmt.Sprintf("case%d", i), analyze.Impact(1+i%4)
		c.Sources = prefixes(fmt.Sprintf("198.51.100.%d/32", i))
		c.Evidence = []analyze.Line{{Text: fmt.Sprintf("line of case %d.", i)}}
		r.Cases = append(r.Cases, c)
	}
	var page bytes.Buffer
	if err := HTML(&page, r); err != nil {
		t.Fatal(err)
	}
	long := AtLength(r.Cases)
	for i := range r.Cases {
		shown := strings.Contains(page.String(), r.Cases[i].Evidence[0].Text)
		if want := slices.Contains(long, &r.Cases[i]); shown != want {
			t.Errorf("case %d of impact %d is quoted: %v, at length: %v", i, r.Cases[i].Impact, shown, want)
		}
	}
	if len(long) == 0 || len(long) > fullCases+fullLow+fullRoutine {
		t.Errorf("%d of %d cases at length", len(long), len(r.Cases))
	}
}

func TestGist(t *testing.T) {
	tests := []struct {
		line       string
		withSource bool
		text       string
		answer     string
	}{
		{`192.0.2.1 - - [21/Nov/2026:21:23:45 +0000] "GET /a?b=1 HTTP/1.1" 404 12 "-" "x"`, false, "GET /a?b=1", "404"},
		{`192.0.2.1 - - [21/Nov/2026:21:23:45 +0000] "GET /a HTTP/1.1" 404 12 "-" "x"`, true, "192.0.2.1 GET /a", "404"},
		{`192.0.2.1 - - [21/Nov/2026:21:23:45 +0000] "GET /\" 200 1 HTTP/1.1" 404 12 "-" "x"`, false, `GET /\" 200 1`, "404"},
		{"Nov  1 21:47:08 web1 sshd[4711]: Failed password", false, "sshd: Failed password", ""},
		{"2026-11-21T18:07:00.113+00:00 web1 dovecot: imap-login: x", false, "dovecot: imap-login: x", ""},
		{"of no form", false, "of no form", ""},
	}
	for _, tt := range tests {
		if text, answer := gist(tt.line, tt.withSource); text != tt.text || answer != tt.answer {
			t.Errorf("gist(%q) = %q, %q, want %q, %q", tt.line, text, answer, tt.text, tt.answer)
		}
	}
}
