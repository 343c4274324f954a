//go:build !race

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze/rule"
)

// sandbox is a directory with what the documents' commands name, and a machine whose
// job has run and banned somebody, where a person has written two rules for new lines.
type sandbox struct {
	dir, path string
	endpoint  string            // of a language model that answers truly
	words     *strings.Replacer // makes places of this directory, and names of placeholders
}

// stateOfBox is a name that would end a URI, and SQLite is handed URIs.
const stateOfBox = "state #1?"

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	box := &sandbox{dir: t.TempDir()}
	box.endpoint, _ = listening(t)
	box.bringPrograms(t)
	box.writeLogs(t)
	box.put(t, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+filepath.Join(box.dir, "var/*.log")+
		"\nban: {mode: critical}\ngeo: {databases: [none]}\nmail: {to: [root@localhost], sendmail: "+filepath.Join(box.dir, "bin/sendmail")+
		"}\nformats:\n  - name: turnstile\n    grok: 'no entry for %{DATA:user.name} at %{IP:source.ip}'\n    kind: auth_failure\n", 0o644)
	places := []string{"go run ./cmd/gumshoe ", "gumshoe ", "JOB.yaml", "gumshoe.yaml", "/var/log/", box.dir + "/var/"}
	for _, dir := range []string{"/backup/", "/tmp/"} {
		places = append(places, " "+dir, " "+box.dir+dir)
	}
	box.words = strings.NewReplacer(places...)
	box.run(t, "gumshoe analyze --save-report")
	names := box.names(t)
	box.words = strings.NewReplacer(append(places, names...)...)
	return box
}

// names are the documents' placeholders, and what stands for them here.
func (b *sandbox) names(t *testing.T) []string {
	t.Helper()
	var found struct{ ID, Run string } // of a case, of a run
	for _, list := range []string{"gumshoe cases list --json", "gumshoe report list --json"} {
		if err := json.NewDecoder(strings.NewReader(b.run(t, list))).Decode(&found); err != nil {
			t.Fatalf("%s: %v", list, err)
		}
	}
	b.run(t, "gumshoe cases ack "+found.ID+" --reason 'a word to take back'")
	rule := b.writeRules(t)
	if found.ID == "" || found.Run == "" || rule == "" {
		t.Fatalf("no case, run or rule: %+v %q", found, rule)
	}
	return []string{" [RUN]", " " + found.Run, " RUN", " " + found.Run, " RULE", " " + rule, " ID", " " + found.ID, " pt5zw", " " + found.ID,
		" ADDRESS", " 203.0.113.9", " COMMAND", " analyze"}
}

