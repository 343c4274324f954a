package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ingest/archive"
)

func newArchive(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "archive",
		Short: "Show, export, shorten and clean what is kept of past weeks",
		Long: `The regular job keeps what it counted in every hour as Parquet files below
state_dir/archive, which any tool reads that knows Parquet; docs/ARCHIVE.md
describes each column and asks them questions in SQL.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newArchiveStat(a), newArchivePrune(a), newArchiveExport(a), newArchiveForget(a))
	return cmd
}

// archived opens the archive for a subcommand, for writing under the lock.
func (a *app) archived(cmd *cobra.Command, write bool, wait time.Duration, use func(*memory, *Settings) error) error {
	s, err := a.settings(cmd, false)
	if err != nil {
		return err
	}
	m, err := a.remember(cmd.Context(), &job{Settings: s, DryRun: !write, Wait: wait})
	if err != nil {
		return err
	}
	defer m.close()
	return use(m, s)
}

// damaged tells of files that could not be read; what was not there is missing in the answer.
func (a *app) damaged(damage []archive.Damage) error {
	for _, d := range damage {
		fmt.Fprintf(a.err, "gumshoe: %s\n", d)
	}
	if len(damage) > 0 {
		return errDegraded
	}
	return nil
}

func newArchiveStat(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "stat",
		Short: "Say how much is kept, of which months",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.archived(cmd, false, 0, func(m *memory, _ *Settings) error {
				stat, damage, err := m.archive.Stat()
				if err != nil {
					return err
				}
				if err := a.showStat(stat); err != nil {
					return err
				}
				return a.damaged(damage)
			})
		},
	}
}

func (a *app) showStat(s archive.Stat) error {
	if a.json {
		type usage struct {
			Kind  string `json:"kind"`
			Month string `json:"month"`
			Files int64  `json:"files"`
			Rows  int64  `json:"rows"`
			Bytes int64  `json:"bytes"`
		}
		enc := json.NewEncoder(a.out)
		for _, u := range s.Usages {
			if err := enc.Encode(usage{string(u.Kind), u.Month, u.Files, u.Rows, u.Bytes}); err != nil {
				return err
			}
		}
		return nil
	}
	if s.Oldest.IsZero() {
		_, err := fmt.Fprintln(a.out, "The archive is empty: no job has run yet.")
		return err
	}
	fmt.Fprintf(a.out, "From %s to %s.\n\n", s.Oldest.Format("2006-01-02 15:04"), s.Newest.Format("2006-01-02 15:04 MST"))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "kind\tmonth\tfiles\trows\tMiB\tbytes a row\t")
	line := func(kind, month string, u archive.Usage) {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.1f\t%.0f\t\n", kind, month, u.Files, u.Rows, float64(u.Bytes)/(1<<20), u.BytesPerRow())
	}
	for _, u := range s.Usages {
		line(string(u.Kind), u.Month, u)
	}
	line("all", "", s.Total())
	if err := w.Flush(); err != nil {
		return err
	}
	if s.Damaged > 0 || s.Aside > 0 {
		fmt.Fprintf(a.out, "\n%d hours of logs are damaged; %d files were set aside in archive/_aside.\n", s.Damaged, s.Aside)
	}
	return nil
}

// waitFlag adds --wait to a command that writes.
func waitFlag(cmd *cobra.Command, wait *time.Duration) {
	cmd.Flags().DurationVar(wait, "wait", 0, "wait that `long` for another run to end, instead of failing with 5")
}

func newArchivePrune(a *app) *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Fold old hours into days and remove what is older than it may get",
		Long: `Does what every job does at its end: the hours of a day are folded into one file
each, two days later, and what is older than archive.keep (service hours:
archive.keep_services) or more than archive.max_size is removed, oldest first.
After a month of which nothing is known a job does not remove what is old, because
its clock may be wrong; this command does.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.archived(cmd, true, wait, func(m *memory, s *Settings) error {
				done, damage, err := m.tidy(time.Now(), s)
				if err != nil {
					return err
				}
				a.note("removed %d files with %d rows, %.1f MiB", done.Files, done.Rows, float64(done.Bytes)/(1<<20))
				return a.damaged(damage)
			})
		},
	}
	waitFlag(cmd, &wait)
	return cmd
}

// foldAfter is the age at which hours are folded into days: none is rescanned
// any more then, unless runs were missed.
const foldAfter = 2 * 24 * time.Hour

// tidy folds and prunes.
func (m *memory) tidy(now time.Time, s *Settings) (archive.Pruned, []archive.Damage, error) {
	damage, err := m.archive.Fold(now.Add(-foldAfter))
	if err != nil {
		return archive.Pruned{}, damage, err
	}
	done, more, err := m.archive.Prune(now, s.retention())
	return done, append(damage, more...), err
}

func (s *Settings) retention() archive.Policy {
	return archive.Policy{MaxAge: s.KeepArchive, ServiceAge: s.KeepServices, MaxBytes: int64(s.ArchiveMiB) << 20}
}

