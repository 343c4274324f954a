package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A web server or a configuration that trusts everybody to name his client is told of with
// the place and what mends it; a network that a service or a private net may have is not.
func TestTrustOfEverybodyIsTold(t *testing.T) {
	for _, tt := range []struct{ file, text, settings, told, mend string }{
		{"/etc/nginx/nginx.conf", "http {\n\tset_real_ip_from 10.0.0.0/8;\n\tset_real_ip_from 0.0.0.0/0;\n}\n", "", "/etc/nginx/nginx.conf:3 trusts 0.0.0.0/0", "fail editor +3 /etc/nginx/nginx.conf"},
		{"/etc/nginx/nginx.conf", "http {\n\tset_real_ip_from ::/0;\n}\n", "", "/etc/nginx/nginx.conf:2 trusts ::/0", "fail editor +2 /etc/nginx/nginx.conf"},
		{"/etc/apache2/apache2.conf", "RemoteIPHeader X-Forwarded-For\nRemoteIPTrustedProxy 128.0.0.0/1\n", "", "/etc/apache2/apache2.conf:2 trusts 128.0.0.0/1", "fail editor +2 /etc/apache2/apache2.conf"},
		{"/etc/nginx/nginx.conf", "", "trusted_proxies: [0.0.0.0/0]\n", "gumshoe.yaml:1 trusts 0.0.0.0/0", "fail gumshoe config show --origin"},
		{"/etc/nginx/nginx.conf", "http {\n\tset_real_ip_from 127.0.0.0/8;\n\tset_real_ip_from fc00::/7;\n\tset_real_ip_from 2400:cb00::/32;\n}\n", "trusted_proxies: [akamai]\n", "", "ok"},
	} {
		m := fakeMachine(t, nil)
		m.give(t, tt.file, tt.text)
		d := examination(t, m, tt.settings)
		d.checkTrust()
		if got := d.of("net.trust"); got != tt.mend || !strings.Contains(d.checks[0].Text, tt.told) {
			t.Errorf("%s%s: %q, want %q: %+v", tt.text, tt.settings, got, tt.mend, d.checks)
		}
	}
	o := configured(t, put(t, t.TempDir(), "gumshoe.yaml", "trusted_proxies: [0.0.0.0/0]\n"), nil, "analyze", put(t, t.TempDir(), "access.log", visits("198.51.100.7")))
	if !strings.Contains(unwrapped(o.out), "trusts 0.0.0.0/0 as proxies, which is everybody") {
		t.Errorf("the report does not tell: %s%s", o.out, o.err)
	}
}

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
