package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var attacker = netip.MustParsePrefix("203.0.113.66/32")

// guessing is an attack that no reader of the log can miss: forty wrong
// passwords of one source, one every ten minutes.
func guessing() string {
	var b strings.Builder
	for i, at := 0, time.Date(2026, 11, 10, 8, 0, 0, 0, time.UTC); i < 40; i, at = i+1, at.Add(10*time.Minute) {
		fmt.Fprintf(&b, "%s web1 sshd[%d]: Failed password for root from %s port %d ssh2\n", at.Format(time.RFC3339), 500+i, attacker.Addr(), 40000+i)
	}
	return b.String()
}

// knock is a harmless line of the same log.
const knock = "2026-11-10T09:00:00Z web1 sshd[12]: Failed password for anna from 192.0.2.9 port 5022 ssh2"

// put writes a file and makes it as old as its last line.
func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	touch(t, path, time.Date(2026, 11, 10, 15, 0, 0, 0, time.UTC))
	return path
}

func touch(t testing.TB, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.NoCompression) // so that a cut falls where the test says
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// counts are those of a source's health.
type counts struct{ lines, parsed, unparsed, tooLong, badStamp uint64 }

// missing stands for a file that is not there.
const missing = "\x00missing"

// Whatever is wrong with one file is told with its name and its place, counted
// in the report, and keeps nothing else from being analyzed.
func TestBadInput(t *testing.T) {
	packed := gzipped(t, guessing())
	for _, test := range []struct {
		name, text string
		code       int
		says       string // on standard error, after the file's name
		health     counts // of the file in the saved report
	}{
		{name: "nowhere.log", text: missing, code: 4, says: "no such file or directory"},
		{name: "wtmp.log", text: strings.Repeat("\x07\x00\x00\x00ts/0\x01\x02\x03", 100), code: 4, says: "binary"},
		{name: "novel.log", text: lines("It was a dark", "and stormy night."), code: 4, says: "no line of it is in a format known here",
			health: counts{lines: 2, unparsed: 2}},
		{name: "packed.log.gz", text: "\x1f\x8b", code: 4, says: "unexpected EOF"},
		{name: "empty.log", text: "", code: 0},
		{name: "cut.log.gz", text: packed[:len(packed)-20], code: 4, says: "unexpected EOF",
			health: counts{lines: 39, parsed: 39}},
		{name: "trailing.log.gz", text: packed + "garbage behind the end", code: 4, says: "invalid header",
			health: counts{lines: 40, parsed: 40}},
		{name: "members.log.gz", text: packed + gzipped(t, lines(knock)), code: 0,
			health: counts{lines: 41, parsed: 41}},
		{name: "long.log", text: lines(knock, strings.Repeat("x", 10<<20), knock), code: 0, says: "byte 91: line longer than 65536 bytes",
			health: counts{lines: 3, parsed: 2, unparsed: 1, tooLong: 1}},
		{name: "nul.log", text: lines(knock, "\x00\x00\x00\x00\x00", knock), code: 0,
			health: counts{lines: 3, parsed: 2}},
		{name: "hole.log", text: strings.Repeat("\x00", 4096) + lines(knock, knock), code: 0,
			health: counts{lines: 2, parsed: 2}},
		{name: "latin1.log", text: lines(knock, strings.Replace(knock, "anna", "Ren\xe9", 1), "\xff\xfe\xc0\x80 nothing"), code: 0, says: "byte 182: ",
			health: counts{lines: 3, parsed: 2, unparsed: 1}},
		{name: "crlf.log", text: strings.ReplaceAll(lines(knock, knock), "\n", "\r\n"), code: 0,
			health: counts{lines: 2, parsed: 2}},
		{name: "unfinished.log", text: knock + "\n" + knock, code: 0,
			health: counts{lines: 2, parsed: 2}},
		{name: "dead_battery.log", text: lines(knock, strings.Replace(knock, "2026-11-10", "1970-01-01", 1)), code: 0, says: "byte 91: stamp 1970-01-01T09:00:00Z is before 1995",
			health: counts{lines: 2, parsed: 2, badStamp: 1}},
		{name: "old_line.log", text: lines(strings.Replace(knock, "2026", "1998", 1), knock), code: 0, // believed, and not waited for
			health: counts{lines: 2, parsed: 2}},
		{name: "future.log", text: lines(knock, strings.Replace(knock, "2026", "2093", 1)), code: 0, says: "byte 91: stamp 2093-11-10T09:00:00Z is later than",
			health: counts{lines: 2, parsed: 2, badStamp: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			good, bad := put(t, dir, "good.log", guessing()), filepath.Join(dir, test.name)
			if test.text != missing {
				put(t, dir, test.name, test.text)
			}
			o, run, _ := saved(t, "analyze", "--json", good, bad)
			if o.code != test.code {
				t.Errorf("exit code %d, want %d; %s", o.code, test.code, o.err)
			}
			if !accuses(t, o.cases(t), attacker) {
				t.Errorf("the other file was not analyzed: %s", o.err)
			}
			told := false
			for line := range strings.Lines(o.err) {
				if strings.HasPrefix(line, "gumshoe: saved ") {
					continue
				}
				told = told || strings.Contains(line, test.name) && strings.Contains(line, test.says)
			}
			if told != (test.says != "") {
				t.Errorf("want %q about %s, got %q", test.says, test.name, o.err)
			}
			if (test.code == 4) != (strings.Contains(strings.Join(run.Notes, "\n"), test.name)) {
				t.Errorf("the report's notes: %q", run.Notes)
			}
			if test.health == (counts{}) {
				return
			}
			for _, h := range run.Sources {
				if h.Source == bad {
					if got := (counts{h.Lines, h.Parsed, h.Unparsed, h.TooLong, h.BadStamp}); got != test.health {
						t.Errorf("read as %+v, want %+v", got, test.health)
					}
					return
				}
			}
			t.Errorf("the report does not tell how %s was read", test.name)
		})
	}
}

