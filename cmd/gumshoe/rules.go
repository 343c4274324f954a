package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
	"gumshoe/analyze/casebook"
	"gumshoe/analyze/rule"
	"gumshoe/ingest"
	"gumshoe/ingest/template"
)

func newRules(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "See, try, approve and export the rules for lines that no parser understands",
		Long: `A kind of line that no run has met and no parser understands is remembered; where
an AI is configured it is asked once whether it is a threat. The rule that it
proposes, or that you add, is checked, tried for four runs without any effect, and
then counts as weak evidence: it bans nobody by itself. export writes rules, and the
pattern of a case, for fail2ban and the web servers.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRulesList(a), newRulesAdd(a), newRulesTest(a), newRulesApprove(a), newRulesReject(a), newRulesExport(a))
	return cmd
}

func newRulesList(a *app) *cobra.Command {
	var all, novel bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the rules, or the kinds of line that nobody understands",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.booked(cmd, false, func(b *casebook.Book) error {
				if novel {
					shapes, err := b.Shapes(cmd.Context())
					if err != nil {
						return err
					}
					return a.listShapes(shapes)
				}
				rules, err := b.Rules(cmd.Context())
				if err != nil {
					return err
				}
				if !all {
					rules = slices.DeleteFunc(rules, func(r analyze.Rule) bool { return r.State == analyze.RuleRejected })
				}
				return a.listRules(rules)
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "rejected ones too, with the reason")
	cmd.Flags().BoolVar(&novel, "novel", false, "the kinds of line instead, those met last first")
	return cmd
}

func (a *app) listRules(rules []analyze.Rule) error {
	if a.json {
		return eachJSON(a, rules)
	}
	if len(rules) == 0 {
		_, err := fmt.Fprintln(a.out, "There is no rule. gumshoe rules list --novel shows what could have one.")
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tSTATE\tHITS\tWRONG\tBY\tPROGRAM\tPATTERN")
	for i := range rules {
		r := &rules[i]
		state := string(r.State)
		if r.State == analyze.RuleProposed || r.State == analyze.RuleShadow {
			state += fmt.Sprintf(", %d runs left", r.Left)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", r.ID, state, r.Hits, r.FalseHits, legible(r.By), legible(r.Program), legible(r.Pattern))
		if r.Reason != "" {
			fmt.Fprintf(t, "\t%s\n", legible(r.Reason))
		}
	}
	return t.Flush()
}

func (a *app) listShapes(shapes []analyze.UnknownShape) error {
	if a.json {
		return eachJSON(a, shapes)
	}
	if len(shapes) == 0 {
		_, err := fmt.Fprintln(a.out, "No new kind of line that names a public address was met.")
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tMET\tLINES\tADDRESSES\tSAID\tPROGRAM\tLINE")
	for i := range shapes {
		s, said := &shapes[i], "-"
		if s.Verdict != "" {
			said = s.Verdict + " by " + legible(s.By)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", s.ID, s.Met.Format(time.DateOnly), s.Lines, s.Clients, said, legible(s.Program), legible(s.Text))
	}
	return t.Flush()
}

func eachJSON[T any](a *app, list []T) error {
	out := json.NewEncoder(a.out)
	for i := range list {
		if err := out.Encode(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func newRulesAdd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "add LINE-ID PATTERN",
		Short: "Propose a rule for a kind of line that rules list --novel shows",
		Long: `Propose a rule. PATTERN is RE2, for the message behind "program[pid]: ", or behind
the stamp of a line without a program: ^ and $ at its ends, text and repeated classes
in a row between them, and once ` + rule.AddrGroup + ` where the
remote address stands. It has to match the samples of the line and no harmless one.`,
		Example: `  gumshoe rules add 4f0c1d2e3b4a5968 '^login of \S+ from ` + rule.AddrGroup + ` refused$'`,
		Args:    positional(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.booked(cmd, true, func(b *casebook.Book) error {
				shapes, err := b.Shapes(cmd.Context())
				if err != nil {
					return err
				}
				i := slices.IndexFunc(shapes, func(s analyze.UnknownShape) bool { return s.ID == args[0] })
				if i < 0 {
					return fmt.Errorf("no kind of line %q is remembered; gumshoe rules list --novel shows them", args[0])
				}
				var benign []string
				for _, s := range shapes {
					if s.Verdict == analyze.Harmless && s.ID != args[0] {
						for _, line := range s.Samples {
							benign = append(benign, rule.Message(s.Program, line))
						}
					}
				}
				r := rule.Propose(&shapes[i].NovelLine, args[1], person(), benign, time.Now())
				if r.State == analyze.RuleRejected {
					return fmt.Errorf("the rule is refused: %s", r.Reason)
				}
				shapes[i].Verdict, shapes[i].By = analyze.Threat, r.By
				if err := b.KeepShapes(cmd.Context(), shapes[i:i+1], time.Now().Add(-knownFor)); err != nil {
					return err
				}
				a.note("rule %s is tried for %d runs; gumshoe rules approve %[1]s makes it count at once", r.ID, r.Left)
				return b.KeepRules(cmd.Context(), []analyze.Rule{r})
			})
		},
	}
}

// changeRule changes a rule of the casebook.
func (a *app) changeRule(cmd *cobra.Command, id string, change func(analyze.Rule) (analyze.Rule, error)) error {
	return a.booked(cmd, true, func(b *casebook.Book) error {
		r, err := b.Rule(cmd.Context(), id)
		if err != nil {
			return unknownRule(id, err)
		}
		if r, err = change(r); err != nil {
			return err
		}
		a.note("%s: %s", id, r.State)
		return b.KeepRules(cmd.Context(), []analyze.Rule{r})
	})
}

func unknownRule(id string, err error) error {
	if !errors.Is(err, casebook.ErrNoRule) {
		return err
	}
	return fmt.Errorf("rule %q: %w; gumshoe rules list --all shows them", id, err)
}

func newRulesApprove(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "approve ID",
		Short: "Let a rule count now, whatever its trial has shown",
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeRule(cmd, args[0], func(r analyze.Rule) (analyze.Rule, error) { return rule.Approve(r, time.Now()) })
		},
	}
}

func newRulesReject(a *app) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "reject ID",
		Short: "End a rule; its kind of line is not asked about again",
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeRule(cmd, args[0], func(r analyze.Rule) (analyze.Rule, error) {
				return rule.Reject(r, reason, time.Now()), nil
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "a person's word", "`why`, for whoever reads the list")
	return cmd
}

func newRulesTest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test ID FILE|DIR...",
		Short: "Show whom a rule meets in logs",
		Args:  positional(cobra.MinimumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var r analyze.Rule
			if err := a.booked(cmd, false, func(b *casebook.Book) (err error) {
				r, err = b.Rule(cmd.Context(), args[0])
				return err
			}); err != nil {
				return unknownRule(args[0], err)
			}
			s, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			r.State = analyze.RuleShadow // a rejected one can be tried too
			return a.testRule(cmd, r, &job{Settings: s, Args: args[1:], DryRun: true, Started: time.Now()})
		},
	}
}

// testRule shows a rule the lines of logs that nobody understands, as a run does.
func (a *app) testRule(cmd *cobra.Command, r analyze.Rule, j *job) error {
	l, err := a.openLogs(cmd.Context(), j, nil)
	if err != nil {
		return err
	}
	defer l.close()
	watch := rule.NewWatch([]analyze.Rule{r}, ingest.Hash{})
	health, err := ingest.Scan(cmd.Context(), l.sources, ingest.Options{Now: j.Started,
		NewSink:    func() ingest.Sink { return passedOver{} },
		NewUnknown: func() ingest.UnknownSink { return watch.Worker(template.New(ingest.Hash{})) }})
	if err != nil {
		return err
	}
	var lines, met uint64
	for _, h := range health {
		lines += h.Lines
	}
	hits := watch.Hits()
	for _, h := range hits {
		met += h.Lines
	}
	fmt.Fprintf(a.out, "%s matches %d of %d lines, of %d sources.\n", r.ID, met, lines, len(hits))
	slices.SortStableFunc(hits, func(x, y analyze.RuleHit) int { return int(int64(y.Lines) - int64(x.Lines)) })
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, h := range hits[:min(len(hits), sourcesShown)] {
		fmt.Fprintf(t, "  %s\t%d\n", prefixText(h.Source), h.Lines)
	}
	if more := len(hits) - sourcesShown; more > 0 {
		fmt.Fprintf(t, "  and %d more\n", more)
	}
	return t.Flush()
}

// sourcesShown is how many sources a trial names.
const sourcesShown = 20

// passedOver is a sink for events that nobody counts.
type passedOver struct{}

func (passedOver) Begin(uint32)                     {}
func (passedOver) Add(*ingest.Event, ingest.Origin) {}
