package format

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// Who cannot win any more is spared the lines that another understands. The verdict, and
// what is known of the file, are those of reading all of them with every candidate, but
// for how messages begin that a loser was never to be given.
func TestHopelessCandidatesAreSpared(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples, "*.log"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var lines [][]byte
		for line := range bytes.Lines(text) {
			if line = bytes.TrimSuffix(line, []byte("\n")); len(line) > 0 && line[0] != '#' {
				lines = append(lines, line)
			}
		}
		sample := bytes.Join(lines, []byte("\n"))
		for _, sample := range [][]byte{sample, bytes.Repeat(append(sample, '\n'), 20)} {
			got, want := Detect("of no name", sample).(*chosen), thoroughly(slices.Collect(sampleLines(sample)))
			for _, c := range []*chosen{got, want} {
				c.known.openings = slices.DeleteFunc(c.known.openings, func(o opening) bool { return o.program == "" })
				c.known.openings = append([]opening{}, c.known.openings...)
			}
			if got.primary != want.primary || !reflect.DeepEqual(got.known, want.known) {
				t.Errorf("%s: got %s %+v, want %s %+v", name, got.Name(), got.known, want.Name(), want.known)
			}
		}
	}
}

// A loser that has no chance is not even asked about lines that the winner has read:
// of a log of sshd that would take ten times as long as all else.
func TestLoserReadsWhatIsLeft(t *testing.T) {
	var lines [][]byte
	for i := range 100 {
		lines = append(lines, fmt.Appendf(nil, "Nov 21 10:00:%02d web1 sshd[1]: Failed password for anna from 192.0.2.7 port 4711 ssh2", i%60))
	}
	lines = append(lines, []byte("2026-11-21 10:00:00 ERROR Login failed for anna from 192.0.2.8"))
	list := shortlist(lines)
	if len(list) != 2 || formats[list[0].index].name != "syslog" || formats[list[1].index].name != "plain" {
		t.Fatalf("%d candidates", len(list))
	}
	favourite, loser := list[0], list[1]
	favourite.lead(lines)
	loser.challenge(favourite, lines)
	if !slices.Equal(favourite.odd, []int{100}) || loser.score != mostOfLine*loser.weight {
		t.Errorf("lines %v are left, of which the loser made %d; want the last one, which is an event", favourite.odd, loser.score)
	}
}

// thoroughly reads all lines with all candidates.
func thoroughly(lines [][]byte) *chosen {
	list := shortlist(lines)
	slices.SortFunc(list, func(a, b *candidate) int { return a.index - b.index })
	out, best := &chosen{primary: -1}, 0
	for _, c := range list {
		c.begin()
		for _, line := range lines {
			c.read(line)
		}
		if c.score > best {
			out.primary, best = c.index, c.score
		}
		out.known.add(c.seen)
	}
	return out
}
