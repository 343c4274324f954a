package source

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// expand lists what Expand takes, and its notes as "path: text", below dir.
func expand(t *testing.T, dir string, args ...string) (names, notes []string) {
	t.Helper()
	sources, told, err := Expand(t.Context(), args, options)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		names = append(names, strings.TrimPrefix(s.Name(), dir+"/"))
		s.(*File).Close()
	}
	for _, n := range told {
		notes = append(notes, strings.ReplaceAll(n.Path+": "+n.Text, dir+"/", ""))
	}
	return names, notes
}

func differ(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "auth.log", "log today\n")
	write(t, dir, "auth.log.1", "log yesterday\n")
	write(t, dir, "auth.log.2.gz", gz(t, "log long ago\n", evening))
	write(t, dir, "auth.log.10.gz", gz(t, "log longest ago\n", evening))
	write(t, dir, "example.sh/access.log", "log of a site\n")
	write(t, dir, ".git/log", "log of commits\n")
	write(t, dir, "nginx/access.log", "log now\n")
	write(t, dir, "nginx/access.log-20261119.zst", zst(t, "log day 19\n"))
	write(t, dir, "nginx/access.log-20261118", "log day 18\n")
	write(t, dir, "btmp", "\x06\x00\x00\x00")
	write(t, dir, "btmp.1", "\x06\x00\x00\x00")
	write(t, dir, "core", strings.Repeat("\x7fELF\x00\x00\x00", 20))
	write(t, dir, "README.md", "log files are here\n")
	write(t, dir, "truth.json", `{"attackers":[]}`)
	write(t, dir, "settings.json", "{\n \"a\": 1\n}\n")
	write(t, dir, "events.json", "{\"a\":1}\n{\"a\":2}\n")
	write(t, dir, "dpkg.status", "Package: bash\n")
	write(t, dir, "empty.log", "")
	write(t, dir, "cut.log.gz", gz(t, "log\n", evening)[:11])
	if err := os.Symlink(dir, filepath.Join(dir, "nginx", "loop")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("auth.log", filepath.Join(dir, "current")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}

	names, notes := expand(t, dir, dir)
	differ(t, "files", []string{
		"auth.log.10.gz", "auth.log.2.gz", "auth.log.1", "auth.log",
		"empty.log", "events.json", "example.sh/access.log",
		"nginx/access.log-20261118", "nginx/access.log-20261119.zst", "nginx/access.log",
	}, names)
	differ(t, "notes", []string{
		".git: hidden",
		"README.md: a document",
		"btmp.1: login records, not a log of lines",
		"btmp: login records, not a log of lines",
		"core: not a log: binary",
		"current: same lines as auth.log",
		`cut.log.gz: reading "cut.log.gz": unexpected EOF`,
		"dpkg.status: not a log: no format known here",
		"empty.log: empty",
		"gone: link to nowhere",
		"nginx/loop: directory read already",
		"pipe: not a regular file",
		"settings.json: a document",
		"truth.json: labels of generated logs",
	}, notes)
}

// The files of one log are found together and in the order of their lines,
// however logrotate names them.
func TestSiblings(t *testing.T) {
	for _, c := range []struct{ style, names string }{ // oldest first
		{"numbered", "a.log.2 a.log.1 a.log"},
		{"numbered from 0", "a.log.1.gz a.log.0 a.log"},
		{"delaycompress", "a.log.10.gz a.log.9.gz a.log.2.gz a.log.1 a.log"},
		{"while it is compressed", "a.log.2.gz a.log.1 a.log.1.gz a.log"},
		{"dateext", "a.log-20251231 a.log-20260101.xz a.log-20260102 a.log"},
		{"dateext with dashes", "a.log-2026-01-01.bz2 a.log-2026-01-02 a.log"},
		{"dateext hourly", "a.log-2026010123.zst a.log-2026010200 a.log"},
		{"dateext hourly with a dash", "a.log-20260101-23.gz a.log-20260102-00.gz a.log"},
		{"dateext with seconds", "a.log-20260101-1767225600.gz a.log-20260101-1767229200 a.log"},
		{"dateext before the extension", "a-20260101.log.gz a-20260102.log a.log"},
		{"numbered before the extension", "a.2.log.gz a.1.log a.log"},
		{"changed from numbers to dates", "a.log-20260101.gz a.log.2.gz a.log.1 a.log"},
		{"one old file", "a.log.old a.log"},
	} {
		t.Run(c.style, func(t *testing.T) {
			dir := t.TempDir()
			want := strings.Fields(c.names)
			for _, name := range append(want, "a.log.bak", "ab.log", "b.log.1", "a.log.d/x") {
				write(t, dir, name, "log "+name+"\n")
			}
			var got []string
			for _, path := range Siblings(filepath.Join(dir, "a.log")) {
				got = append(got, filepath.Base(path))
			}
			differ(t, "siblings", want, got)
		})
	}
}

