package firewall

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/ban"
)

// fail2banOn starts a fail2ban of our own with one jail, whose action drops packets
// in the host.
func fail2banOn(t *testing.T, h host) *Fail2ban {
	t.Helper()
	if _, err := exec.LookPath("fail2ban-server"); err != nil {
		t.Skip("no fail2ban: apt-get install fail2ban")
	}
	dir := t.TempDir()
	for file, content := range map[string]string{
		"conf/fail2ban.conf":       "[DEFAULT]\n[Definition]\nloglevel = INFO\nsocket = " + dir + "/socket\npidfile = " + dir + "/pid\nlogtarget = " + dir + "/log\nsyslogsocket = auto\ndbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 10\nallowipv6 = auto\n",
		"conf/jail.conf":           "[gumshoe]\nenabled = true\nfilter = never\nbackend = polling\nlogpath = " + dir + "/watched\naction = drop\nbantime = 1h\nignoreip = 192.0.2.200\n",
		"conf/filter.d/never.conf": "[Definition]\nfailregex = ^never <HOST>$\n",
		"conf/action.d/drop.conf":  fmt.Sprintf("[Definition]\nactionban = nsenter --net=/run/netns/%[1]s nft add element inet f2b <family> '{ <ip> }'\nactionunban = nsenter --net=/run/netns/%[1]s nft delete element inet f2b <family> '{ <ip> }'\n", h.name),
		"watched":                  "",
		"conf/jail.d/.keep":        "",
		"conf/fail2ban.d/.keep":    "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h.run("nft", "add table inet f2b; add chain inet f2b in { type filter hook input priority 0; }"+
		"; add set inet f2b inet4 { type ipv4_addr; flags interval; }; add set inet f2b inet6 { type ipv6_addr; flags interval; }"+
		"; add rule inet f2b in ip saddr @inet4 drop; add rule inet f2b in ip6 saddr @inet6 drop")
	f := &Fail2ban{Jail: "gumshoe", Args: []string{"-c", dir + "/conf", "-s", dir + "/socket", "-p", dir + "/pid"}, State: newMemory()}
	command(t, "fail2ban-client", append(f.Args, "start")...)
	t.Cleanup(func() { command(t, "fail2ban-client", append(f.Args, "stop")...) })
	return f
}

// TestFail2ban hands over to a fail2ban that runs.
func TestFail2ban(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := fail2banOn(t, w.server)
	client := func(args ...string) string {
		return command(t, "fail2ban-client", append(append([]string{}, f.Args...), args...)...)
	}
	client("set", "gumshoe", "banip", "192.0.2.50") // fail2ban's own

	r := syncTo(t, f, want(t, banned(attacker4+"/32", ports(22)), banned(attacker4+"/32"), banned("198.51.100.64/28"),
		banned("2001:db8:0:a::/64"), banned("192.0.2.50/32"), banned("192.0.2.60/32", action(ban.Limit))))
	if r.Standing != 4 || r.Added != 3 || r.Skipped["fail2ban cannot slow down"] != 1 {
		t.Errorf("%+v, want 4 standing, 3 of them new, 1 skipped", r)
	}
	// The jail holds them at once, its action comes one by one, whenever fail2ban's turn is.
	w.until("fail2ban acts on all of them", func() bool {
		return !w.attacker.reaches(attacker6, server6, 22) && !w.attacker.reaches(attacker4, server4, 22) && !w.attacker.reaches(attacker65, server4, 22)
	})
	w.until("the neighbour gets in", func() bool {
		return w.neighbour.reaches(neighbour4, server4, 22) && w.neighbour.reaches(neighbour6, server6, 22)
	})

	client("set", "gumshoe", "unbanip", attacker4) // its bantime ran out
	r = syncTo(t, f, want(t, banned(attacker4+"/32"), banned("2001:db8:0:a::/64")))
	if r.Added != 1 || r.Removed != 1 {
		t.Errorf("%+v, want that one came back and one went", r)
	}
	w.until("fail2ban lifts", func() bool { return w.attacker.reaches(attacker65, server4, 22) })

	if _, err := f.Sync(context.Background(), want(t, banned("192.0.2.200/32"))); err != nil {
		t.Errorf("an ignored address: %v", err)
	}
	if err := f.Clear(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(client("get", "gumshoe", "banip")); got != "192.0.2.50" {
		t.Errorf("left %q, want fail2ban's own", got)
	}

	f.Jail = "nowhere"
	if _, err := f.Sync(context.Background(), want(t)); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a jail that is not there: %v", err)
	}
}
