package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/ingest"
)

// exported writes an entry as journalctl does: values with control characters or
// without valid UTF-8 as data with a length. Fields are NAME=value.
func exported(micros int64, fields ...string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "__CURSOR=s=1;i=%d\n__REALTIME_TIMESTAMP=%d\n", micros, micros)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r == 0xfffd }) < 0 {
			fmt.Fprintf(&b, "%s=%s\n", name, value)
			continue
		}
		b.WriteString(name + "\n")
		b.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(value))))
		b.WriteString(value + "\n")
	}
	b.WriteString("\n")
	return b.String()
}

const (
	morning = 1795179901123456 // 2026-11-20T13:05:01.123456Z
	stamped = "2026-11-20T13:05:01.123456+00:00 "
)

// sshd is an entry of the daemon.
func sshd(message string) string {
	return exported(morning, "_HOSTNAME=web1", "SYSLOG_IDENTIFIER=sshd", "_PID=417", "_UID=0", "_EXE=/usr/sbin/sshd", "_TRANSPORT=syslog", "MESSAGE="+message)
}

// Each entry is a line, whatever is in it.
func TestJournalLines(t *testing.T) {
	as := func(fields ...string) string { return exported(morning, append(fields, "MESSAGE=hello")...) }
	long := strings.Repeat("x", ingest.MaxLine+100)
	for _, c := range []struct{ what, entries, want string }{
		{"an ordinary one", sshd("Connection closed by 203.0.113.9 port 22 [preauth]"),
			stamped + "web1 sshd[417]: Connection closed by 203.0.113.9 port 22 [preauth]\n"},
		{"two", sshd("one") + sshd("two"), stamped + "web1 sshd[417]: one\n" + stamped + "web1 sshd[417]: two\n"},
		{"a newline forges no line", sshd("x\n2026-11-20T13:05:02+00:00 web1 sshd[1]: Accepted"),
			stamped + "web1 sshd[417]: x#0122026-11-20T13:05:02+00:00 web1 sshd[1]: Accepted\n"},
		{"an empty line in a message ends no entry", sshd("a\n\n__REALTIME_TIMESTAMP=1\nMESSAGE=b"),
			stamped + "web1 sshd[417]: a#012#012__REALTIME_TIMESTAMP=1#012MESSAGE=b\n"},
		{"NUL, tab, escape", sshd("a\x00b\tc\x1b[31m"), stamped + "web1 sshd[417]: a#000b#011c#033[31m\n"},
		{"not UTF-8", sshd("Ren\xe9 \xff"), stamped + "web1 sshd[417]: Ren\xe9 \xff\n"},
		{"an equals sign", sshd("a=b=c"), stamped + "web1 sshd[417]: a=b=c\n"},
		{"an empty message", sshd(""), stamped + "web1 sshd[417]: \n"},
		{"no message", exported(morning, "_HOSTNAME=web1"), ""},
		{"no time", "MESSAGE=x\n\n", ""},
		{"no host, program or process", as(), stamped + "localhost unknown: hello\n"},
		{"the process as the writer says", as("SYSLOG_PID=9", "SYSLOG_IDENTIFIER=app"), stamped + "localhost app[9]: hello\n"},
		{"a process that is no number", as("SYSLOG_PID=9]: x", "SYSLOG_IDENTIFIER=app"), stamped + "localhost app: hello\n"},
		{"a name that would end early", as("SYSLOG_IDENTIFIER=sshd[1]: x"), stamped + "localhost sshd_1___x: hello\n"},
		{"the kernel", as("SYSLOG_IDENTIFIER=kernel", "_TRANSPORT=kernel"), stamped + "localhost kernel: hello\n"},
		{"a record of the audit is not its subject's", as("_TRANSPORT=audit", "_COMM=sshd", "_PID=5"), stamped + "localhost audit[5]: hello\n"},
		{"the first of two fields", as("SYSLOG_IDENTIFIER=a", "SYSLOG_IDENTIFIER=b"), stamped + "localhost a: hello\n"},
		{"a service with its own user", as("_UID=111", "SYSLOG_IDENTIFIER=postfix/smtpd"), stamped + "localhost postfix/smtpd: hello\n"},
		{"a person who calls himself sshd", as("_UID=1000", "SYSLOG_IDENTIFIER=sshd", "_EXE=/usr/bin/logger"), stamped + "localhost logger: hello\n"},
		{"with a program of his own", as("_UID=1000", "SYSLOG_IDENTIFIER=sshd", "_EXE=/home/eve/sshd"), stamped + "localhost /home/eve/sshd: hello\n"},
		{"sudo runs as the person", as("_UID=1000", "SYSLOG_IDENTIFIER=sudo", "_EXE=/usr/bin/sudo"), stamped + "localhost sudo: hello\n"},
		{"too long a message stays too long", sshd(long), stamped + "web1 sshd[417]: " + long[:maxField] + "\n"},
		{"as data too", sshd("\n" + long), stamped + "web1 sshd[417]: #012" + long[:maxField-1] + "\n"},
		{"fields that nobody asked for", exported(morning, "X="+strings.Repeat("y", 1<<20), "Z=\n"+long, "MESSAGE=hello"), stamped + "localhost unknown: hello\n"},
		{"a line of output that was cut", exported(morning, "_STREAM_ID=a", "_LINE_BREAK=line-max", "MESSAGE=GET /xxx") +
			exported(morning, "_STREAM_ID=b", "MESSAGE=hello") +
			exported(morning, "_STREAM_ID=a", "_LINE_BREAK=line-max", "MESSAGE=sshd says") +
			exported(morning, "_STREAM_ID=a", "MESSAGE=Accepted password") +
			exported(morning, "_STREAM_ID=a", "MESSAGE=whole again"),
			stamped + "localhost unknown: hello\n" + stamped + "localhost unknown: whole again\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, err := io.ReadAll(newJournalLines(strings.NewReader(c.entries)))
			if err != nil || string(got) != c.want {
				t.Errorf("%v: %.200q, want %.200q", err, got, c.want)
			}
		})
	}
}

