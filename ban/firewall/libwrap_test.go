package firewall

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/ban"
)

// TestLibwrap: what stands in hosts.deny is read by libwrap itself, through tcpdmatch,
// which says what a daemon would answer to a client. hosts.allow, which libwrap reads
// first, is empty.
func TestLibwrap(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tcpdmatch"); err != nil {
		t.Skip("tcpdmatch is not installed: apt-get install tcpd")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hosts.allow"), "", 0o644)
	write(t, filepath.Join(dir, "hosts.deny"), "# mine\nrpcbind: 198.51.100.250\n", 0o644)
	h := &HostsDeny{File: filepath.Join(dir, "hosts.deny")}
	w := wantBut(t, []string{"198.51.100.3/32"},
		banned("192.0.2.1/32"), banned("198.51.100.0/28"), banned("203.0.113.0/24", ports(21, 22)), banned("192.0.2.9/32", action(ban.Reject)),
		banned("2001:db8:a::/64"), banned("2001:db8:b::7/128", ports(22)), banned("192.0.2.128/25", action(ban.Limit)))
	answers := func(daemon, client string) string {
		cmd := exec.Command("tcpdmatch", "-d", daemon, client)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "warning") {
			t.Errorf("tcpdmatch %s %s: %v\n%s", daemon, client, err, out)
		}
		_, access, _ := strings.Cut(string(out), "access:")
		return strings.TrimSpace(access)
	}
	syncTo(t, h, w)
	for _, c := range []struct{ daemon, client, access string }{
		{"sshd", "192.0.2.1", "denied"},
		{"vsftpd", "192.0.2.1", "denied"},
		{"sshd", "192.0.2.2", "granted"}, // the neighbour
		{"sshd", "192.0.2.9", "denied"},
		{"sshd", "198.51.100.15", "denied"},
		{"sshd", "198.51.100.16", "granted"}, // one beyond
		{"sshd", "198.51.100.3", "granted"},  // allowed, inside a ban
		{"sshd", "198.51.100.2", "denied"},
		{"sshd", "198.51.100.4", "denied"},
		{"sshd", "203.0.113.77", "denied"},
		{"vsftpd", "203.0.113.77", "denied"},
		{"sendmail", "203.0.113.77", "granted"}, // another port
		{"sshd", "2001:db8:a::1", "denied"},
		{"sshd", "2001:db8:a:1::1", "granted"},
		{"sshd", "2001:db8:b::7", "denied"},
		{"vsftpd", "2001:db8:b::7", "granted"},
		{"sshd", "192.0.2.200", "granted"}, // it cannot slow down
		{"rpcbind", "198.51.100.250", "denied"},
	} {
		if got := answers(c.daemon, c.client); got != c.access {
			t.Errorf("%s from %s: %s, want %s", c.daemon, c.client, got, c.access)
		}
	}
	if err := h.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := answers("sshd", "192.0.2.1") + answers("rpcbind", "198.51.100.250"); got != "granted"+"denied" {
		t.Errorf("cleared, and a line of somebody else's left: %s", got)
	}
}
