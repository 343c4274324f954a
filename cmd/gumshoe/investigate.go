package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
	"gumshoe/report"
)

const investigateHelp = `Tells everything that is known of an address, a network, an account or a case: who
it is, its story, what it touched, its log lines, who else is like it, and what was
decided about it.

Without FILE it asks what the machine keeps: the archive, the casebook, the ledger
of bans and the kept reports, and the configured logs for the last day in which it
was seen. With FILE or DIR arguments these logs alone are looked into, as gumshoe
analyze does. Nothing is changed, nobody is asked, and a run may go on meanwhile.

On a terminal the answer is shown by $PAGER, less -R if that is not set.`

// question is what one `gumshoe investigate` is asked.
type question struct {
	subject
	lines int // log lines to show
}

func newInvestigate(a *app) *cobra.Command {
	var weeks, lines, year, workers int
	var html bool
	cmd := &cobra.Command{
		Use:   "investigate ADDRESS|PREFIX|ACCOUNT|CASE [FILE|DIR...]",
		Short: "Tell everything that is known of an address, an account or a case",
		Long:  investigateHelp,
		Example: `  gumshoe investigate 203.0.113.7                   an address
  gumshoe investigate 203.0.113.0/24 --weeks 2      a network, the last two weeks
  gumshoe investigate anna@example.org              who tried an account, and who got in
  gumshoe investigate pt5zw --html > pt5zw.html     a case, as a page
  gumshoe investigate 203.0.113.7 /backup/web1/log  in old logs`,
		Args: positional(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if weeks < 1 {
				return usagef("--weeks: %d; one at least", weeks)
			}
			if lines < 0 {
				return usagef("--lines: %d is less than none", lines)
			}
			if a.json && html {
				return usagef("--json and --html are two forms; give one of them")
			}
			who, err := parseSubject(args[0])
			if err != nil {
				return usagef("%w", err)
			}
			files := args[1:]
			s, err := a.settings(cmd, len(files) > 0)
			if err != nil {
				return err
			}
			j := &job{Settings: s, Args: files, Year: year, Workers: workers, DryRun: true, Started: time.Now()}
			if len(files) == 0 || cmd.Flags().Changed("weeks") {
				j.Span.Last = time.Duration(weeks) * week
			}
			d, outcome, err := a.investigate(cmd.Context(), j, question{who, lines})
			if err != nil {
				return err
			}
			return errors.Join(a.presentDossier(d, html), outcome)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&weeks, "weeks", 8, "how `many` weeks back (of files all)")
	flags.IntVar(&lines, "lines", 12, "how `many` log lines are shown")
	flags.BoolVar(&html, "html", false, "write a page of HTML")
	flags.String("tz", "", "time `zone` of stamps and times without an offset (default Local)")
	flags.Bool("dns", false, "ask DNS who is behind an address, over files (dns: true)")
	flags.IntVar(&year, "year", 0, "of files: `year` of the last stamp that has none (default: from the file)")
	flags.IntVar(&workers, "workers", 0, "`number` of parsing threads (default one a core)")
	return cmd
}

// subject is whom or what a dossier is about.
type subject struct {
	text    string
	about   string
	sources []netip.Prefix // of an address, a network or a case
	single  netip.Addr     // the address that was asked for; invalid: all of sources
}

// parseSubject tells addresses and networks from names. Whether a name is that of
// a case or of an account shows when the cases are known.
func parseSubject(text string) (subject, error) {
	text = asLogged(text)
	p, err := parseNetwork(text)
	switch {
	case err == nil && p.IsSingleIP():
		unit := p
		if p.Addr().Is6() { // whoever holds one address of a /64 holds them all
			unit = netip.PrefixFrom(p.Addr(), 64).Masked()
		}
		return subject{text: p.Addr().String(), about: report.AboutAddress, sources: []netip.Prefix{unit}, single: p.Addr()}, nil
	case err == nil:
		return subject{text: p.String(), about: report.AboutNetwork, sources: []netip.Prefix{p}}, nil
	case mistyped(text):
		return subject{}, err
	}
	return subject{text: text, about: report.AboutAccount}, nil
}

// settle makes the subject a case if there is one of its name.
func (s *subject) settle(id string, sources []netip.Prefix) bool {
	if s.about != report.AboutAccount || s.text != id {
		return false
	}
	s.about, s.sources = report.AboutCase, sources
	return true
}

// has reports whether a source belongs to the subject.
func (s *subject) has(p netip.Prefix) bool { return slices.ContainsFunc(s.sources, p.Overlaps) }

// concerns reports whether a case is about the subject: accuses it or, as the busiest of
// an unusual hour, saw it. That its words name an address says nothing: they quote
// accounts and paths, and who guesses at "x from 8.8.8.8" would bring 8.8.8.8 into his case.
func (s *subject) concerns(c *analyze.Case) bool {
	switch s.about {
	case report.AboutCase:
		return c.ID == s.text
	case report.AboutAccount:
		return slices.ContainsFunc(c.Targets, func(t analyze.Target) bool {
			return t.Kind == analyze.AccountName && strings.EqualFold(t.Value, s.text)
		})
	}
	return slices.ContainsFunc(c.Sources, s.has) || slices.ContainsFunc(c.Visitors, s.has)
}

// investigate answers from files if any are named, else from the state directory.
// outcome is what the exit code must say of an answer that is there.
func (a *app) investigate(ctx context.Context, j *job, q question) (d report.Dossier, outcome, err error) {
	if j.AdHoc() {
		d, outcome, err = a.investigateFiles(ctx, j, q)
	} else {
		d, err = a.investigateState(ctx, j, q)
	}
	if err != nil {
		return d, nil, fmt.Errorf("investigating %s: %w", legible(q.text), err)
	}
	d.Subject, d.Host, d.AdHoc, d.Location, d.Elapsed = q.text, j.host(), j.AdHoc(), j.Settings.Location, time.Since(j.Started)
	return d, outcome, nil
}

// investigateFiles looks into logs as analyze does.
func (a *app) investigateFiles(ctx context.Context, j *job, q question) (d report.Dossier, outcome, err error) {
	s, err := a.look(ctx, j)
	if err != nil {
		return d, nil, err
	}
	defer s.close()
	plan, _, err := a.plan(ctx, j, s, nil)
	if err != nil {
		return d, nil, err
	}
	for i := range s.cases {
		if q.settle(s.cases[i].ID, s.cases[i].Sources) {
			break
		}
	}
	whole := report.Report{AdHoc: true, Host: j.host(), Now: s.now, From: s.from, To: s.to, Location: j.Settings.Location, Cases: s.cases, Plan: plan,
		Season: seasonsOf(s.in, s.cases), Hours: hoursOf(s.in)}
	d = report.Dossier{About: q.about, Now: s.now, Since: s.logs.first()}
	for i := range s.cases {
		if q.concerns(&s.cases[i]) {
			d.Cases = append(d.Cases, only(whole, i))
		}
	}
	seen := sightings{question: q, in: s.in, logs: s.logs, cases: s.cases, name: func(id uint64) string { return s.in.Set.Name(id).Text }}
	seen.fill(&d)
	if s.in.Guarded || s.in.Saw("fail2ban") {
		d.Fail2ban = seen.guarded()
	}
	if err := a.quoteSoFar(ctx, j, s.logs, &q, &d); err != nil {
		return d, nil, err
	}
	s.who.behind(ctx, &d)
	d.Notes = s.logs.told
	return d, s.logs.outcome(), nil
}

// only is a report with one of its cases alone.
func only(r report.Report, i int) report.Report {
	c := r.Cases[i]
	r.Cases, r.Known, r.Ended, r.Sources, r.Notes, r.Heartbeat, r.Beyond = []analyze.Case{c}, nil, nil, nil, nil, nil, nil
	r.Plan = planOf(r.Plan, c.ID)
	if len(c.Sources) > 0 { // only an unusual hour is drawn beside others
		r.Hours, r.Season = nil, nil
	}
	return r
}
