package detect

import (
	"fmt"
	"strings"
	"testing"

	"gumshoe/analyze"
	"gumshoe/analyze/judge"
)

// A kind of line that nobody has seen is told, louder if it complains, and accuses
// nobody; one that names no remote party is the machine's own affair.
func TestNovelLines(t *testing.T) {
	for _, c := range []struct {
		line  analyze.NovelLine
		level analyze.Level
		told  bool
	}{
		{analyze.NovelLine{ID: "1", Program: "vaultd", Text: "unseal attempt from <ip> denied", Lines: 40, Clients: 9, Samples: []string{"vaultd[7]: unseal attempt from 192.0.2.1 denied"}}, analyze.Low, true},
		{analyze.NovelLine{ID: "2", Program: "tunneld", Text: "peer <ip> joined", Lines: 3, Clients: 1}, analyze.Info, true},
		{analyze.NovelLine{ID: "3", Program: "thermald", Text: "zone <num> error", Lines: 900}, analyze.Info, false},
	} {
		var l tape
		l.visitors(3)
		in := l.input()
		in.Novel = []analyze.NovelLine{c.line}
		cases := analyze.Run(in, All(), judge.Rules{})
		if len(cases) == 0 != !c.told {
			t.Errorf("%q: %d cases", c.line.Text, len(cases))
		}
		for _, got := range cases {
			if got.Kind != "novel_line" || got.Level != c.level || len(got.Sources) > 0 || !strings.Contains(got.Summary, c.line.Text) {
				t.Errorf("%q: %s %s of %v: %s", c.line.Text, got.Level, got.Kind, got.Sources, got.Summary)
			}
		}
	}
}

// A program with hundreds of kinds does not fill the report.
func TestManyNovelLines(t *testing.T) {
	var l tape
	l.visitors(3)
	in := l.input()
	for i := range 300 {
		in.Novel = append(in.Novel, analyze.NovelLine{ID: fmt.Sprint(i), Program: "new", Text: fmt.Sprintf("event %d of <ip>", i), Lines: 1, Clients: 1})
	}
	if got := len(analyze.Run(in, All(), judge.Rules{})); got != mostNovel {
		t.Errorf("%d cases, want %d", got, mostNovel)
	}
}
