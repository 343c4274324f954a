package main

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/webconf"
)

func TestTrustedProxies(t *testing.T) {
	s := defaults()
	if err := s.readYAML("gumshoe.yaml", []byte("trusted_proxies:\n  - 198.51.100.7\n  - 10.0.0.0/8\n  - fastly\n")); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.trusted()[:2]); got != "[198.51.100.7/32 10.0.0.0/8]" || len(s.trusted()) != 2+len(proxy.Ranges("fastly")) {
		t.Errorf("%s and %d in all", got, len(s.trusted()))
	}
	if shown := s.yaml(false); !strings.Contains(shown, "trusted_proxies:\n  - 198.51.100.7\n  - 10.0.0.0/8\n  - fastly\n") {
		t.Errorf("shown as %s", shown)
	}
	for v, want := range map[string]string{
		"stackpath":    "no address, network or known service; write 198.51.100.7, 10.0.0.0/8, akamai",
		"10.1.0.0/8":   "did you mean 10.0.0.0/8",
		"198.51.100.a": "no address or prefix",
	} {
		if err := s.readYAML("x.yaml", []byte("trusted_proxies: ["+v+"]\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", v, err, want)
		}
	}
}

// visits is the log of a site behind a proxy: each visitor's address stands in
// the last field, and one of them looks for administrators' pages.
func visits(peer string) string {
	var b strings.Builder
	paths := []string{"/wp-login.php", "/phpmyadmin/", "/admin/config.php", "/.env", "/backup.sql", "/manager/html", "/.git/config", "/administrator/"}
	for i, at := 0, time.Date(2026, 11, 10, 6, 0, 0, 0, time.UTC); i < 64; i, at = i+1, at.Add(7*time.Minute) {
		visitor, path, status := fmt.Sprintf("192.0.2.%d", 1+i%40), fmt.Sprintf("/page/%d", i%5), 200
		if i%3 == 0 {
			visitor, path, status = attacker.Addr().String(), paths[i/3%len(paths)], 404
		}
		fmt.Fprintf(&b, "%s - - [%s] \"GET %s HTTP/1.1\" %d 512 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\" \"8.8.8.8, %s\"\n",
			peer, at.Format("02/Jan/2006:15:04:05 -0700"), path, status, visitor)
	}
	return b.String()
}

// A proxy that nobody has named is told of, and its ban is held.
func TestUnknownProxy(t *testing.T) {
	edge := proxy.Ranges("cloudflare")[0].Addr().Next()
	o := gumshoe(t, "analyze", put(t, t.TempDir(), "access.log", visits(edge.String())))
	if o.code != 0 || !strings.Contains(unwrapped(o.out), "trusted_proxies: [cloudflare]") {
		t.Errorf("code %d, no hint in %s", o.code, o.out)
	}
	if strings.Contains(unwrapped(o.out), "will be banned") {
		t.Errorf("a ban is planned in %s", o.out)
	}
}

// Every network of every service is held whoever is trusted, and nobody else.
func TestProxiesAreNeverBanned(t *testing.T) {
	now := time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
	s := defaults()
	if err := s.readYAML("gumshoe.yaml", []byte("trusted_proxies: [198.51.100.7]\n")); err != nil {
		t.Fatal(err)
	}
	var g ban.Guards
	server := netip.MustParsePrefix("198.51.100.64/26")
	s.protectProxies(&g, []webconf.Proxy{{Prefix: server, From: "nginx.conf:9"}})
	accused := []netip.Prefix{server, netip.MustParsePrefix("198.51.100.7/32"), attacker}
	for _, name := range proxy.Services() {
		for _, p := range proxy.Ranges(name) {
			accused = append(accused, netip.PrefixFrom(p.Addr(), p.Addr().BitLen()))
		}
	}
	c := analyze.Case{
		ID: "x", Level: analyze.Critical, Confidence: .999, Sources: accused, First: now.Add(-time.Hour), Last: now,
		Families: []analyze.Evidence{{Family: analyze.Probing, LogOdds: 8}, {Family: analyze.Dictionary, LogOdds: 4}},
	}
	policy := ban.DefaultPolicy()
	policy.MaxBans = len(accused)
	plan := ban.Make([]analyze.Case{c}, policy, g, now)
	if len(plan.Add) != 1 || plan.Add[0].Prefix != attacker {
		t.Errorf("planned: %v", plan.Add)
	}
	for _, e := range plan.Hold {
		if e.Guard != string(ban.Proxy) {
			t.Errorf("held for another reason: %+v", e)
		}
	}
}

// Behind a proxy that is trusted the visitor is accused who did it, whatever
// address he puts into the header himself.
func TestTrustedProxy(t *testing.T) {
	dir := t.TempDir()
	log := put(t, dir, "access.log", visits("198.51.100.7"))
	for config, who := range map[string]netip.Prefix{
		"trusted_proxies: [198.51.100.7]\n": attacker,
		"host: web1\n":                      netip.MustParsePrefix("198.51.100.7/32"),
	} {
		o := configured(t, put(t, t.TempDir(), "gumshoe.yaml", config), nil, "analyze", "--json", log)
		for _, p := range []netip.Prefix{attacker, netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("8.8.8.8/32")} {
			if accuses(t, o.cases(t), p) != (p == who) {
				t.Errorf("%q: accuses %s: %v; %s", config, p, p != who, o.out)
			}
		}
	}
}

// What parse shows of a request names the same client as analyze does.
func TestParseResolvesTrustedProxies(t *testing.T) {
	const line = `198.51.100.7 - - [10/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-" "8.8.8.8, 192.0.2.66"` + "\n"
	log := put(t, t.TempDir(), "access.log", line)
	for config, src := range map[string]string{
		"trusted_proxies: [198.51.100.7]\n": "192.0.2.66",
		"host: web1\n":                      "198.51.100.7",
	} {
		o := configured(t, put(t, t.TempDir(), "gumshoe.yaml", config), nil, "parse", log)
		if o.code != 0 || !strings.Contains(o.out, `"src":"`+src+`"`) {
			t.Errorf("%q: want %s in %s%s", config, src, o.out, o.err)
		}
	}
}
