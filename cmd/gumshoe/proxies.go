package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gumshoe/ban"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/webconf"
)

// ProxySetting is one entry of trusted_proxies.
type ProxySetting struct {
	Text     string // an address, a network, or the name of a service
	Prefixes []netip.Prefix
	From     string // where it is written
}

func setProxy(s *Settings, v, from string) error {
	networks := proxy.Ranges(v)
	if networks == nil {
		p, err := parseNetwork(v)
		if err != nil && strings.ContainsAny(v, "./:") {
			return err
		}
		if err != nil {
			return fmt.Errorf("%q is no address, network or known service; write 198.51.100.7, 10.0.0.0/8, %s", v, strings.Join(proxy.Names(), ", "))
		}
		networks = []netip.Prefix{p}
	}
	s.Proxies = append(s.Proxies, ProxySetting{v, networks, from})
	return nil
}

func showProxies(s *Settings) (out []string) {
	for _, p := range s.Proxies {
		out = append(out, p.Text)
	}
	return out
}

// trusted are all networks of trusted_proxies.
func (s *Settings) trusted() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range s.Proxies {
		out = slices.Concat(out, p.Prefixes)
	}
	return out
}

// protectProxies exempts whoever honest visitors come through: the proxies that
// are trusted here or by the web server, and the well-known services, trusted or
// not.
func (s *Settings) protectProxies(g *ban.Guards, server []webconf.Proxy) {
	for _, t := range s.Proxies {
		for _, p := range t.Prefixes {
			g.Protect(ban.Proxy, p, t.From)
		}
	}
	for _, p := range server {
		g.Protect(ban.Proxy, p.Prefix, p.From)
	}
	for _, name := range proxy.Services() {
		for _, p := range proxy.Ranges(name) {
			g.Protect(ban.Proxy, p, name)
		}
	}
}

// The widest networks that one who names his proxies names: what a registry gives to a
// whole continent is no proxy's.
const (
	widestProxies4 = 8
	widestProxies6 = 16
)

// boundless reports whether a trusted network is so wide that strangers are in it. Whoever
// is trusted may name any address as his client, and is never banned himself.
func boundless(p netip.Prefix) bool {
	p = ban.Canonical(p)
	if p.Addr().Is4() {
		return p.Bits() < widestProxies4
	}
	return p.Bits() < widestProxies6 && !p.Addr().IsPrivate() && !p.Addr().IsLinkLocalUnicast()
}

// credulous says of each trusted network that is everybody's where it is written and
// what it does.
func (s *Settings) credulous(server []webconf.Proxy) (told []credulity) {
	for _, t := range s.Proxies {
		for _, p := range t.Prefixes {
			if boundless(p) {
				told = append(told, credulity{p, t.From, "gumshoe config show --origin"})
			}
		}
	}
	for _, p := range server {
		if boundless(p.Prefix) {
			file, line := p.From, ""
			if i := strings.LastIndexByte(file, ':'); i >= 0 {
				file, line = file[:i], "+"+file[i+1:]+" "
			}
			told = append(told, credulity{p.Prefix, p.From, "editor " + line + file})
		}
	}
	return told
}

// credulity is a trusted network that is everybody's.
type credulity struct {
	prefix netip.Prefix
	from   string // file and line
	mend   string // the command that opens it
}

func (c credulity) String() string {
	return fmt.Sprintf("%s trusts %s as proxies, which is everybody: the addresses of web visitors may be forged with an X-Forwarded-For header, and nobody of that network is ever banned. "+
		"Name the real proxies there instead.", c.from, c.prefix)
}
