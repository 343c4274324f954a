package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze/enrich"
	"gumshoe/ban"
	"gumshoe/ban/ledger"
)

func newBansAdd(a *app) *cobra.Command {
	var action, length, reason, ports, caseID string
	var force bool
	cmd := &cobra.Command{
		Use:   "add {ADDRESS|PREFIX|--case ID}",
		Short: "Ban an address, a network, or all sources of a case",
		Example: `  gumshoe bans add 203.0.113.9 --for 7d --reason "hammers the shop"
  gumshoe bans add 203.0.113.0/24 --action rate-limit --ports 80,443
  gumshoe bans add --case pt5zw --for 30d`,
		Args: positional(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (caseID != "") {
				return usagef("give either an address or --case ID")
			}
			now := time.Now()
			b := ban.Ban{Jail: ban.Manual, Action: ban.Action(action), Case: caseID, Reason: reason, From: now, By: person()}
			var err error
			if b.Ports, err = ban.ParsePorts(ports); err != nil {
				return usagef("--ports: %w", err)
			}
			if length != "forever" {
				d, err := parseDuration(length)
				if err != nil || d == 0 {
					return usagef("--for: %q; write 90m, 6h, 14d, 2w or forever", length)
				}
				b.Until = now.Add(d)
			}
			var bans []ban.Ban
			if len(args) == 1 {
				if b.Prefix, err = ban.ParseTarget(asLogged(args[0])); err != nil {
					return usagef("%w", err)
				}
				bans = []ban.Ban{b}
			} else if bans, err = a.sourcesToBan(cmd, b); err != nil {
				return err
			}
			for i := range bans {
				if err := bans[i].Check(); err != nil {
					return usagef("%w", err)
				}
			}
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			a.locate(s, bans)
			return a.changing(cmd, "add", func(ctx context.Context, l *ledger.Ledger, g *ban.Guards) error {
				s.protectWho(g, nil, bans)
				for i := range bans {
					if _, why, no := g.Refuses(bans[i].Prefix); no && !force {
						return fmt.Errorf("%s is not banned: %s --force bans it all the same, except what the firewall always lets through", prefixText(bans[i].Prefix), why)
					}
				}
				added, err := l.Add(ctx, bans)
				switch {
				case err != nil:
				case len(added) == 0:
					a.note("nothing to do: banned already, for as long or longer")
				default:
					a.note("%d banned; gumshoe bans remove undoes it", len(added))
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&action, "action", string(ban.Drop), "`what` happens: drop, reject, rate-limit, alert")
	cmd.Flags().StringVar(&length, "for", "1d", "how `long`: 90m, 6h, 14d, 2w, forever")
	cmd.Flags().StringVar(&reason, "reason", "by hand", "`why`")
	cmd.Flags().StringVar(&ports, "ports", "all", "which `ports` are closed: 22,80 or all")
	cmd.Flags().StringVar(&caseID, "case", "", "all sources of the case with this `ID`")
	cmd.Flags().BoolVar(&force, "force", false, "even if a guard speaks for it")
	return cmd
}

// locate notes whose networks are to be banned, and in which countries they are, as far
// as a database on this machine knows.
func (a *app) locate(s *Settings, bans []ban.Ban) {
	places := enrich.NewPlaces(func() []enrich.Database {
		paths, _ := s.databases()
		return a.databasesAt(paths, func(text string) { a.note("%s", text) })
	})
	for i := range bans {
		at := places.Lookup(bans[i].Prefix.Addr())
		bans[i].Country, bans[i].ASN = at.Country, at.ASN
	}
}

// sourcesToBan are the sources of a remembered case, each banned as b says.
func (a *app) sourcesToBan(cmd *cobra.Command, b ban.Ban) (bans []ban.Ban, err error) {
	err = a.bookedCase(cmd, b.Case, func(r *caseRow) error {
		for _, s := range r.Sources {
			one := b
			if one.Prefix, err = ban.ParseTarget(s); err != nil {
				return err
			}
			bans = append(bans, one)
		}
		if len(bans) == 0 {
			return fmt.Errorf("case %s accuses nobody", b.Case)
		}
		return nil
	})
	return bans, err
}
