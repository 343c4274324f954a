package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/site and testdata/scenarios anew")

// committed are the commands that made what lies in testdata, as its README
// gives them; OUT stands for the testdata directory.
var committed = []string{
	"scenario slow_scan -o OUT/scenarios/slow_scan",
	"scenario stuffing -o OUT/scenarios/stuffing",
	"scenario injection -o OUT/scenarios/injection",
	"scenario agent -o OUT/scenarios/agent",
	"scenario anomaly -o OUT/scenarios/anomaly --seed 8",
	"scenario breakin -o OUT/scenarios/breakin",
	"scenario quiet -o OUT/scenarios/quiet",
	"site -o OUT/site --seed 8",
}

const testdata = "../../testdata"

// The logs in testdata are what the generator writes today. Compressed files
// are compared by content: compressors change between releases of Go.
func TestTestdataIsCurrent(t *testing.T) {
	// Compressing is most of the work, and not what is tested.
	out, level := t.TempDir(), " --level 0"
	if *update {
		out, level = testdata, ""
		for _, dir := range []string{"scenarios", "site"} {
			if err := os.RemoveAll(filepath.Join(out, dir)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, command := range committed {
		run(t, strings.ReplaceAll(command, "OUT", filepath.ToSlash(out))+level)
	}
	made, have := tree(t, out), tree(t, testdata)
	for name, want := range made {
		if got, ok := have[name]; !ok {
			t.Errorf("testdata/%s is missing; go test ./cmd/gumshoe-traffic -update writes it", name)
		} else if got != want {
			t.Errorf("testdata/%s is not what the generator writes; go test ./cmd/gumshoe-traffic -update writes it anew", name)
		}
	}
	for name := range have {
		if _, ok := made[name]; !ok {
			t.Errorf("testdata/%s was not made by the generator", name)
		}
	}
	checkSize(t, have)
}

// checkSize keeps what a clone has to carry small.
func checkSize(t *testing.T, files map[string]content) {
	t.Helper()
	var size int64
	lines := 0
	for name, c := range files {
		if !strings.HasPrefix(name, "site/") {
			continue
		}
		info, err := os.Stat(filepath.Join(testdata, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
		lines += c.lines
	}
	if size > 5<<20 || lines > 150_000 {
		t.Errorf("testdata/site has %d bytes and %d lines, want at most 5 MiB and 150,000", size, lines)
	}
}

// Every command that testdata was made with stands in its README.
func TestReadmeNamesCommands(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(testdata, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range committed {
		if text := "gumshoe-traffic " + strings.ReplaceAll(command, "OUT", "testdata"); !strings.Contains(string(readme), text) {
			t.Errorf("testdata/README.md does not name %q", text)
		}
	}
}

// run executes one command line.
func run(t *testing.T, line string) string {
	t.Helper()
	var b strings.Builder
	root := newRoot()
	root.SetArgs(strings.Fields(line))
	root.SetOut(&b)
	if err := root.Execute(); err != nil {
		t.Fatalf("gumshoe-traffic %s: %v", line, err)
	}
	return b.String()
}

// content stands for a file's text.
type content struct {
	sum   [sha256.Size]byte
	lines int
}

// read sums up what r holds.
func read(r io.Reader) (content, error) {
	var c content
	sum := sha256.New()
	buffer := make([]byte, 1<<20)
	for {
		n, err := r.Read(buffer)
		sum.Write(buffer[:n])
		c.lines += bytes.Count(buffer[:n], []byte("\n"))
		if err == io.EOF {
			sum.Sum(c.sum[:0])
			return c, nil
		}
		if err != nil {
			return c, err
		}
	}
}

// tree reads the generated files under dir, decompressed, by slash-separated name.
func tree(t *testing.T, dir string) map[string]content {
	t.Helper()
	files := map[string]content{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		name = filepath.ToSlash(name)
		if err != nil || !strings.HasPrefix(name, "site") && !strings.HasPrefix(name, "scenarios/") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		var r io.Reader = f
		if strings.HasSuffix(name, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				return err
			}
		}
		files[name], err = read(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