func newArchiveExport(a *app) *cobra.Command {
	var form, since, until, columns, out string
	var kinds []string
	for _, k := range archive.Kinds {
		kinds = append(kinds, string(k))
	}
	cmd := &cobra.Command{
		Use:   "export KIND",
		Short: "Write the rows of a kind as NDJSON, CSV or one Parquet file",
		Long:  "Kinds: " + strings.Join(kinds, ", ") + ". docs/ARCHIVE.md describes their columns.",
		Example: `  gumshoe archive export address --since 2026-11-01 --format parquet -o november.parquet
  gumshoe archive export touch --columns time,address,service,action,text | jq .`,
		Args:      positional(cobra.ExactArgs(1)),
		ValidArgs: kinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			k, f := archive.Kind(args[0]), archive.Format(form)
			if !slices.Contains(archive.Kinds, k) {
				return usagef("there is no kind %q; write one of %s", args[0], strings.Join(kinds, ", "))
			}
			if !slices.Contains(archive.Formats, f) {
				return usagef("--format: %q is none; write ndjson, csv or parquet", form)
			}
			return a.archived(cmd, false, 0, func(m *memory, s *Settings) error {
				span, err := readSpan(since, until, s.Location)
				if err != nil {
					return err
				}
				q := archive.Query{From: span.Since, To: span.Until}
				if columns != "" {
					q.Columns = strings.Split(columns, ",")
				}
				damage, err := a.writeTo(out, func(w *bufio.Writer) ([]archive.Damage, error) {
					return m.archive.Export(cmd.Context(), w, k, f, q)
				})
				if err != nil {
					return err
				}
				return a.damaged(damage)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&form, "format", "ndjson", "`format`: ndjson, csv, parquet")
	flags.StringVar(&since, "since", "", "from this `time` on")
	flags.StringVar(&until, "until", "", "up to this `time`")
	flags.StringVar(&columns, "columns", "", "only these `columns`, with commas between")
	flags.StringVarP(&out, "output", "o", "", "`file` to write (default standard output)")
	return cmd
}

// writeTo calls write with the named file, "" being standard output. A file is
// there whole or not at all.
func (a *app) writeTo(name string, write func(*bufio.Writer) ([]archive.Damage, error)) ([]archive.Damage, error) {
	if name == "" {
		w := bufio.NewWriter(a.out)
		damage, err := write(w)
		return damage, errors.Join(err, w.Flush())
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriter(f)
	damage, err := write(w)
	if err = errors.Join(err, w.Flush(), f.Close()); err != nil {
		return damage, err
	}
	return damage, os.Rename(f.Name(), name)
}

func newArchiveForget(a *app) *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "forget ADDRESS|PREFIX|ACCOUNT...",
		Short: "Remove all that is kept of a person",
		Long: `Removes the rows of addresses, networks and accounts from the archive, and takes
them out of the sets and evidence lines of others, out of the casebook and out of
the ledger's evidence. Kept reports that name them are removed, and so is what
waits to be mailed. What DNS and registries said of anybody is asked again. Reports that were
saved with --save-report stay as they are. A log that still holds their lines
brings them back with the hours of the next run: remove it there first.`,
		Example: `  gumshoe archive forget 203.0.113.9 alice@example.org`,
		Args:    positional(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			what, err := forgotten(args)
			if err != nil {
				return err
			}
			return a.archived(cmd, true, wait, func(m *memory, s *Settings) error {
				rows, damage, err := m.archive.Forget(cmd.Context(), what)
				if err != nil {
					return err
				}
				n, err := m.forget(cmd.Context(), what, s)
				if err != nil {
					return err
				}
				reports, err := s.runs().forget(what)
				if err := errors.Join(err, m.forgetUnread(), forgetBans(cmd.Context(), s, what)); err != nil {
					return err
				}
				a.note("%d rows and %d cases were removed or changed, and %d reports removed", rows, n, reports)
				saved, err := savedOf(s.ReportDir(), what)
				if len(saved) > 0 {
					more := ""
					if n := len(saved) - fewFiles; n > 0 {
						more = fmt.Sprintf(" and %d more", n)
					}
					a.note("what --save-report wrote stays; still named in %s%s", strings.Join(saved[:min(len(saved), fewFiles)], ", "), more)
				}
				if err != nil {
					return err
				}
				return a.damaged(damage)
			})
		},
	}
	waitFlag(cmd, &wait)
	return cmd
}

// forgetUnread removes what may name somebody and is not worth searching: the
// answers of DNS and registries, which can be asked again, casebooks that were set aside, and mail
// that waits.
func (m *memory) forgetUnread() error {
	files, err := filepath.Glob(filepath.Join(m.dir, casebookFile+".damaged-*"))
	if err != nil {
		return err
	}
	spooled, err := filepath.Glob(filepath.Join(m.dir, "spool", "*", "2*-*.json"))
	if err != nil {
		return err
	}
	for _, f := range slices.Concat(files, spooled, []string{filepath.Join(m.dir, dnsCacheFile), filepath.Join(m.dir, ownersFile)}) {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// forgotten sorts addresses and networks from accounts. What cannot be brought back is
// not removed for a slip: 203.0.113.9/24 is one address or all 256, as with a ban.
func forgotten(args []string) (what archive.Forgotten, err error) {
	for _, arg := range args {
		arg = asLogged(arg)
		p, err := netip.ParsePrefix(arg)
		switch addr, bad := netip.ParseAddr(arg); {
		case bad == nil:
			p = netip.PrefixFrom(addr, addr.BitLen())
		case err != nil && mistyped(arg):
			return what, usagef("%q is no address or prefix; write 203.0.113.9, 203.0.113.0/24 or 2001:db8::/48", arg)
		case err != nil:
			what.Accounts = append(what.Accounts, arg)
			continue
		case p != p.Masked():
			return what, usagef("%q has host bits: say %s for one address or %s for the network", arg, p.Addr(), p.Masked())
		}
		if p = ban.Canonical(p); p.Bits() == 0 {
			return what, usagef("%s is everybody: for that remove archive, casebook and reports from the state directory", p)
		}
		what.Sources = append(what.Sources, p)
	}
	return what, nil
}