// A stream cut anywhere gives its whole entries and says that it was cut.
func TestJournalCut(t *testing.T) {
	all := sshd("one\n1") + sshd("two")
	whole := len(sshd("one\n1"))
	for n := range len(all) {
		got, err := io.ReadAll(newJournalLines(strings.NewReader(all[:n])))
		want := io.ErrUnexpectedEOF
		if n == 0 || n == whole {
			want = nil
		}
		if err != want || strings.Count(string(got), "\n") != n/whole {
			t.Fatalf("%d bytes: %q, %v, want %v", n, got, err, want)
		}
	}
}

func TestJournalBroken(t *testing.T) {
	for what, text := range map[string]string{
		"no entry":          "-- No entries --\n\n",
		"an absurd length":  "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffx\n\n",
		"a huge length":     "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x0fx\n\n",
		"a length too low":  "MESSAGE\n\x01\x00\x00\x00\x00\x00\x00\x00xyz\n\n",
		"an empty entry":    "\n\n",
		"a line of a log":   "Nov 20 13:05:01 web1 sshd[1]: Accepted\n",
		"nothing but zeros": strings.Repeat("\x00", 100),
	} {
		got, err := io.ReadAll(newJournalLines(strings.NewReader(text)))
		if err == nil || len(got) != 0 {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(sshd("one") + sshd("a\nb\x00\xff")))
	f.Add([]byte(exported(morning, "_STREAM_ID=a", "_LINE_BREAK=line-max", "MESSAGE=x")))
	f.Add([]byte("MESSAGE\n\x01\x00\x00\x00\x00\x00\x00\x00xyz\n\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		got, _ := io.ReadAll(newJournalLines(bytes.NewReader(stream)))
		for line := range bytes.Lines(got) {
			if line[len(line)-1] != '\n' || !bytes.Contains(line, []byte("+00:00 ")) {
				t.Fatalf("a line without end or stamp: %q", line)
			}
			for _, c := range line[:len(line)-1] {
				if c < ' ' || c == 0x7f {
					t.Fatalf("a control character in %q", line)
				}
			}
		}
	})
}

// journalctl puts a program of that name before the real one: it writes its
// arguments to a file and then does what the script says.
func journalctl(t *testing.T, script string) (arguments func() string) {
	t.Helper()
	dir := t.TempDir()
	said := filepath.Join(dir, "said")
	text := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$@\" >%s\n%s\n", said, script)
	if err := os.WriteFile(filepath.Join(dir, "journalctl"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return func() string {
		text, err := os.ReadFile(said)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(text), dir, "")
	}
}

var journalOptions = Options{Detect: func(_ string, sample []byte) ingest.Format {
	if bytes.HasPrefix(sample, []byte("20")) {
		return plain{}
	}
	return nil
}}

func TestJournalIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "odd[1]*.journal", "LPKSHHRH")
	for _, c := range []struct {
		what    string
		journal Journal
		opt     Options
		want    string // arguments after the fixed ones
	}{
		{"this machine's", Journal{}, Options{}, ""},
		{"a span", Journal{}, Options{Since: time.Unix(1795179901, 5), Until: time.Unix(1795190000, 0)}, "--since=@1795179901\n--until=@1795190000\n"},
		{"units or identifiers", Journal{Units: []string{"ssh", "user.slice"}, Identifiers: []string{"sudo", "--vacuum-size=1"}}, Options{},
			"_SYSTEMD_UNIT=ssh.service\n_SYSTEMD_UNIT=user.slice\n+\nSYSLOG_IDENTIFIER=sudo\nSYSLOG_IDENTIFIER=--vacuum-size=1\n"},
		{"a directory", Journal{Path: dir}, Options{}, "--directory=" + dir + "\n"},
		{"a file whose name is a pattern", Journal{Path: file}, Options{}, "--file=" + dir + `/odd\[1]\*.journal` + "\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			arguments := journalctl(t, "exit 0")
			c.opt.TempDir = t.TempDir()
			f, err := OpenJournal(t.Context(), c.journal, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			const fixed = "--output=export\n--quiet\n--no-pager\n--output-fields=MESSAGE,"
			got := arguments()
			if !strings.HasPrefix(got, fixed) || !strings.HasSuffix(got, ",_LINE_BREAK\n"+c.want) {
				t.Errorf("asked with %q, want %q", got, c.want)
			}
		})
	}
}

