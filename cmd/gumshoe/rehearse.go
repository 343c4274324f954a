package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func newBansRehearse(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rehearse",
		Short: "Replay past weeks as if bans had been on",
		RunE:  func(*cobra.Command, []string) error { return errors.New("being built") },
	}
}
