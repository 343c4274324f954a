package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakeSendmail writes what it was given beside itself, then does what a test
// wants.
func fakeSendmail(t *testing.T, then string) (Sendmail, string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\ncd " + dir + "\nfor a; do echo \"[$a]\"; done >args\nenv >env\ncat >mail\n" + then + "\n"
	path := filepath.Join(dir, "sendmail")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return Sendmail{Path: path, Whole: 20 * time.Second}, dir
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestSendmail: the recipients are arguments after --, the text comes with the
// line ends of Unix, and our environment stays with us.
func TestSendmail(t *testing.T) {
	t.Setenv("GUMSHOE_SMTP_PASSWORD", "correct horse")
	s, dir := fakeSendmail(t, "exit 0")
	if failures := s.Send(t.Context(), letter()); failures != nil {
		t.Fatal(failures)
	}
	const want = "[-i]\n[-f]\n[gumshoe@web1.example.org]\n[--]\n[anna@example.org]\n[bob@example.org]\n[carl@example.net]\n"
	if got := content(t, dir, "args"); got != want {
		t.Errorf("called with\n%s", got)
	}
	if got, want := content(t, dir, "mail"), "Subject: x\n\n.\n..two dots\n.hidden\nlast\n"; got != want {
		t.Errorf("it read %q", got)
	}
	if env := content(t, dir, "env"); strings.Contains(env, "correct horse") {
		t.Errorf("it sees\n%s", env)
	}
}

func TestSendmailFails(t *testing.T) {
	for _, tt := range []struct{ then, want, says string }{
		{"echo 'queue full' >&2; exit 75", "deferred", "queue full"},
		{"echo 'Recipient unknown'; exit 67", "refused", "no such user"},
		{"exit 65", "refused", "malformed"},
		{"exit 1", "deferred", "exit status 1"},
		{"printf '\\033[2Jx'; exit 78", "deferred", "status 78 [2Jx"},
		{"head -c 100000 /dev/zero | tr '\\0' x; exit 70", "deferred", "xxx"},
		{"kill -9 $$", "deferred", "killed"},
	} {
		s, _ := fakeSendmail(t, tt.then)
		failures := s.Send(t.Context(), run(1))
		if describe(failures) != "anna@example.org "+tt.want || !strings.Contains(failures[0].Error(), tt.says) {
			t.Errorf("%s: %v", tt.then, failures)
		}
		if len(failures) > 0 && len(failures[0].Error()) > 2*maxSaid {
			t.Errorf("%s: %d bytes of error", tt.then, len(failures[0].Error()))
		}
	}
}

// TestSendmailHangs: it is killed, and the letter waits.
func TestSendmailHangs(t *testing.T) {
	s, _ := fakeSendmail(t, "exec sleep 600")
	s.Whole = 80 * time.Millisecond
	failures := s.Send(t.Context(), run(1))
	if describe(failures) != "anna@example.org unreachable" || !strings.Contains(failures[0].Error(), "deadline") {
		t.Errorf("%v", failures)
	}
}

// TestSendmailOption: a recipient that looks like an option is none.
func TestSendmailOption(t *testing.T) {
	s, dir := fakeSendmail(t, "exit 0")
	l := run(1)
	l.To = []string{"-oQ/tmp/x@example.org"}
	if failures := s.Send(t.Context(), l); failures != nil {
		t.Error(failures)
	}
	if args := content(t, dir, "args"); !strings.HasSuffix(args, "[--]\n[-oQ/tmp/x@example.org]\n") {
		t.Errorf("called with\n%s", args)
	}
}

func TestSendmailMissing(t *testing.T) {
	failures := Sendmail{Path: "/nonexistent/sendmail"}.Send(t.Context(), run(1))
	if describe(failures) != "anna@example.org unreachable" {
		t.Errorf("%v", failures)
	}
}
