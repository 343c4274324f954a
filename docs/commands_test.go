package docs

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// A page, and what of it is a command line.
func TestLines(t *testing.T) {
	page := strings.ReplaceAll(`# A page
Ask 'gumshoe doctor' or 'man gumshoe', set 'ban.mode', think of 'gumshoe
bans sync' and of 'gumshoe'.

    gumshoe bans list            who is banned
    LC_ALL=C gumshoe \
      bans list --json           # for programs

    ban:
      mode: off

Then a session:

    $ gumshoe analyze
    report of the night

and no session any more:

    frobnicate --all

'''yaml
gumshoe: true
'''

'''
gumshoe report list
some output
'''

1. First

   '''bash
   frobnicate --list
     gumshoe
   '''

and no more.
`, "'", "`")
	want := []Line{
		{"A.md", 2, "gumshoe doctor"},
		{"A.md", 2, "man gumshoe"},
		{"A.md", 2, "gumshoe bans sync"},
		{"A.md", 5, "gumshoe bans list"},
		{"A.md", 7, "LC_ALL=C gumshoe bans list --json"},
		{"A.md", 14, "gumshoe analyze"},
		{"A.md", 19, "frobnicate --all"},
		{"A.md", 26, "gumshoe report list"},
		{"A.md", 33, "frobnicate --list"},
	}
	if got := linesOf("A.md", page); !slices.Equal(got, want) {
		t.Errorf("found\n%q, want\n%q", got, want)
	}
}

// The place follows from the program and its page.
func TestPlace(t *testing.T) {
	for _, l := range []struct {
		page, text string
		want       Place
	}{
		{"README.md", "gumshoe bans list", Sandbox},
		{"README.md", "gumshoe doctor", Machine},
		{"INSTALL.md", "gumshoe bans list", Machine},
		{"README.md", "go run ./cmd/gumshoe analyze testdata/site", Sandbox},
		{"README.md", "systemctl enable --now gumshoe.timer", Machine},
		{"README.md", "LOGS=x go test ./ingest", Project},
		{"README.md", "frobnicate --all", Nowhere},
	} {
		if got := (Line{l.page, 1, l.text}).Place(); got != l.want {
			t.Errorf("%s in %s: place %q, want %q", l.text, l.page, got, l.want)
		}
	}
}

// No page has a command line that no test runs.
func TestEveryLineHasAPlace(t *testing.T) {
	lines := everyLine(t)
	if len(lines) < 150 {
		t.Errorf("only %d command lines found", len(lines))
	}
	for _, l := range lines {
		if l.Place() == Nowhere {
			t.Errorf("%v: %q is run by nothing. Name its program in commands.go; output and settings belong in a block with a language", l, l.Text)
		}
	}
	for _, place := range []Place{Sandbox, Machine, Project} {
		if len(In(place, lines)) < 10 {
			t.Errorf("only %d lines run in the place %q", len(In(place, lines)), place)
		}
	}
}

func everyLine(t *testing.T) []Line {
	t.Helper()
	lines, err := Lines(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
