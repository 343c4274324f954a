package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ingest"
	"gumshoe/report"
)

const rehearseHelp = `Replays the weeks that the archive holds, in steps of six hours, and tells what
--auto-ban-critical would have done: whom it would have banned, when, for how
long and for what, whom it would have held back, and which honest visitors it
would have hit. Each step knows what a run of its time knew.

With FILE or DIR arguments the logs named are replayed instead. Nothing is
touched: no ban is made, nothing is remembered, and the job may run meanwhile.`

func newBansRehearse(a *app) *cobra.Command {
	var weeks, year, workers int
	var id string
	cmd := &cobra.Command{
		Use:   "rehearse [FILE|DIR...]",
		Short: "Replay past weeks as if bans had been on",
		Long:  rehearseHelp,
		Example: `  gumshoe bans rehearse                      the last eight weeks of the archive
  gumshoe bans rehearse --case pt5zw         one of its cases
  gumshoe bans rehearse /backup/web1/log     old logs`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if weeks < 1 {
				return usagef("--weeks: %d; one at least", weeks)
			}
			s, err := a.settings(cmd, len(args) > 0)
			if err != nil {
				return err
			}
			if len(args) > 0 && !cmd.Flags().Changed("weeks") {
				weeks = 0
			}
			j := &job{Settings: s, Args: args, Year: year, Workers: workers, DryRun: true, Started: time.Now()}
			r, err := a.rehearse(cmd.Context(), j, weeks)
			if err != nil {
				return err
			}
			return a.presentRehearsal(r, id)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&weeks, "weeks", 8, "how `many` weeks (of files all)")
	flags.StringVar(&id, "case", "", "tell all of the case with this `ID`")
	flags.String("tz", "", "time `zone` of stamps and times without an offset (default Local)")
	flags.IntVar(&year, "year", 0, "`year` of the last stamp that has none (default: from the file)")
	flags.IntVar(&workers, "workers", 0, "`number` of parsing threads (default one a core)")
	return cmd
}

var errNoPast = errors.New("there is no past to rehearse on: the archive is empty, because no job has run here yet; name log files to rehearse on them")

// rehearse replays the last weeks, 0 for all, of the archive or of files.
func (a *app) rehearse(ctx context.Context, j *job, weeks int) (r report.Rehearsal, err error) {
	scratch, err := os.MkdirTemp("", "gumshoe-rehearsal-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(scratch)
	var past *memory
	var notes []string
	if j.AdHoc() {
		past, notes, err = a.archiveOf(ctx, j, filepath.Join(scratch, "files"))
	} else {
		past, err = a.remember(ctx, j)
	}
	if err != nil {
		return r, err
	}
	defer past.close()
	p, err := a.newReplay(ctx, j, past, filepath.Join(scratch, "casebook"), weeks)
	if err != nil {
		return r, err
	}
	defer p.close()
	if len(p.hours) == 0 {
		return r, errNoPast
	}
	done, everybody, err := p.rehearse(ctx)
	if err != nil {
		return r, err
	}
	r = p.page(done, everybody)
	r.Notes = append(r.Notes, notes...)
	r.AllowList = filepath.Join(filepath.Dir(a.config), "allow.d", "honest.list")
	return r, nil
}

// archiveOf scans files into an archive of their own.
func (a *app) archiveOf(ctx context.Context, j *job, dir string) (m *memory, notes []string, err error) {
	m = &memory{dir: dir, fresh: true}
	if m.lock, err = acquire(ctx, dir, 0); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			m.close()
		}
	}()
	if err := m.open(j.Settings); err != nil {
		return nil, nil, err
	}
	l, err := a.openLogs(ctx, j, m)
	if err != nil {
		return nil, nil, err
	}
	defer l.close()
	whole := *j
	whole.Span = span{Since: time.Unix(0, 0)}
	if newest := ingest.Newest(l.sources, j.Started); !newest.IsZero() {
		whole.Span.Until = wholeHour(newest.Add(time.Millisecond)) // what is not written yet is not quiet
	}
	if _, err := l.read(ctx, a, &whole, m); err != nil {
		return nil, nil, err
	}
	_, err = m.archive.Fold(whole.Span.Until.Add(-foldAfter)) // days are read much faster than their hours
	return m, l.told, err
}

// page is what a person is told of a rehearsal.
func (p *replay) page(done ban.Rehearsal, h *honest) report.Rehearsal {
	s := p.job.Settings
	r := report.Rehearsal{
		Rehearsal: done, Host: p.job.host(), AdHoc: p.job.AdHoc(), From: p.begin, To: p.end, Known: p.hours[0].Start, Location: s.Location,
		Runs: len(p.ends()), Elapsed: time.Since(p.job.Started), Logins: h.logins, People: h.people, Policy: s.Policy(),
		Kinds: map[string]string{}, Began: map[string]time.Time{}, Guarded: h.in.Saw(ingest.ServiceFail2ban),
	}
	for i := range done.Bans {
		b := &done.Bans[i]
		r.Kinds[b.Case], r.Began[b.Case] = p.cases[b.Case].kind, p.cases[b.Case].began
		if h.unseen(b.Prefix) {
			r.Unseen++
		}
	}
	told := map[string]bool{}
	for _, d := range p.damage {
		if text := d.String(); !told[text] {
			told[text] = true
			r.Notes = append(r.Notes, text)
		}
	}
	return r
}

func (a *app) presentRehearsal(r report.Rehearsal, id string) error {
	if a.json {
		return report.RehearsalObject(a.out, r)
	}
	if id == "" {
		return report.RehearsalText(a.out, r, a.textOptions())
	}
	known, err := report.RehearsalCase(a.out, r, id, a.textOptions())
	if err == nil && !known {
		return fmt.Errorf("the rehearsal knows no ban of a case %q; without --case it names some", id)
	}
	return err
}
