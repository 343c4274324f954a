package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "gumshoe"

// stages in the direction of the flow: a package may import an earlier stage,
// never a later one.
var stages = []string{"ingest", "analyze", "ban", "report"}

// doors names, for each outside module, the only packages that may import it,
// so that it can be replaced or faked in one place. Tests are free.
var doors = map[string][]string{
	"github.com/spf13/cobra":               {"cmd/"},
	"github.com/spf13/pflag":               {"cmd/gumshoe"},
	"github.com/goccy/go-yaml":             {"cmd/gumshoe"},
	"github.com/cpuguy83/go-md2man":        {"cmd/gumshoe"},
	"github.com/schollz/progressbar/v3":    {"cmd/gumshoe"},
	"golang.org/x/term":                    {"cmd/gumshoe"},
	"github.com/gaissmai/bart":             {"ban", "ingest/proxy"},
	"github.com/montanaflynn/stats":        {"analyze/baseline"},
	"github.com/coreos/go-iptables":        {"ban/firewall"},
	"go4.org/netipx":                       {"ban/firewall"},
	"golang.org/x/sys":                     {"ban/firewall"}, // how the kernel is asked for its sets
	"github.com/sashabaranov/go-openai":    {"analyze/judge"},
	"github.com/jordan-wright/email":       {"report/mail"},
	"github.com/oschwald/maxminddb-golang": {"analyze/enrich"},
	"github.com/corazawaf/libinjection-go": {"ingest/payload"},
	"github.com/klauspost/compress":        {"ingest/source"},
	"github.com/ulikunitz/xz":              {"ingest/source"},
	"github.com/zeebo/xxh3":                {"ingest"},
	"github.com/parquet-go/parquet-go":     {"ingest/archive"},
	"github.com/rivo/uniseg":               {"report"},
	"golang.org/x/net":                     {"report"}, // which labels are top-level domains
	"modernc.org/sqlite":                   {"cmd/gumshoe"},
	"github.com/google/go-cmp":             {},
	"github.com/maxmind/mmdbwriter":        {},
	"github.com/rogpeppe/go-internal":      {},
}

// siblings are the exceptions to "a child imports its parents, not its
// siblings": what the windows hold is read by the whole of analyze, and the
// seasonal model by the detectors.
var siblings = map[string][]string{
	"analyze":        {"ingest/window"},
	"analyze/":       {"ingest/window"}, // every package below
	"analyze/detect": {"analyze/baseline"},
	"ingest/window":  {"ingest/archive"},               // what the windows count is written there and read back
	"ingest/filter":  {"ingest/pyre", "ingest/format"}, // fail2ban's filters are Python patterns, and need our stamps
}

// everywhere are packages that any of ours may import, as the standard library.
var everywhere = []string{"ingest/lazyregexp"}

// effects may be imported only where effects live: parsing, detecting, deciding
// and rendering touch no disk, network, clock or environment by themselves.
var effects = map[string][]string{
	"os":       {"ban/firewall", "cmd/", "ingest/archive", "ingest/source", "report", "report/mail"}, // a report can save itself, a mail waits in its spool
	"os/exec":  {"ban/firewall", "cmd/", "ingest/source", "report/mail"},                             // ipset, iptables, nft; journalctl; sendmail
	"net":      {"cmd/gumshoe", "report/mail"},
	"net/http": {"analyze/judge", "cmd/gumshoe", "report/mail"}, // the second opinion; the registries; the webhook
	"net/smtp": {"report/mail"},
}

// TestImports states who may import whom. It reads the files instead of asking
// the go command, so that it sees every build of every platform.
func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		from := filepath.ToSlash(filepath.Dir(rel))
		for _, spec := range file.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if rule := broken(from, to); rule != "" {
				t.Errorf("%s imports %s: %s", filepath.ToSlash(rel), to, rule)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// broken returns the rule that an import breaks, or "".
func broken(from, to string) string {
	if own, ok := strings.CutPrefix(to, module+"/"); ok {
		return brokenInside(from, own)
	}
	if allowed, ok := effects[to]; ok {
		if !within(from, allowed) {
			return "only " + list(allowed) + " may have effects through it"
		}
		return ""
	}
	if first, _, _ := strings.Cut(to, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for door, allowed := range doors {
		if to == door || strings.HasPrefix(to, door+"/") {
			if !within(from, allowed) {
				return "this module enters through " + list(allowed) + " alone"
			}
			return ""
		}
	}
	return "a new module needs a door: name its package in the table doors"
}

// brokenInside checks an import of one of our own packages.
func brokenInside(from, to string) string {
	if strings.HasPrefix(from, "cmd/") {
		return "" // the wiring knows everybody
	}
	fromStage, _, _ := strings.Cut(from, "/")
	toStage, _, _ := strings.Cut(to, "/")
	f, g := slices.Index(stages, fromStage), slices.Index(stages, toStage)
	switch {
	case slices.Contains(everywhere, to):
		return ""
	case g < 0:
		return "nothing imports " + to + " but commands"
	case f < g:
		return "the arrows point one way: ingest <- analyze <- ban <- report"
	case strings.HasPrefix(from, to+"/"), f > g && to == toStage:
		return "" // a parent, or the parent of an earlier stage
	case strings.HasPrefix(to, from+"/"):
		return "a parent never imports its child; cmd/gumshoe hands it in"
	case within(to, siblings[from]), within(to, siblings[fromStage+"/"]) && from != fromStage:
		return ""
	}
	return "a package imports parents, not the children of others"
}

// within reports whether pkg is one of the list; an entry that ends in "/"
// stands for everything below it.
func within(pkg string, list []string) bool {
	return slices.ContainsFunc(list, func(e string) bool {
		return pkg == e || strings.HasSuffix(e, "/") && strings.HasPrefix(pkg, e)
	})
}

func list(packages []string) string {
	if len(packages) == 0 {
		return "tests"
	}
	return strings.Join(packages, " and ")
}

// TestBroken shows that each rule bites.
func TestBroken(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		breaks   bool
	}{
		{"ingest/format", "gumshoe/ingest", false},
		{"ingest/format", "gumshoe/ingest/lazyregexp", false},
		{"ingest", "gumshoe/ingest/format", true},
		{"ingest/format", "gumshoe/ingest/payload", true},
		{"ingest", "gumshoe/analyze", true},
		{"analyze", "gumshoe/ingest/window", false},
		{"analyze/detect", "gumshoe/ingest/window", false},
		{"analyze/detect", "gumshoe/ingest/format", true},
		{"ban", "gumshoe/analyze", false},
		{"ban", "gumshoe/analyze/detect", true},
		{"ban", "gumshoe/report", true},
		{"report", "gumshoe/ban", false},
		{"report", "gumshoe/cmd/gumshoe", true},
		{"cmd/gumshoe", "gumshoe/ingest/format", false},
		{"ban", "github.com/gaissmai/bart", false},
		{"report", "github.com/gaissmai/bart", true},
		{"ingest/source", "github.com/klauspost/compress/zstd", false},
		{"ingest/format", "github.com/klauspost/compress/zstd", true},
		{"report", "example.org/unheard/of", true},
		{"ban", "net/netip", false},
		{"ban", "os", true},
		{"analyze/detect", "net/http", true},
	} {
		if got := broken(tt.from, tt.to); (got != "") != tt.breaks {
			t.Errorf("%s imports %s: %q", tt.from, tt.to, got)
		}
	}
}
