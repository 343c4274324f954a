package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// offered is the header of a jail that a person has to uncomment, with its lines.
var offered = regexp.MustCompile(`(?m)^# (\[[a-z-]+\]|[a-z]+ +=.*)$`)

// fail2ban takes the jails as they stand, and those that are offered.
func TestJailLocal(t *testing.T) {
	client, err := exec.LookPath("fail2ban-client")
	if err != nil {
		t.Skip("needs fail2ban: apt-get install fail2ban")
	}
	jails, err := os.ReadFile("jail.local")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"as it is": string(jails), "with all of it": offered.ReplaceAllString(string(jails), "$1")} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("/etc/fail2ban")); err != nil {
			t.Fatal(err)
		}
		log := filepath.Join(dir, "log")
		logs := "" // fail2ban refuses a jail whose log is not there
		for _, jail := range []string{"sshd", "postfix", "dovecot", "nginx-botsearch"} {
			logs += "[" + jail + "]\nbackend = polling\nlogpath = " + log + "\n"
		}
		for file, content := range map[string]string{"log": "", "jail.local": text, "jail.d/zz-test.local": logs} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := exec.CommandContext(t.Context(), client, "-c", dir, "-t").CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		dump, err := exec.CommandContext(t.Context(), client, "-c", dir, "-d").Output()
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"'add', 'sshd'", "'add', 'gumshoe'", "'set', 'gumshoe', 'bantime', '1d'"}
		if name != "as it is" {
			want = append(want, "'add', 'postfix'", "'add', 'dovecot'", "'add', 'nginx-botsearch'")
		}
		for _, w := range want {
			if !strings.Contains(string(dump), w) {
				t.Errorf("%s: no %s in %s", name, w, dump)
			}
		}
	}
}
