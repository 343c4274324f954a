package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ban/ledger"
	"gumshoe/report"
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
	guards := s.Guards()
	s.protectProxies(&guards, nil)
	if err := a.protectNames(ctx, s, &guards, true); err != nil {
		a.note("names on the allowlist: %v; their last known addresses are protected", err)
	}
	if err := protectMachine(&guards); err != nil {
		a.note("not all addresses of this machine are known: %v", err)
	}
	if guards.Sessions, err = openSessions(); err != nil {
		a.note("open sessions: %v", err)
	}
	if err := change(ctx, l, &guards); err != nil {
		return err
	}
	e := enforcer{app: a, settings: s, ledger: l, allow: guards.Protected()}
	told, err := e.sync(ctx, why+" "+runName(time.Now()), true)
	for _, d := range told {
		if d.Error == "" {
			a.note("%s holds %d", d.Name, d.InForce)
		}
	}
	return err
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
				if f.Overlaps, err = ban.ParseTarget(args[0]); err != nil {
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
				if b.Prefix, err = ban.ParseTarget(args[0]); err != nil {
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
			return a.changing(cmd, "add", func(ctx context.Context, l *ledger.Ledger, g *ban.Guards) error {
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
				return l.Confirm(ctx, person(), time.Now())
			})
		},
	}
}

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
			return a.withLedger(cmd, func(l *ledger.Ledger, _ *Settings) error {
				now := time.Now()
				list, err := l.Active(cmd.Context(), now)
				if err != nil {
					return err
				}
				return a.exportBans(list, format, now)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "plain", "`form`: plain, ipset, json")
	return cmd
}

// exportBans writes bans as a program reads them. The lists hold only who is shut
// out: in them nothing says of anybody else that he is not.
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
