package firewall

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gumshoe/ban"
)

// write makes a file of the test's. While it is open no other test may start a
// program, which would inherit it for a moment: a script that anybody has open for
// writing cannot be executed (https://go.dev/issue/22315).
func write(t testing.TB, file, content string, mode os.FileMode) string {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func read(t testing.TB, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestHostsDeny shows the file before and after.
func TestHostsDeny(t *testing.T) {
	ours := func(lines string) string { return blockBegin + "\n" + lines + blockEnd + "\n" }
	for _, c := range []struct {
		name, before string
		bans         []ban.Ban
		after        string
	}{
		{"a new file", "", []ban.Ban{banned("192.0.2.1/32")}, ours("ALL: 192.0.2.1\n")},
		{
			"networks of both families", "",
			[]ban.Ban{banned("198.51.100.0/25"), banned("2001:db8:7::/64")},
			ours("ALL: 198.51.100.0/255.255.255.128\nALL: [2001:db8:7::]/64\n"),
		},
		{
			"daemons for ports, and what libwrap cannot do", "",
			[]ban.Ban{banned("192.0.2.1/32", ports(22)), banned("192.0.2.2/32", ports(80)), banned("192.0.2.3/32", action(ban.Limit)), banned("192.0.2.4/32", action(ban.Reject))},
			ours("ALL: 192.0.2.4\nsshd: 192.0.2.1\n"),
		},
		{
			"other lines stay, wherever they are", "# mine\r\nvsftpd: ALL \n" + ours("ALL: 192.0.2.9\n") + "ALL: PARANOID",
			[]ban.Ban{banned("192.0.2.1/32")},
			"# mine\r\nvsftpd: ALL \n" + ours("ALL: 192.0.2.1\n") + "ALL: PARANOID",
		},
		{"a last line without an end", "vsftpd: ALL", []ban.Ban{banned("192.0.2.1/32")}, "vsftpd: ALL\n" + ours("ALL: 192.0.2.1\n")},
		{"no bans, no block", "# mine\n" + ours("ALL: 192.0.2.9\n") + "x: y\n", nil, "# mine\nx: y\n"},
	} {
		h := &HostsDeny{File: filepath.Join(t.TempDir(), "hosts.deny")}
		if c.before != "" {
			write(t, h.File, c.before, 0o640)
		}
		for range 2 { // the second time nothing changes
			syncTo(t, h, want(t, c.bans...))
			if got := read(t, h.File); got != c.after {
				t.Errorf("%s:\n%q\nwant\n%q", c.name, got, c.after)
			}
		}
	}
}

// TestHostsDenyKeeps: mode, owner and link stay as they were, and a block that
// somebody broke is not guessed at.
func TestHostsDenyKeeps(t *testing.T) {
	dir := t.TempDir()
	real := write(t, filepath.Join(dir, "real"), "# mine\n", 0o604)
	if os.Getuid() == 0 {
		if err := os.Chown(real, 12, 34); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "hosts.deny")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	h := &HostsDeny{File: link}
	syncTo(t, h, want(t, banned("192.0.2.1/32")))
	info, err := os.Lstat(real)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); info.Mode().Perm() != 0o604 || os.Getuid() == 0 && (s.Uid != 12 || s.Gid != 34) {
		t.Errorf("mode %v, owner %d:%d", info.Mode(), s.Uid, s.Gid)
	}
	if to, err := os.Readlink(link); err != nil || to != real {
		t.Errorf("the link points to %q, %v", to, err)
	}
	write(t, real, blockBegin+"\nALL: 192.0.2.1\nsomething else\n", 0o604)
	if _, err := h.Sync(context.Background(), want(t)); err == nil || !strings.Contains(err.Error(), "left alone") {
		t.Errorf("a block without an end: %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, ".*")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func FuzzBlock(f *testing.F) {
	f.Add("# mine\n"+blockBegin+"\nALL: 192.0.2.9\n"+blockEnd+"\nALL: x", "ALL: 192.0.2.1\n")
	f.Add("no end of line", "")
	f.Fuzz(func(t *testing.T, content, line string) {
		if line != "" {
			line = strings.ReplaceAll(line, "\n", "") + "\n"
		}
		if strings.Contains(line, "gumshoe") {
			return
		}
		var lines []string
		if line != "" {
			lines = []string{line}
		}
		once, err := withBlock([]byte(content), lines)
		if err != nil {
			return
		}
		twice, err := withBlock(once, lines)
		if err != nil || string(once) != string(twice) {
			t.Errorf("%q, %q became %q and then %q, %v", content, line, once, twice, err)
		}
		if without, err := withBlock(once, nil); err == nil && !strings.Contains(content, blockBegin) && strings.TrimSuffix(string(without), "\n") != strings.TrimSuffix(content, "\n") {
			t.Errorf("%q lost something: %q", content, without)
		}
	})
}

// TestHostsDenyOfTheMachine writes /etc/hosts.deny where it is, in a mount namespace in
// which /etc is the test's own.
func TestHostsDenyOfTheMachine(t *testing.T) {
	if os.Getenv("TEST_HOSTS_DENY") != "" { // inside
		h := &HostsDeny{}
		for _, w := range []Want{want(t, banned("192.0.2.1/32"), banned("2001:db8:7::/64")), want(t, banned("192.0.2.2/32"))} {
			syncTo(t, h, w)
			t.Logf("%q", read(t, "/etc/hosts.deny"))
		}
		if err := h.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Logf("%q", read(t, "/etc/hosts.deny"))
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--mount", "--map-root-user", "sh", "-ec", `mount -t tmpfs none /etc; echo "# mine" >/etc/hosts.deny; exec "$@"`,
		"sh", self, "-test.run=^TestHostsDenyOfTheMachine$", "-test.v")
	cmd.Env = append(os.Environ(), "TEST_HOSTS_DENY=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	block := blockBegin + "\n%s" + blockEnd + "\n"
	for _, content := range []string{
		"# mine\n" + fmt.Sprintf(block, "ALL: 192.0.2.1\nALL: [2001:db8:7::]/64\n"),
		"# mine\n" + fmt.Sprintf(block, "ALL: 192.0.2.2\n"),
		"# mine\n",
	} {
		if !strings.Contains(string(out), fmt.Sprintf(": %q\n", content)) {
			t.Errorf("/etc/hosts.deny never was %q:\n%s", content, out)
		}
	}
}
