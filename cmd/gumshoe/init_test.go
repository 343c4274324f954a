package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// fakeMachine is a server below a directory, whose programs answer what the map says;
// all others are not installed.
func fakeMachine(t *testing.T, answers map[string]string) *machine {
	t.Helper()
	env := map[string]string{"SSH_CONNECTION": "192.0.2.10 50022 192.0.2.2 22", "HOME": "/home/lena"}
	return &machine{root: t.TempDir(), now: time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC), env: func(k string) string { return env[k] },
		ask: func(_ context.Context, program string, args ...string) (string, error) {
			if answer, ok := answers[strings.Join(append([]string{program}, args...), " ")]; ok {
				return answer, nil
			}
			return "", fmt.Errorf("%s: %w", program, exec.ErrNotFound)
		}}
}

// give writes a file of a machine.
func (m *machine) give(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.path(path)), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Dir(m.path(path)), filepath.Base(path), text)
	touch(t, m.path(path), m.now)
}

// shop is a web server whose configuration describes a format of its own.
func shop(t *testing.T, m *machine, client string) {
	m.give(t, "/etc/nginx/nginx.conf", `http {
	log_format odd '$status|$remote_addr|$time_iso8601|$request_method $uri|$http_user_agent';
	access_log /srv/shop/access.log odd;
}`)
	m.give(t, "/srv/shop/access.log", strings.Repeat("200|"+client+"|2026-11-10T08:00:00+00:00|GET /cart|Mozilla/5.0\n", 40))
}

// initOn runs init on a machine and returns what it said.
func initOn(t *testing.T, m *machine, config string) string {
	t.Helper()
	var out, talk bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &talk}
	if err := a.init(t.Context(), m, config, true); err != nil {
		t.Fatalf("%v: %s", err, talk.String())
	}
	return out.String()
}

// Init finds what is there, leaves out what says nothing, and what it writes is a
// configuration.
func TestInit(t *testing.T) {
	m := fakeMachine(t, map[string]string{"firewall-cmd --state": "running", "fail2ban-client status": "Status\n`- Jail list:\tsshd, dovecot"})
	m.give(t, "/var/log/auth.log", guessing())
	m.give(t, "/var/log/auth.log.1", guessing())
	m.give(t, "/var/log/own/gate.log", guessing())
	m.give(t, "/var/log/own/poems.log", strings.Repeat("shall I compare thee to a summer's day\n", 50))
	m.give(t, "/etc/ufw/ufw.conf", "# on\nENABLED=yes\n")
	m.give(t, "/etc/fail2ban/jail.local", "")
	m.give(t, "/run/docker.sock", "")
	shop(t, m, "203.0.113.9")
	config := filepath.Join(t.TempDir(), "etc", "gumshoe.yaml")
	said := initOn(t, m, config)
	for _, want := range []string{"/var/log/auth.log", "100 % of 40 lines understood; sshd", "/srv/shop/access.log", "/var/log/own/gate.log",
		"ufw              writes to it too", "firewalld        writes to it too", "Docker           writes to it too", "jails sshd, dovecot", "none in front", "192.0.2.10 (this ssh session)", "Next"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	s := defaults()
	if err := s.readFiles(config, true); err != nil {
		t.Fatal(err)
	}
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, src := range s.Sources {
		if !src.Optional {
			paths = append(paths, src.Path)
		}
	}
	if want := "/var/log/auth.log /srv/shop/access.log /var/log/own/gate.log"; strings.Join(paths, " ") != want {
		t.Errorf("sources %q, want %s", paths, want)
	}
	if !slices.ContainsFunc(s.Sources, func(src SourceSetting) bool { return src.Path == "/var/log/mail.log" && src.Optional }) {
		t.Error("a log that comes later is not read")
	}
	if s.BanMode != "off" || !s.Save || len(s.Allow) != 1 || s.Allow[0].Prefix != netip.MustParsePrefix("192.0.2.10/32") {
		t.Errorf("mode %s, save %v, allowed %v", s.BanMode, s.Save, s.Allow)
	}
	if t.Failed() {
		t.Log(said)
	}
}

// A second run overwrites nothing, and says what is new.
func TestInitKeeps(t *testing.T) {
	m := fakeMachine(t, nil)
	m.give(t, "/var/log/auth.log", guessing())
	config := filepath.Join(t.TempDir(), "gumshoe.yaml")
	initOn(t, m, config)
	const mine = "# mine\nhost: web9\n"
	if err := os.WriteFile(config, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	said := initOn(t, m, config)
	if text := read(t, config); text != mine {
		t.Errorf("overwritten with %q", text)
	}
	for _, want := range []string{config + " kept; it lacks:", "- path: /var/log/auth.log", "admin.list kept; it lacks nothing"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
}

// What most visitors come through is trusted.
func TestInitProxy(t *testing.T) {
	for client, want := range map[string]string{"203.0.113.9": "", "173.245.48.7": "cloudflare", "127.0.0.1": "loopback"} {
		m := fakeMachine(t, nil)
		shop(t, m, client)
		logs, err := new(app).findLogs(t.Context(), m, webconfOf(m))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(inFront(logs), " "); got != want {
			t.Errorf("visits from %s: %q, want %q", client, got, want)
		}
	}
}

// Whoever is not root has a configuration at home.
func TestConfigHome(t *testing.T) {
	for _, test := range []struct {
		euid int
		env  map[string]string
		want string
	}{
		{0, nil, "/etc/gumshoe"},
		{1000, map[string]string{"HOME": "/home/lena"}, "/home/lena/.config/gumshoe"},
		{1000, map[string]string{"HOME": "/home/lena", "XDG_CONFIG_HOME": "/srv/lena"}, "/srv/lena/gumshoe"},
		{1000, nil, ""},
	} {
		m := &machine{euid: test.euid, env: func(k string) string { return test.env[k] }}
		if got, err := m.configHome(); got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%d %v: %q, %v", test.euid, test.env, got, err)
		}
	}
}

// What is found on a machine reaches the file as text, never as YAML of its own.
func TestInitHostile(t *testing.T) {
	m := fakeMachine(t, nil)
	m.give(t, "/var/log/a: [b\n# \x1b.log", guessing())
	config := filepath.Join(t.TempDir(), "gumshoe.yaml")
	if said := initOn(t, m, config); strings.Contains(said, "\x1b") {
		t.Errorf("%q", said)
	}
	s := defaults()
	if err := s.readFiles(config, true); err != nil {
		t.Fatal(err)
	}
	if got := s.Sources[0].Path; got != "/var/log/a: \\[b\n# \x1b.log" {
		t.Errorf("%q", got)
	}
}
