package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// cronLine is a line of /etc/cron.d: when, a user, a command.
var cronLine = regexp.MustCompile(`^((?:[0-9*,/-]+\s+){5}|@reboot\s+)([a-z]+)\s+(.+)$`)

var cronVariable = regexp.MustCompile(`^([A-Z]+)=(\S+)$`)

// crontab is the example, taken apart.
type crontab struct {
	variables       map[string]string
	active, offered []string // commands; those of lines that a person has to uncomment
}

func readCrontab(t *testing.T) (c crontab) {
	t.Helper()
	text, err := os.ReadFile("../../crontab.example")
	if err != nil {
		t.Fatal(err)
	}
	c.variables = map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		comment, isComment := strings.CutPrefix(line, "#")
		variable, command := cronVariable.FindStringSubmatch(line), cronLine.FindStringSubmatch(line)
		switch {
		case line == "":
		case isComment:
			if m := cronLine.FindStringSubmatch(strings.TrimSpace(comment)); m != nil {
				c.offered = append(c.offered, m[3])
			}
		case variable != nil:
			c.variables[variable[1]] = variable[2]
		case command != nil && !strings.Contains(command[3], "%"): // cron makes line breaks of them
			c.active = append(c.active, command[3])
		default:
			t.Errorf("cron cannot read %q", line)
		}
	}
	return c
}

// The example bans nobody as it stands: whoever wants bans has to uncomment a line
// that says what it does.
func TestCrontabArmsNobody(t *testing.T) {
	c := readCrontab(t)
	if active := strings.Join(c.active, "\n"); strings.Contains(active, "--auto-ban-critical") || !strings.Contains(active, "gumshoe analyze") {
		t.Errorf("active lines:\n%s", active)
	}
	if !strings.Contains(strings.Join(c.offered, "\n"), "--auto-ban-critical") {
		t.Errorf("no line offers bans: %q", c.offered)
	}
}

// Every line runs as it stands, the commented ones too, by cron's shell with cron's
// variables; and a good night is silent.
func TestCrontabRuns(t *testing.T) {
	c := readCrontab(t)
	program, err := exec.LookPath("gumshoe")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := put(t, dir, "gumshoe.yaml", "host: web1\nsources:\n  - path: "+put(t, dir, "auth.log", guessing())+
		"\nban:\n  drivers: [\"nginx:"+filepath.Join(dir, "deny.conf")+"\"]\ngeo:\n  databases: [none]\n")
	for _, command := range append(c.active, c.offered...) {
		if strings.Contains(command, "bans sync") || strings.Contains(command, "doctor") {
			understood(t, command)
			continue // they ask this machine's packet filter and systemd
		}
		cmd := exec.CommandContext(t.Context(), c.variables["SHELL"], "-c", command)
		cmd.Env = []string{"PATH=" + filepath.Dir(program) + ":" + c.variables["PATH"], "HOME=" + dir, "LOGNAME=root",
			"GUMSHOE_CONFIG=" + config, "GUMSHOE_STATE_DIR=" + filepath.Join(dir, "state"), "GUMSHOE_DNS=false"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", command, err, out)
		}
		if strings.Contains(command, "--quiet") && len(out) > 0 {
			t.Errorf("%s is not silent: %s", command, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "state", "reports", "latest.html")); err != nil {
		t.Error(err)
	}
}

// understood checks that a command line is one that gumshoe understands.
func understood(t *testing.T, command string) {
	t.Helper()
	_, args, _ := strings.Cut(command, "gumshoe ")
	if i := strings.LastIndex(command, "|| gumshoe "); i >= 0 {
		args = command[i+len("|| gumshoe "):]
	}
	cmd, rest, err := newRoot(&app{}).Find(strings.Fields(args))
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err != nil || cmd.HasSubCommands() {
		t.Errorf("%q: %v", command, err)
	}
}
