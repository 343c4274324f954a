package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gumshoe/analyze"
	"gumshoe/report"
)

// outcome is one run of the program inside the test, and what it left.
type outcome struct {
	out, err string
	code     int
}

// gumshoe runs the program without configuration, in UTC.
func gumshoe(t testing.TB, args ...string) outcome {
	t.Helper()
	return pipe(t, nil, args...)
}

// pipe runs it with a standard input.
func pipe(t testing.TB, in io.Reader, args ...string) outcome {
	t.Helper()
	return configured(t, os.DevNull, in, args...)
}

// configured runs it with a configuration.
func configured(t testing.TB, config string, in io.Reader, args ...string) outcome {
	t.Helper()
	var out, talk bytes.Buffer
	a := &app{in: in, out: &out, err: &talk}
	flags := []string{args[0], "--config", config, "--tz", "UTC"}
	if !slices.Contains(args, "--state-dir") { // each run is a machine's first
		flags = append(flags, "--state-dir", t.TempDir())
	}
	code := run(t.Context(), a, append(flags, args[1:]...))
	return outcome{out.String(), talk.String(), code}
}

// saved runs it with --save-report and reads the last line of the saved NDJSON,
// which tells how the sources were read.
func saved(t testing.TB, args ...string) (outcome, report.RunJSON, string) {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "gumshoe.yaml")
	if err := os.WriteFile(config, []byte("report:\n  dir: "+dir+"/reports\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := configured(t, config, nil, append(args, "--save-report")...)
	var last struct{ Run report.RunJSON }
	if o.code != 1 {
		all := strings.TrimSuffix(read(t, dir, "reports", "latest.ndjson"), "\n")
		if err := json.Unmarshal([]byte(all[strings.LastIndexByte(all, '\n')+1:]), &last); err != nil {
			t.Fatal(err)
		}
	}
	return o, last.Run, filepath.Join(dir, "reports")
}

// cases reads what --json printed.
func (o outcome) cases(t testing.TB) (cases []report.CaseJSON) {
	t.Helper()
	for line := range strings.Lines(o.out) {
		var c report.CaseJSON
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&c); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		cases = append(cases, c)
	}
	return cases
}

// accuses reports whether a case of level low or above has a source in p.
func accuses(t testing.TB, cases []report.CaseJSON, p netip.Prefix) bool {
	t.Helper()
	for _, c := range cases {
		for _, s := range c.Sources {
			if c.Severity >= analyze.Low && parsePrefix(t, s).Overlaps(p) {
				return true
			}
		}
	}
	return false
}

// parsePrefix reads an address or a prefix as reports write them.
func parsePrefix(t testing.TB, s string) netip.Prefix {
	t.Helper()
	p, err := parseNetwork(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lines joins log lines to the text of a file.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

// files lists what is in a directory.
func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// read returns a file's text.
func read(t testing.TB, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
