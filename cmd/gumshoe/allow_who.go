package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest/lazyregexp"
)

// Allowed is an entry of ban.allow that is no address: a host name, a network by
// its number, or a country.
type Allowed struct {
	Host    string
	ASN     uint32
	Country string
	From    string // where it is written
}

var hostName = lazyregexp.New(`^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

// setAllow reads an entry of ban.allow: an address, a prefix, AS64500, country:DE,
// or a host name with a dot in it.
func setAllow(s *Settings, v, from string) error {
	switch country, is := strings.CutPrefix(v, "country:"); {
	case is:
		if len(country) != 2 || strings.Trim(strings.ToUpper(country), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return fmt.Errorf("%q is no country; write country:DE, with the two letters of ISO 3166", v)
		}
		s.AllowWho = append(s.AllowWho, Allowed{Country: strings.ToUpper(country), From: from})
		return nil
	case len(v) > 2 && strings.EqualFold(v[:2], "AS") && strings.Trim(v[2:], "0123456789") == "":
		n, err := strconv.ParseUint(v[2:], 10, 32)
		if err != nil || n == 0 {
			return fmt.Errorf("%q is no network number", v)
		}
		s.AllowWho = append(s.AllowWho, Allowed{ASN: uint32(n), From: from})
		return nil
	case hostName().MatchString(v) && len(v) <= 253:
		s.AllowWho = append(s.AllowWho, Allowed{Host: strings.ToLower(v), From: from})
		return nil
	}
	p, err := parseNetwork(v)
	if err != nil {
		return fmt.Errorf("%w; or a host name, AS64500, country:DE", err)
	}
	s.Allow = append(s.Allow, Network{p, from})
	return nil
}

func showAllow(s *Settings) (out []string) {
	for _, n := range s.Allow {
		out = append(out, n.Prefix.String())
	}
	for _, w := range s.AllowWho {
		switch {
		case w.Host != "":
			out = append(out, w.Host)
		case w.ASN != 0:
			out = append(out, fmt.Sprintf("AS%d", w.ASN))
		default:
			out = append(out, "country:"+w.Country)
		}
	}
	return out
}

// protectWho exempts sources by who they are: those of cases, as far as databases
// know them, and those that are banned already, as the ledger does.
func (s *Settings) protectWho(g *ban.Guards, cases []analyze.Case, active []ban.Ban) {
	protect := func(p netip.Prefix, country string, asn uint32) {
		for _, w := range s.AllowWho {
			if w.Country != "" && w.Country == country || w.ASN != 0 && w.ASN == asn {
				g.Protect(ban.Allowed, p, w.From)
			}
		}
	}
	for i := range cases {
		for _, who := range cases[i].Identities {
			protect(who.Source, who.Country, who.ASN)
		}
	}
	for i := range active {
		protect(active[i].Prefix, active[i].Country, active[i].ASN)
	}
}

// allowNamesFile holds the last good answers for the host names of the allowlist.
const allowNamesFile = "allow-names.json"

// protectNames exempts the addresses of host names. Where DNS does not answer, the
// last good answer holds, of each family: an allowlist must not fail open because a
// resolver does. A clear "no such name" is told and keeps the old answer, too.
func (a *app) protectNames(ctx context.Context, s *Settings, g *ban.Guards, keep bool) error {
	if !slices.ContainsFunc(s.AllowWho, func(w Allowed) bool { return w.Host != "" }) {
		return nil
	}
	path := filepath.Join(s.StateDir, allowNamesFile)
	known := map[string][]netip.Addr{}
	var problem error
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	} else if err == nil {
		bad := json.Unmarshal(text, &known)
		if bad == nil && known == nil {
			bad = errors.New("it holds no names")
		}
		if bad != nil {
			known, problem = map[string][]netip.Addr{}, fmt.Errorf("%s is not used and will be replaced: %w", path, bad)
		}
	}
	for _, w := range s.AllowWho {
		if w.Host == "" {
			continue
		}
		if a.resolver != nil && s.DNS != dnsOff {
			now := addressesOf(ctx, a.resolver, w.Host)
			if err := now.problem(); err != nil {
				problem = errors.Join(problem, fmt.Errorf("%s (%s): %w", w.Host, w.From, err))
			}
			still := slices.DeleteFunc(known[w.Host], func(old netip.Addr) bool { return now.of(old) == nil })
			known[w.Host] = unique(append(still, now.found...))
		}
		for _, addr := range known[w.Host] {
			g.Protect(ban.Allowed, netip.PrefixFrom(addr, addr.BitLen()), w.Host+", "+w.From)
		}
	}
	if keep && err == nil {
		if text, err = json.Marshal(known); err == nil {
			err = replaceFile(path, text, 0o640)
		}
	}
	return errors.Join(problem, err)
}
