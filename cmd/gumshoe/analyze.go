package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/detect"
	"gumshoe/analyze/judge"
	"gumshoe/ban"
	"gumshoe/ingest/window"
	"gumshoe/report"
)

// analyze runs a job from its logs to its report: what happens to a log line
// stands here from top to bottom.
func (a *app) analyze(ctx context.Context, j *job) error {
	past, err := a.recollect(ctx, j)
	if err != nil {
		return err
	}
	defer past.close()
	logs, err := a.openLogs(ctx, j, past)
	if err != nil {
		return err
	}
	defer logs.close()
	set, err := logs.read(ctx, a, j, past)
	if err != nil {
		return err
	}
	now, from, to := j.window(logs)

	in := analyze.NewInput(set, from, to, now, j.Settings.Location)
	in.Covered = logs.wholeHours()
	who := a.strangers(j, logs, past)
	in.Crawlers, in.Scanners = who.crawlers(ctx, in), j.Settings.scanners()
	in.Novel = past.novel(a, logs, now)
	in.Past, in.Flagged = past.recall(ctx, a, logs, to, j.Settings)
	in.Guarded = logs.otherGuard()
	cases := analyze.Run(in, detect.All(), judge.Rules{})
	ended := past.recognize(in, cases)
	logs.fetchEvidence(cases, set)
	who.identify(ctx, cases)
	plan := ban.Make(cases, j.Settings.Policy(), a.guards(j, logs, in), now)
	plan.Hypothetical = j.AdHoc()

	err = a.present(j, logs, report.Report{
		Version: gumshoeVersion(), Host: j.host(), AdHoc: j.AdHoc(), Now: now, From: from, To: to, History: logs.history(from),
		Location: j.Settings.Location, Cases: cases, Ended: ended, Plan: plan, Sources: logs.health, Notes: logs.told, Credits: who.places.Credits(),
		Hours: hoursOf(in), Units: unitsIn(in), Learning: learning(in), Elapsed: time.Since(j.Started),
	})
	return errors.Join(err, who.keep(), past.conclude(ctx, a, j, to, err))
}

// present shows and saves the report and returns what the run's outcome is to
// the caller of the program.
func (a *app) present(j *job, logs *logs, r report.Report) error {
	var err error
	switch {
	case a.json:
		err = report.NDJSON(a.out, r)
	case !a.quiet:
		err = report.Text(a.out, r, a.textOptions())
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := a.save(j, r); err != nil {
		return err
	}
	if j.Settings.BanMode != "off" && !j.AdHoc() {
		a.note("this version plans bans and does not touch the firewall; the plan above is what it would do")
	}
	var outcome []error
	if logs.degraded {
		outcome = append(outcome, errDegraded)
	}
	if j.FailOn != nil && len(r.Cases) > 0 && r.Cases[0].Level >= *j.FailOn {
		outcome = append(outcome, errFindings)
	}
	return errors.Join(outcome...)
}

// save keeps the report where the job keeps reports; over files, whose state is
// scratch, in the current directory.
func (a *app) save(j *job, r report.Report) error {
	if !j.Settings.Save {
		return nil
	}
	dir := j.Settings.ReportDir()
	if j.AdHoc() && j.Settings.Reports == "" {
		dir = "gumshoe-report"
	}
	if j.DryRun {
		a.note("--dry-run: the report would be saved in %s", dir)
		return nil
	}
	paths, err := report.Save(dir, r)
	if err != nil {
		return fmt.Errorf("saving the report: %w", err)
	}
	for _, p := range paths {
		a.note("saved %s", p)
	}
	return nil
}

// window settles what the run is about. The clock of the job is the machine's,
// that of files their newest believable event, which itself belongs to the window.
func (j *job) window(l *logs) (now, from, to time.Time) {
	now = j.Started
	if j.AdHoc() {
		now = l.clock(j.Started)
	}
	from, to = j.Span.Resolve(now)
	if from.IsZero() {
		from = l.first().Truncate(time.Hour)
		if from.IsZero() { // not one believable event
			from = to.Truncate(time.Hour)
		}
	}
	if to.Before(now) { // --until in the past: nothing later is known
		now = to
	}
	return now, from, to
}

// guards are what the configuration protects, for the job what the machine
// needs, and who has logged in properly.
func (a *app) guards(j *job, l *logs, in *analyze.Input) ban.Guards {
	g := j.Settings.Guards()
	j.Settings.protectProxies(&g, l.proxies)
	protectCrawlers(&g, in)
	if !j.AdHoc() {
		if err := protectMachine(&g); err != nil {
			a.note("not all addresses of this machine are known: %v", err)
		}
	}
	g.GoodLogins = func(p netip.Prefix, accounts []string, before time.Time) ban.Logins {
		days, distinct, last := in.Logins(p, accounts, before)
		return ban.Logins{Days: days, Accounts: distinct, Last: last}
	}
	return g
}

// host names the machine. Of files only the name of the one directory that was
// given can tell it, unless it is the name that all such directories have.
func (j *job) host() string {
	if !j.AdHoc() {
		return j.Settings.Host
	}
	if len(j.Args) != 1 {
		return ""
	}
	info, err := os.Stat(j.Args[0])
	name := filepath.Base(filepath.Clean(j.Args[0]))
	if err != nil || !info.IsDir() || slices.Contains([]string{".", "..", "/", "log", "logs"}, name) {
		return ""
	}
	return name
}

// hoursOf lists the traffic of the window by hour and service.
func hoursOf(in *analyze.Input) []report.Hour {
	var out []report.Hour
	at := map[uint32]int{}
	for t := in.From.Truncate(time.Hour); t.Before(in.To); t = t.Add(time.Hour) {
		at[uint32(t.Unix()/3600)] = len(out)
		out = append(out, report.Hour{Start: t.UTC()})
	}
	for _, t := range in.Set.Things(window.ServiceObject) {
		for i := range t.Hours {
			if k, ok := at[t.Hours[i].Hour]; ok {
				if out[k].Counts == nil {
					out[k].Counts = map[string]uint64{}
				}
				out[k].Counts[t.Name.Text] += uint64(t.Hours[i].Events)
				out[k].Fails += uint64(t.Hours[i].Bad) + uint64(t.Hours[i].Errors)
			}
		}
	}
	return out
}

func unitsIn(in *analyze.Input) (n int) {
	units := in.Set.Units()
	for i := range units {
		if in.Current(&units[i]) {
			n++
		}
	}
	return n
}

func (a *app) textOptions() report.TextOptions {
	return report.TextOptions{Width: a.width(), Color: a.colors(a.out), ASCII: !utf8Locale(os.Getenv)}
}
