//go:build !race

// Every command of the manual runs in a machine of its own, which the race detector
// would make ten times as long.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shownLine is a command line that a document tells people to type.
type shownLine struct {
	document string
	line     int
	command  string
}

var (
	// prompt begins a command line; the word behind it is a program.
	prompt = regexp.MustCompile(`^(?:\$ |sudo )?((?:[A-Z_]+=\S+ )*(?:\.ci/|/usr/bin/)?[a-z][a-z0-9-]*(?: |$).*)$`)
	// remark is what a document says beside a command.
	remark = regexp.MustCompile(`( {3,}| +#).*$`)
)

// programs that documents let people type. A line that begins with another word is
// output, configuration or prose.
var typed = strings.Fields("gumshoe gumshoe-traffic go make apt apt-get dpkg rpm apk systemctl journalctl systemd-analyze cp mv rm touch install editor " +
	"fail2ban-client fail2ban-regex crontab npm duckdb logrotate man /usr/bin/time .ci/bench sed")

// commandLines finds the command lines in the fenced and indented blocks of README and docs.
func commandLines(t *testing.T) (out []shownLine) {
	t.Helper()
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range append(documents, "../../README.md") {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		fence := "-" // the language of a fenced block, "-" outside of one
		joined := ""
		for i, line := range strings.Split(string(text), "\n") {
			if info, isFence := strings.CutPrefix(line, "```"); isFence {
				if fence == "-" {
					fence = info
				} else {
					fence = "-"
				}
				continue
			}
			body, indented := strings.CutPrefix(line, "    ")
			if fence != "-" {
				body = line
			}
			if fence == "-" && (!indented || strings.HasPrefix(body, " ")) || fence == "yaml" || fence == "json" {
				continue
			}
			if head, more := strings.CutSuffix(body, `\`); more {
				joined += head
				continue
			}
			m := prompt.FindStringSubmatch(joined + body)
			joined = ""
			if m != nil && isProgram(m[1]) {
				out = append(out, shownLine{filepath.Base(document), i + 1, remark.ReplaceAllString(m[1], "")})
			}
		}
	}
	return out
}

func isProgram(command string) bool {
	for word := range strings.FieldsSeq(command) {
		if name, _, assigned := strings.Cut(word, "="); assigned && strings.ToUpper(name) == name {
			continue
		}
		for _, p := range typed {
			if word == p {
				return true
			}
		}
		return false
	}
	return false
}

// runElsewhere are the command lines that do not run here, each with what runs it instead.
var runElsewhere = []struct{ begins, because string }{
	{"make ", "CI runs the targets of the Makefile; TestPackage runs what make packages does"},
	{".ci/", "CI's own scripts take minutes"},
	{"go test", "it is a test itself"},
	{"go run ./cmd/gumshoe-traffic", "its own tests run it"},
	{"gumshoe-traffic ", "its own tests run it"},
	{"ACCESS=", "measures for minutes"},
	{"LOGS=", "measures for minutes"},
	{"apt ", "packaging/testdata/install.sh installs and purges the package"},
	{"apt-get ", "packaging/testdata/install.sh installs and purges the package"},
	{"dpkg ", "packaging/testdata/install.sh installs and purges the package"},
	{"rpm ", "packaging/testdata/install.sh installs and removes the package"},
	{"apk ", "packaging/testdata/install.sh installs and removes the package"},
	{"systemctl ", "needs systemd: TestUnitsVerify asks it about the units"},
	{"systemd-analyze ", "TestUnitsExposure asks it"},
	{"journalctl ", "needs systemd"},
	{"fail2ban-client ", "needs a running fail2ban"},
	{"logrotate ", "changes the machine's logs"},
	{"crontab ", "TestCrontabRuns runs its lines"},
	{"npm ", "the Makefile installs DuckDB"},
	{"duckdb ", "TestDuckDB in ingest/archive reads the archive with it"},
	{"editor ", "asks a person"},
	{"gumshoe ai test", "needs an endpoint: ai_test.go has one"},
	{"gumshoe rules test", "needs a rule: rules_test.go makes one"},
	{"gumshoe rules approve", "needs a rule: rules_test.go makes one"},
	{"gumshoe rules reject", "needs a rule: learned_test.go makes one"},
	{"gumshoe rules export", "needs a rule: rules_test.go makes one"},
	{"gumshoe init", "packaging/testdata/install.sh runs it in a copy of a machine"},
	{"gumshoe doctor", "packaging/testdata/install.sh runs it in a copy of a machine"},
}

// Every command line in README and docs runs as it stands, in a sandbox that has what
// it names, or is listed with what runs it instead.
func TestDocumentedCommands(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Fatal(err)
	}
	lines := commandLines(t)
	if len(lines) < 40 {
		t.Errorf("only %d command lines found", len(lines))
	}
	box := newSandbox(t)
	for _, l := range lines {
		if isElsewhere(l.command) {
			continue
		}
		t.Run(fmt.Sprintf("%s:%d", l.document, l.line), func(t *testing.T) {
			t.Parallel()
			box.run(t, l.command)
		})
	}
}

func isElsewhere(command string) bool {
	for _, e := range runElsewhere {
		if strings.HasPrefix(command+" ", e.begins) {
			return true
		}
	}
	return false
}

// sandbox is a directory with what the documents' commands name, and a machine whose
// job has run and banned somebody.
type sandbox struct {
	dir, path string
	words     *strings.Replacer
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	box := &sandbox{dir: t.TempDir()}
	program, err := exec.LookPath("gumshoe")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(box.dir, "bin")
	box.path = bin + ":" + filepath.Dir(program) + ":" + os.Getenv("PATH")
	for name, script := range map[string]string{"jq": "cat", "sendmail": "cat >/dev/null", "less": "cat", "nginx": "exit 0"} { // they may not be here
		box.put(t, "bin/"+name, "#!/bin/sh\n"+script+"\n", 0o755)
	}
	now := time.Now().UTC()
	var guesses strings.Builder
	for i := range 60 {
		fmt.Fprintf(&guesses, "%s web1 sshd[%d]: Failed password for root from 203.0.113.9 port %d ssh2\n", now.Add(time.Duration(i-70)*4*time.Minute).Format(time.RFC3339), 500+i, 40000+i)
	}
	for _, name := range []string{"auth.log", "access.log", "FILE", "var/auth.log"} {
		box.put(t, name, guesses.String(), 0o644)
	}
	for _, name := range []string{"DIR", "backup/web1/log", "LOGS"} {
		box.put(t, name+"/auth.log", guesses.String(), 0o644)
	}
	if err := os.CopyFS(filepath.Join(box.dir, "testdata/site"), os.DirFS(site)); err != nil {
		t.Fatal(err)
	}
	var probes strings.Builder // slowly, for a whole night: a ban
	for i, path := range strings.Fields("phpmyadmin/ wp-login.php admin/ .env .git/HEAD backup.sql administrator/ xmlrpc.php config.php.bak wp-admin/ pma/ server-status manager/html solr/ phpinfo.php cgi-bin/ .svn/entries db.sql") {
		at := now.Add(time.Duration(i-18) * 19 * time.Minute)
		fmt.Fprintf(&probes, "203.0.113.9 - - [%s] \"GET /%s HTTP/1.1\" 404 162 \"-\" \"Mozilla/5.0\"\n", at.Format("02/Jan/2006:15:04:05 +0000"), path)
	}
	box.put(t, "var/access.log", probes.String(), 0o644)
	for _, example := range []string{"crontab.example", "jail.local"} {
		box.put(t, example, "", 0o644)
	}
	for _, dir := range []string{"etc/cron.d", "etc/credstore", "etc/gumshoe", "etc/fail2ban"} {
		box.put(t, dir+"/.keep", "", 0o644)
	}
	box.put(t, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+filepath.Join(box.dir, "var/*.log")+
		"\nban: {mode: critical}\ngeo: {databases: [none]}\nmail: {to: [root@localhost], sendmail: "+filepath.Join(bin, "sendmail")+"}\n", 0o644)
	places := []string{"go run ./cmd/gumshoe ", "gumshoe ", "./gumshoe ", "gumshoe ", "JOB.yaml", "gumshoe.yaml", " /backup/", " " + box.dir + "/backup/", " /etc/", " " + box.dir + "/etc/",
		"/var/log/", box.dir + "/var/", "/usr/share/doc/gumshoe/examples/", box.dir + "/"}
	box.words = strings.NewReplacer(places...)
	box.run(t, "gumshoe analyze --save-report")
	var first struct{ ID string }
	if err := json.NewDecoder(strings.NewReader(box.run(t, "gumshoe cases list --json"))).Decode(&first); err != nil || first.ID == "" {
		t.Fatalf("no case: %v", err)
	}
	var run struct{ Run string }
	if err := json.NewDecoder(strings.NewReader(box.run(t, "gumshoe report list --json"))).Decode(&run); err != nil || run.Run == "" {
		t.Fatalf("no run: %v", err)
	}
	box.words = strings.NewReplacer(append(places, " [RUN]", " "+run.Run, " pt5zw", " "+first.ID, " ID", " "+first.ID, " CASE", " "+first.ID, " RUN", " "+run.Run, " ADDRESS", " 203.0.113.9")...)
	return box
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
	state := filepath.Join(b.dir, "state")
	if strings.Contains(t.Name(), "/") {
		state = filepath.Join(t.TempDir(), "state")
		if err := os.CopyFS(state, os.DirFS(filepath.Join(b.dir, "state"))); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(state, keyFile), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", b.words.Replace(command))
	cmd.Dir = b.dir
	environment := []string{"PATH=" + b.path, "HOME=" + b.dir, "LOGNAME=root", "TZ=UTC", "LC_ALL=C.UTF-8", "GUMSHOE_DNS=false",
		"GUMSHOE_CONFIG=" + filepath.Join(b.dir, "gumshoe.yaml"), "GUMSHOE_STATE_DIR=" + state, "GUMSHOE_BAN_DRIVERS=nginx:" + filepath.Join(filepath.Dir(state), "deny.conf")}
	if strings.Contains(command, "gumshoe ai ") { // the job asks nobody
		environment = append(environment, "GUMSHOE_AI_BASE_URL=http://127.0.0.1:9/v1", "GUMSHOE_AI_MODEL=none")
	}
	cmd.Env = environment
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
