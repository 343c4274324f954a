package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/enrich"
	"gumshoe/ban"
	"gumshoe/ingest"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/source"
)

// strangers finds out who is behind addresses, as far as the settings allow.
type strangers struct {
	logs    *logs
	places  *enrich.Places
	dns     *enrich.DNS // nil: it is not asked
	cache   *enrich.Cache
	file    string // of the cache; "": it is not kept
	owners  owners
	proxies []netip.Prefix // who stands between visitors and us is not asked for
}

// dnsCacheFile keeps the answers of DNS in the state directory.
const dnsCacheFile = "dns.ndjson"

// How long a run waits for DNS in all: an attacker's zone may answer slowly.
const (
	crawlerTime = 20 * time.Second
	nameTime    = 10 * time.Second
)

// strangers opens what the settings allow. DNS is asked by the job; over files,
// which may be evidence that nobody shall learn of, only when it was asked for.
func (a *app) strangers(j *job, l *logs, m *memory) *strangers {
	s := &strangers{logs: l, cache: enrich.NewCache(), proxies: j.Settings.proxyNetworks(l)}
	s.places = enrich.NewPlaces(func() []enrich.Database {
		return a.openDatabases(j, func(text string) { l.told = append(l.told, text) })
	})
	s.owners = a.owners(j, m)
	if a.resolver == nil || j.Settings.DNS == dnsOff || j.Settings.DNS == dnsAuto && j.AdHoc() {
		return s
	}
	if m != nil {
		s.remember(a, m, j.Started)
	}
	s.dns = enrich.NewDNS(a.resolver, s.cache, j.Started)
	return s
}

// remember reads the answers of earlier runs. Without them they are asked for again.
func (s *strangers) remember(a *app, m *memory, now time.Time) {
	path := filepath.Join(m.dir, dnsCacheFile)
	if m.lock != nil {
		s.file = path
	}
	text, err := os.ReadFile(path)
	if err == nil {
		var c *enrich.Cache
		if c, err = enrich.ReadCache(bytes.NewReader(text), now); err == nil {
			s.cache = c
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.note("%s is not used and will be replaced: %v", path, err)
	}
}

// keep writes the answers for the next run.
func (s *strangers) keep() error { return errors.Join(s.keepNames(), s.owners.keep()) }

func (s *strangers) keepNames() error {
	if s.file == "" || !s.cache.Changed() {
		return nil
	}
	var b bytes.Buffer
	if err := s.cache.Write(&b); err != nil {
		return err
	}
	if err := replaceFile(s.file, b.Bytes(), 0o640); err != nil {
		return fmt.Errorf("keeping the answers of DNS: %w", err)
	}
	return nil
}

// crawlers asks whether those are crawlers who say so.
func (s *strangers) crawlers(ctx context.Context, in *analyze.Input) map[netip.Prefix]analyze.Crawler {
	if s.dns == nil {
		return nil
	}
	ctx, done := context.WithTimeout(ctx, crawlerTime)
	defer done()
	claims := slices.DeleteFunc(enrich.Claims(in), func(c enrich.Claim) bool { return slices.ContainsFunc(s.proxies, c.Source.Overlaps) })
	addrs := s.addressesOf(claims)
	ask := make([]netip.Addr, 0, len(addrs))
	for _, c := range claims { // in the order of their weight
		if a, ok := addrs[c.Source]; ok {
			ask = append(ask, a)
		}
	}
	answers := s.dns.Look(ctx, ask)
	out := make(map[netip.Prefix]analyze.Crawler, len(ask))
	for _, c := range claims {
		if a, ok := addrs[c.Source]; ok {
			out[c.Source] = enrich.Judge(c.Agents, answers[a])
		}
	}
	return out
}

// addressesOf finds the address of each claim. Of a v6 /64 only a line tells it:
// one that carries the agent.
func (s *strangers) addressesOf(claims []enrich.Claim) map[netip.Prefix]netip.Addr {
	var origins []ingest.Origin
	for _, c := range claims {
		if !c.Source.IsSingleIP() {
			origins = append(origins, c.Lines...)
		}
	}
	lines := source.Lines(s.logs.sources, origins)
	out := make(map[netip.Prefix]netip.Addr, len(claims))
	for _, c := range claims {
		if c.Source.IsSingleIP() {
			out[c.Source] = c.Source.Addr()
			continue
		}
		for _, at := range c.Lines {
			line := lines[at]
			says := slices.ContainsFunc(c.Agents, func(agent string) bool { return strings.Contains(line, agent) })
			if a, ok := addressIn(line, c.Source); ok && says {
				out[c.Source] = a
				break
			}
		}
	}
	return out
}

// addressIn returns the first address in a line that belongs to a source. Mail
// daemons write [IPv6:2001:db8::1].
func addressIn(line string, p netip.Prefix) (netip.Addr, bool) {
	for word := range strings.FieldsFuncSeq(strings.ReplaceAll(line, "IPv6:", " "), func(r rune) bool {
		return !strings.ContainsRune("0123456789abcdefABCDEF:.", r)
	}) {
		if a, err := netip.ParseAddr(strings.TrimRight(word, ".")); err == nil && p.Contains(a.Unmap()) {
			return a.Unmap(), true
		}
	}
	return netip.Addr{}, false
}

// protectCrawlers exempts the crawlers that are who they say.
func protectCrawlers(g *ban.Guards, in *analyze.Input) {
	for p := range in.Crawlers {
		if c, ok := in.Vouched(p); ok {
			g.Protect(ban.Crawler, p, c.Name)
		}
	}
}

// identify tells of each case who is behind it.
func (s *strangers) identify(ctx context.Context, cases []analyze.Case) {
	naming, done := context.WithTimeout(ctx, nameTime)
	defer done()
	enrich.Identify(naming, cases, s.places, s.dns, func(c *analyze.Case, p netip.Prefix) (netip.Addr, bool) {
		if p.IsSingleIP() {
			return p.Addr(), true
		}
		for _, l := range c.Evidence {
			if a, ok := addressIn(l.Text, p); ok {
				return a, true
			}
		}
		return netip.Addr{}, false
	})
	s.owners.identify(ctx, s.logs, cases, s.proxies)
}

// proxyNetworks are all that may stand between visitors and this machine: the real
// Googlebot comes through them too.
func (s *Settings) proxyNetworks(l *logs) []netip.Prefix {
	out := s.trusted()
	for _, p := range l.proxies {
		out = append(out, p.Prefix)
	}
	for _, name := range proxy.Services() {
		out = append(out, proxy.Ranges(name)...)
	}
	return out
}