// What journalctl gave before it failed is read, and the failure is told.
func TestJournalctlFails(t *testing.T) {
	entries := write(t, t.TempDir(), "entries", sshd("one"))
	for _, c := range []struct{ what, script, says, text string }{
		{"at once", "echo 'Failed to open files: Bad message' >&2; exit 1", "journalctl: Failed to open files: Bad message", ""},
		{"without a word", "exit 3", "journalctl: exit status 3", ""},
		{"half-way", "cat " + entries + "; echo broken >&2; exit 1", "journalctl: broken", stamped + "web1 sshd[417]: one\n"},
		{"within an entry", "cat " + entries + "; printf 'MESSAGE=tw'", "unexpected EOF", stamped + "web1 sshd[417]: one\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			journalctl(t, c.script)
			f, err := OpenJournal(t.Context(), Journal{}, journalOptions)
			if err == nil || err.Error() != `reading "journal": `+c.says {
				t.Errorf("%v, want %q", err, c.says)
			}
			if f == nil {
				t.Fatal("no file")
			}
			defer f.Close()
			if got := text(t, f); got != c.text {
				t.Errorf("%q, want %q", got, c.text)
			}
		})
	}
	t.Run("not installed", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if f, err := OpenJournal(t.Context(), Journal{}, journalOptions); f != nil || err == nil || !strings.HasSuffix(err.Error(), "journalctl is not installed") {
			t.Errorf("%v, %v", f, err)
		}
	})
}

// A journalctl that never ends is ended with the run.
func TestJournalIsInterrupted(t *testing.T) {
	journalctl(t, "exec tail -f /dev/null")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f, err := OpenJournal(ctx, Journal{}, journalOptions); f != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v, want context.Canceled", f, err)
	}
}

const journalRemote = "/lib/systemd/systemd-journal-remote"

// realJournal makes a journal file of entries.
func realJournal(t *testing.T, path, entries string) {
	t.Helper()
	if _, err := os.Stat(journalRemote); err != nil {
		t.Skip("needs systemd-journal-remote: apt-get install systemd-journal-remote")
	}
	if _, err := exec.LookPath("journalctl"); err != nil {
		t.Skip("needs journalctl: apt-get install systemd")
	}
	const ids = "__MONOTONIC_TIMESTAMP=1\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_MACHINE_ID=0123456789abcdef0123456789abcdef\n"
	cmd := exec.Command(journalRemote, "--output="+path, "-")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(entries, "__CURSOR=", ids+"__CURSOR="))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// A journal as systemd writes it is read by its file, by its directory, and
// among other logs.
func TestRealJournal(t *testing.T) {
	dir := t.TempDir()
	entries := sshd("one") + sshd("two\nlines") + exported(morning+3600e6, "_HOSTNAME=web1", "SYSLOG_IDENTIFIER=sudo", "_UID=1000", "_EXE=/usr/bin/sudo", "MESSAGE=Ren\xe9")
	realJournal(t, filepath.Join(dir, "system.journal"), entries)
	write(t, dir, "auth.log", "20 lines\n")
	want := stamped + "web1 sshd[417]: one\n" + stamped + "web1 sshd[417]: two#012lines\n" +
		"2026-11-20T14:05:01.123456+00:00 web1 sudo: Ren\xe9\n"
	for arg, name := range map[string]string{dir: dir, filepath.Join(dir, "system.journal"): filepath.Join(dir, "system.journal")} {
		sources, notes, err := Expand(t.Context(), []string{arg}, journalOptions)
		if err != nil || len(notes) != 0 {
			t.Fatalf("%s: %v, %v", arg, notes, err)
		}
		found := false
		for _, s := range sources {
			if s.Name() == name {
				found = true
				if got := text(t, s); got != want {
					t.Errorf("%s: %q, want %q", arg, got, want)
				}
			}
			s.(*File).Close()
		}
		if !found {
			t.Errorf("%s: not among %d sources", name, len(sources))
		}
	}
	opt := journalOptions
	opt.Since = time.UnixMicro(morning).Add(time.Minute)
	f, err := OpenJournal(t.Context(), Journal{Path: dir, Identifiers: []string{"sudo", "sshd"}}, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := text(t, f); strings.Count(got, "\n") != 1 || !strings.Contains(got, "sudo") {
		t.Errorf("since a minute later: %q", got)
	}
}

func BenchmarkJournal(b *testing.B) {
	stream := []byte(strings.Repeat(sshd("Failed password for root from 203.0.113.9 port 22 ssh2"), 1000))
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.Copy(io.Discard, newJournalLines(bytes.NewReader(stream))); err != nil {
			b.Fatal(err)
		}
	}
}
