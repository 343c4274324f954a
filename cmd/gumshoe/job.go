package main

import (
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
)

// job is what one `gumshoe analyze` is asked to do, checked.
type job struct {
	Settings *Settings
	Args     []string // files and directories; empty: the configured sources
	Span     span
	Year     int            // of the last stamp that has none; 0: from the file
	DryRun   bool           // show, keep nothing
	FailOn   *analyze.Level // nil: findings do not fail
	Workers  int            // 0: one a core
	Wait     time.Duration  // how long to wait for another run
	History  time.Duration  // how much before the window is read of files
	Glance   bool           // its text report is all that comes of it
	Started  time.Time
}

// AdHoc reports whether files were named: then state is scratch and nothing is
// banned or mailed.
func (j *job) AdHoc() bool { return len(j.Args) > 0 }

// saves reports whether the report is written to files. What the configuration says of
// it is said of the job: over files the flag has to ask for it.
func (j *job) saves() bool {
	return j.Settings.Save && (!j.AdHoc() || j.Settings.from("report.save") == "--save-report")
}

const analyzeHelp = `Find the attacks in logs, explain them and plan whom to ban.

With FILE or DIR arguments, old logs are looked into. A directory is read with
its rotated and compressed files; - is standard input. The clock is the newest
believable stamp in them; without --last or --since all of them is analyzed. With
them only that time is read, and --history before it to compare with. State is
scratch: nothing is remembered, banned or mailed, the ban plan is hypothetical, and
no configuration, network or root is needed. The answer depends neither on the day
nor, with --tz UTC, on the machine; only the countries told beside it come from a
database of this machine, if it has one. What the configuration protects stays
protected. DNS is asked only with --dns or dns: true, since whoever owns an address
can see who asks for its name.

Without arguments it is the regular job over this machine: the configured
sources, or those found under /var/log, for the last six hours or as --last,
--since and --until say. It begins an hour before the end of the last complete
run at least, so that runs missed for up to a week are caught up. What it counts
is archived, and the weeks before are read from there.

The report goes to standard output, everything else to standard error. With
--json the report is one object a case.`

func newAnalyze(a *app) *cobra.Command {
	var since, until, failOn string
	var dryRun bool
	var wait time.Duration
	var history string
	var year, workers int
	cmd := &cobra.Command{
		Use:   "analyze [flags] [FILE|DIR...]",
		Short: "Find the attacks in logs, explain them and plan whom to ban",
		Long:  analyzeHelp,
		Example: `  gumshoe analyze auth.log access.log.2.gz         two files, whole
  gumshoe analyze /backup/web1/log --last 2d        the last two days of a directory
  gumshoe analyze --json --fail-on high DIR         for scripts: exit code 3 from high on
  gumshoe analyze --last 6h --save-report           the job, as cron or a timer runs it`,
		RunE: func(cmd *cobra.Command, args []string) error {
			adHoc := len(args) > 0
			s, err := a.settings(cmd, adHoc)
			if err != nil {
				return err
			}
			j := job{Settings: s, Args: args, Year: year, DryRun: dryRun, Workers: workers, Wait: wait, Started: time.Now()}
			j.Glance = adHoc && !a.json && !j.saves() && s.DNS != dnsOn
			if j.Span, err = readSpan(since, until, s.Location); err != nil {
				return err
			}
			if since != "" && cmd.Flags().Changed("last") {
				return usagef("--last and --since both say where to begin; give one of them")
			}
			if !adHoc || cmd.Flags().Changed("last") {
				j.Span.Last = s.Last
			}
			if adHoc && cmd.Flags().Changed("siem") {
				return usagef("--siem hands on what the job found; over files it would hand on nothing")
			}
			if history != "" {
				if j.History, err = parseDuration(history); err != nil {
					return usagef("--history: %w", err)
				}
			}
			if failOn != "" {
				level, err := analyze.ParseLevel(failOn)
				if err != nil {
					return usagef("--fail-on: %w", err)
				}
				j.FailOn = &level
			}
			if workers < 0 {
				return usagef("--workers: %d is less than none", workers)
			}
			return a.analyze(cmd.Context(), &j)
		},
	}
	flags := cmd.Flags()
	flags.String("last", "", "only the last `duration`: 90m, 6h, 14d, 2w (default for the job 6h)")
	flags.StringVar(&since, "since", "", "from this `time` on: 2026-11-21, \"2026-11-21 18:00\" or RFC 3339")
	flags.StringVar(&until, "until", "", "up to this `time`")
	flags.StringVar(&history, "history", "", "of files, with --last or --since: read that `long` before it too, as history")
	flags.String("tz", "", "time `zone` of stamps and times without an offset (default Local)")
	flags.IntVar(&year, "year", 0, "`year` of the last stamp that has none (default: from the file)")
	flags.Bool("dns", false, "ask DNS who is behind an address, over files too (dns: true)")
	flags.Bool("save-report", false, "save the report as HTML, text and JSON in report.dir")
	flags.String("siem", "", "append the job's cases as ECS documents to a `file`, or hand them to syslog")
	flags.Bool("auto-ban-critical", false, "arm the ban plan, like ban.mode: critical")
	flags.BoolVar(&dryRun, "dry-run", false, "show what would be done and keep nothing")
	flags.StringVar(&failOn, "fail-on", "", "exit with 3 when a case is at or above `level`: low, medium, high, critical")
	waitFlag(cmd, &wait)
	flags.IntVar(&workers, "workers", 0, "`number` of parsing threads (default one a core)")
	return cmd
}

// readSpan reads --since and --until.
func readSpan(since, until string, loc *time.Location) (s span, err error) {
	for _, f := range []struct {
		flag, value string
		to          *time.Time
	}{{"--since", since, &s.Since}, {"--until", until, &s.Until}} {
		if f.value == "" {
			continue
		}
		if *f.to, err = parseMoment(f.value, loc); err != nil {
			return s, usagef("%s: %w", f.flag, err)
		}
	}
	if !s.Since.IsZero() && !s.Until.IsZero() && !s.Since.Before(s.Until) {
		return s, usagef("--since %s is not before --until %s", since, until)
	}
	return s, nil
}