// What is named on the command line is expected to be a log: its notes are
// errors.
func TestFilesThatFail(t *testing.T) {
	dir := t.TempDir()
	good := write(t, dir, "good.log", "log\n")
	below := filepath.Join(good, "child") // a file is no directory
	absent := filepath.Join(dir, "absent.log")
	odd := write(t, dir, "odd.txt", "dear diary\n")
	sources, notes, err := Expand(t.Context(), []string{absent, below, good, odd}, options)
	if err != nil || len(sources) != 1 || len(notes) != 3 {
		t.Fatalf("%d sources, notes %v, %v", len(sources), notes, err)
	}
	for i, want := range []error{os.ErrNotExist, syscall.ENOTDIR, ErrNotLog} {
		if !errors.Is(notes[i].Err, want) || !strings.Contains(notes[i].Text, notes[i].Path) {
			t.Errorf("note %v, want %v and the path", notes[i], want)
		}
	}
}

func TestStdin(t *testing.T) {
	for name, content := range map[string]string{"plain": "log one\nlog two\n", "gzip": gz(t, "log one\nlog two\n", evening)} {
		opt := options
		opt.Stdin = strings.NewReader(content)
		opt.TempDir = t.TempDir()
		sources, notes, err := Expand(t.Context(), []string{"-"}, opt)
		if err != nil || len(sources) != 1 || len(notes) != 0 {
			t.Fatalf("%s: %d sources, notes %v, %v", name, len(sources), notes, err)
		}
		s := sources[0].(*File)
		defer s.Close()
		if got := text(t, s); s.Name() != "-" || got != "log one\nlog two\n" {
			t.Errorf("%s: %s says %q", name, s.Name(), got)
		}
		second := ingest.Origin{Offset: 8}
		if got := Lines(sources, []ingest.Origin{second})[second]; got != "log two" {
			t.Errorf("%s: evidence %q", name, got)
		}
		if left, err := os.ReadDir(opt.TempDir); err != nil || len(left) != 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

// A terminal at which nobody types does not hold up an interrupt.
func TestStdinIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, out := io.Pipe()
	defer out.Close()
	opt := options
	opt.Stdin, opt.TempDir = in, t.TempDir()
	if _, _, err := Expand(ctx, []string{"-"}, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// The lines of a compressed file cut short are analyzed up to the cut.
func TestTruncatedGzipIsScanned(t *testing.T) {
	var b strings.Builder
	for i := range 200000 {
		b.WriteString("log " + time.Unix(int64(i)*7919, 0).UTC().Format(time.RFC3339) + "\n")
	}
	whole := gz(t, b.String(), evening)
	f := open1(t, write(t, t.TempDir(), "auth.log.gz", whole[:len(whole)/2]), options)
	h, err := ingest.Scan(t.Context(), []ingest.Source{f}, ingest.Options{NewSink: func() ingest.Sink { return nowhere{} }})
	if err != nil {
		t.Fatal(err)
	}
	if h[0].Lines < 80000 || h[0].Lines > 120000 || !strings.HasSuffix(h[0].Error, "unexpected EOF") {
		t.Errorf("%d lines of 200000, error %q", h[0].Lines, h[0].Error)
	}
}

type nowhere struct{}

func (nowhere) Begin(uint32)                     {}
func (nowhere) Add(*ingest.Event, ingest.Origin) {}