// Where nothing at all can be read there is no report to write.
func TestNothingToRead(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "README", "no log\n")
	for _, args := range [][]string{{dir}, {filepath.Join(dir, "nowhere.log")}} {
		o := gumshoe(t, append([]string{"analyze"}, args...)...)
		if o.code != 1 || o.out != "" || !strings.Contains(o.err, "nothing to read") {
			t.Errorf("%v: code %d, %q, %q", args, o.code, o.out, o.err)
		}
	}
}

// Where all was read and nothing understood, the report says so instead of
// calling it a quiet night.
func TestNothingUnderstood(t *testing.T) {
	dir := t.TempDir()
	novel := put(t, dir, "novel.log", "Call me Ishmael.\n")
	for _, arg := range []string{novel, dir} {
		o := gumshoe(t, "analyze", arg)
		if o.code != 4 || !strings.Contains(o.out, "Nothing that was read could be understood") || !strings.Contains(o.err, "not one line is in a format known here") {
			t.Errorf("%s: code %d, %q, %q", arg, o.code, o.out, o.err)
		}
	}
}

// An empty log is one that nobody wrote to: no failure.
func TestEmptyLog(t *testing.T) {
	o := gumshoe(t, "analyze", put(t, t.TempDir(), "auth.log", ""))
	if o.code != 0 || o.err != "" || !strings.Contains(o.out, "Nothing could be read") {
		t.Errorf("code %d, %q, %q", o.code, o.out, o.err)
	}
}

// Lines are read once, whatever names lead to them.
func TestReadOnce(t *testing.T) {
	dir := t.TempDir()
	text := guessing()
	old := lines(strings.Replace(knock, "11-10", "11-08", 1))
	put(t, dir, "auth.log", text)
	put(t, dir, "auth.log.1", text)                               // a copy that copytruncate has just made
	put(t, dir, "auth.log.2.gz", gzipped(t, old))                 // numbered
	put(t, dir, "auth.log-20261109", lines(knock))                // dated
	put(t, dir, "auth.log-20261109.gz", gzipped(t, lines(knock))) // still there while it is compressed
	for link, to := range map[string]string{"today.log": "auth.log", "nowhere": "gone.log", "loop": "."} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	live := filepath.Join(dir, "auth.log")
	for _, args := range [][]string{{dir}, {dir, dir}, {dir, live, live}, {dir, filepath.Join(dir, "today.log")}} {
		o, run, _ := saved(t, append([]string{"analyze", "--json"}, args...)...)
		var n uint64
		for _, h := range run.Sources {
			n += h.Lines
		}
		if o.code != 0 || n != 42 {
			t.Errorf("%v: code %d, %d lines, want 42; %q", args, o.code, n, o.err)
		}
	}
	if o := pipe(t, strings.NewReader(text), "analyze", "--json", "-"); o.code != 0 || !accuses(t, o.cases(t), attacker) {
		t.Errorf("from standard input: code %d, %q, %s", o.code, o.err, o.out)
	}
}

// Stamps without a year follow from the day when the file was last written,
// over New Year too, and from nothing else.
func TestYearlessStamps(t *testing.T) {
	path := put(t, t.TempDir(), "auth.log", lines(
		"Dec 31 22:00:00 web1 sshd[1]: Failed password for anna from 192.0.2.9 port 5022 ssh2",
		"Dec 31 23:59:58 web1 sshd[1]: Failed password for anna from 192.0.2.9 port 5022 ssh2",
		"Jan  1 00:00:03 web1 sshd[1]: Accepted password for anna from 192.0.2.9 port 5022 ssh2",
		"Jan  1 04:00:00 web1 sshd[1]: Failed password for anna from 192.0.2.9 port 5022 ssh2",
	))
	for _, test := range []struct {
		mtime    string
		from, to string
	}{
		{"2024-01-01T04:00:01Z", "2023-12-31T22:00:00Z", "2024-01-01T04:00:00Z"},
		{"2025-11-30T00:00:00Z", "2024-12-31T22:00:00Z", "2025-01-01T04:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, test.mtime)
		if err != nil {
			t.Fatal(err)
		}
		touch(t, path, at)
		_, run, _ := saved(t, "analyze", path)
		if len(run.Sources) != 1 || run.Sources[0].First.Format(time.RFC3339) != test.from || run.Sources[0].Last.Format(time.RFC3339) != test.to {
			t.Errorf("written at %s: %+v", test.mtime, run.Sources)
		}
	}
}
