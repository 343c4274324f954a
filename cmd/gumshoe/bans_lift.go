package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ban/ledger"
)

func newBansRemove(a *app) *cobra.Command {
	var caseID, reason string
	cmd := &cobra.Command{
		Use:   "remove {ADDRESS|PREFIX|BAN-ID|--case ID}",
		Short: "Lift bans, and exempt whom they hit for a week",
		Args:  positional(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (caseID != "") {
				return usagef("give either an address, a ban's number, or --case ID")
			}
			which := ledger.Which{Case: caseID}
			if len(args) == 1 {
				if id, err := strconv.ParseInt(args[0], 10, 64); err == nil {
					which.IDs = []int64{id}
				} else if which.Overlaps, err = ban.ParseTarget(asLogged(args[0])); err != nil {
					return usagef("%w", err)
				}
			}
			return a.lifting(cmd, which, "remove", reason, ban.ExemptFor)
		},
	}
	cmd.Flags().StringVar(&caseID, "case", "", "all bans made for the case with this `ID`")
	cmd.Flags().StringVar(&reason, "reason", "removed", "`why`")
	return cmd
}

func newBansUndo(a *app) *cobra.Command {
	var run string
	cmd := &cobra.Command{
		Use:   "undo --run RUN",
		Short: "Lift all that a run banned",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if run == "" {
				return usagef("--run names the run; the report that it wrote does, and so does gumshoe bans list --json")
			}
			return a.lifting(cmd, ledger.Which{Run: run}, "undo", "undo run "+run, ban.ExemptFor)
		},
	}
	cmd.Flags().StringVar(&run, "run", "", "the `run`, as its report names it")
	return cmd
}

func newBansFlush(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "flush --yes",
		Short: "Lift every ban and take chain, sets and lists away",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !yes {
				return usagef("this lifts every ban; --yes does it")
			}
			problem := a.lifting(cmd, ledger.Which{All: true}, "flush", "flushed", 0)
			switch {
			case errors.Is(problem, errNoneInForce):
				problem = nil
			case problem != nil && exitCode(problem) != exitFailed:
				return problem
			}
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			if err := a.clearFirewall(cmd.Context(), s); err != nil {
				return errors.Join(problem, err)
			}
			if problem != nil {
				return fmt.Errorf("the firewall lets everybody in, but the ledger still has its bans, and whatever syncs next brings them back: %w", problem)
			}
			a.note("nobody is banned, and the firewall is as if gumshoe had never been there")
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "really")
	return cmd
}

// clearFirewall takes what is ours out of everything that carries bans out. A ledger that
// cannot be opened, as lifting has told, keeps nobody out: without it only what cannot be
// asked what it holds keeps its bans.
func (a *app) clearFirewall(ctx context.Context, s *Settings) error {
	var state firewall.State = nothingDone{}
	if l, close, err := openLedger(ctx, s.StateDir, true); err == nil {
		defer close()
		state = deedState{l}
	}
	drivers, err := s.drivers(ctx, state)
	if err == nil {
		err = firewall.Clear(ctx, drivers)
	}
	if err != nil {
		return &exitError{exitFirewall, err}
	}
	return nil
}

// nothingDone is the memory of drivers that did nothing, as far as anybody knows.
type nothingDone struct{}

// Deeds implements firewall.State.
func (nothingDone) Deeds(context.Context, string) ([]firewall.Deed, error) { return nil, nil }

// Put implements firewall.State.
func (nothingDone) Put(context.Context, string, ...firewall.Deed) error { return nil }

// Forget implements firewall.State.
func (nothingDone) Forget(context.Context, string, ...ban.Ban) error { return nil }

// errNoneInForce says that there is nothing to lift.
var errNoneInForce = errors.New("no such ban is in force; gumshoe bans list shows them")

// lifting lifts bans and says which.
func (a *app) lifting(cmd *cobra.Command, which ledger.Which, what, reason string, exempt time.Duration) error {
	return a.changing(cmd, what, func(ctx context.Context, l *ledger.Ledger, _ *ban.Guards) error {
		now := time.Now()
		lifted, err := l.Remove(ctx, which, person(), reason, now, exempt)
		if err != nil {
			return err
		}
		if len(lifted) == 0 {
			return errNoneInForce
		}
		for i := range lifted {
			fmt.Fprintf(a.out, "lifted %d: %s\n", lifted[i].ID, prefixText(lifted[i].Prefix))
		}
		if exempt > 0 {
			a.note("exempted until %s, except from break-ins", now.Add(exempt).Format("2006-01-02 15:04"))
		}
		return nil
	})
}
