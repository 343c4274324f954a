package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ban/ledger"
)

func newBansExport(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the bans in force for other programs",
		Example: `  gumshoe bans export > blocklist.txt            one network a line
  gumshoe bans export --format ipset | ipset restore
  gumshoe bans export --format json`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"plain", "ipset", "json"}, format) {
				return usagef("--format: %q is none of plain, ipset, json", format)
			}
			return a.withLedger(cmd, func(l *ledger.Ledger, s *Settings) error {
				now := time.Now()
				list, err := l.Active(cmd.Context(), now)
				if err != nil {
					return err
				}
				if format != "json" {
					guards, err := a.lastingGuards(cmd.Context(), s, l, false)
					if err != nil {
						return err
					}
					want, err := firewall.NewWant(list, guards.Protected(), now)
					if err != nil {
						return err
					}
					list = want.Spared()
				}
				return a.exportBans(list, format, now)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "plain", "`form`: plain, ipset, json")
	return cmd
}

// exportBans writes bans as a program reads them. The lists hold only who is shut
// out: in them nothing says of anybody else that he is not, and whoever is protected
// has been cut out of them.
func (a *app) exportBans(list []ban.Ban, format string, now time.Time) error {
	slices.SortFunc(list, ban.Compare)
	if format != "json" {
		list = slices.DeleteFunc(list, func(b ban.Ban) bool { return b.Action != ban.Drop && b.Action != ban.Reject })
		list = slices.CompactFunc(list, func(x, y ban.Ban) bool { return x.Prefix == y.Prefix })
	}
	if format == "ipset" {
		size := max(65536, len(list))
		if _, err := fmt.Fprintf(a.out, "create %[1]s hash:net family inet maxelem %[3]d -exist\ncreate %[2]s hash:net family inet6 maxelem %[3]d -exist\nflush %[1]s\nflush %[2]s\n",
			exportSet4, exportSet6, size); err != nil {
			return err
		}
	}
	out := json.NewEncoder(a.out)
	for i := range list {
		var err error
		switch b := &list[i]; format {
		case "json":
			err = out.Encode(rowOf(b, now))
		case "ipset":
			set := exportSet4
			if b.Prefix.Addr().Is6() {
				set = exportSet6
			}
			_, err = fmt.Fprintf(a.out, "add %s %s\n", set, b.Prefix)
		default:
			_, err = fmt.Fprintln(a.out, b.Prefix)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// The sets that an export is for; our own have other names.
const (
	exportSet4 = "gumshoe-export4"
	exportSet6 = "gumshoe-export6"
)
