package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ban/ledger"
)

func newBansSync(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "sync",
		Short: "Make the firewall equal to the ledger",
		Long: `Brings everything that carries bans out into line with the ledger: after a
reboot, a reload of the firewall, a crash, or when a ban ran out that the engine
does not end by itself. It may run at any time and as often as you like.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.changing(cmd, "sync", func(context.Context, *ledger.Ledger, *ban.Guards) error { return nil })
		},
	}
}

func newBansConfirm(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "confirm",
		Short: "Say that bans work and shut nobody out: from now on they last",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.changing(cmd, "confirm", func(ctx context.Context, l *ledger.Ledger, _ *ban.Guards) error {
				if err := l.Confirm(ctx, person(), time.Now()); err != nil {
					return err
				}
				a.note("confirmed: from the next run on bans last as long as planned")
				return nil
			})
		},
	}
}
