package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ingest/webconf"
)

// surroundings is what init found out about a machine.
type surroundings struct {
	Logs      []foundLog
	Firewall  string // what would carry bans out, or why nothing can
	CanBan    bool
	Managers  []string // of the packet filter: ufw, firewalld, Docker
	Fail2ban  string   // "" where it is not installed
	Proxies   []string // that most visitors come through, as trusted_proxies calls them
	Sendmail  string   // the program; "" without one
	Relay     bool     // a mail server listens on this machine
	Own, Near []string // addresses that are never banned: this machine's; gateways and name servers
	You       []visitor
}

// visitor is somebody who is logged in from elsewhere while init runs.
type visitor struct {
	From netip.Addr
	How  string
}

// survey looks at everything. Nothing is changed.
func (a *app) survey(ctx context.Context, m *machine) (*surroundings, error) {
	conf := webconfOf(m)
	logs, err := a.findLogs(ctx, m, conf)
	if err != nil {
		return nil, err
	}
	s := &surroundings{Logs: logs, Proxies: inFront(logs), Managers: m.managers(ctx), Fail2ban: m.fail2ban(ctx), Sendmail: m.first("/usr/sbin/sendmail", "/usr/lib/sendmail"), Relay: m.relay(ctx), You: m.visitors()}
	driver, why := firewall.Detect(ctx, firewall.Tools{}, firewall.Options{})
	s.CanBan, s.Firewall = driver != nil, why
	var own, all ban.Guards
	if err := errors.Join(protectInterfaces(&own), protectMachine(&all)); err != nil {
		a.note("not all addresses of this machine are known: %v", err)
	}
	for _, p := range all.Protected() {
		if slices.Contains(own.Protected(), p) {
			if !p.Addr().IsLoopback() && !p.Addr().IsLinkLocalUnicast() {
				s.Own = append(s.Own, prefixText(p))
			}
		} else {
			s.Near = append(s.Near, prefixText(p))
		}
	}
	return s, nil
}

// enough requests to say whom they come through, and the share that says it.
const (
	enoughVisits = 20
	mostVisits   = 0.5
)

// inFront names what most requests come through.
func inFront(logs []foundLog) (out []string) {
	web, local, through := 0, 0, map[string]int{}
	for i := range logs {
		web, local = web+logs[i].Web, local+logs[i].Local
		for name, n := range logs[i].Proxied {
			through[name] += n
		}
	}
	if web < enoughVisits {
		return nil
	}
	for name, n := range through {
		if float64(n) >= mostVisits*float64(web) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	if float64(local) >= mostVisits*float64(web) {
		out = append(out, "loopback")
	}
	return out
}

// managers names who else writes to the packet filter.
func (m *machine) managers(ctx context.Context) (out []string) {
	if m.setting("/etc/ufw/ufw.conf", "ENABLED") == "yes" {
		out = append(out, "ufw")
	}
	if state, err := m.ask(ctx, "firewall-cmd", "--state"); err == nil && state == "running" {
		out = append(out, "firewalld")
	}
	if m.has("/run/docker.sock") {
		out = append(out, "Docker")
	}
	return out
}

// fail2ban says whether fail2ban is here, and what it watches.
func (m *machine) fail2ban(ctx context.Context) string {
	if !m.has("/etc/fail2ban") {
		return ""
	}
	status, err := m.ask(ctx, "fail2ban-client", "status")
	if errors.Is(err, exec.ErrNotFound) {
		return ""
	}
	if err != nil {
		return "installed; it does not answer"
	}
	if _, jails, ok := strings.Cut(status, "Jail list:"); ok {
		return "jails " + legible(strings.TrimSpace(jails))
	}
	return "installed"
}

// relay reports whether a mail server of this machine takes mail.
func (m *machine) relay(ctx context.Context) bool {
	if m.root != "" {
		return false
	}
	d := net.Dialer{Timeout: time.Second}
	conn, err := d.DialContext(ctx, "tcp", "localhost:25")
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// visitors are those who are logged in from elsewhere now: by SSH_CONNECTION, which
// sudo takes away, and by the sessions of whoever runs this.
func (m *machine) visitors() (out []visitor) {
	add := func(from netip.Addr, how string) {
		from = from.WithZone("").Unmap()
		if !from.IsValid() || from.IsUnspecified() || from.IsLoopback() || slices.ContainsFunc(out, func(v visitor) bool { return v.From == from }) {
			return
		}
		out = append(out, visitor{from, how})
	}
	if client, _, ok := strings.Cut(m.env("SSH_CONNECTION"), " "); ok {
		if from, err := netip.ParseAddr(client); err == nil {
			add(from, "this ssh session")
		}
	}
	if m.root != "" {
		return out
	}
	sessions, _ := openSessions() // who cannot be seen is asked about by nobody
	who := person()
	for _, s := range sessions {
		if s.User == who || s.User == "root" {
			add(s.From, fmt.Sprintf("session of %s", legible(s.User)))
		}
	}
	return out
}

// configHome is where the configuration of whoever runs this belongs.
func (m *machine) configHome() (string, error) {
	if m.euid == 0 {
		return filepath.Dir(defaultConfig), nil
	}
	if dir := m.env("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "gumshoe"), nil
	}
	home := m.env("HOME")
	if home == "" {
		return "", errors.New("neither HOME nor XDG_CONFIG_HOME is set; say --config FILE")
	}
	return filepath.Join(home, ".config/gumshoe"), nil
}

// webconfOf reads the configurations of a machine's web servers.
func webconfOf(m *machine) webconf.Config { return webconf.Read(os.DirFS(m.path("/"))) }
