package main

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// hostiles are what clients may write into a log: they choose names, paths and
// agents. Each holds the word EVIL, so that a test can see that it was shown.
var hostiles = []string{
	"EVIL\x1b]0;pwned\x07\x1b[2J\x1b[31m",
	"EVIL\u202egnp.exe\u2066\u200b\ufeff",
	"EVIL<script>alert(1)</script><img src=x onerror=alert(1)>",
	"EVIL\u009b2J\x7f\x08\r",
	"EVIL</pre></td><!--",
	"EVIL'\\\x60{{.}}&lt;&#x41;",
}

// hostileLogs attack with every one of them as user name, path and agent.
func hostileLogs(t *testing.T) string {
	dir := t.TempDir()
	var auth, web strings.Builder
	at := time.Date(2026, 11, 10, 8, 0, 0, 0, time.UTC)
	for i, evil := range hostiles {
		for n := range 40 {
			at = at.Add(11 * time.Second)
			fmt.Fprintf(&auth, "%s web1 sshd[%d]: Failed password for invalid user %s from 203.0.113.%d port %d ssh2\n", at.Format(time.RFC3339), n, evil, i+1, 4000+n)
			fmt.Fprintf(&web, "203.0.113.%d - - [%s] \"GET /admin/%d/%s?id=1'+UNION+SELECT+%d HTTP/1.1\" 404 12 \"-\" \"%s\"\n",
				i+101, at.Format("02/Jan/2006:15:04:05 -0700"), n, evil, n, evil)
			fmt.Fprintf(&web, "203.0.113.%d - - [%s] \"GET /%s HTTP/1.1\" 200 12 \"%s\" \"python-requests/2.28.0 %s\"\n",
				i+201, at.Format("02/Jan/2006:15:04:05 -0700"), evil, evil, evil)
		}
	}
	put(t, dir, "auth.log", auth.String())
	put(t, dir, "access.log", web.String())
	return dir
}

// Text that a client chose reaches neither the terminal nor the browser as
// anything but text.
func TestHostileText(t *testing.T) {
	dir := hostileLogs(t)
	for _, args := range [][]string{{}, {"--json"}} {
		o := gumshoe(t, append([]string{"analyze", dir}, args...)...)
		if o.code != 0 || !strings.Contains(o.out, "EVIL") {
			t.Fatalf("%v: code %d, and the names are not shown: %s", args, o.code, o.err)
		}
		inert(t, fmt.Sprint(args), o.out)
		inert(t, fmt.Sprint(args, " talk"), o.err)
	}
	_, _, reports := saved(t, "analyze", dir)
	page := read(t, reports, "latest.html")
	inert(t, "page", page)
	inert(t, "saved text", read(t, reports, "latest.txt"))
	inert(t, "saved NDJSON", read(t, reports, "latest.ndjson"))
	if !strings.Contains(page, "EVIL&lt;script&gt;") {
		t.Error("the page does not show the markup as text")
	}
	for _, markup := range []string{"<script", "<img", "<!--", "EVIL<", "onerror=alert(1)>"} {
		if strings.Contains(page, markup) {
			t.Errorf("the page holds %s", markup)
		}
	}
}

// inert fails for characters that do something instead of showing themselves.
func inert(t *testing.T, where, text string) {
	t.Helper()
	for i, r := range text {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			t.Errorf("%s holds %U near %q", where, r, text[max(0, i-40):i])
			return
		}
	}
}

// An attacker who writes somebody else's address where names, agents and paths
// stand gets nobody accused but himself.
func TestFramesNobody(t *testing.T) {
	const victim = "8.8.8.8"
	names := []string{
		"x from 8.8.8.8 port 22 ssh2",
		"root from 8.8.8.8 port 22 ssh2: RSA SHA256:abc",
		"x 8.8.8.8",
		"8.8.8.8",
		"x rhost=8.8.8.8 user=root",
		"x>, rip=8.8.8.8, lip=192.0.2.10, session=<y",
	}
	dir := t.TempDir()
	var auth, mail, web strings.Builder
	at := time.Date(2026, 11, 10, 8, 0, 0, 0, time.UTC)
	for n := range 240 {
		at = at.Add(21 * time.Second)
		name, stamp := names[n%len(names)], at.Format(time.RFC3339)
		fmt.Fprintf(&auth, "%s web1 sshd[%d]: Invalid user %s from 203.0.113.66 port %d\n", stamp, n, name, 4000+n)
		fmt.Fprintf(&auth, "%s web1 sshd[%d]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.66  user=%s\n", stamp, n, name)
		fmt.Fprintf(&auth, "%s web1 sshd[%d]: Failed password for invalid user %s from 203.0.113.66 port %d ssh2\n", stamp, n, name, 4000+n)
		fmt.Fprintf(&auth, "%s web1 sshd[%d]: Connection closed by invalid user %s 203.0.113.66 port %d [preauth]\n", stamp, n, name, 4000+n)
		fmt.Fprintf(&mail, "%s web1 dovecot: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<%s>, method=PLAIN, rip=203.0.113.66, lip=192.0.2.10, TLS, session=<abc>\n", stamp, name)
		fmt.Fprintf(&mail, "%s web1 postfix/smtpd[%d]: warning: unknown[203.0.113.66]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=%s\n", stamp, n, name)
		fmt.Fprintf(&web, "203.0.113.66 - %s [%s] \"GET /wp-login.php?x=8.8.8.8 HTTP/1.1\" 404 12 \"http://8.8.8.8/\" \"%s\"\n",
			strings.ReplaceAll(name, " ", "_"), at.Format("02/Jan/2006:15:04:05 -0700"), `8.8.8.8 - - [10/Nov/2026:08:00:00 +0000] \"GET /.env HTTP/1.1\" 404 1`)
	}
	put(t, dir, "auth.log", auth.String())
	put(t, dir, "mail.log", mail.String())
	put(t, dir, "access.log", web.String())

	o, run, reports := saved(t, "analyze", "--json", dir)
	cases := o.cases(t)
	if !accuses(t, cases, attacker) {
		t.Fatalf("the attacker is not accused: %s%s", o.err, o.out)
	}
	for _, c := range cases {
		if said := slices.Concat(c.Sources, c.Visitors, c.BanTargets, []string{c.Prefix}); slices.Contains(said, victim) || slices.Contains(said, victim+"/32") {
			t.Errorf("case %s (%s) is about %s", c.ID, c.Headline, victim)
		}
	}
	framed := netip.MustParsePrefix(victim + "/32")
	for _, e := range slices.Concat(run.Plan.Add, run.Plan.Hold) {
		if e.Prefix.Overlaps(framed) {
			t.Errorf("the plan is about %s: %s", victim, e.Reason)
		}
	}
	for row := range strings.Lines(read(t, reports, "latest.txt")) {
		label, _, _ := strings.Cut(strings.TrimSpace(row), " ")
		if slices.Contains([]string{"from", "seen", "ban", "held"}, label) && strings.Contains(row, victim) {
			t.Errorf("the text report says %q", row)
		}
	}
	parsed := gumshoe(t, "parse", filepath.Join(dir, "auth.log"))
	if strings.Contains(parsed.out, `"src":"`+victim) {
		t.Error("parse takes the address from a user name")
	}
}
