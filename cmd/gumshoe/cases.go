package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/user"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
	"gumshoe/analyze/casebook"
	"gumshoe/report"
)

func newCases(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List past cases, and say what you know of them",
		Long: `A case keeps its id from run to run. What you say of it binds to the sources
and accounts that it names now: it lapses when others join, and it never covers a
break-in. Every report lists what was said while it holds.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCasesList(a), newCasesShow(a),
		newSay(a, analyze.Acknowledged, "Know of a case: tell it in one line from now on",
			`The case is told in one line while no new source or account joins it. Bans go on as
they would.`),
		newSay(a, analyze.Muted, "Call a case harmless: tell it in one line and ban nobody for it",
			`The case is told in one line while no new source or account joins it, and its
sources are not banned for it. What else they do is judged as ever.`),
		newSay(a, analyze.Closed, "Call a case dealt with, until it goes on",
			`The case is told in one line until something new happens in it.`),
		newReopen(a), newCasesExport(a))
	return cmd
}

// booked opens the casebook for a subcommand, for writing under the lock.
func (a *app) booked(cmd *cobra.Command, write bool, use func(*casebook.Book) error) error {
	return a.archived(cmd, write, 0, func(m *memory, s *Settings) error {
		if _, err := m.openCasebook(cmd.Context(), time.Now(), s); err != nil {
			return fmt.Errorf("the casebook: %w", err)
		}
		return use(m.cases.book)
	})
}

// caseRow is a remembered case as programs read it.
type caseRow struct {
	ID       string           `json:"id"`
	Kind     string           `json:"kind"`
	Severity analyze.Level    `json:"severity"`
	Headline string           `json:"headline"`
	Sources  []string         `json:"sources"`
	Began    time.Time        `json:"began"`
	Last     time.Time        `json:"last"`
	Told     time.Time        `json:"told"`
	Open     bool             `json:"open"`
	Words    []analyze.Saying `json:"words,omitempty"`
}

// remembered lists the cases, those told last first, with what was said of each.
func remembered(cmd *cobra.Command, b *casebook.Book) ([]caseRow, error) {
	now := time.Now()
	past, err := b.Recall(cmd.Context(), now)
	if err != nil {
		return nil, err
	}
	said, err := b.Words(cmd.Context(), now)
	if err != nil {
		return nil, err
	}
	words := map[string][]analyze.Saying{}
	for _, s := range said {
		words[s.Case] = append(words[s.Case], s)
	}
	out := make([]caseRow, 0, len(past))
	for i := range past {
		p := &past[i]
		row := caseRow{p.ID, p.Kind, p.Level, p.Headline, []string{}, p.Began, p.Last, p.Told, p.Open, words[p.ID]}
		for _, s := range p.Sources {
			row.Sources = append(row.Sources, prefixText(s))
		}
		out = append(out, row)
	}
	slices.SortStableFunc(out, func(x, y caseRow) int {
		if c := y.Told.Compare(x.Told); c != 0 {
			return c
		}
		return int(y.Severity) - int(x.Severity)
	})
	return out, nil
}

// legible is text of a case as it may stand on a terminal.
func legible(s string) string { return report.Visible(s, 200) }

func prefixText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

func newCasesList(a *app) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the cases of the last run, or all that are remembered",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.booked(cmd, false, func(b *casebook.Book) error {
				rows, err := remembered(cmd, b)
				if err != nil {
					return err
				}
				if !all {
					rows = slices.DeleteFunc(rows, func(r caseRow) bool { return !r.Open })
				}
				return a.listCases(rows)
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "closed ones too, of the last 26 weeks")
	return cmd
}

func (a *app) listCases(rows []caseRow) error {
	if a.json {
		out := json.NewEncoder(a.out)
		for _, r := range rows {
			if err := out.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(a.out, "No case is open.")
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tLEVEL\tLAST EVENT\tSOURCES\tSAID\tCASE")
	for _, r := range rows {
		said := "-"
		if n := len(r.Words); n > 0 {
			said = string(r.Words[n-1].Word)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\n", r.ID, r.Severity, r.Last.Format("2006-01-02 15:04"), len(r.Sources), said, legible(r.Headline))
	}
	return t.Flush()
}

func newCasesShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show what is remembered of a case",
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bookedCase(cmd, args[0], func(r *caseRow) error { return a.showCase(*r) })
		},
	}
}

// bookedCase hands over what is remembered of one case.
func (a *app) bookedCase(cmd *cobra.Command, id string, use func(*caseRow) error) error {
	return a.booked(cmd, false, func(b *casebook.Book) error {
		rows, err := remembered(cmd, b)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rows, func(r caseRow) bool { return r.ID == id })
		if i < 0 {
			return unknownCase(id)
		}
		return use(&rows[i])
	})
}

func (a *app) showCase(r caseRow) error {
	if a.json {
		return json.NewEncoder(a.out).Encode(r)
	}
	state := "closed: the last run did not tell of it"
	if r.Open {
		state = "open"
	}
	const stamp = "Mon 2 Jan 2006 15:04 UTC"
	fmt.Fprintf(a.out, "%s  %s  %s\n%s\n\n", strings.ToUpper(r.Severity.String()), r.ID, r.Kind, legible(r.Headline))
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  began\t%s\n  last event\t%s\n  last told\t%s\n  state\t%s\n  sources\t%d\n",
		r.Began.Format(stamp), r.Last.Format(stamp), r.Told.Format(stamp), state, len(r.Sources))
	for _, s := range r.Words {
		until := "while it is remembered"
		if !s.Until.IsZero() {
			until = "until " + s.Until.Format(stamp)
		}
		fmt.Fprintf(t, "  said\t%s by %s on %s, %s: %s\n", s.Word, legible(s.By), s.At.Format(stamp), until, legible(s.Reason))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range r.Sources {
		fmt.Fprintln(a.out, "    "+s)
	}
	return nil
}

func unknownCase(id string) error {
	return fmt.Errorf("case %q: %w; gumshoe cases list --all shows them", id, casebook.ErrNoCase)
}

func newSay(a *app, word analyze.Word, short, long string) *cobra.Command {
	var until, reason string
	cmd := &cobra.Command{
		Use:   string(word) + " ID",
		Short: short,
		Long:  long,
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			now := time.Now()
			end, err := parseEnd(until, now)
			if err != nil {
				return usagef("--until: %w", err)
			}
			return a.booked(cmd, true, func(b *casebook.Book) error {
				err := b.Say(cmd.Context(), analyze.Saying{Case: args[0], Word: word, Reason: reason, By: person(), At: now, Until: end})
				if errors.Is(err, casebook.ErrNoCase) {
					return unknownCase(args[0])
				}
				if err == nil {
					a.note("%s: %s; gumshoe cases reopen %[1]s takes it back", args[0], word)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&until, "until", "", "day, moment or `duration` (14d) after which this no longer holds")
	cmd.Flags().StringVar(&reason, "reason", "", "`why`, for whoever reads the next report")
	return cmd
}

func newReopen(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "reopen ID",
		Short: "Take back what was said of a case",
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.booked(cmd, true, func(b *casebook.Book) error {
				n, err := b.TakeBack(cmd.Context(), args[0], time.Now())
				if err == nil && n == 0 {
					return fmt.Errorf("nothing was said of case %q; gumshoe cases list --all shows them", args[0])
				}
				return err
			})
		},
	}
}

// parseEnd reads a moment in the future, as such or as the time until then; "" is never.
func parseEnd(s string, now time.Time) (end time.Time, err error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := parseDuration(s); err == nil {
		return now.Add(d), nil
	}
	if end, err = parseMoment(s, time.Local); err != nil {
		return end, err
	}
	if !end.After(now) {
		return end, fmt.Errorf("%s is over", s)
	}
	return end, nil
}

// person is who gives the command: behind sudo, whoever called it.
func person() string {
	if name := os.Getenv("SUDO_USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}
