// Package docs holds the manual's pages, and finds in them and in README the command
// lines that they tell people to type.
//
// A command line is what stands
//
//   - in an indented block, or in a fenced one of a shell's language, and begins with a word
//     that could be a program. Where a block shows a session, these are its lines
//     after "$ ", and the others are output;
//   - in a fenced block without a language, or between backquotes in prose, and begins
//     with a program that is known here; in prose it also has to go on.
//
// Each is run by a test, as it stands. Which one is told by its Place, and a line
// without a place fails TestEveryLineHasAPlace: so a page cannot gain a line that
// nothing runs.
package docs

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Line is a command line that a page tells people to type.
type Line struct {
	Page   string // its file name, such as INSTALL.md
	Number int    // in the page, from 1; of a line that is continued, the last
	Text   string // without prompt, and without what the page remarks beside it
}

// String is where the line stands.
func (l Line) String() string { return fmt.Sprintf("%s:%d", l.Page, l.Number) }

// Place is where a test runs a line.
type Place string

const (
	// Nowhere is the place of a line whose program is not known here.
	Nowhere Place = ""
	// Sandbox is a directory that looks like a machine whose job has run and banned
	// somebody: TestDocumentedCommands in cmd/gumshoe.
	Sandbox Place = "sandbox"
	// Machine is a container in which systemd was booted and the package is installed
	// by these very lines: TestLive in packaging.
	Machine Place = "machine"
	// Project is a copy of this repository, in which lines build, test and measure it
	// with inputs so small that it takes seconds: TestProject here.
	Project Place = "project"
)

// pages that tell how to set a machine up: what stands there runs on one.
var aboutMachines = map[string]bool{"INSTALL.md": true}

// programs that the pages let people type, and where these lines run.
var programs = map[string]Place{
	"gumshoe": Sandbox, "/usr/bin/time": Sandbox,

	"apt": Machine, "cp": Machine, "editor": Machine, "fail2ban-client": Machine, "install": Machine, "iptables": Machine,
	"journalctl": Machine, "man": Machine, "nft": Machine, "systemctl": Machine, "systemd-analyze": Machine, "touch": Machine,

	"go": Project, "gumshoe-traffic": Project, "make": Project, ".ci/bench": Project,
}

// Place tells which test runs the line.
func (l Line) Place() Place {
	command := unassigned(l.Text)
	program, rest, _ := strings.Cut(command, " ")
	place := programs[program]
	switch {
	case strings.HasPrefix(command, "go run ./cmd/gumshoe "), strings.HasPrefix(command, "gumshoe-traffic ") && strings.Contains(command, "&& gumshoe "):
		return Sandbox
	case place == Sandbox && (aboutMachines[l.Page] || rest == "analyze" || strings.HasPrefix(rest, "init") || strings.HasPrefix(rest, "doctor")):
		return Machine // they ask a machine what it is like
	}
	return place
}

var assignment = regexp.MustCompile(`^[A-Z_]+=\S+ `)

// unassigned is the command without the variables before it.
func unassigned(command string) string {
	for assignment.MatchString(command) {
		_, command, _ = strings.Cut(command, " ")
	}
	return command
}

// Lines returns all command lines of README.md and docs/*.md below root, page by page.
func Lines(root fs.FS) (lines []Line, err error) {
	pages, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		return nil, err
	}
	for _, page := range append([]string{"README.md"}, pages...) {
		text, err := fs.ReadFile(root, page)
		if err != nil {
			return nil, err
		}
		lines = append(lines, linesOf(path.Base(page), string(text))...)
	}
	return lines, nil
}

// In returns those lines that run in a place, each once, where it stands first.
func In(place Place, lines []Line) (out []Line) {
	seen := map[string]bool{}
	for _, l := range lines {
		if l.Place() == place && !seen[l.Text] {
			seen[l.Text] = true
			out = append(out, l)
		}
	}
	return out
}

var (
	// remark is what a page says beside a command.
	remark = regexp.MustCompile(`(\s{3,}| +#).*$`)
	// typed is a line that begins with what could be a program, after its variables.
	typed = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:\.ci/|/usr/bin/)?[a-z][a-z0-9.-]*(?: |$)`)
	// quoted is code in prose.
	quoted = regexp.MustCompile("`([^`]+)`")
)

// linesOf reads one page.
func linesOf(page, text string) (lines []Line) {
	var b block
	joined := ""           // the beginning of a line that is continued
	var paragraph []string // of prose, up to here
	all := strings.Split(text, "\n")
	for i, line := range append(all, "") {
		body, inside := b.next(line)
		if !inside && line != "" {
			paragraph = append(paragraph, line)
			continue
		}
		lines = append(lines, inProse(page, i+1-len(paragraph), strings.Join(paragraph, "\n"))...)
		paragraph = nil
		if head, more := strings.CutSuffix(body, `\`); more {
			joined += strings.TrimSpace(head) + " "
			continue
		}
		if joined != "" {
			body, joined = joined+strings.TrimSpace(body), ""
		}
		command, prompted := strings.CutPrefix(body, "$ ")
		b.session = b.session || prompted
		shown := Line{page, i + 1, remark.ReplaceAllString(command, "")}
		if prompted || !b.session && typed.MatchString(body) && (!b.output || shown.Place() != Nowhere) {
			lines = append(lines, shown)
		}
	}
	return lines
}

// inProse finds the command lines between backquotes in a paragraph, which begins at
// a line of the page.
func inProse(page string, begins int, paragraph string) (lines []Line) {
	for _, m := range quoted.FindAllStringSubmatchIndex(paragraph, -1) {
		command := strings.ReplaceAll(paragraph[m[2]:m[3]], "\n", " ")
		program, rest, _ := strings.Cut(unassigned(command), " ")
		if programs[program] != Nowhere && rest != "" {
			lines = append(lines, Line{page, begins + strings.Count(paragraph[:m[2]], "\n"), command})
		}
	}
	return lines
}

// block follows a page's blocks of code.
type block struct {
	fenced  bool
	indent  string // of the fence, in a list
	output  bool   // fenced, and says nothing of its language
	other   bool   // fenced, in another language than the shell's
	session bool   // it has shown a prompt
}

// shells are the languages of fenced blocks that hold command lines.
var shells = map[string]bool{"sh": true, "bash": true, "shell": true, "console": true}

// next takes the page's next line, and returns what it says if it stands in a block
// of shell: without its indent.
func (b *block) next(line string) (body string, inside bool) {
	if indent, language, found := strings.Cut(line, "```"); found && strings.TrimLeft(indent, " ") == "" {
		*b = block{fenced: !b.fenced, indent: indent, output: language == "", other: language != "" && !shells[language]}
		return "", true
	}
	if b.fenced {
		if b.other {
			return "", true
		}
		return strings.TrimPrefix(line, b.indent), true
	}
	body, inside = strings.CutPrefix(line, "    ")
	if !inside && line != "" {
		b.session = false
	}
	return body, inside
}
