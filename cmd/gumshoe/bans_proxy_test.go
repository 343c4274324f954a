package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Whom the web server of this machine trusts to tell its clients is nobody to be banned by
// hand either: all of them come through it. A server that trusts everybody names nobody.
func TestBansSpareTheServersProxies(t *testing.T) {
	if state := os.Getenv("TEST_PROXY_STATE"); state != "" { // inside the mount
		d := &door{t: t, config: os.DevNull, state: state}
		for _, addr := range []string{"198.51.100.7", "203.0.113.7"} {
			o := d.run("bans", "add", addr)
			t.Logf("%s: %s%s", addr, o.out, o.err)
		}
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	etc := t.TempDir()
	put(t, etc, "nginx.conf", "http {\n\tset_real_ip_from 198.51.100.0/24;\n\tset_real_ip_from 0.0.0.0/0;\n}\n")
	cmd := exec.Command("unshare", "--mount", "--map-root-user", "sh", "-ec", `mount -t tmpfs none /etc; mkdir /etc/nginx; cp "$1" /etc/nginx; shift; exec "$@"`,
		"sh", filepath.Join(etc, "nginx.conf"), self, "-test.run=^TestBansSpareTheServersProxies$", "-test.v")
	cmd.Env = append(os.Environ(), "TEST_PROXY_STATE="+stateDir(t), "GUMSHOE_BAN_DRIVERS=hosts.deny")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"198.51.100.0/24 is a proxy that honest visitors come through (/etc/nginx/nginx.conf:2)", "203.0.113.7: gumshoe: 1 banned"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("not told %q:\n%s", want, out)
		}
	}
}
