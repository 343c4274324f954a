package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const initHelp = `Looks at this machine: its logs and how well they are understood, the packet filter
and who else writes to it, fail2ban, proxies in front, a mail server, who is logged
in. Then it writes a commented configuration and the list of those who are never
banned.

It asks one question, on a terminal alone, and never overwrites a file. Nothing is
enabled, mailed or banned. Without root it writes below $XDG_CONFIG_HOME, and reads
the logs that its user may read.`

func newInit(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Find the logs of this machine and write the configuration",
		Long:  initHelp,
		Example: `  gumshoe init                           look, ask, write
  gumshoe init --yes                     for scripts: every answer is yes
  gumshoe init --config ./gumshoe.yaml   write it there`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			m := thisMachine()
			config := a.config
			if env := m.env("GUMSHOE_CONFIG"); env != "" && !cmd.Flags().Changed("config") {
				config = env
			} else if !cmd.Flags().Changed("config") {
				dir, err := m.configHome()
				if err != nil {
					return err
				}
				config = filepath.Join(dir, filepath.Base(defaultConfig))
			}
			return a.init(cmd.Context(), m, config, yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "ask nothing: every answer is yes")
	return cmd
}

// init looks, shows, asks and writes.
func (a *app) init(ctx context.Context, m *machine, config string, yes bool) error {
	a.note("looking at this machine; nothing is changed before the end")
	s, err := a.survey(ctx, m)
	if err != nil {
		return err
	}
	p := a.painter()
	if !a.quiet {
		a.showSurvey(p, s)
	}
	allow := s.You
	if !yes && a.interactive() {
		allow = slices.DeleteFunc(slices.Clone(s.You), func(v visitor) bool {
			return !a.agrees(fmt.Sprintf("Never ban %s (%s)?", v.From, v.How))
		})
	}
	files, err := s.write(config, defaults().Host, allow)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	if !a.quiet {
		a.showWritten(p, files, allow)
		a.showNext(p, m, config, s)
	}
	return a.checkWritten(config)
}

// checkWritten reads the configuration as a run would.
func (a *app) checkWritten(config string) error {
	s := defaults()
	if err := s.readFiles(config, true); err != nil {
		return usagef("%w", err)
	}
	if err := s.check(); err != nil {
		return usagef("%w", err)
	}
	return nil
}

// interactive reports whether there is somebody to ask.
func (a *app) interactive() bool {
	w, ok := a.in.(io.Writer)
	return ok && terminal(w) && terminal(a.err)
}

// agrees asks a question; the answer is yes unless it begins with n.
func (a *app) agrees(question string) bool {
	fmt.Fprintf(a.err, "%s [Y/n] ", question)
	answer, _ := bufio.NewReader(a.in).ReadString('\n') // no answer is none against it
	return !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "n")
}