// bringPrograms puts the project's other program into the box, and stands in for those
// that may not be here.
func (b *sandbox) bringPrograms(t *testing.T) {
	t.Helper()
	program, err := exec.LookPath("gumshoe")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(b.dir, "bin")
	b.path = bin + ":" + filepath.Dir(program) + ":" + os.Getenv("PATH")
	for name, script := range map[string]string{"jq": "cat", "sendmail": "cat >/dev/null", "less": "cat", "nginx": "exit 0"} {
		b.put(t, "bin/"+name, "#!/bin/sh\n"+script+"\n", 0o755)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "gumshoe/cmd/gumshoe-traffic").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func (b *sandbox) writeLogs(t *testing.T) {
	t.Helper()
	now := time.Now().UTC()
	var guesses strings.Builder
	for i := range 60 {
		fmt.Fprintf(&guesses, "%s web1 sshd[%d]: Failed password for root from 203.0.113.9 port %d ssh2\n", now.Add(time.Duration(i-70)*4*time.Minute).Format(time.RFC3339), 500+i, 40000+i)
	}
	for _, name := range []string{"auth.log", "FILE", "var/auth.log", "DIR/auth.log", "backup/web1/log/auth.log"} {
		b.put(t, name, guesses.String(), 0o644)
	}
	var probes strings.Builder // slowly, for a whole night: a ban
	for i, path := range strings.Fields("phpmyadmin/ wp-login.php admin/ .env .git/HEAD backup.sql administrator/ xmlrpc.php config.php.bak wp-admin/ pma/ server-status manager/html solr/ phpinfo.php cgi-bin/ .svn/entries db.sql") {
		at := now.Add(time.Duration(i-18) * 19 * time.Minute)
		fmt.Fprintf(&probes, "203.0.113.9 - - [%s] \"GET /%s HTTP/1.1\" 404 162 \"-\" \"Mozilla/5.0\"\n", at.Format("02/Jan/2006:15:04:05 +0000"), path)
	}
	b.put(t, "var/access.log", probes.String(), 0o644)
	b.put(t, "var/x.log", minutesAgo(170, "peer 198.51.100.7 joined the quorum of the box"), 0o644)
	if err := os.CopyFS(filepath.Join(b.dir, "testdata/site"), os.DirFS(site)); err != nil {
		t.Fatal(err)
	}
}

// writeRules lets the box meet two new kinds of line, and a person write a rule for
// each: one that counts, and one on trial, whose id it returns.
func (b *sandbox) writeRules(t *testing.T) (id string) {
	t.Helper()
	log := filepath.Join(b.dir, "var/x.log")
	for i := range 3 {
		appendLines(t, log, minutesAgo(90+i, fmt.Sprintf("seal %d not opened: share of u%d denied to 203.0.113.9", i, i)))
		appendLines(t, log, minutesAgo(80+i, fmt.Sprintf("lid %d stays shut: hand of u%d refused for 203.0.113.9", i, i)))
	}
	b.run(t, "gumshoe analyze --quiet")
	for line := range strings.Lines(b.run(t, "gumshoe rules list --novel")) {
		pattern := ""
		switch {
		case strings.Contains(line, "denied to"):
			pattern = sealPattern
		case strings.Contains(line, "refused for"):
			pattern = `^lid [0-9]+ stays shut: hand of \S+ refused for ` + rule.AddrGroup + `$`
		default:
			continue
		}
		b.run(t, "gumshoe rules add "+strings.Fields(line)[0]+" '"+pattern+"'")
	}
	for line := range strings.Lines(b.run(t, "gumshoe rules list")) {
		switch fields := strings.Fields(line); {
		case strings.Contains(line, "seal "):
			b.run(t, "gumshoe rules approve "+fields[0])
		case strings.Contains(line, "lid "):
			id = fields[0]
		}
	}
	return id
}

func (b *sandbox) put(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// run executes a command line by bash and returns its output. In a subtest it has a
// copy of the state to itself.
func (b *sandbox) run(t *testing.T, command string) string {
	t.Helper()
	state := filepath.Join(b.dir, stateOfBox)
	if strings.Contains(t.Name(), "/") {
		state = filepath.Join(t.TempDir(), stateOfBox)
		if err := os.CopyFS(state, os.DirFS(filepath.Join(b.dir, stateOfBox))); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(state, keyFile), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", b.words.Replace(command))
	cmd.Dir = b.dir
	cmd.Env = []string{"PATH=" + b.path, "HOME=" + b.dir, "LOGNAME=root", "TZ=UTC", "LC_ALL=C.UTF-8", "GUMSHOE_DNS=false",
		"GUMSHOE_CONFIG=" + filepath.Join(b.dir, "gumshoe.yaml"), "GUMSHOE_STATE_DIR=" + state, "GUMSHOE_BAN_DRIVERS=nginx:" + filepath.Join(filepath.Dir(state), "deny.conf")}
	if strings.Contains(command, "gumshoe ai ") { // the job asks nobody
		cmd.Env = append(cmd.Env, "GUMSHOE_AI_BASE_URL="+b.endpoint, "GUMSHOE_AI_MODEL=small")
	}
	out, err := cmd.Output()
	var failed *exec.ExitError
	switch {
	case err == nil, errors.As(err, &failed) && failed.ExitCode() == exitFindings: // as --fail-on wants
		return string(out)
	case failed != nil:
		t.Fatalf("%s: %v: %s%s", command, err, out, failed.Stderr)
	default:
		t.Fatalf("%s: %v", command, err)
	}
	return ""
}
