package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLive boots systemd in a container that is a copy of this machine, and plays there
// the person who installs gumshoe: every command line of README and docs that wants a
// machine is typed as it stands, and the units run behind their walls, with their
// limits, in their order. Without root it says what it needs.
func TestLive(t *testing.T) {
	if self, _ := os.Executable(); self == "/live/test" { // in the container; nowhere else may it touch the machine
		live(t)
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root, for a container")
	}
	t.Parallel()
	for tool, from := range map[string]string{"systemd-nspawn": "systemd-container", "unshare": "util-linux", "fail2ban-client": "fail2ban", "cron": "cron", "iptables": "iptables", "ipset": "ipset", "nft": "nftables", "man": "man-db"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s: apt-get install %s", tool, from)
		}
	}
	brought := bring(t)
	out, err := exec.CommandContext(t.Context(), "testdata/boot.sh", brought).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if text := string(out); !strings.Contains(text, "--- PASS: TestLive ") || strings.Contains(text, "--- SKIP") {
		t.Errorf("the story was not told to its end: %s", text)
	}
}

// bring makes the directory that the container sees as /live: this very program, the
// package where the pages name it, and the pages.
func bring(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	packages, err := built()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{self: "test", packages[0]: "dist/" + filepath.Base(packages[0]), "../README.md": "README.md", "../crontab.example": "crontab.example"}
	pages, _ := filepath.Glob("../docs/*.md") // the pattern is well formed
	for _, page := range pages {
		files[page] = "docs/" + filepath.Base(page)
	}
	for from, to := range files {
		bytes, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, to), bytes, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// live is what happens in the container.
func live(t *testing.T) {
	m := newMachine(t)
	for _, l := range wanted(t) {
		if !slices.Contains(farewell, l.Text) {
			t.Run(l.String(), func(t *testing.T) { m.enter(t, l.Text) })
		}
	}
	t.Run("a run behind its walls", m.runs)
	t.Run("a secret reaches the run alone", m.keepsSecrets)
	t.Run("a failure is mailed", m.tellsFailures)
	t.Run("bans outlive a firewall's reload", m.heals)
	for _, text := range farewell {
		t.Run(text, func(t *testing.T) { m.enter(t, text) })
	}
	t.Run("nothing is left", m.isAsBefore)
}
