package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// write makes files below a new directory and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A later file wins over an earlier one; lists grow; every value knows where it
// was written.
func TestFilesInOrder(t *testing.T) {
	dir := write(t, map[string]string{
		"gumshoe.yaml":        "host: web1\nlast: 6h\nban:\n  allow: [192.0.2.1]\nsources:\n  - path: /srv/log/a.log\n",
		"conf.d/10-ban.yaml":  "ban:\n  mode: critical\n  allow:\n    - 198.51.100.0/24\n",
		"conf.d/20-web.yaml":  "last: 12h\nsources:\n  - path: /srv/log/b.log\n    format: combined\n    timezone: Europe/Berlin\n    optional: true\n",
		"allow.d/office.list": "# the office\n203.0.113.9   # Anna\n\n2001:db8::/48\n",
	})
	s := defaults()
	if err := s.readFiles(filepath.Join(dir, "gumshoe.yaml"), true); err != nil {
		t.Fatal(err)
	}
	if s.Host != "web1" || s.BanMode != "critical" || showDuration(s.Last) != "12h" {
		t.Errorf("host %s, mode %s, last %v", s.Host, s.BanMode, s.Last)
	}
	if got, want := s.from("last"), filepath.Join(dir, "conf.d/20-web.yaml:1"); got != want {
		t.Errorf("last is from %s, want %s", got, want)
	}
	var allowed []string
	for _, n := range s.Allow {
		allowed = append(allowed, n.Prefix.String()+" "+strings.TrimPrefix(n.From, dir+"/"))
	}
	want := []string{
		"192.0.2.1/32 gumshoe.yaml:4", "198.51.100.0/24 conf.d/10-ban.yaml:4",
		"203.0.113.9/32 allow.d/office.list:2", "2001:db8::/48 allow.d/office.list:4",
	}
	if diff := cmp.Diff(want, allowed); diff != "" {
		t.Error(diff)
	}
	if len(s.Sources) != 2 || s.Sources[1].Format != "combined" || !s.Sources[1].Optional || s.Sources[1].Location.String() != "Europe/Berlin" {
		t.Errorf("sources %+v", s.Sources)
	}
	if p := s.Policy(); !p.Armed || p.Strong {
		t.Errorf("policy %+v", p)
	}
}

// Every mistake is told with its place and what would be right.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"unknown key", "gumshoe.yaml", "hots: web1\n", `gumshoe.yaml:1:1: unknown key "hots"; known here: sources, formats, scanners, jails, actions, schema_version, host`},
		{"unknown key below", "gumshoe.yaml", "ban:\n  ttl: 1d\n", `gumshoe.yaml:2:3: unknown key "ttl"; known here: mode, allow`},
		{"unknown key of a source", "gumshoe.yaml", "sources:\n  - path: /x\n    glob: y\n", `gumshoe.yaml:3:5: unknown key "glob"; known here: path`},
		{"repeated key", "gumshoe.yaml", "host: a\nhost: b\n", `gumshoe.yaml:2:1: mapping key "host" already defined`},
		{"not a list", "gumshoe.yaml", "ban:\n  allow: 192.0.2.1\n", `gumshoe.yaml:2:10: expected a list`},
		{"not a mapping", "gumshoe.yaml", "ban: off\n", `gumshoe.yaml:1:6: expected keys with values`},
		{"no value", "gumshoe.yaml", "host:\n", `a value is missing here`},
		{"alias", "gumshoe.yaml", "host: &h web1\n", `expected a single value`},
		{"two documents", "gumshoe.yaml", "host: a\n---\nhost: b\n", `gumshoe.yaml:2:1: a second document`},
		{"bad duration", "gumshoe.yaml", "last: soon\n", `gumshoe.yaml:1:7: "soon" is no duration; write 90m, 6h, 14d or 2w`},
		{"bad mode", "gumshoe.yaml", "ban:\n  mode: on\n", `"on" is no mode; write off, critical, strong`},
		{"bad dns", "gumshoe.yaml", "dns: no\n", `"no" is neither auto nor true nor false`},
		{"relative database", "gumshoe.yaml", "geo:\n  databases: [geoip]\n", `"geoip" is no absolute path`},
		{"bad zone", "gumshoe.yaml", "timezone: Mars\n", `"Mars" is no time zone`},
		{"bad format", "gumshoe.yaml", "sources:\n  - path: /x\n    format: xsv\n", `"xsv" is no format; write auto, `},
		{"host bits", "gumshoe.yaml", "ban:\n  own: [203.0.113.9/16]\n", `did you mean 203.0.0.0/16?`},
		{"prefix too wide", "gumshoe.yaml", "ban:\n  max_prefix_v4: 8\n", `"8" is no number from 16 to 32`},
		{"newer schema", "gumshoe.yaml", "schema_version: 2\n", `this gumshoe reads schema_version 1`},
		{"in a list file", "allow.d/x.list", "192.0.2.1\nlocalhost\n", `x.list:2: "localhost" is no address or prefix`},
		{"in conf.d", "conf.d/x.yaml", "host: [\n", `x.yaml:1:7: `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, map[string]string{tt.file: tt.text})
			s := defaults()
			err := s.readFiles(filepath.Join(dir, "gumshoe.yaml"), false)
			if err == nil {
				err = s.check()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	s := defaults()
	err := s.readEnvironment([]string{"HOME=/root", "GUMSHOE_CONFIG=/x", "GUMSHOE_BAN_MODE=strong", "GUMSHOE_BAN_ALLOW=192.0.2.1,2001:db8::/48"})
	if err != nil || s.BanMode != "strong" || len(s.Allow) != 2 || s.from("ban.mode") != "GUMSHOE_BAN_MODE" {
		t.Errorf("%v: mode %s, allow %v", err, s.BanMode, s.Allow)
	}
	if err := s.readEnvironment([]string{"GUMSHOE_BAN_MOD=off"}); err == nil || !strings.Contains(err.Error(), "GUMSHOE_BAN_MOD is no setting") {
		t.Errorf("a misspelt name: %v", err)
	}
	if err := s.readEnvironment([]string{"GUMSHOE_LAST=never"}); err == nil || !strings.Contains(err.Error(), "GUMSHOE_LAST") {
		t.Errorf("a bad value: %v", err)
	}
}

