package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gumshoe/ban/firewall"
)

// Who may carry bans out; the words of ban.drivers.
const driverNames = "auto, ipset, nftables, fail2ban:JAIL, hosts.deny, nginx:FILE, apache:FILE, caddy:FILE"

// parseDriver checks one word of ban.drivers.
func parseDriver(v string) (kind, arg string, err error) {
	kind, arg, has := strings.Cut(v, ":")
	switch kind {
	case "auto", "ipset", "nftables", "hosts.deny":
		if has {
			return "", "", fmt.Errorf("%q: %s takes no argument", v, kind)
		}
	case "fail2ban":
		if arg == "" || strings.HasPrefix(arg, "-") {
			return "", "", fmt.Errorf("%q names no jail of fail2ban; write fail2ban:JAIL", v)
		}
	case "nginx", "apache", "caddy":
		if !filepath.IsAbs(arg) {
			return "", "", fmt.Errorf("%q names no file; write %s:/etc/.../gumshoe-deny.conf", v, kind)
		}
	default:
		return "", "", fmt.Errorf("%q carries out no bans; write one of %s", v, driverNames)
	}
	return kind, arg, nil
}

func setDriver(s *Settings, v, _ string) error {
	kind, arg, err := parseDriver(v)
	if err != nil {
		return err
	}
	for _, there := range s.Drivers {
		// Of a web server's lists one is written; another would be passed over in silence.
		if k, a, _ := strings.Cut(there, ":"); k == kind && a != arg && filepath.IsAbs(arg) {
			return fmt.Errorf("%q: %s has a list already, %s; include that in several places", v, kind, a)
		}
	}
	s.Drivers = append(s.Drivers, v)
	return nil
}

// drivers are who carries bans out here: those that are configured and the
// administrator's own actions; without any, the kernel's packet filter.
func (s *Settings) drivers(ctx context.Context, state firewall.State) ([]firewall.Driver, error) {
	var out []firewall.Driver
	words := s.Drivers
	if len(words) == 0 && len(s.Actions) == 0 {
		words = []string{"auto"}
	}
	for _, v := range words {
		kind, arg, err := parseDriver(v)
		if err != nil {
			return nil, err
		}
		d := s.driver(kind, arg, state)
		if kind == "auto" {
			found, why := firewall.Detect(ctx, firewall.Tools{}, s.Filter)
			if found == nil {
				return nil, &exitError{exitFirewall, fmt.Errorf("%s", why)}
			}
			d = found
		}
		if !slices.ContainsFunc(out, func(o firewall.Driver) bool { return o.Name() == d.Name() }) {
			out = append(out, d)
		}
	}
	for _, a := range s.Actions {
		out = append(out, &firewall.Action{Label: a.Name, Argv: a.Argv, Tools: firewall.Tools{Timeout: a.Timeout}, State: state})
	}
	return out, nil
}

// driver is the one of a kind; nil where that is no word of its own.
func (s *Settings) driver(kind, arg string, state firewall.State) firewall.Driver {
	switch kind {
	case "ipset":
		return &firewall.XTables{Options: s.Filter}
	case "nftables":
		return &firewall.NFTables{Options: s.Filter}
	case "fail2ban":
		return &firewall.Fail2ban{Jail: arg, State: state}
	case "hosts.deny":
		return &firewall.HostsDeny{}
	case "nginx", "apache", "caddy":
		return &firewall.DenyList{Server: kind, File: arg}
	}
	return nil
}
