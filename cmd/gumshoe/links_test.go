package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	linkInPage    = regexp.MustCompile(`\]\(([^)\s]+)\)|<img src="([^"]+)"`)
	headingOfPage = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInAnchor   = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// anchors are what the headings of a page are linked by.
func anchors(page string) map[string]bool {
	out := map[string]bool{}
	for _, m := range headingOfPage.FindAllStringSubmatch(page, -1) {
		out[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return out
}

// Whoever reads README finds every page of docs/, and no link leads nowhere.
func TestLinks(t *testing.T) {
	const root = "../.."
	manual, err := filepath.Glob(root + "/docs/*.md")
	if err != nil || len(manual) == 0 {
		t.Fatal("no documents", err)
	}
	linked := map[string]bool{}
	for _, from := range append([]string{root + "/README.md", root + "/testdata/README.md"}, manual...) {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range linkInPage.FindAllStringSubmatch(string(text), -1) {
			target := m[1] + m[2]
			if strings.Contains(target, "://") {
				continue
			}
			path, anchor, _ := strings.Cut(target, "#")
			to := from
			if path != "" {
				to = filepath.Join(filepath.Dir(from), path)
			}
			if from == root+"/README.md" {
				linked[filepath.Clean(to)] = true
			}
			page, err := os.ReadFile(to)
			if info, gone := os.Stat(to); gone != nil || err != nil && !info.IsDir() {
				t.Errorf("%s: %s leads nowhere", from, target)
			} else if anchor != "" && !anchors(string(page))[anchor] {
				t.Errorf("%s: %s has no such heading", from, target)
			}
		}
	}
	for _, page := range manual {
		if !linked[filepath.Clean(page)] {
			t.Errorf("README does not lead to %s", page)
		}
	}
}
