package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/cmd/gumshoe-traffic/quality"
	"gumshoe/cmd/gumshoe-traffic/traffic"
)

func newEvaluate() *cobra.Command {
	q := quality.Quality{End: quality.DefaultEnd}
	var sizes []string
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Measure how well a built gumshoe detects, as Markdown tables",
		Long: `evaluate plays suites of attacks, and of honest traffic that looks like them,
for eight weeks on a small, a medium and a large site, while the job of the given
gumshoe runs every six hours; and one world per test T1 to T27, whose files it
analyzes. It compares what is said with the truth and writes tables to standard
output. Where fail2ban is installed, its filters read the small site's logs too.

Nothing of this machine is read or changed but the directory given with --work.`,
		Example: `  gumshoe-traffic evaluate --gumshoe ./gumshoe
  gumshoe-traffic evaluate --gumshoe ./gumshoe --only slow --sizes small --work /tmp/slow`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if q.Gumshoe, err = filepath.Abs(q.Gumshoe); err != nil {
				return err
			}
			if q.Zone, err = time.LoadLocation(quality.DefaultZone); err != nil {
				return err
			}
			for _, name := range sizes {
				size, err := traffic.FindSize(name)
				if err != nil {
					return err
				}
				q.Sizes = append(q.Sizes, size)
			}
			if q.Work == "" {
				if q.Work, err = os.MkdirTemp("", "gumshoe-quality-"); err != nil {
					return err
				}
				defer os.RemoveAll(q.Work)
			}
			q.Progress = cmd.ErrOrStderr()
			began := time.Now()
			err = q.Run(cmd.Context(), cmd.OutOrStdout())
			fmt.Fprintf(q.Progress, "%.0f s in all\n", time.Since(began).Seconds())
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&q.Gumshoe, "gumshoe", "./gumshoe", "the built `program`")
	flags.StringVar(&q.Work, "work", "", "`directory` for logs and states, which stays (default: a temporary one, which does not)")
	flags.StringSliceVar(&q.Only, "only", nil, "only these suites and tests: slow, campaigns, honest, T1 to T27")
	flags.StringSliceVar(&sizes, "sizes", []string{"small", "medium", "large"}, "sites on which the suites play")
	flags.IntVar(&q.Parallel, "parallel", runtime.NumCPU(), "worlds that are played at once")
	flags.Uint64Var(&q.Seed, "seed", 1, "seed of all chance")
	return cmd
}
