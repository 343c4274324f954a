package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// quoted is a command line of gumshoe's in the prose of a document.
var quoted = regexp.MustCompile("`(gumshoe [a-z][^`]*)`")

// Every command that the prose of README and docs names is one that the program
// understands. TestDocumentedCommands runs those that stand on lines of their own.
func TestCommandsInProse(t *testing.T) {
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, document := range append(documents, "../../README.md") {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			found++
			if command := strings.Join(strings.Fields(m[1]), " "); !strings.Contains(command, "COMMAND") && !strings.HasSuffix(command, " --help") {
				understood(t, command)
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d commands found", found)
	}
}