func TestBansFitEachOther(t *testing.T) {
	s := defaults()
	if err := s.set(keyByName("ban.max"), "1h", "here:1"); err != nil {
		t.Fatal(err)
	}
	if err := s.check(); err == nil || !strings.Contains(err.Error(), "here:1") {
		t.Errorf("a base longer than the maximum: %v", err)
	}
}

// What `config show` prints is itself a configuration, with the same meaning.
func TestShownSettingsReadBack(t *testing.T) {
	dir := write(t, map[string]string{"gumshoe.yaml": "host: \"web 1: #2\"\ntimezone: UTC\nreport:\n  dir: /srv/reports\nban:\n  mode: strong\n  own: [\"::/0\"]\n  max_bans: 7\njails:\n  - {name: ssh, ports: \"22,2222\", base: 2d}\n  - {name: wiki, services: [mediawiki, \"my wiki\"], ports: 443, action: reject}\n  - {name: chat, ports: all}\n  - {name: blog, services: [ghost]}\nactions:\n  - {name: router, command: [/usr/local/sbin/block, --zone, \"d m z\"], timeout: 20s}\n  - {name: cloud, command: [/bin/true]}\nscanners:\n  - address: 192.0.2.8/30\n    from: 2026-06-01 01:00\n    until: \"2026-06-01T07:00:00Z\"\nsources:\n  - path: \"*.log\"\n    timezone: UTC\n"})
	s := defaults()
	if err := s.readFiles(filepath.Join(dir, "gumshoe.yaml"), true); err != nil {
		t.Fatal(err)
	}
	for _, origin := range []bool{false, true} {
		again := defaults()
		if err := again.readYAML("again", []byte(s.yaml(origin))); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.yaml(false), again.yaml(false)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(s.Ban.Jails, again.Ban.Jails); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(s.Actions, again.Actions, cmpopts.IgnoreFields(ActionSetting{}, "Place")); diff != "" {
			t.Error(diff)
		}
	}
}

// So is what it prints as JSON: of what is a list of its own, the names and where they stand.
func TestShownAsJSON(t *testing.T) {
	s := defaults()
	if err := s.readYAML("here", []byte("jails: [{name: ssh, base: 2d}]\nactions: [{name: router, command: [/bin/true]}]\nscanners: [{address: 192.0.2.8}]\n")); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s.document())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"jails":[{"name":"ssh","origin":"here:1"}]`, `"actions":[{"name":"router","origin":"here:2"}]`, `"scanners":[{"name":"192.0.2.8/32","origin":"here:3"}]`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// Every setting stands in the documentation, with its variable.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/CONFIGURATION.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if !strings.Contains(string(text), "`"+k.name+"`") {
			t.Errorf("docs/CONFIGURATION.md says nothing of `%s`", k.name)
		}
	}
}

// Which lists grow from file to file is told of each, and so is each flag that is a setting.
func TestDocumentedOrder(t *testing.T) {
	text, err := os.ReadFile("../../docs/CONFIGURATION.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(text), "5. flags")
	page, _, _ = strings.Cut(page, "\n    ")
	help := newConfig(&app{}).Long
	for _, name := range append([]string{"sources", "formats", "scanners", "jails", "actions"}, lists()...) {
		if !strings.Contains(page, "`"+name+"`") || !strings.Contains(help, name) {
			t.Errorf("nobody says that %s grows", name)
		}
	}
	for flag := range flagKeys {
		if !strings.Contains(page, "`--"+flag+"`") {
			t.Errorf("docs/CONFIGURATION.md says nothing of --%s", flag)
		}
	}
}

func lists() (out []string) {
	for _, k := range keys {
		if k.list {
			out = append(out, k.name)
		}
	}
	return out
}

func FuzzReadYAML(f *testing.F) {
	f.Add([]byte("host: web1\nban: {mode: off, allow: [192.0.2.1]}\nsources:\n  - path: /x\n"))
	f.Add([]byte("a: &x [*x]\n<<: *x\n"))
	f.Add([]byte("00\n...0:"))
	f.Add([]byte("? [a]\n: b\n--- |\n x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := defaults()
		if err := s.readYAML("f", text); err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		if err := defaults().readYAML("shown", []byte(s.yaml(true))); err != nil {
			t.Errorf("what was read does not read back: %v", err)
		}
	})
}

// The example in the documentation is a configuration.
func TestDocumentedExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/CONFIGURATION.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```yaml\n")
	example, _, closed := strings.Cut(example, "```")
	if !found || !closed {
		t.Fatal("the documentation has no example")
	}
	s := defaults()
	if err := s.readYAML("example", []byte(example)); err != nil {
		t.Fatal(err)
	}
	if s.Host != "web1" || len(s.Sources) != 3 || len(s.Allow) != 1 {
		t.Errorf("host %q, sources %v, allowed %v", s.Host, s.Sources, s.Allow)
	}
}
