package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// cronLine is a line of /etc/cron.d: five fields of time, a user, a command.
var cronLine = regexp.MustCompile(`^((?:[0-9*,/-]+\s+){5})([a-z]+)\s+(.+)$`)

var cronVariable = regexp.MustCompile(`^[A-Z]+=\S+$`)

// The example runs as it stands and bans nobody: whoever wants bans has to
// uncomment a line that says what it does.
func TestCrontabExample(t *testing.T) {
	text, err := os.ReadFile("../../crontab.example")
	if err != nil {
		t.Fatal(err)
	}
	jobs, offered := 0, false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		comment, isComment := strings.CutPrefix(line, "#")
		switch {
		case line == "" || cronVariable.MatchString(line):
		case isComment:
			if m := cronLine.FindStringSubmatch(strings.TrimSpace(comment)); m != nil && strings.Contains(m[3], "--auto-ban-critical") {
				offered = true
				runs(t, m[3])
			}
		default:
			m := cronLine.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("cron cannot read %q", line)
				continue
			}
			jobs++
			if strings.Contains(m[3], "--auto-ban-critical") {
				t.Errorf("an active line is armed: %q", line)
			}
			runs(t, m[3])
		}
	}
	if jobs != 1 || !offered {
		t.Errorf("%d active lines, want 1; armed line below: %v", jobs, offered)
	}
}

// runs checks that the command line is one that gumshoe understands.
func runs(t *testing.T, command string) {
	t.Helper()
	_, args, found := strings.Cut(command, "gumshoe ")
	if !found {
		t.Errorf("%q does not run gumshoe", command)
		return
	}
	cmd, rest, err := newRoot(&app{}).Find(strings.Fields(args))
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err != nil {
		t.Errorf("%q: %v", command, err)
	}
}
