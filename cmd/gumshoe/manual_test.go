package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// pages writes the manual into a directory.
func pages(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	said(t, "manual", dir, "../../docs/CONFIGURATION.md")
	return dir
}

// said is what a command prints that reads neither logs nor settings.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out, talk bytes.Buffer
	if code := run(t.Context(), &app{out: &out, err: &talk}, args); code != 0 {
		t.Fatalf("%q: code %d: %s", args, code, talk.String())
	}
	return out.String()
}

// roffMarks are what a page has in the middle of its words.
var roffMarks = regexp.MustCompile(`\\f[A-Z]|\\&|\\`)

func page(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return roffMarks.ReplaceAllString(string(text), "")
}

// Every command that --help shows has a page, with each of its flags and with the
// commands below it; every setting is explained in gumshoe.yaml(5), with its variable.
func TestManualIsComplete(t *testing.T) {
	dir := pages(t)
	count := 0
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		count++
		name := pageName(cmd) + ".8"
		text := page(t, dir, name)
		want := []string{".SH NAME", cmd.Short, ".SH SYNOPSIS", "2023-11-14"}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { want = append(want, "--"+f.Name) })
		for _, sub := range shownCommands(cmd) {
			want = append(want, pageName(sub)+"(8)")
			check(sub)
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s says nothing of %q", name, w)
			}
		}
	}
	root := newRoot(&app{})
	root.InitDefaultCompletionCmd()
	check(root)

	settings := page(t, dir, settingsPage)
	for _, k := range keys {
		if !strings.Contains(settings, "\n"+k.name+"\n") && !strings.Contains(settings, "\n"+k.name+", ") && !strings.Contains(settings, ", "+k.name+"\n") {
			t.Errorf("gumshoe.yaml(5) has no paragraph about %s", k.name)
		}
		if !strings.Contains(settings, k.env()) {
			t.Errorf("gumshoe.yaml(5) says nothing of %s", k.env())
		}
	}
	if strings.Contains(settings, "](") || strings.Contains(settings, "\n|") {
		t.Error("gumshoe.yaml(5) has links or tables of Markdown")
	}
	written, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(written) != count+1 {
		t.Errorf("%d pages of %d commands: %v", len(written), count, err)
	}
}

// What is a table in the help is one on the page, and its asterisks stay.
func TestManualKeepsTables(t *testing.T) {
	dir := pages(t)
	for name, want := range map[string][]string{
		"gumshoe.8":        {"\n  0  done; lines that cannot be read", "\n130  interrupted", "conf.d/*.yaml and allow.d/*.list"},
		"gumshoe-doctor.8": {"\n  src.*    each log is there"},
		settingsPage:       {"GUMSHOE_BAN_MODE", "    - 203.0.113.9      # the office", "/usr/share/doc/gumshoe/FORMATS.md"},
	} {
		text := page(t, dir, name)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s does not keep %q:\n%s", name, w, text)
			}
		}
	}
}

// Whoever formats pages finds nothing to complain of.
func TestManualLint(t *testing.T) {
	path, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("needs mandoc: apt-get install mandoc")
	}
	files, _ := filepath.Glob(filepath.Join(pages(t), "*")) // the pattern is well formed
	if out, err := exec.CommandContext(t.Context(), path, append([]string{"-T", "lint", "-W", "warning"}, files...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// Each shell gets completions that name the commands.
func TestCompletions(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if script := said(t, "completion", shell); !strings.Contains(script, "__complete") {
			t.Errorf("%s: %s", shell, script)
		}
	}
	if words := said(t, "__complete", "bans", ""); !strings.Contains(words, "rehearse\t") {
		t.Errorf("bans is completed by %s", words)
	}
}
