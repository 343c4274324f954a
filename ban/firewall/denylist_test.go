package firewall

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/ban"
)

// TestDenyLists shows what each server is given to read.
func TestDenyLists(t *testing.T) {
	bans := []ban.Ban{
		banned("203.0.113.9/32", ports(80, 443)), banned("198.51.100.0/24"), banned("2001:db8:7::/64", ports(443)),
		banned("192.0.2.22/32", ports(22)), banned("192.0.2.33/32", action(ban.Limit)),
	}
	for server, content := range map[string]string{
		"nginx": "deny 198.51.100.0/24;\ndeny 2001:db8:7::/64;\ndeny 203.0.113.9;\n",
		"apache": "<Location \"/\">\nAuthMerging And\n<RequireAll>\nRequire all granted\n" +
			"Require not ip 198.51.100.0/24\nRequire not ip 2001:db8:7::/64\nRequire not ip 203.0.113.9\n</RequireAll>\n</Location>\n",
		"caddy": "@gumshoe {\n\tclient_ip 198.51.100.0/24\n\tclient_ip 2001:db8:7::/64\n\tclient_ip 203.0.113.9\n}\nabort @gumshoe\n",
	} {
		d := &DenyList{Server: server, File: filepath.Join(t.TempDir(), "list"), Validate: []string{}, Reload: []string{}}
		r := syncTo(t, d, want(t, bans...))
		if got := read(t, d.File); got != "# Written by gumshoe anew at every run.\n"+content {
			t.Errorf("%s:\n%s\nwant\n%s", server, got, content)
		}
		if r.Standing != 3 || r.Added != 3 || len(r.Skipped) != 2 {
			t.Errorf("%s: %+v, want 3 added, 2 skipped", server, r)
		}
		if r = syncTo(t, d, want(t, bans[0])); r.Standing != 1 || r.Added != 0 || r.Removed != 2 {
			t.Errorf("%s: %+v, want 2 removed", server, r)
		}
		if err := d.Clear(context.Background()); err != nil || read(t, d.File) != "" {
			t.Errorf("%s: cleared: %v, %q", server, err, read(t, d.File))
		}
	}
}

// TestDenyListSpares: an engine without exceptions gets the rest of a network.
func TestDenyListSpares(t *testing.T) {
	d := &DenyList{Server: "nginx", File: filepath.Join(t.TempDir(), "list"), Validate: []string{}, Reload: []string{}}
	syncTo(t, d, wantBut(t, []string{"192.0.2.1/32", "203.0.113.0/24"}, banned("192.0.2.0/30"), banned("203.0.113.9/32")))
	if got := read(t, d.File); !strings.HasSuffix(got, ".\ndeny 192.0.2.0;\ndeny 192.0.2.2/31;\n") {
		t.Errorf("%s", got)
	}
}

