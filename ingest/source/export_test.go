package source

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
)

// What "journalctl -o export" prints is read as the journal itself is, wherever
// it was saved to.
func TestExportedFile(t *testing.T) {
	entries := sshd("Failed password for root from 203.0.113.9 port 22 ssh2") + sshd("x\nMESSAGE=y")
	const want = stamped + "web1 sshd[417]: Failed password for root from 203.0.113.9 port 22 ssh2\n" + stamped + "web1 sshd[417]: x#012MESSAGE=y\n"
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.WriteString(w, entries)
	w.Close()
	dir := t.TempDir()
	for _, c := range []struct{ name, content, want string }{
		{"saved.export", entries, want},
		{"saved.export.gz", packed.String(), want},
		{"no.export", "__CURSOR\n" + entries, "__CURSOR\n" + entries},
		{Stdin, entries, want},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := c.name
			if path != Stdin {
				path = filepath.Join(dir, c.name)
				if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			detect := func(name string, sample []byte) ingest.Format { return format.Detect(name, sample) }
			f, err := Open(path, Options{Stdin: strings.NewReader(c.content), TempDir: dir, Detect: detect})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			got, err := io.ReadAll(in)
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}
