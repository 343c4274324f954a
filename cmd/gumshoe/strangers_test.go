package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gumshoe/analyze/enrich"
	"gumshoe/report"
)

// phonebook is a domain name system that knows what it holds, and no more.
type phonebook struct {
	names map[string]string // of an address
	addrs map[string]string // of a name

	sync.Mutex
	asked []string
}

func (p *phonebook) find(of map[string]string, key string) (string, error) {
	p.Lock()
	defer p.Unlock()
	p.asked = append(p.asked, key)
	if v, ok := of[key]; ok {
		return v, nil
	}
	return "", enrich.ErrNoName
}

func (p *phonebook) Names(_ context.Context, a netip.Addr) ([]string, error) {
	name, err := p.find(p.names, a.String())
	return []string{name}[:min(1, len(name))], err
}

func (p *phonebook) Addrs(_ context.Context, name string, _ netip.Addr) ([]netip.Addr, error) {
	text, err := p.find(p.addrs, name)
	if err != nil {
		return nil, err
	}
	return []netip.Addr{netip.MustParseAddr(text)}, nil
}

// crawled is a night in which the real Googlebot comes over IPv4 and IPv6, an
// impostor, and somebody through a proxy that is trusted.
func crawled() string {
	const agent = `"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"`
	var b strings.Builder
	for i := range 40 {
		at := time.Date(2026, 11, 10, 1, 0, 0, 0, time.UTC).Add(time.Duration(i) * 5 * time.Minute).Format("02/Jan/2006:15:04:05 -0700")
		for _, src := range []string{"192.0.2.1", "2001:db8:7::1:9", "192.0.2.66", "198.51.100.20"} {
			fmt.Fprintf(&b, "%s - - [%s] \"GET /blog/%c HTTP/1.1\" 200 5120 \"-\" %s\n", src, at, 'a'+i%20, agent)
		}
	}
	return b.String()
}

const proxied = "trusted_proxies: [198.51.100.20]\n"

// jobOver configures a job over a log and returns its command line.
func jobOver(t *testing.T, dir string) []string {
	t.Helper()
	config := put(t, dir, "gumshoe.yaml", proxied+"sources:\n  - path: "+dir+"/access.log\n")
	return []string{"analyze", "--config", config, "--state-dir", filepath.Join(dir, "state"), "--since", "2026-11-10", "--until", "2026-11-11"}
}

func newPhonebook() *phonebook {
	return &phonebook{
		names: map[string]string{"192.0.2.1": "crawl-1.googlebot.com.", "2001:db8:7::1:9": "crawl-6.googlebot.com.", "192.0.2.66": "vps.example.net."},
		addrs: map[string]string{"crawl-1.googlebot.com": "192.0.2.1", "crawl-6.googlebot.com": "2001:db8:7::1:9", "vps.example.net": "192.0.2.66"},
	}
}

// asking runs the program with a resolver.
func asking(t *testing.T, r enrich.Resolver, args ...string) outcome {
	t.Helper()
	var out, talk bytes.Buffer
	code := run(t.Context(), &app{out: &out, err: &talk, resolver: r}, append(args, "--tz", "UTC", "--json"))
	return outcome{out.String(), talk.String(), code}
}

func impostors(t *testing.T, o outcome) (found []report.CaseJSON) {
	t.Helper()
	for _, c := range o.cases(t) {
		if slices.Contains(c.Detections, "impostor_crawler") {
			found = append(found, c)
		}
	}
	return found
}

// The job asks who says to be a crawler, catches the impostor alone, tells the
// name that it has, and does not ask again in the next run.
func TestImpostorIsCaught(t *testing.T) {
	dir := write(t, map[string]string{"access.log": crawled()})
	job := jobOver(t, dir)
	book := newPhonebook()
	o := asking(t, book, job...)
	found := impostors(t, o)
	if o.code != 0 || len(found) != 1 || !slices.Equal(found[0].Sources, []string{"192.0.2.66"}) {
		t.Fatalf("code %d, impostors %+v, said %s", o.code, found, o.err)
	}
	if ids := found[0].Identities; len(ids) != 1 || ids[0].Name != "vps.example.net" {
		t.Errorf("identities %+v", ids)
	}
	if slices.Contains(book.asked, "198.51.100.20") {
		t.Error("asked for a proxy")
	}
	if !slices.Contains(book.asked, "2001:db8:7::1:9") {
		t.Errorf("the address of a /64 was not found in its lines; asked for %q", book.asked)
	}
	book.asked = nil
	if again := asking(t, book, job...); len(impostors(t, again)) != 1 || len(book.asked) != 0 {
		t.Errorf("the second run asked %q", book.asked)
	}
	if silent := asking(t, &phonebook{}, append(job, "--state-dir", filepath.Join(dir, "other"))...); len(impostors(t, silent)) != 0 {
		t.Error("a resolver that knows nothing accused somebody")
	}
}

