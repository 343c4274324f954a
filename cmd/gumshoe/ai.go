package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
	"gumshoe/analyze/casebook"
	"gumshoe/analyze/judge"
	"gumshoe/report"
	"gumshoe/report/mail"
)

// adviser makes the one who is asked for a second opinion; nil where none is
// configured. Without a casebook only the caps of a run hold, and nothing is
// remembered.
func (a *app) adviser(s *Settings, book *casebook.Book) (*judge.Adviser, error) {
	if s.AI.BaseURL == "" {
		return nil, nil
	}
	set := s.AI
	set.Hosts = append(set.Hosts, s.Host)
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" || s.AIKeyFile != "" {
		key, err := mail.Credential(dir, "ai_key", s.AIKeyFile)()
		if err != nil && s.AIKeyFile != "" {
			return nil, fmt.Errorf("ai.key_file: %w", err)
		}
		set.Key = key
	}
	if book == nil {
		return judge.New(set, nil, nil)
	}
	return judge.New(set, book, book)
}

// secondOpinion is what a run got to hear of its cases.
type secondOpinion struct {
	told   *report.AI        // nil: nobody was asked
	doubts map[string]string // by case: what the ban policy may hear
}

// consult asks for a second opinion on the cases of a job. It never fails a run:
// where it cannot be had the run is degraded, and the rules' verdicts stand.
func (a *app) consult(ctx context.Context, j *job, s *sight) (out secondOpinion) {
	if j.AdHoc() || j.DryRun || s.past == nil {
		return out
	}
	adviser, err := a.adviser(j.Settings, s.past.cases.book)
	if err != nil {
		s.logs.missed(a, fmt.Sprintf("the AI: %v; the rules' verdicts stand", err))
		return out
	}
	if adviser == nil {
		return out
	}
	advice := adviser.Consult(ctx, s.cases, labelsOf(s.cases))
	if err := a.consultNovel(ctx, s, adviser, &advice.Used); err != nil {
		s.logs.missed(a, fmt.Sprintf("new kinds of line: %v", err))
	}
	if advice.Used.Failed {
		s.logs.missed(a, "the AI: "+strings.Join(advice.Used.Notes, " "))
	}
	return secondOpinion{told: opinionsOf(j.Settings, s.cases, advice), doubts: advice.Doubts}
}

// labelsOf are people's words on cases, for the cards.
func labelsOf(cases []analyze.Case) map[string]string {
	out := map[string]string{}
	for i := range cases {
		if w := cases[i].Word; w != nil {
			out[cases[i].ID] = map[analyze.Word]string{analyze.Acknowledged: "acked", analyze.Muted: "muted", analyze.Closed: "closed"}[w.Word]
		}
	}
	return out
}

// opinionsOf is the advice as the report tells it.
func opinionsOf(s *Settings, cases []analyze.Case, advice judge.Advice) *report.AI {
	u := advice.Used
	const micro = 1e-6
	out := &report.AI{Model: u.Model, Asked: u.Asked, Requests: u.Run.Requests, Remembered: u.Remembered, Tokens: u.Run.Tokens(),
		Cost: float64(u.Run.Micros) * micro, Month: float64(u.Month.Micros) * micro, Budget: s.AI.MonthCost, Masked: true, Unused: strings.Join(u.Notes, " ")}
	for i := range cases {
		c := &cases[i]
		o, ok := advice.Opinions[c.ID]
		if !ok {
			continue
		}
		level := c.Level
		if c.Level == analyze.Medium || c.Level == analyze.High {
			level = min(analyze.High, max(analyze.Medium, analyze.Level(int(c.Level)+o.SeverityStep)))
		}
		out.Opinions = append(out.Opinions, report.Opinion{Case: c.ID, Agrees: o.Verdict == c.Verdict.Label, Label: o.Verdict, Level: level, Text: o.Explanation})
	}
	return out
}

