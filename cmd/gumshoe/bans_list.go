package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ban/ledger"
	"gumshoe/report"
)

func newBansList(a *app) *cobra.Command {
	var all bool
	var f ledger.Filter
	var since string
	cmd := &cobra.Command{
		Use:   "list [ADDRESS|PREFIX]",
		Short: "List the bans in force, or all that ever were",
		Example: `  gumshoe bans list                       who is banned now
  gumshoe bans list 203.0.113.9 --all     whatever was done about an address
  gumshoe bans list --country CN --since 2026-11-01 --all`,
		Args: positional(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			now := time.Now()
			if len(args) == 1 {
				if f.Overlaps, err = ban.ParseTarget(asLogged(args[0])); err != nil {
					return usagef("%w", err)
				}
			}
			if since != "" {
				if f.Since, err = parseMoment(since, time.Local); err != nil {
					return usagef("--since: %w", err)
				}
			}
			if !all {
				f.ActiveAt = now
			}
			return a.withLedger(cmd, func(l *ledger.Ledger, _ *Settings) error {
				list, err := l.List(cmd.Context(), f)
				if err != nil {
					return err
				}
				f.ActiveAt, f.ToComeAt = time.Time{}, now
				later, err := l.List(cmd.Context(), f)
				if err != nil {
					return err
				}
				if len(later) > 0 {
					a.note("%s", notBegun(later))
				}
				return a.listBans(list, now)
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "those that are over, too")
	cmd.Flags().StringVar(&f.Jail, "jail", "", "of this `jail` only")
	cmd.Flags().StringVar(&f.Country, "country", "", "of this country only: two `letters`")
	cmd.Flags().StringVar(&f.Case, "case", "", "made for this case (`ID`) only")
	cmd.Flags().StringVar(&f.Run, "run", "", "made by this `run` only")
	cmd.Flags().StringVar(&since, "since", "", "that began at this `time` or later")
	return cmd
}

// notBegun says of bans that begin only later what they are: nobody makes such ones.
func notBegun(later []ban.Ban) string {
	first := slices.MinFunc(later, func(a, b ban.Ban) int { return a.From.Compare(b.From) })
	return fmt.Sprintf("not in force before they begin: %d, the first of them number %d, of %s, on %s. The clock was wrong when they were made, or the ledger comes from elsewhere.",
		len(later), first.ID, prefixText(first.Prefix), first.From.Local().Format("2006-01-02 15:04"))
}

func (a *app) listBans(list []ban.Ban, now time.Time) error {
	if a.json {
		out := json.NewEncoder(a.out)
		for i := range list {
			if err := out.Encode(rowOf(&list[i], now)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.out, "Nobody is banned.")
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tADDRESS\tJAIL\tACTION\tPORTS\tFROM\tUNTIL\tCASE\tBY\tWHY")
	for i := range list {
		b := &list[i]
		until := "for good"
		switch {
		case !b.Lifted.IsZero():
			until = "lifted " + b.Lifted.Local().Format("2006-01-02 15:04")
		case b.Extended != 0:
			until = "prolonged by " + strconv.FormatInt(b.Extended, 10)
		case !b.Until.IsZero():
			until = b.Until.Local().Format("2006-01-02 15:04")
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", b.ID, prefixText(b.Prefix), b.Jail, b.Action, b.Ports, b.From.Local().Format("2006-01-02 15:04"), until,
			orDash(b.Case), legible(b.By), report.Visible(b.Reason, 90))
	}
	return t.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// banRow is a ban as programs read it.
type banRow struct {
	ID       int64      `json:"id"`
	Prefix   string     `json:"prefix"`
	Jail     string     `json:"jail"`
	Ports    string     `json:"ports"`
	Action   ban.Action `json:"action"`
	Case     string     `json:"case,omitempty"`
	Reason   string     `json:"reason"`
	Country  string     `json:"country,omitempty"`
	ASN      uint32     `json:"asn,omitempty"`
	From     time.Time  `json:"from"`
	Until    *time.Time `json:"until"` // null: for good
	Offence  int        `json:"offence"`
	By       string     `json:"by"`
	Run      string     `json:"run,omitempty"`
	Active   bool       `json:"active"`
	Lifted   *time.Time `json:"lifted,omitempty"`
	LiftedBy string     `json:"lifted_by,omitempty"`
	LiftedOn string     `json:"lifted_why,omitempty"`
}

func rowOf(b *ban.Ban, now time.Time) banRow {
	r := banRow{ID: b.ID, Prefix: b.Prefix.String(), Jail: b.Jail, Ports: b.Ports.String(), Action: b.Action, Case: b.Case, Reason: b.Reason, Country: b.Country, ASN: b.ASN,
		From: b.From, Offence: b.Offence, By: b.By, Run: b.Run, Active: b.Active(now), LiftedBy: b.LiftedBy, LiftedOn: b.LiftedOn}
	if !b.Until.IsZero() {
		r.Until = &b.Until
	}
	if !b.Lifted.IsZero() {
		r.Lifted = &b.Lifted
	}
	return r
}
