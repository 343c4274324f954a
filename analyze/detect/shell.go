package detect

import (
	"fmt"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// fewCommands is from how many commands a web shell is taken to answer. A form that
// happens to bear the name of one thanks everybody with the same page.
const fewCommands = 3

// commanded reports what a web shell is worked with: it was posted to, and answered.
func (s shot) commanded() bool {
	return s.Class&ingest.ClassWebshell != 0 && s.Post && s.Status >= 200 && s.Status < 300
}

// shellsOf finds the web shells that do what one source tells them: each command is
// answered with something else, and hardly anybody else asks for the path.
func shellsOf(in *analyze.Input, shots []shot) (out []proof) {
	var paths []uint64
	byPath := map[uint64][]shot{}
	for _, s := range shots {
		if s.commanded() {
			if byPath[s.Name] == nil {
				paths = append(paths, s.Name)
			}
			byPath[s.Name] = append(byPath[s.Name], s)
		}
	}
	for _, path := range paths {
		got := byPath[path]
		sizes := map[uint32]bool{}
		for _, s := range got {
			sizes[s.Bytes] = true
		}
		if _, all := in.Denied(path); len(got) < fewCommands || len(sizes) < fewCommands || all > 4*uint64(len(got)) {
			continue
		}
		p := proof{spot: spot{path: path}, odds: 7, shots: got, shell: true}
		p.fact = fmt.Sprintf("%s answered %d commands with %d different answers", p.text(in), len(got), len(sizes))
		out = append(out, p)
	}
	return out
}
