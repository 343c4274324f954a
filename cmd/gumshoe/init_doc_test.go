package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// quoted is a command line of gumshoe's in a document: on a line of its own, which may
// explain it after some spaces, or in backquotes.
var quoted = regexp.MustCompile("(?m)^    (gumshoe .+)$|`(gumshoe [a-z][^`]*)`")

// Every command line of the installation's manual is one that the program understands.
func TestInstallManual(t *testing.T) {
	text, err := os.ReadFile("../../docs/INSTALL.md")
	if err != nil {
		t.Fatal(err)
	}
	found := quoted.FindAllStringSubmatch(string(text), -1)
	for _, m := range found {
		command, _, _ := strings.Cut(m[1]+m[2], "   ")
		understood(t, command)
	}
	if len(found) < 10 {
		t.Errorf("only %d command lines found", len(found))
	}
}
