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
	"gumshoe/ingest/payload"
	"gumshoe/ingest/window"
	"gumshoe/report"
)

// sight is what a run saw, before anything is decided.
type sight struct {
	past  *memory // nil over files
	logs  *logs
	in    *analyze.Input
	cases []analyze.Case
	ended []analyze.PastCase
	who   *strangers

	now, from, to time.Time
}

// look reads the logs of a job and finds the cases in them: what happens to a log
// line stands here from top to bottom.
func (a *app) look(ctx context.Context, j *job) (s *sight, err error) {
	s = &sight{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	payload.Prepare()
	if s.past, err = a.recollect(ctx, j); err != nil {
		return s, err
	}
	if s.logs, err = a.openLogs(ctx, j, s.past); err != nil {
		return s, err
	}
	s.past.watchRules(ctx, j.Settings)
	set, err := s.logs.read(ctx, a, j, s.past)
	if err != nil {
		return s, err
	}
	s.now, s.from, s.to = j.window(s.logs)

	s.in = analyze.NewInput(set, s.from, s.to, s.now, j.Settings.Location)
	s.in.Covered = s.logs.wholeHours()
	s.who = a.strangers(j, s.logs, s.past)
	s.in.Crawlers, s.in.Scanners = s.who.crawlers(ctx, s.in), j.Settings.scanners()
	s.in.Novel = s.past.novel(a, s.logs, s.now)
	s.in.Ruled = s.past.ruled(s.in)
	s.in.Past, s.in.Flagged = s.past.recall(ctx, a, s.logs, s.to, j.Settings)
	s.in.Guarded = s.logs.otherGuard()
	s.cases = analyze.Run(s.in, detect.All(), judge.Rules{})
	s.ended = s.past.recognize(s.in, s.cases)
	s.logs.fetchEvidence(j.quoted(s.cases), set)
	s.who.identify(ctx, s.cases)
	return s, nil
}

// quoted are the cases of which lines are read again: of what goes to a terminal
// alone those that are told at length, for of the others it shows none.
func (j *job) quoted(cases []analyze.Case) []*analyze.Case {
	if j.Glance {
		return report.AtLength(cases)
	}
	return everyOne(cases)
}

// run names a job for the commands that speak of it; runs over files are not remembered.
func (s *sight) run(j *job) string {
	if j.AdHoc() {
		return ""
	}
	return runName(s.now)
}

func (s *sight) close() {
	if s.logs != nil {
		s.logs.close()
	}
	s.past.close()
}

// analyze runs a job from its logs to its report.
func (a *app) analyze(ctx context.Context, j *job) error {
	s, err := a.look(ctx, j)
	if err != nil {
		return err
	}
	defer s.close()
	advice := a.consult(ctx, j, s)
	plan, done, banErr := a.plan(ctx, j, s, advice.doubts)

	told, known := apart(s.cases)
	r := report.Report{
		Version: gumshoeVersion(), Host: j.host(), AdHoc: j.AdHoc(), Now: s.now, From: s.from, To: s.to, History: s.logs.history(s.from),
		Location: j.Settings.Location, Cases: told, Known: known, Ended: s.ended, Run: s.run(j), Plan: plan, Done: done, AI: advice.told, Sources: s.logs.health, Notes: s.logs.told, Degraded: s.logs.degraded, Credits: s.who.places.Credits(),
		Season: seasonsOf(s.in, told), Gaps: s.logs.gaps(s.from, s.to), Hours: hoursOf(s.in), Units: unitsIn(s.in), Learning: learning(s.in), Elapsed: time.Since(j.Started),
	}
	err = errors.Join(a.present(j, s.logs, r), a.deliver(ctx, j, s, r))
	return errors.Join(err, banErr, s.who.keep(), s.past.conclude(ctx, a, j, s.to, err))
}

// apart parts the cases that people said a word about from the others.
func apart(cases []analyze.Case) (told, known []analyze.Case) {
	if !slices.ContainsFunc(cases, func(c analyze.Case) bool { return c.Word != nil }) {
		return cases, nil
	}
	for _, c := range cases {
		if c.Word != nil {
			known = append(known, c)
		} else {
			told = append(told, c)
		}
	}
	return told, known
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
	outcome := []error{logs.outcome()}
	if j.FailOn != nil && len(r.Cases) > 0 && r.Cases[0].Level >= *j.FailOn {
		outcome = append(outcome, errFindings)
	}
	return errors.Join(outcome...)
}

// save keeps the report where the job keeps reports; over files, whose state is
// scratch, in the current directory.
func (a *app) save(j *job, r report.Report) error {
	if !j.saves() {
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
func (a *app) guards(j *job, s *sight) ban.Guards {
	g := j.Settings.Guards()
	j.Settings.protectProxies(&g, s.logs.proxies)
	protectCrawlers(&g, s.in)
	if !j.AdHoc() {
		if err := protectMachine(&g); err != nil {
			a.note("not all addresses of this machine are known: %v", err)
		}
	}
	g.GoodLogins = func(p netip.Prefix, accounts []string, before time.Time) ban.Logins {
		days, distinct, last := s.in.Logins(p, accounts, before)
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

func unitsIn(in *analyze.Input) int {
	return len(analyze.EachUnit(in, analyze.Current, func(_ int, _ *window.Unit, met []struct{}) []struct{} { return append(met, struct{}{}) }))
}

func (a *app) textOptions() report.TextOptions {
	return report.TextOptions{Width: a.width(), Color: a.colors(a.out), ASCII: !utf8Locale(os.Getenv)}
}