func newAI(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ai",
		Short: "See what the AI would be told, try its endpoint, count its cost",
		Long: `The rules judge every case. Where ai.base_url names an OpenAI-compatible endpoint,
the job asks it for a second opinion on the flagged cases: a card of numbers and
words each, names and addresses masked, never a log line. What it answers is told
beside the rules' verdict; it can ban, lift and silence nothing.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAIPreview(a), newAITest(a), newAICost(a))
	return cmd
}

// errNoAI says what to set.
func errNoAI() error {
	return usagef("no AI is configured; ai.base_url and ai.model name one (docs/CONFIGURATION.md)")
}

func newAIPreview(a *app) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "preview [FILE|DIR...]",
		Short: "Show the exact bytes that would leave this machine; send nothing",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd, len(args) > 0)
			if err != nil {
				return err
			}
			if s.AI.BaseURL == "" {
				return errNoAI()
			}
			j := &job{Settings: s, Args: args, DryRun: true, Started: time.Now()}
			if len(args) == 0 {
				j.Span.Last = s.Last
			}
			seen, err := a.look(cmd.Context(), j)
			if err != nil {
				return err
			}
			defer seen.close()
			var book *casebook.Book
			if seen.past != nil {
				book = seen.past.cases.book
			}
			adviser, err := a.adviser(s, book)
			if err != nil {
				return err
			}
			p := adviser.Preview(cmd.Context(), seen.cases, labelsOf(seen.cases))
			lines, err := seen.unasked(cmd.Context())
			if err != nil {
				return err
			}
			adviser.PreviewNovel(cmd.Context(), &p, lines, seen.cases)
			return a.showPreview(p, all)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every byte of every request, not the cards of the first alone")
	return cmd
}

func (a *app) showPreview(p judge.Preview, all bool) error {
	cards, kinds, bytes, in, back, micros := 0, 0, 0, 0, 0, int64(0)
	for _, r := range p.Requests {
		kinds += r.Kinds
		cards, bytes, in, back, micros = cards+r.Count, bytes+len(r.Body), in+r.TokensIn, back+r.TokensOut, micros+r.Micros
	}
	fmt.Fprintf(a.out, "%d cases and %d new kinds of line in %d requests, %d bytes, to %s, %s, %s.\nAbout %d tokens out, %d back at most, cost %.4f at most. Nothing was sent.\n",
		cards, kinds, len(p.Requests), bytes, p.Endpoint, p.Model, p.Mode, in, back, float64(micros)*1e-6)
	if p.Remembered > 0 {
		fmt.Fprintf(a.out, "%d more are answered from memory.\n", p.Remembered)
	}
	if p.Unasked > 0 {
		fmt.Fprintf(a.out, "%d more are not asked about: %s.\n", p.Unasked, p.Why)
	}
	for i, r := range p.Requests {
		text, what := r.Cards, "the cards of request 1; --all shows all bytes of all requests"
		if all {
			text, what = r.Body, fmt.Sprintf("request %d", i+1)
		}
		fmt.Fprintf(a.out, "\n── %s ──\n%s\n── end ──\n", what, report.Visible(strings.TrimRight(string(text), "\n"), len(text)))
		if !all {
			break
		}
	}
	if len(p.Names) > 0 {
		fmt.Fprintln(a.out, "\nStays here")
		t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		for _, n := range p.Names {
			fmt.Fprintf(t, "  %s\t%s\n", n.Pseudonym, report.Visible(n.Real, 80))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(a.out, `
What the answer may do: explain, label, name a doubt. What it may not: ban,
lift, name an address, silence a case. The rules' verdict stands.`)
	return err
}

func newAITest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test",
		Short: "Try the endpoint with invented cases and say which form of answer works",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			if s.AI.BaseURL == "" {
				return errNoAI()
			}
			err = a.booked(cmd, true, func(b *casebook.Book) error { return a.probeAI(cmd.Context(), s, b) })
			if errors.Is(err, fs.ErrPermission) {
				a.note("what this costs is not booked: %v", err)
				return a.probeAI(cmd.Context(), s, nil)
			}
			return err
		},
	}
}

// probeAI tries the endpoint. What that costs is entered into a book, if there is one,
// and counts towards the month.
func (a *app) probeAI(ctx context.Context, s *Settings, book *casebook.Book) error {
	adviser, err := a.adviser(s, book)
	if err != nil {
		return err
	}
	p := adviser.Probe(ctx)
	fmt.Fprintf(a.out, "%s, %s\n", p.Endpoint, s.AI.Model)
	if p.Models != nil && !p.Listed {
		fmt.Fprintf(a.out, "  the server does not list this model; it lists %d\n", len(p.Models))
	}
	for _, t := range p.Tried {
		fmt.Fprintf(a.out, "  %s\n", report.Visible(t, 400))
	}
	if p.Mode == "" {
		return errDegraded
	}
	_, err = fmt.Fprintf(a.out, "It answers in the form %s, and will be asked so. %d tokens were used.\n", p.Mode, p.Spent.Tokens())
	return err
}

func newAICost(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "cost",
		Short: "Say what this month has cost, request by request",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.booked(cmd, false, func(b *casebook.Book) error {
				from := judge.Month(time.Now())
				spent, err := b.Spent(cmd.Context(), from)
				if err != nil {
					return err
				}
				list, err := b.Exchanges(cmd.Context(), from)
				if err != nil {
					return err
				}
				if a.json {
					return json.NewEncoder(a.out).Encode(struct {
						Since     time.Time          `json:"since"`
						Spent     analyze.Spend      `json:"spent"`
						Exchanges []analyze.Exchange `json:"exchanges"`
					}{from, spent, list})
				}
				fmt.Fprintf(a.out, "Since %s: %d requests, %d tokens out, %d back, cost %.4f.\n", from.Format("2 January 2006"), spent.Requests, spent.TokensIn, spent.TokensOut, float64(spent.Micros)*1e-6)
				t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
				for i := range list {
					e := &list[i]
					fmt.Fprintf(t, "  %s\t%s\t%d cases\t%d tokens\t%.4f\t%s\n", e.At.Local().Format("2006-01-02 15:04"), report.Visible(e.Model, 40), e.Cards, e.TokensIn+e.TokensOut, float64(e.Micros)*1e-6, report.Visible(e.Decision, 80))
				}
				return t.Flush()
			})
		},
	}
}
