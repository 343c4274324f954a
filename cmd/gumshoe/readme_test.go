package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// session is the part of README.md that shows real output.
var session = regexp.MustCompile(`(?s)(<!-- session: [^\n]*-->\n)(.*)(<!-- session ends -->)`)

// README's first command says today what README shows. -update rewrites README.
func TestReadmeSession(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	ran := gumshoe(t, "analyze", site)
	if ran.code != 0 {
		t.Fatalf("exit code %d: %s", ran.code, ran.err)
	}
	shown := "\n    $ gumshoe analyze testdata/site\n\n" + indent(excerpt(t, ran.out)) + "\n"

	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := session.FindSubmatch(readme)
	if found == nil {
		t.Fatal("README.md has no place for the session")
	}
	if *update {
		fresh := session.ReplaceAllFunc(readme, func([]byte) []byte { return append(append(found[1], shown...), found[3]...) })
		if err := os.WriteFile("../../README.md", fresh, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(found[2]), shown); diff != "" {
		t.Errorf("README.md shows an old session; run make golden (-README +now):\n%s", diff)
	}
}

// caseHead begins a case: its mark at the start of a line, then its level.
var caseHead = regexp.MustCompile(`(?m)^[◆▲●○] (CRITICAL|HIGH|MEDIUM|LOW)  `)

// excerpt is the report up to its first section, and its first case.
func excerpt(t *testing.T, text string) string {
	t.Helper()
	head, _, sections := strings.Cut(text, "\n── ")
	cases := caseHead.FindAllStringIndex(text, 2)
	if !sections || len(cases) < 2 {
		t.Fatalf("the report has no sections or fewer than two cases:\n%s", text)
	}
	return head + "\n  [...]\n\n" + strings.TrimRight(text[cases[0][0]:cases[1][0]], "\n") + "\n"
}

func indent(text string) string {
	return regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(text, "    $1")
}
