package main

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gumshoe/report/mail"
)

// checkSafe asks who is never banned.
func (d *doctor) checkSafe() {
	guards := d.settings.Guards()
	allowed := len(d.settings.Allow)
	if err := protectMachine(&guards); err != nil {
		d.warn("safe.self", "ip address", "Not all addresses of this machine are known: %v", err)
	} else {
		d.ok("safe.self", "own addresses, gateways and name servers: %d", len(guards.Protected())-allowed)
	}
	var open []string
	for _, v := range d.machine.visitors() {
		if !slices.ContainsFunc(d.settings.Allow, func(n Network) bool { return n.Prefix.Contains(v.From) }) {
			open = append(open, v.From.String())
		}
	}
	main := defaultConfig
	if len(d.settings.Files) > 0 {
		main = d.settings.Files[0]
	}
	lists := filepath.Join(filepath.Dir(main), "allow.d", "admin.list")
	switch {
	case len(open) > 0:
		d.warn("safe.admin", "echo "+open[0]+" >> "+lists, "You are here from %s, which no allowlist names.", strings.Join(open, ", "))
	case allowed == 0:
		d.warn("safe.admin", "editor "+lists, "No allowlist names anybody: write down whence you administer this machine.")
	default:
		d.ok("safe.admin", "%d addresses and networks are on the allowlist", allowed)
	}
	if p := wide(d.settings.Allow); p.IsValid() {
		d.warn("safe.wide", "gumshoe config show --origin", "%s is on the allowlist: that is much of the internet.", p)
	}
}

// The widest networks that an allowlist should hold.
const (
	wide4 = 12
	wide6 = 24
)

// wide returns a public network of a list that is wider than anybody's own.
func wide(list []Network) netip.Prefix {
	for _, n := range list {
		if widePublic(n.Prefix) {
			return n.Prefix
		}
	}
	return netip.Prefix{}
}

func widePublic(p netip.Prefix) bool {
	return !p.Addr().IsPrivate() && (p.Addr().Is4() && p.Bits() < wide4 || p.Addr().Is6() && p.Bits() < wide6)
}

// checkAI asks whether the endpoint can be reached. It is told nothing.
func (d *doctor) checkAI(ctx context.Context) {
	base := d.settings.AI.BaseURL
	if base == "" {
		d.ok("ai.answers", "off; the rules judge alone")
		return
	}
	endpoint, err := url.Parse(base)
	if err != nil {
		d.fail("ai.answers", "gumshoe config show --origin", "%s", legible(err.Error()))
		return
	}
	port := endpoint.Port()
	if port == "" {
		port = endpoint.Scheme
	}
	dial := net.Dialer{Timeout: patience}
	conn, err := dial.DialContext(ctx, "tcp", net.JoinHostPort(endpoint.Hostname(), port))
	switch {
	case err == nil:
		conn.Close()
		d.ok("ai.answers", "%s is there; gumshoe ai test asks it", legible(endpoint.Host))
	case d.machine.env("HTTPS_PROXY") != "" || d.machine.env("https_proxy") != "":
		d.ok("ai.answers", "%s is behind a proxy; gumshoe ai test asks it", legible(endpoint.Host))
	default:
		d.warn("ai.answers", "gumshoe ai test", "%s; until it answers the rules judge alone", legible(err.Error()))
	}
}

// checkMail asks whether mail could leave. None is sent.
func (d *doctor) checkMail(ctx context.Context) {
	m := &d.settings.Mail
	if len(m.To) == 0 {
		d.ok("mail.submit", "off; reports are saved alone")
		return
	}
	box, err := d.settings.outbox()
	if err != nil {
		d.fail("mail.submit", "gumshoe config show --origin", "%v", err)
		return
	}
	switch way := box.Transport.(type) {
	case mail.SMTP:
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := way.Probe(ctx); err != nil {
			d.fail("mail.submit", "gumshoe report send --test", "%s: %s", net.JoinHostPort(way.Host, strconv.Itoa(way.Port)), legible(err.Error()))
			return
		}
		d.ok("mail.submit", "%s takes mail", legible(way.Host))
	case mail.Sendmail:
		if !d.machine.has(way.Path) {
			d.fail("mail.submit", "apt-get install default-mta", "There is no %s; mail.smtp.host names a server instead.", way.Path)
			return
		}
		d.warn("mail.submit", "gumshoe report send --test", "By %s. The service's walls keep a setgid sendmail out: under the timer use mail.smtp.host: localhost.", way.Path)
	}
	if last := box.Last(); !last.IsZero() {
		d.ok("mail.last", "%s ago", showAge(d.machine.now.Sub(last)))
	}
}
