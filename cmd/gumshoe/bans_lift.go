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
				} else if which.Overlaps, err = ban.ParseTarget(args[0]); err != nil {
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
			err := a.lifting(cmd, ledger.Which{All: true}, "flush", "flushed", 0)
			if err != nil && exitCode(err) != exitFailed {
				return err
			}
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			l, close, err := openLedger(cmd.Context(), s.StateDir, true)
			if err != nil {
				return err
			}
			defer close()
			drivers, err := s.drivers(cmd.Context(), deedState{l})
			if err != nil {
				return err
			}
			if err := firewall.Clear(cmd.Context(), drivers); err != nil {
				return &exitError{exitFirewall, err}
			}
			a.note("nobody is banned, and the firewall is as if gumshoe had never been there")
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "really")
	return cmd
}

// lifting lifts bans and says which.
func (a *app) lifting(cmd *cobra.Command, which ledger.Which, what, reason string, exempt time.Duration) error {
	return a.changing(cmd, what, func(ctx context.Context, l *ledger.Ledger, _ *ban.Guards) error {
		now := time.Now()
		lifted, err := l.Remove(ctx, which, person(), reason, now, exempt)
		if err != nil {
			return err
		}
		if len(lifted) == 0 {
			return errors.New("no such ban is in force; gumshoe bans list shows them")
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
