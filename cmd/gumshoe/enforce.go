package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ban/ledger"
	"gumshoe/report"
)

// runLayout is how a run is named after its clock.
const runLayout = "20060102T150405.000Z"

// runName names a run, for the command that undoes it.
func runName(now time.Time) string { return now.UTC().Format(runLayout) }

// mayAct reports whether a job may change who is banned: over files, in a dry run
// and about a time that is over it may not.
func (j *job) mayAct() bool { return !j.AdHoc() && !j.DryRun && j.Span.Until.IsZero() }

// plan decides whom a run bans, and carries it out if it may. Without being armed
// it bans nobody, and only lifts what an allowlist has come to cover since.
func (a *app) plan(ctx context.Context, j *job, s *sight, doubts map[string]string) (plan ban.Plan, done *report.Done, err error) {
	policy, guards := j.Settings.Policy(), a.guards(j, s)
	policy.Doubted = doubts
	guards.Visits = visitsIn(s.in)
	if j.AdHoc() {
		j.Settings.protectWho(&guards, s.cases, nil)
		plan = ban.Make(s.cases, policy, guards, s.now)
		plan.Hypothetical = true
		return plan, nil, nil
	}
	if guards.Sessions, err = a.guardSessions(ctx); err != nil {
		s.logs.missed(a, fmt.Sprintf("open sessions: %v", err))
	}
	book, close, err := openLedger(ctx, j.Settings.StateDir, j.mayAct())
	if err != nil {
		plan = ban.Make(s.cases, policy, guards, s.now)
		plan.Hypothetical = true
		return plan, nil, &exitError{exitFirewall, err}
	}
	defer close()
	if err := recallBans(ctx, book, &policy, s.now); err != nil {
		return plan, nil, err
	}
	if err := a.protectNames(ctx, j.Settings, &guards, j.mayAct()); err != nil {
		s.logs.missed(a, fmt.Sprintf("names on the allowlist: %v; their last known addresses are protected", err))
	}
	j.Settings.protectWho(&guards, s.cases, policy.Active)
	plan = ban.Make(s.cases, policy, guards, s.now)
	if !j.mayAct() {
		return plan, nil, nil
	}
	add, lift := plan.Deeds(s.cases, runName(s.now), s.now)
	applied, err := book.Apply(ctx, add, lift)
	if err != nil {
		return plan, nil, &exitError{exitFirewall, err}
	}
	e := enforcer{app: a, settings: j.Settings, ledger: book, allow: guards.Protected()}
	drivers, active, err := e.sync(ctx, runName(s.now), len(applied.Added)+len(applied.Lifted) > 0)
	if active == 0 && len(applied.Lifted) == 0 && err == nil {
		return plan, nil, nil // there is nothing to tell
	}
	return plan, &report.Done{Bans: applied.Added, Lifts: applied.Lifted, Drivers: drivers, Active: active, Trial: policy.Unconfirmed && len(applied.Added) > 0}, err
}

// enforcer makes everything that carries bans out equal to the ledger.
type enforcer struct {
	app      *app
	settings *Settings
	ledger   *ledger.Ledger
	allow    []netip.Prefix // never cut, whatever the ledger says
}

// sync hands the ledger's bans to every driver. Where nothing was ever banned no
// driver is touched, unless something just changed. reason names the change;
// standing counts what the ledger has in force.
func (e *enforcer) sync(ctx context.Context, reason string, changed bool) (told []report.Driver, standing int, err error) {
	now := time.Now()
	active, err := e.ledger.Active(ctx, now)
	if err != nil {
		return nil, 0, &exitError{exitFirewall, err}
	}
	standing = len(active)
	if !changed && standing == 0 {
		ever, err := e.ledger.Any(ctx)
		if err != nil || !ever {
			return nil, 0, err
		}
	}
	drivers, err := e.settings.drivers(ctx, deedState{e.ledger})
	if err != nil {
		return nil, standing, &exitError{exitFirewall, err}
	}
	want, err := firewall.NewWant(active, e.allow, now)
	if err != nil {
		return nil, standing, &exitError{exitFirewall, err}
	}
	reports, failed := firewall.Sync(ctx, drivers, want)
	problems := map[string]error{}
	for _, one := range separate(failed) {
		var f *firewall.Error
		if errors.As(one, &f) {
			problems[f.Driver] = f.Err
			e.app.note("%v", one)
		}
	}
	for _, r := range reports {
		d := report.Driver{Name: r.Driver, InForce: r.Standing}
		if p := problems[r.Driver]; p != nil {
			d.Error = p.Error()
		}
		told = append(told, d)
		err = errors.Join(err, e.ledger.Deliver(context.WithoutCancel(ctx), r.Driver, reason, now, problems[r.Driver]))
	}
	if failed != nil {
		err = errors.Join(err, &exitError{code: exitFirewall})
	}
	return told, standing, err
}

// separate takes apart the errors that errors.Join put together.
func separate(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	return nil
}
