package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The sections of the manual: commands of the administrator, and file formats.
const (
	sectionCommands = "8"
	sectionFiles    = "5"
)

// newManual writes the manual pages. Packages are built with it; nobody types it.
func newManual() *cobra.Command {
	return &cobra.Command{
		Use:   "manual DIR SETTINGS.md",
		Short: "Write the manual pages into a directory",
		Long: `Writes a page of section 8 for every command, and gumshoe.yaml(5) made of
docs/CONFIGURATION.md. They are dated by SOURCE_DATE_EPOCH.`,
		Hidden: true,
		Args:   positional(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			settings, err := os.ReadFile(args[1])
			if err != nil {
				return err
			}
			return writeManual(args[0], settings)
		},
	}
}

// writeManual writes gumshoe(8), a page for each of its commands, and gumshoe.yaml(5).
func writeManual(dir string, settings []byte) error {
	root := newRoot(&app{})
	root.InitDefaultCompletionCmd()
	if err := writeCommands(dir, root); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, settingsPage), settingsManual(settings), 0o644)
}

func writeCommands(dir string, cmd *cobra.Command) error {
	page := md2man.Render([]byte(commandManual(cmd)))
	if err := os.WriteFile(filepath.Join(dir, pageName(cmd)+"."+sectionCommands), page, 0o644); err != nil {
		return err
	}
	for _, sub := range shownCommands(cmd) {
		if err := writeCommands(dir, sub); err != nil {
			return err
		}
	}
	return nil
}

func shownCommands(cmd *cobra.Command) (out []*cobra.Command) {
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() {
			out = append(out, sub)
		}
	}
	return out
}

// pageName is gumshoe-bans-add for `gumshoe bans add`.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// commandManual is the page of a command in Markdown, from what its --help knows.
func commandManual(cmd *cobra.Command) string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	cmd.InitDefaultHelpFlag()
	put("%s", manualHeader(strings.ToUpper(pageName(cmd)), sectionCommands))
	put("# NAME\n%s \\- %s\n\n# SYNOPSIS\n**%s**\n\n", pageName(cmd), markdownMeans.Replace(cmd.Short), markdownMeans.Replace(cmd.UseLine()))
	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	put("# DESCRIPTION\n%s", proseAndTables(about))
	putFlags(put, "OPTIONS", cmd.LocalFlags())
	putFlags(put, "OPTIONS OF ALL COMMANDS", cmd.InheritedFlags())
	if cmd.Example != "" {
		put("# EXAMPLES\n```\n%s\n```\n\n", cmd.Example)
	}
	put("# SEE ALSO\n")
	if cmd.HasParent() {
		put("**%s(%s)**, ", pageName(cmd.Parent()), sectionCommands)
	}
	for _, sub := range shownCommands(cmd) {
		put("**%s(%s)**, ", pageName(sub), sectionCommands)
	}
	put("**%s(%s)**\n", strings.TrimSuffix(settingsPage, "."+sectionFiles), sectionFiles)
	return b.String()
}

// nothing are default values that need not be told.
var nothing = []string{"", "false", "[]", "0", "0s"}

// putFlags lists flags as a definition list.
func putFlags(put func(string, ...any), title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	put("# %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		value, meaning := pflag.UnquoteUsage(f)
		names := "**--" + f.Name + "**"
		if f.Shorthand != "" {
			names = "**-" + f.Shorthand + "**, " + names
		}
		if value != "" {
			names += " *" + value + "*"
		}
		if !slices.Contains(nothing, f.DefValue) && !strings.Contains(meaning, "default") {
			meaning += " (default " + f.DefValue + ")"
		}
		put("\n%s\n: %s\n", names, markdownMeans.Replace(meaning))
	})
	put("\n")
}

// manualHeader is the title line of a page. Its date is that of the commit that a
// package is built from; without one, today's.
func manualHeader(title, section string) string {
	at := time.Now()
	if epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		at = time.Unix(epoch, 0)
	}
	return fmt.Sprintf("%% \"%s\" \"%s\" \"%s\" \"gumshoe\" \"gumshoe manual\"\n", title, section, at.UTC().Format(time.DateOnly))
}

// proseAndTables makes Markdown of a help text, which is written for terminals: what is
// indented or has columns stays as it stands, and in all other lines what means
// something to Markdown is protected.
func proseAndTables(help string) string {
	var b strings.Builder
	verbatim := false
	fence := func(on bool) {
		if on != verbatim {
			b.WriteString("\n```\n")
			verbatim = on
		}
	}
	for line := range strings.Lines(help) {
		if strings.TrimSpace(line) != "" {
			fence(strings.Contains(strings.TrimRight(line, "\n"), "  "))
		}
		if !verbatim {
			line = markdownMeans.Replace(line)
		}
		b.WriteString(line)
	}
	b.WriteString("\n")
	fence(false)
	return b.String() + "\n"
}

var markdownMeans = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", `\<`, "`", "\\`", "#", `\#`)
