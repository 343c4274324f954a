package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze/rule"
)

// Without an AI a person makes the rules: what a run met is listed, a proposal is
// checked, tried on logs, approved and written for fail2ban.
func TestRuleOfAPerson(t *testing.T) {
	t.Parallel()
	log := put(t, t.TempDir(), "sealbox.log", minutesAgo(170, "peer 198.51.100.7 joined the quorum of the box"))
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n")
	state := stateDir(t)
	told(t, config, state, "analyze", "--quiet")
	for i := range 3 {
		appendLines(t, log, minutesAgo(90+i, fmt.Sprintf("seal %d not opened: share of u%d denied to 203.0.113.9", i, i)))
	}
	told(t, config, state, "analyze", "--quiet")
	novel := told(t, config, state, "rules", "list", "--novel").out
	if !strings.Contains(novel, "sealbox") || !strings.Contains(novel, "denied to <ip>") {
		t.Fatalf("the new kind of line is not listed:\n%s", novel)
	}
	line := strings.Fields(strings.Split(novel, "\n")[1])[0]
	if o := told(t, config, state, "rules", "add", line, `^.*`+rule.AddrGroup+`$`); o.code == 0 || !strings.Contains(o.err, "refused: it begins with") {
		t.Errorf("a pattern for everything: %d %s", o.code, o.err)
	}
	if o := told(t, config, state, "rules", "add", line, sealPattern); o.code != 0 {
		t.Fatalf("%s", o.err)
	}
	id := strings.Fields(strings.Split(told(t, config, state, "rules", "list").out, "\n")[1])[0]
	if o := told(t, config, state, "rules", "test", id, log); !strings.Contains(o.out, "matches 3 of 4 lines, of 1 sources") || !strings.Contains(o.out, "203.0.113.9") {
		t.Errorf("tried:\n%s%s", o.out, o.err)
	}
	if o := told(t, config, state, "rules", "export"); o.code == 0 {
		t.Errorf("a rule on trial is written as one that counts:\n%s", o.out)
	}
	told(t, config, state, "rules", "approve", id)
	if o := told(t, config, state, "rules", "export"); !strings.Contains(o.out, `share of \S+ denied to <HOST>$`) || !strings.Contains(o.out, "_daemon = sealbox") {
		t.Errorf("%s%s", o.out, o.err)
	}
}

// The pattern of a case is written from the evidence that the archive keeps, and
// catches it in the hands of fail2ban.
func TestExportCase(t *testing.T) {
	t.Parallel()
	var access strings.Builder
	for i, path := range []string{"/.env", "/wp-login.php", "/phpmyadmin/", "/.git/config", "/backup.zip", "/admin.php", "/config.php.bak", "/xmlrpc.php"} {
		for k := range 3 {
			at := time.Now().UTC().Add(-time.Duration(200-20*i-k) * time.Minute).Format("02/Jan/2006:15:04:05 -0700")
			fmt.Fprintf(&access, "203.0.113.9 - - [%s] \"GET %s HTTP/1.1\" 404 153 \"-\" \"Mozilla/5.0 (X11; Linux)\"\n", at, path)
			fmt.Fprintf(&access, "198.51.100.7 - - [%s] \"GET /about HTTP/1.1\" 200 5153 \"-\" \"Mozilla/5.0 (X11; Linux)\"\n", at)
		}
	}
	dir := t.TempDir()
	auth, web := put(t, dir, "auth.log", guessesAged("203.0.113.66", 4*time.Hour, 3*time.Hour)), put(t, dir, "access.log", access.String())
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+auth+"\n  - path: "+web+"\n")
	state := stateDir(t)
	of := map[string]string{} // source: case
	for _, c := range told(t, config, state, "analyze", "--json").cases(t) {
		for _, s := range c.Sources {
			of[s] = c.ID
		}
	}
	for _, tt := range []struct {
		source, as string
		want       []string
	}{
		{"203.0.113.9", "fail2ban", []string{"<HOST>", `/\.env`, `/xmlrpc\.php`, "port     = http,https", "(tells 24 of 24 of its events that are kept)"}},
		{"203.0.113.9", "nginx", []string{"map $request_uri", `"~^/\.git/config(?:\?|$)" 1;`}},
		{"203.0.113.9", "apache", []string{"RewriteCond %{THE_REQUEST}", `/backup\.zip`, "RewriteRule ^ - [F]"}},
		{"203.0.113.66", "fail2ban", []string{"_daemon = sshd", `Failed password for invalid user \S* from <HOST> port`, "port     = ssh"}},
	} {
		o := told(t, config, state, "rules", "export", "--case", of[tt.source], "--as", tt.as)
		for _, w := range tt.want {
			if !strings.Contains(o.out, w) {
				t.Errorf("%s of %s as %s lacks %q:\n%s%s", of[tt.source], tt.source, tt.as, w, o.out, o.err)
			}
		}
		if strings.Contains(o.out, "about") {
			t.Errorf("an honest page is closed:\n%s", o.out)
		}
	}
	if o := told(t, config, state, "rules", "export", "--case", of["203.0.113.66"], "--as", "nginx"); o.code == 0 {
		t.Errorf("guesses at sshd as a rule of nginx:\n%s", o.out)
	}

	fail2ban, err := exec.LookPath("fail2ban-regex")
	if err != nil {
		t.Skip("needs fail2ban: apt-get install fail2ban")
	}
	o := told(t, config, state, "rules", "export", "--case", of["203.0.113.9"])
	_, filter, _ := strings.Cut(o.out, ".conf ----\n")
	filter, _, _ = strings.Cut(filter, "\n# ---- ")
	out, err := exec.Command(fail2ban, "--log-level", "CRITICAL", "--raw", "--out", "ip", web, put(t, dir, "case.conf", filter)).CombinedOutput()
	if err != nil || strings.Count(string(out), "203.0.113.9") != 24 || strings.Contains(string(out), "198.51.100.7") {
		t.Errorf("%v: %s of %s", err, out, filepath.Base(web))
	}
}
