package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ban/ledger"
	"gumshoe/ingest/webconf"
)

func newBans(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bans",
		Short: "List, make, lift, count and rehearse bans",
		Long: `The ledger in the state directory is the truth about bans, and the firewall its
copy. Whatever changes the ledger here brings the firewall up to date at once;
gumshoe bans sync does so after a reboot, a reload of the firewall or a crash.

Until somebody runs gumshoe bans confirm, every automatic ban lasts one hour.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().Duration("wait", 0, "wait that `long` for another run to end, instead of failing with 5")
	cmd.AddCommand(newBansList(a), newBansAdd(a), newBansRemove(a), newBansUndo(a), newBansSync(a), newBansConfirm(a),
		newBansStats(a), newBansExport(a), newBansFlush(a), newBansRehearse(a))
	return cmd
}

// withLedger opens the ledger for reading.
func (a *app) withLedger(cmd *cobra.Command, use func(*ledger.Ledger, *Settings) error) error {
	s, err := a.settings(cmd, false)
	if err != nil {
		return err
	}
	l, close, err := openLedger(cmd.Context(), s.StateDir, false)
	if err != nil {
		return err
	}
	defer close()
	return use(l, s)
}

// changing opens the ledger under the lock, and afterwards brings the firewall up
// to date.
func (a *app) changing(cmd *cobra.Command, why string, change func(context.Context, *ledger.Ledger, *ban.Guards) error) error {
	s, err := a.settings(cmd, false)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	wait, err := cmd.Flags().GetDuration("wait")
	if err != nil {
		return err
	}
	lock, err := acquire(ctx, s.StateDir, wait)
	if err != nil {
		return fmt.Errorf("state directory %s: %w", s.StateDir, err)
	}
	defer lock.release()
	l, close, err := openLedger(ctx, s.StateDir, true)
	if err != nil {
		return err
	}
	defer close()
	guards, err := a.lastingGuards(ctx, s, l, true)
	if err != nil {
		return err
	}
	if guards.Sessions, err = a.guardSessions(ctx); err != nil {
		a.note("open sessions: %v", err)
	}
	if err := change(ctx, l, &guards); err != nil {
		return err
	}
	e := enforcer{app: a, settings: s, ledger: l, allow: guards.Protected()}
	active, err := l.Active(ctx, time.Now())
	if err != nil {
		return &exitError{exitFirewall, err}
	}
	told, _, err := e.prepare(ctx, active, true).finish(ctx, why+" "+runName(time.Now()))
	for _, d := range told {
		if d.Error == "" {
			a.note("%s holds %d", d.Name, d.InForce)
		}
	}
	return err
}

// lastingGuards are those that hold whoever changes a ban: what the configuration
// protects, and what this machine needs. keep remembers what DNS says of the allowlist.
func (a *app) lastingGuards(ctx context.Context, s *Settings, l *ledger.Ledger, keep bool) (ban.Guards, error) {
	guards := s.Guards()
	trusted := webconf.Read(os.DirFS("/")).Proxies
	trusted = slices.DeleteFunc(trusted, func(p webconf.Proxy) bool { return boundless(p.Prefix) }) // a server that trusts everybody names nobody
	s.protectProxies(&guards, trusted)
	if err := a.protectNames(ctx, s, &guards, keep); err != nil {
		a.note("names on the allowlist: %v; their last known addresses are protected", err)
	}
	if len(s.AllowWho) > 0 {
		active, err := l.Active(ctx, time.Now())
		if err != nil {
			return guards, err
		}
		s.protectWho(&guards, nil, active)
	}
	if err := protectMachine(&guards); err != nil {
		a.note("not all addresses of this machine are known: %v", err)
	}
	return guards, nil
}
