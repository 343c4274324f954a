package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"gumshoe/ban"
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
	policy.Unheard = s.past != nil && s.past.cases.unheard
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
	e := enforcer{app: a, settings: j.Settings, ledger: book, allow: guards.Protected()}
	applied, begun, err := e.apply(ctx, add, lift, policy.Active)
	if err != nil {
		return plan, nil, &exitError{exitFirewall, err}
	}
	drivers, active, err := begun.finish(ctx, runName(s.now))
	_, pruneErr := book.Prune(ctx, s.past.aged(s.now).Add(-ledger.Keep))
	err = errors.Join(err, pruneErr)
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

// apply writes a run's bans and lifts into the ledger, and has the drivers prepare
// meanwhile for what is in force then; before is what was. Nothing that they carry
// out changes until finish is called: a run that dies before leaves at worst sets
// that no rule refers to, which the next sync takes away.
func (e *enforcer) apply(ctx context.Context, add, lift, before []ban.Ban) (applied ledger.Applied, begun *handover, err error) {
	applied, err = e.ledger.Apply(ctx, add, lift, func(after []ban.Ban) { begun = e.prepare(ctx, after, true) })
	switch {
	case err != nil && begun != nil:
		return applied, nil, errors.Join(err, begun.abandon(ctx))
	case err == nil && begun == nil:
		begun = e.prepare(ctx, slices.Clone(before), false)
	}
	return applied, begun, err
}