// Over files nobody is asked, unless a person wants it.
func TestFilesAskNobody(t *testing.T) {
	dir := write(t, map[string]string{"access.log": crawled(), "gumshoe.yaml": proxied})
	files := []string{"analyze", "--config", filepath.Join(dir, "gumshoe.yaml"), filepath.Join(dir, "access.log")}
	book := newPhonebook()
	if o := asking(t, book, files...); len(book.asked) != 0 || len(impostors(t, o)) != 0 {
		t.Errorf("asked %q", book.asked)
	}
	if o := asking(t, book, append(files, "--dns")...); len(impostors(t, o)) != 1 {
		t.Errorf("with --dns nobody is caught: %s", o.err)
	}
	book.asked = nil
	if asking(t, book, append(files, "--dns=false")...); len(book.asked) != 0 {
		t.Errorf("with --dns=false asked %q", book.asked)
	}
}

// The real crawler follows links to what scanners look for, and is not banned.
func TestRealCrawlerIsNotBanned(t *testing.T) {
	var b strings.Builder
	for i, p := range []string{"/wp-admin/", "/phpmyadmin/", "/.env", "/admin.php", "/backup.zip", "/administrator/", "/.git/config", "/config.php.bak", "/wp-login.php", "/pma/"} {
		at := time.Date(2026, 11, 10, 1, 20*i, 0, 0, time.UTC).Format("02/Jan/2006:15:04:05 -0700")
		fmt.Fprintf(&b, "192.0.2.1 - - [%s] \"GET %s HTTP/1.1\" 404 512 \"-\" \"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)\"\n", at, p)
	}
	log := filepath.Join(write(t, map[string]string{"access.log": b.String()}), "access.log")
	for what, tt := range map[string]struct {
		book *phonebook
		bans bool
	}{"real": {newPhonebook(), false}, "unknown": {&phonebook{}, true}} {
		o := asking(t, tt.book, "analyze", "--config", os.DevNull, "--dns", log)
		bans := slices.ContainsFunc(o.cases(t), func(c report.CaseJSON) bool { return c.Ban == "planned" })
		if bans != tt.bans {
			t.Errorf("%s: banned %v, want %v: %.300s", what, bans, tt.bans, o.out)
		}
	}
}

// A damaged file of answers is said once and replaced.
func TestDamagedAnswers(t *testing.T) {
	dir := write(t, map[string]string{"access.log": crawled(), "state/dns.ndjson": "{\"address\":\n"})
	job := jobOver(t, dir)
	if o := asking(t, newPhonebook(), job...); o.code != 0 || !strings.Contains(o.err, "dns.ndjson is not used") {
		t.Errorf("code %d: %s", o.code, o.err)
	}
	if o := asking(t, newPhonebook(), job...); strings.Contains(o.err, "dns.ndjson") {
		t.Errorf("again: %s", o.err)
	}
}

// Countries come from a file that is configured; one that is not there, or is
// something else, is told and changes nothing.
func TestCountries(t *testing.T) {
	dir := write(t, map[string]string{"access.log": crawled(), "geoip": "3221225984,3221226239,NL\n", "page.mmdb": "<html>"})
	for _, tt := range []struct{ databases, country, says string }{
		{dir + "/geoip", "NL", ""},
		{dir + "/page.mmdb, " + dir + "/geoip", "NL", "page.mmdb"},
		{dir + "/gone", "", "no such file"},
		{"none", "", ""},
	} {
		config := put(t, dir, "gumshoe.yaml", proxied+"geo:\n  databases: ["+tt.databases+"]\nreport:\n  dir: "+dir+"/reports\n")
		o := asking(t, newPhonebook(), "analyze", "--config", config, "--dns", "--save-report", filepath.Join(dir, "access.log"))
		found := impostors(t, o)
		if o.code != 0 || len(found) != 1 || found[0].Identities[0].Country != tt.country {
			t.Fatalf("%s: code %d, %d impostors: %.400s", tt.databases, o.code, len(found), o.out)
		}
		saved := read(t, dir, "reports", "latest.txt")
		if told := strings.Contains(saved, "are not looked up in"); told != (tt.says != "") || !strings.Contains(strings.Join(strings.Fields(saved), ""), strings.Join(strings.Fields(tt.says), "")) {
			t.Errorf("%s: the report says\n%s", tt.databases, saved)
		}
		if strings.Contains(saved, "IPFire") != (tt.country != "") {
			t.Errorf("%s: wrong credits in\n%s", tt.databases, saved)
		}
	}
}

func TestAddressIn(t *testing.T) {
	net := netip.MustParsePrefix("2001:db8:7::/64")
	for line, want := range map[string]string{
		`2001:db8:7::1:9 - - [21/Nov/2026:21:23:45 +0000] "GET / HTTP/1.1" 200`: "2001:db8:7::1:9",
		`{"remote_ip":"2001:db8:8::1","client_ip":"2001:DB8:7:0::9"}`:           "2001:db8:7::9",
		`from [IPv6:2001:db8:7::5]: lost connection`:                            "2001:db8:7::5",
		`connect from unknown[2001:db8:7::5].`:                                  "2001:db8:7::5",
		`192.0.2.1 - - 21:23:45`:                                                "",
	} {
		a, ok := addressIn(line, net)
		if got := a.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %s, want %q", line, got, want)
		}
	}
}
