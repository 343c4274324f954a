package template

import (
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// Four weeks of sshd's lines, as if nobody had written a parser for it, are few
// templates, and none of them holds an account, an address or a number.
func TestTemplatesOfSSHD(t *testing.T) {
	m := New(ingest.Hash{})
	lines := 0
	for line := range authLines(t) {
		_, rest, _ := strings.Cut(line, " sshd[")
		pid, _, ok := strings.Cut(rest, "]: ")
		if !ok {
			continue
		}
		lines++
		m.Add([]byte(line), &ingest.Event{Program: []byte("sshd"), PID: []byte(pid)}, ingest.Origin{Offset: int64(lines)})
	}
	found := m.Templates()
	t.Logf("%d templates of %d lines", len(found), lines)
	if lines < 2000 || len(found) > 30 {
		t.Errorf("%d templates of %d lines, want at most 30 of 2,000", len(found), lines)
	}
	sum := uint64(0)
	for _, x := range found {
		sum += x.Lines
		if x.Lines > 100 && strings.ContainsAny(x.Text, "0123456789") {
			t.Errorf("a number is left: %s", x.Text)
		}
	}
	if sum != uint64(lines) {
		t.Errorf("%d of %d lines are told", sum, lines)
	}
}

// authLines reads the authentication log of the site in testdata.
func authLines(t *testing.T) func(yield func(string) bool) {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/site/auth.log*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	return func(yield func(string) bool) {
		for _, path := range paths {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var in io.Reader = f
			if strings.HasSuffix(path, ".gz") {
				if in, err = gzip.NewReader(f); err != nil {
					t.Fatal(err)
				}
			}
			for s := bufio.NewScanner(in); s.Scan(); {
				if !yield(s.Text()) {
					return
				}
			}
		}
	}
}
