package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// options are the flags that several commands share.
type options struct {
	out     string
	truth   string
	seed    uint64
	end     string
	zone    string
	rfc3164 bool
	apache  bool
	level   int
}

func newRoot() *cobra.Command {
	var o options
	var list bool
	root := &cobra.Command{
		Use:   "gumshoe-traffic",
		Short: "Write honest and hostile server logs, with the truth about them",
		Long: `gumshoe-traffic writes the logs of one web and mail server, web1: an nginx or
Apache access log, an auth.log of sshd, PAM and sudo, a mail.log of Postfix and
Dovecot. Honest people, machines, the internet's background noise and attackers
play in them. The same flags give the same bytes.

Beside the logs it writes the truth: a JSON file that says of each address, or
of the network it is in, whether it is honest, a nuisance or hostile, and of each
attack what should be found: sources, least severity, targets, and what the
explanation has to mention.

All addresses are of the ranges set aside for documentation and tests, except
search engines, which come from their own.`,
		Example: `  gumshoe-traffic --list
  gumshoe-traffic scenario slow_scan -o testdata/scenarios/slow_scan
  gumshoe-traffic site -o testdata/site --seed 1 --days 29
  gumshoe-traffic site -o /tmp/busy --scale 300 --days 2     # about a million lines a day
  gumshoe-traffic access -o /tmp/bench --lines 5000000 --addresses 200000`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list {
				return listScenarios(cmd.OutOrStdout())
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&list, "list", false, "list the scenarios and exit")
	flags := root.PersistentFlags()
	flags.StringVarP(&o.out, "out", "o", "", "directory to write to; must be given")
	flags.StringVar(&o.truth, "truth", "", "file for the truth (default: OUT/truth.json for a scenario, else OUT.truth.json, so that OUT holds logs alone)")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of all chance")
	flags.StringVar(&o.end, "end", "2026-11-15T06:00:00Z", "moment at which the logs end, RFC 3339; the stories expect a Sunday at six in the morning")
	flags.StringVar(&o.zone, "tz", "UTC", "time zone of people's days and of the stamps")
	flags.BoolVar(&o.rfc3164, "rfc3164", false, `write auth.log and mail.log with stamps like "Nov 15 03:00:00", which have no year`)
	flags.BoolVar(&o.apache, "apache", false, "write the access log as Apache's vhost_combined instead of nginx's combined")
	flags.IntVar(&o.level, "level", 9, "gzip level of old logs, 0 to 9")
	root.AddCommand(newScenario(&o), newSite(&o), newBulk(&o, "access", "access log", traffic.Bulk.Access), newBulk(&o, "auth", "auth.log", traffic.Bulk.Auth), newEvaluate())
	return root
}

func listScenarios(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range slices.Concat(traffic.Scenarios, traffic.Tests) {
		fmt.Fprintf(t, "%s\t%s\n", s.Name, s.About)
	}
	return t.Flush()
}

func newScenario(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "scenario NAME",
		Short: "Write one attack, hidden in honest traffic",
		Long: `scenario writes OUT/log with the logs of one story, OUT/truth.json with the truth
about its addresses, and OUT/expect.json with what an analyzer should say of it.
See --list of gumshoe-traffic for the names.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := traffic.FindScenario(args[0])
			if err != nil {
				return fmt.Errorf("%w; gumshoe-traffic --list names them", err)
			}
			end, style, err := o.check()
			if err != nil {
				return err
			}
			if o.rfc3164 {
				s.Style.Syslog = style.Syslog
			}
			if o.apache {
				s.Style.Access = style.Access
			}
			s.Style.Zone = style.Zone
			if o.truth == "" {
				o.truth = filepath.Join(o.out, "truth.json")
			}
			truth, err := o.write(filepath.Join(o.out, "log"), end, s.Days > 1, func(out traffic.Output) (traffic.Truth, error) {
				return s.Play(o.seed, end, out)
			})
			if err != nil {
				return err
			}
			return traffic.WriteJSON(filepath.Join(o.out, "expect.json"), s.Expectation(truth))
		},
	}
}

func newSite(o *options) *cobra.Command {
	var days int
	var scale float64
	cmd := &cobra.Command{
		Use:   "site",
		Short: "Write weeks of a server's logs, with five attacks on the last day",
		Long: `site writes a server's /var/log as logrotate leaves it: the running logs, the
previous ones, older ones compressed. All the time there is everyday traffic with
its weekly rhythm and background noise; on the last day five attacks.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			end, style, err := o.check()
			if err != nil {
				return err
			}
			if days < 1 || !(scale > 0) {
				return errors.New("--days and --scale must be positive")
			}
			_, err = o.write(o.out, end, true, func(out traffic.Output) (traffic.Truth, error) {
				return traffic.PlaySite(o.seed, end, days, scale, style, out)
			})
			return err
		},
	}
	cmd.Flags().IntVar(&days, "days", 29, "days to write; the last one has the attacks")
	cmd.Flags().Float64Var(&scale, "scale", 1, "how many people visit the web site; 1 is some 4,500 lines a day in all")
	return cmd
}

func newBulk(o *options, name, what string, write func(traffic.Bulk, traffic.Output) (traffic.Truth, error)) *cobra.Command {
	b := traffic.Bulk{}
	cmd := &cobra.Command{
		Use:   name,
		Short: "Write many lines of " + what + " for benchmarks",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			end, style, err := o.check()
			if err != nil {
				return err
			}
			b.Seed, b.End, b.Style = o.seed, end, style
			_, err = o.write(o.out, end, false, func(out traffic.Output) (traffic.Truth, error) { return write(b, out) })
			return err
		},
	}
	cmd.Flags().IntVar(&b.Lines, "lines", 1_000_000, "lines to write")
	cmd.Flags().IntVar(&b.Addresses, "addresses", 50_000, "honest addresses that occur; 40 hostile ones come on top")
	cmd.Flags().DurationVar(&b.Span, "span", 6*time.Hour, "time from the first line to the last")
	return cmd
}

// check reads the shared flags.
func (o *options) check() (end time.Time, style traffic.Style, err error) {
	if o.out == "" {
		return end, style, errors.New("where to? give a directory with -o")
	}
	if end, err = time.Parse(time.RFC3339, o.end); err != nil {
		return end, style, fmt.Errorf("reading --end: %w", err)
	}
	if style.Zone, err = time.LoadLocation(o.zone); err != nil {
		return end, style, fmt.Errorf("reading --tz: %w", err)
	}
	if o.level < 0 || o.level > 9 {
		return end, style, errors.New("--level must be 0 to 9")
	}
	if o.rfc3164 {
		style.Syslog = traffic.RFC3164
	}
	if o.apache {
		style.Access = traffic.VHostCombined
	}
	return end, style, nil
}

// write lets play write logs to dir, and then the truth.
func (o *options) write(dir string, end time.Time, rotate bool, play func(traffic.Output) (traffic.Truth, error)) (traffic.Truth, error) {
	d := traffic.NewDir(dir, end, rotate)
	d.Level = o.level
	truth, err := play(d)
	if err = errors.Join(err, d.Close()); err != nil {
		return truth, fmt.Errorf("writing logs to %q: %w", dir, err)
	}
	name := o.truth
	if name == "" {
		name = strings.TrimRight(o.out, `/\`) + ".truth.json"
	}
	return truth, traffic.WriteJSON(name, truth)
}
