package packaging

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// machine is the one that the test has to itself: its root, its systemd, its kernel's
// packet filter.
type machine struct{ listing string }

// newMachine brings what a server has and this container lacks: somebody who guesses,
// an editor, and a sendmail.
func newMachine(t *testing.T) *machine {
	t.Helper()
	for name, script := range map[string]string{
		"/usr/local/bin/editor":   `sed -i 's/mode: off/mode: critical/' "$1"`,
		"/usr/local/bin/drop-in":  `echo "[Service]\nReadWritePaths=-/srv" >"$1"`,
		"/usr/sbin/sendmail":      "cat >>/var/mailed",
		"/usr/local/bin/flushing": "for t in iptables ip6tables; do $t -F && $t -X; done && ipset destroy",
	} {
		put(t, name, "#!/bin/sh\n"+script+"\n")
	}
	var guesses strings.Builder
	for i := range 40 {
		fmt.Fprintf(&guesses, "%s web1 sshd[%d]: Failed password for invalid user user%d from 203.0.113.66 port %d ssh2\n",
			time.Now().UTC().Add(time.Duration(i-60)*2*time.Minute).Format(time.RFC3339), 4000+i, i, 40000+i)
	}
	put(t, "/var/log/auth.log", guesses.String())
	m := &machine{}
	m.sh(t, "chown daemon:adm /var/log/auth.log && chmod 600 /var/log/auth.log") // so that root needs a power to read it
	m.listing = m.lists(t)
	return m
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// placeholders of the pages, and who they are here.
var placeholders = strings.NewReplacer(" ADDRESS", " 203.0.113.66", " JAIL banip", " gumshoe banip 203.0.113.66", "_amd64.deb", "_"+runtime.GOARCH+".deb")

// enter runs a line of the pages in its manner.
func (m *machine) enter(t *testing.T, line string) {
	manner := manners[line]
	m.sh(t, manner.before)
	command := placeholders.Replace(line)
	if manner.tty {
		command = "SYSTEMD_EDITOR=/usr/local/bin/drop-in script -qec '" + command + "' /dev/null"
	}
	if out := m.ask(t, command, manner.answer); !strings.Contains(out, manner.want) {
		t.Errorf("%s: no %q in: %s", command, manner.want, out)
	}
	m.sh(t, manner.after)
}

// sh runs a command that has to succeed.
func (m *machine) sh(t *testing.T, command string) string {
	t.Helper()
	return m.ask(t, command, "")
}

// ask runs a command that has to succeed and may want an answer.
func (m *machine) ask(t *testing.T, command, answer string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // somebody may wait for a person
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", command)
	cmd.Stdin = strings.NewReader(answer)
	out, err := cmd.CombinedOutput()
	if err != nil {
		journal, _ := exec.Command("journalctl", "--no-pager", "--lines", "30", "-o", "cat").CombinedOutput()
		t.Fatalf("%s: %v: %s\nthe journal: %s", command, err, out, journal)
	}
	return string(out)
}
