package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gumshoe/analyze/enrich"
)

// app is what all subcommands share: the global flags and where to speak.
type app struct {
	in       io.Reader // what "-" reads
	out, err io.Writer // results; talk

	resolver   enrich.Resolver // nil: DNS is never asked
	registries enrich.Getter   // nil: they are never asked

	reading *reading // that the first Ctrl-C ends; nil: it ends the command

	config  string
	json    bool
	noColor bool
	quiet   bool
	verbose bool
}

const rootHelp = `gumshoe reads the logs of a server and finds what no rule on one line can:
slow scans, distributed guessing, injection attempts, break-ins, hours that are
unlike all others. It explains each case in plain words, with its numbers, and
plans whom to ban and whom to leave alone.

Two ways to use it:

  gumshoe analyze FILE|DIR...   Look into old logs. Nothing is remembered,
                                banned or mailed, and the answer does not
                                depend on the day or the machine.
  gumshoe analyze --last 6h     The regular job over this machine's logs, for
                                a timer or cron.

Exit codes:
  0  done; lines that cannot be read and absent optional sources included
  1  failed
  2  wrong usage or configuration
  3  a case at or above --fail-on
  4  done, but a source could not be read, or a report not be sent
  5  another run holds the lock
  6  the firewall could not be brought up to date
130  interrupted (143: terminated); over files the first Ctrl-C ends the reading
     alone, and the report is about what was read until then`

// newRoot builds the command tree.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "gumshoe",
		Short: "The detective who reads the door's log",
		Long:  rootHelp,
		Example: `  gumshoe analyze /var/log/nginx              one directory, rotated files included
  gumshoe analyze --json auth.log | jq .id    one JSON object a case
  gumshoe parse access.log                    one JSON object a line
  gumshoe config show --origin                what is set, and where`,
		SilenceUsage: true, SilenceErrors: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := "gumshoe --help lists the commands"
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				hint = "did you mean gumshoe " + strings.Join(near, " or gumshoe ") + "?"
			}
			return usagef("there is no command %q; %s", args[0], hint)
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.SuggestionsMinimumDistance = 2
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; %s --help lists the flags", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.config, "config", defaultConfig, "configuration `file`; conf.d/*.yaml and allow.d/*.list beside it are read too")
	flags.String("state-dir", "", "`directory` of everything that is kept (default /var/lib/gumshoe for root)")
	flags.BoolVar(&a.json, "json", false, "write JSON, one object a line")
	flags.BoolVar(&a.noColor, "no-color", false, "no colours (also NO_COLOR=1)")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no report, no notes, no progress: only errors")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "say what is read")
	root.AddCommand(newAnalyze(a), newArchive(a), newCases(a), newRules(a), newAI(a), newBans(a), newReport(a), newInvestigate(a), newParse(a), newConfig(a), newInit(a), newDoctor(a), newVersion(a), newManual())
	return root
}

// positional turns the complaints of a cobra argument check into usage errors.
func positional(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usagef("%w; usage: %s", err, cmd.UseLine())
		}
		return nil
	}
}

// note tells the person, not the program: to stderr, unless --quiet.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, "gumshoe: "+format+"\n", args...)
	}
}

// detail is a note for --verbose.
func (a *app) detail(format string, args ...any) {
	if a.verbose {
		a.note(format, args...)
	}
}

// colors reports whether w wants colours. NO_COLOR (no-color.org), --no-color
// and TERM=dumb win over CLICOLOR_FORCE, which wins over a missing terminal.
func (a *app) colors(w io.Writer) bool {
	switch {
	case a.noColor, os.Getenv("NO_COLOR") != "", os.Getenv("TERM") == "dumb":
		return false
	case os.Getenv("CLICOLOR_FORCE") != "" && os.Getenv("CLICOLOR_FORCE") != "0":
		return true
	}
	return terminal(w)
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