// TestDenyListIsTakenBack: what the server refuses does not stay; a run that
// died in between is made good.
func TestDenyListIsTakenBack(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "list"), "deny 192.0.2.9;\n", 0o644)
	d := &DenyList{Server: "nginx", File: file, Validate: []string{"true"}, Reload: []string{"touch", filepath.Join(dir, "reloaded")}}
	reloaded := func() bool { return os.Remove(filepath.Join(dir, "reloaded")) == nil }
	ctx := context.Background()
	one := want(t, banned("192.0.2.1/32"))

	for name, change := range map[string]func(d *DenyList){
		"validation fails": func(d *DenyList) { d.Validate = []string{"sh", "-c", "echo unknown directive >&2; false"} },
		"no such program":  func(d *DenyList) { d.Validate = []string{"/nowhere/nginx"} },
		"reload fails":     func(d *DenyList) { d.Reload = []string{"false"} },
	} {
		bad := *d
		change(&bad)
		_, err := bad.Sync(ctx, one)
		if err == nil || !strings.Contains(err.Error(), "the old one is back") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "no such program" && !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
		if got := read(t, file); got != "deny 192.0.2.9;\n" || reloaded() {
			t.Errorf("%s: the list is %q", name, got)
		}
	}
	syncTo(t, d, one)
	good := read(t, file)
	if !reloaded() || !strings.Contains(good, "deny 192.0.2.1;") {
		t.Errorf("not reloaded, or not written: %q", good)
	}
	if syncTo(t, d, one); reloaded() {
		t.Error("reloaded although nothing changed")
	}

	write(t, file+pending, "deny 192.0.2.9;\n", 0o644) // died before the server read the list
	if syncTo(t, d, one); !reloaded() {
		t.Error("the server was not told after a run that died")
	}
	write(t, file+pending, "deny 192.0.2.9;\n", 0o644)
	bad := *d
	bad.Validate = []string{"false"}
	if _, err := bad.Sync(ctx, one); err == nil || read(t, file) != "deny 192.0.2.9;\n" {
		t.Errorf("%v; %q, want what the server last read", err, read(t, file))
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*"+pending)); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestApacheReads: a real Apache accepts the list, in the place that is meant
// for it.
func TestApacheReads(t *testing.T) {
	apache, err := (Tools{}).find("apache2")
	if err != nil {
		t.Skip("no Apache: apt-get install apache2-bin")
	}
	modules := "/usr/lib/apache2/modules/mod_"
	dir := t.TempDir()
	conf := write(t, filepath.Join(dir, "apache.conf"), fmt.Sprintf(`
ServerRoot %[1]s
ServerName site.example
PidFile %[1]s/pid
ErrorLog %[1]s/error.log
Listen 127.0.0.1:8099
LoadModule mpm_event_module %[2]smpm_event.so
LoadModule authz_core_module %[2]sauthz_core.so
LoadModule authz_host_module %[2]sauthz_host.so
Include %[1]s/deny.conf
`, dir, modules), 0o644)
	d := &DenyList{
		Server: "apache", File: write(t, filepath.Join(dir, "deny.conf"), "", 0o644),
		Validate: []string{apache, "-t", "-f", conf}, Reload: []string{},
	}
	syncTo(t, d, want(t, banned("203.0.113.9/32"), banned("198.51.100.0/24"), banned("2001:db8:7::/64")))
	write(t, filepath.Join(dir, "apache.conf"), read(t, conf)+"Broken\n", 0o644)
	if _, err := d.Sync(context.Background(), want(t)); err == nil || !strings.Contains(err.Error(), "Broken") {
		t.Errorf("%v, want what Apache says", err)
	}
}

// TestNginx turns away a client behind a proxy, in a real nginx: the kernel sees
// the proxy alone, and the proxy's other clients get in.
func TestNginx(t *testing.T) {
	t.Parallel()
	if _, err := (Tools{}).find("nginx"); err != nil {
		t.Skip("no nginx: apt-get install nginx-light")
	}
	dir := t.TempDir()
	socket, page := filepath.Join(dir, "socket"), filepath.Join(dir, "www", "index.html")
	if err := os.Mkdir(filepath.Dir(page), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, page, "welcome", 0o644)
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // whoever else it would be may not read the test's files
	}
	conf := write(t, filepath.Join(dir, "nginx.conf"), fmt.Sprintf(`
%[2]s
pid %[1]s/pid;
error_log %[1]s/error.log;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	server {
		listen unix:%[1]s/socket;
		set_real_ip_from unix:;
		real_ip_header X-Forwarded-For;
		include %[1]s/deny.conf;
		root %[1]s/www;
	}
}
`, dir, user), 0o644)
	d := &DenyList{
		Server: "nginx", File: write(t, filepath.Join(dir, "deny.conf"), "", 0o644),
		Validate: []string{"nginx", "-t", "-q", "-c", conf}, Reload: []string{"nginx", "-s", "reload", "-c", conf},
	}
	nginx, _ := d.Tools.find("nginx")
	server := exec.Command(nginx, "-c", conf, "-g", "daemon off;")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Signal(os.Interrupt); server.Wait() })
	answers := func(client string) int {
		r, err := http.NewRequest("GET", "http://site.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Forwarded-For", client)
		resp, err := overSocket(socket).Do(r)
		if err != nil {
			return 0
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	w := world{t: t}
	w.until("nginx is up", func() bool { return answers("203.0.113.9") == 200 })
	syncTo(t, d, want(t, banned("203.0.113.9/32"), banned("2001:db8:7::/64")))
	w.until("nginx has read the list", func() bool { return answers("203.0.113.9") == 403 && answers("2001:db8:7::5") == 403 })
	w.until("the neighbour behind the same proxy gets in", func() bool { return answers("203.0.113.10") == 200 })
	whole, list := read(t, conf), read(t, d.File)
	write(t, conf, whole+"broken;\n", 0o644) // somebody edits the configuration meanwhile
	if _, err := d.Sync(context.Background(), want(t, banned("203.0.113.10/32"))); err == nil || !strings.Contains(err.Error(), "broken") || read(t, d.File) != list {
		t.Errorf("%v, want what nginx says, and the list as it was: %q", err, read(t, d.File))
	}
	w.until("nginx goes on with the old list", func() bool { return answers("203.0.113.9") == 403 && answers("203.0.113.10") == 200 })
	write(t, conf, whole, 0o644)
	if err := d.Clear(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.until("nginx lets it in again", func() bool { return answers("203.0.113.9") == 200 })
}
