package source

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
)

// maxControl is the share of control characters above which text is none: 1 in
// 20. A compressed image has 1 in 9, wtmp more than half. Logs escape what
// clients send, and those that do not still hold mostly text.
const maxControl = 20

// looksBinary reports whether the sample is no text.
func looksBinary(sample []byte) bool {
	control := 0
	for _, c := range sample {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\x1b' || c == 0x7f {
			control++
		}
	}
	return control*maxControl > len(sample)
}

// What a directory of logs holds besides them.
var (
	sessionFiles = []string{"wtmp", "btmp", "utmp", "lastlog", "faillog", "tallylog"}
	documents    = []string{".md", ".html", ".htm", ".pdf", ".conf", ".yaml", ".yml", ".toml", ".py", ".sh", ".pid", ".lock"}
)

const hidden = "hidden"

// foreign says why a file in a directory is not even opened, by its name; "":
// it is.
func foreign(path string) string {
	base := filepath.Base(parseName(path).log)
	switch {
	case strings.HasPrefix(base, "."):
		return hidden
	case slices.Contains(sessionFiles, base):
		return "login records, not a log of lines"
	case base == "truth.json":
		return "labels of generated logs"
	case strings.HasPrefix(base, "README"), strings.HasPrefix(base, "LICENSE"),
		slices.Contains(documents, filepath.Ext(base)):
		return "a document"
	}
	return ""
}

// document reports whether a .json file is one value instead of one a line.
func document(path string, head []byte) bool {
	if filepath.Ext(parseName(path).log) != ".json" {
		return false
	}
	line, _, whole := bytes.Cut(bytes.TrimSpace(head), []byte("\n"))
	return (whole || len(head) < headSize) && !json.Valid(line)
}
