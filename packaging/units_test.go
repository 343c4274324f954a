// Package packaging holds what is shipped beside the program, and its tests.
package packaging

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// units copies the units to a directory where the programs that they start exist.
func units(t *testing.T) (dir string, names []string) {
	t.Helper()
	files, err := filepath.Glob("systemd/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no units", err)
	}
	if dir, err = filepath.EvalSymlinks(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, program := range []string{"/usr/bin/gumshoe", "/usr/lib/gumshoe/tell-failure"} {
			text = bytes.ReplaceAll(text, []byte("="+program), []byte("=/bin/true"))
		}
		name := filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return dir, names
}

func systemdAnalyze(t *testing.T, dir string, args ...string) (out, talk string) {
	t.Helper()
	path, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("needs systemd-analyze: apt-get install systemd")
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "SYSTEMD_UNIT_PATH="+dir+":", "LC_ALL=C")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("systemd-analyze %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// systemd finds nothing to complain of.
func TestUnitsVerify(t *testing.T) {
	dir, names := units(t)
	if _, talk := systemdAnalyze(t, dir, append([]string{"verify"}, names...)...); talk != "" {
		t.Error(talk)
	}
}

var exposure = regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`)

// What a taken-over process could still do, by systemd's own scale from 0 to 10. The
// unit that mails failures stands apart: a setgid sendmail works behind no wall.
func TestUnitsExposure(t *testing.T) {
	dir, _ := units(t)
	for unit, most := range map[string]float64{"gumshoe.service": 2.6, "gumshoe-sync.service": 2.6, "gumshoe-resync.service": 2.6} {
		out, _ := systemdAnalyze(t, dir, "security", "--offline=yes", filepath.Join(dir, unit))
		m := exposure.FindStringSubmatch(out)
		if m == nil {
			t.Errorf("%s: no exposure in %s", unit, out)
			continue
		}
		if level, err := strconv.ParseFloat(m[1], 64); err != nil || level > most {
			t.Errorf("%s: exposure %s, want at most %v", unit, m[1], most)
		}
	}
}

// No unit is armed: ban.mode in the configuration decides. None is left without
// somebody who hears that it failed.
func TestUnitsManners(t *testing.T) {
	files, _ := filepath.Glob("systemd/*") // the pattern is well formed
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("--auto-ban-critical")) {
			t.Errorf("%s is armed", file)
		}
		if bytes.Contains(text, []byte("ExecStart=/usr/bin/gumshoe")) && !bytes.Contains(text, []byte("OnFailure=gumshoe-failed@%n.service")) {
			t.Errorf("nobody hears when %s fails", file)
		}
	}
}

// The mail about a failure has a subject, an end of its headers, and the last words.
func TestTellFailure(t *testing.T) {
	dir := t.TempDir()
	for name, script := range map[string]string{
		"journalctl": "echo the last words of $2", "sendmail": "cat >" + dir + "/mail", "uname": "echo web1", "date": "echo now",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile("tell-failure")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(string(script), "PATH=/usr/sbin:/usr/lib:/usr/bin", "PATH="+dir), "tell-failure", "gumshoe.service")
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	mail, err := os.ReadFile(filepath.Join(dir, "mail"))
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(mail), "\n\n")
	if !strings.Contains(head, "Subject: gumshoe.service failed on web1") || !strings.Contains(body, "the last words of gumshoe.service") {
		t.Errorf("%s", mail)
	}
}
