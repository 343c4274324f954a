package main

import (
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"

	"gumshoe/ingest/lazyregexp"
)

const settingsPage = "gumshoe.yaml." + sectionFiles

// settingsManual makes gumshoe.yaml(5) of docs/CONFIGURATION.md. A table has no room
// on a page of eighty columns: each of its rows becomes a paragraph under the name of
// the setting, with the variable that sets it too.
func settingsManual(markdown []byte) []byte {
	var b strings.Builder
	b.WriteString(manualHeader("GUMSHOE.YAML", sectionFiles))
	b.WriteString("# NAME\ngumshoe.yaml \\- the configuration of gumshoe\n\n# SYNOPSIS\n**" + defaultConfig + "**\n\n# DESCRIPTION\n")
	header := true // of a table: its first row
	for line := range strings.Lines(string(markdown)) {
		line = strings.TrimRight(line, "\n")
		cells, row := tableRow(line)
		switch {
		case !row:
			header = true
			b.WriteString(pageLine(line) + "\n")
		case header:
			header = false
		case !tableRule().MatchString(line):
			b.WriteString(settingItem(cells))
		}
	}
	b.WriteString("\n# SEE ALSO\n**gumshoe(8)**, **gumshoe-config(8)**\n")
	return md2man.Render([]byte(b.String()))
}

var (
	tableRule    = lazyregexp.New(`^\|[-:| ]+\|$`)
	markdownLink = lazyregexp.New(`\[([^\]]+)\]\(([^)]+)\)`)
	codeWords    = lazyregexp.New("`([^`]+)`")
)

// tableRow takes a row of a Markdown table apart.
func tableRow(line string) (cells []string, ok bool) {
	if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") {
		return nil, false
	}
	line = strings.ReplaceAll(line, "| |", "|  |") // an empty cell has no room for two separators
	cells = strings.Split(strings.Trim(line, "|"), " | ")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells, true
}

// settingItem is a row "name, default, meaning" as an item of a definition list.
func settingItem(cells []string) string {
	if len(cells) < 2 {
		return ""
	}
	meaning := cells[len(cells)-1]
	if len(cells) > 2 && cells[1] != "" {
		meaning += ". Default: " + cells[1]
	}
	for _, name := range codeWords().FindAllStringSubmatch(cells[0], -1) {
		if k := keyByName(name[1]); k != nil {
			meaning += ". In the environment: `" + k.env() + "`"
		}
	}
	return "\n" + pageLine(cells[0]) + "\n: " + pageLine(meaning) + ".\n"
}

// pageLine is a line of the document for a page: documents are named by where the
// package puts them, and titles have the page's case.
func pageLine(line string) string {
	if title, ok := strings.CutPrefix(line, "# "); ok && title == "Configuration" {
		return ""
	}
	if title, ok := strings.CutPrefix(line, "## "); ok {
		return "# " + strings.ToUpper(title)
	}
	if title, ok := strings.CutPrefix(line, "### "); ok {
		return "## " + title
	}
	return markdownLink().ReplaceAllStringFunc(line, func(link string) string {
		m := markdownLink().FindStringSubmatch(link)
		file, _, _ := strings.Cut(m[2], "#")
		if strings.Contains(file, ":") {
			return m[1] + " (" + file + ")"
		}
		return "`/usr/share/doc/gumshoe/" + file + "`"
	})
}
