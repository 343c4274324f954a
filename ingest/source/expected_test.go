package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// How long reading takes is guessed from what a file will hold, not from what it takes
// on the disk; gzip knows it.
func TestExpected(t *testing.T) {
	text := strings.Repeat("log 203.0.113.9 - - [10/Nov/2026:09:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n", 1000)
	packed := gz(t, text, time.Time{})
	for name, test := range map[string]struct {
		content string
		want    int64
	}{
		"access.log":      {text, int64(len(text))},
		"access.log.1.gz": {packed, int64(len(text))},
		"access.log.2.gz": {packed + gz(t, text[:73], time.Time{}), usualRatio * int64(len(packed+gz(t, text[:73], time.Time{})))}, // two members: the last is all that gzip tells of
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path, options)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if got := f.Expected(); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
