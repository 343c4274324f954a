//go:build !race

// Every command of the manual runs in a machine of its own, which the race detector
// would make ten times as long.

package main

import (
	"os"
	"testing"

	"gumshoe/docs"
)

// Every command line of README and docs that is gumshoe's own runs as it stands, in a
// sandbox that has what it names. Package docs says where the others run, and that
// there are no more.
func TestDocumentedCommands(t *testing.T) {
	lines, err := docs.Lines(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	box := newSandbox(t)
	for _, l := range docs.In(docs.Sandbox, lines) {
		t.Run(l.String(), func(t *testing.T) {
			t.Parallel()
			box.run(t, l.Text)
		})
	}
}
