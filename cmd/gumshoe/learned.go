package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/casebook"
	"gumshoe/analyze/judge"
	"gumshoe/analyze/rule"
	"gumshoe/ingest"
)

// learned is what a job does with the lines that no parser understands: the rules
// that were learned for some are watched, and new kinds are remembered.
type learned struct {
	watch  *rule.Watch            // nil: there is no rule
	rules  []analyze.Rule         // as they are after this run
	shapes []analyze.UnknownShape // that this run met first
}

// mostShapes is how many new kinds of line of a run are remembered: those with most
// parties, as the report tells them.
const mostShapes = 64

// watchRules reads the rules before the logs are. A casebook that cannot be read is
// told of when its cases are.
func (m *memory) watchRules(ctx context.Context, s *Settings) {
	if m == nil {
		return
	}
	defer m.cases.close()
	if err := m.openBook(ctx, filepath.Join(m.dir, casebookFile), s); err != nil {
		return
	}
	if rules, err := m.cases.book.Rules(ctx); err == nil && len(rules) > 0 {
		m.learned.watch = rule.NewWatch(rules, m.hash)
		m.learned.watch.Counted = m.last.Until
	}
}

// watched lets the rules see the lines that go to a sink.
func (m *memory) watched(next ingest.UnknownSink) ingest.UnknownSink {
	if m == nil || m.learned.watch == nil {
		return next
	}
	return m.learned.watch.Worker(next)
}

// ruled returns what rules that count met, and notes how all fared. Sources that
// behave are spared; a rule that met one with a good login was wrong.
func (m *memory) ruled(in *analyze.Input) (out []analyze.RuleHit) {
	if m == nil {
		return nil
	}
	for _, n := range byParties(in.Novel)[:min(len(in.Novel), mostShapes)] {
		if n.Clients > 0 {
			m.learned.shapes = append(m.learned.shapes, analyze.UnknownShape{NovelLine: n, Met: in.To})
		}
	}
	if m.learned.watch == nil {
		return nil
	}
	hits, wrong := map[string]uint64{}, map[string]uint64{}
	for _, h := range m.learned.watch.Hits() {
		standing := in.StandingOf(h.Source)
		hits[h.Rule.ID] += h.Fresh
		if standing != nil && standing.LoggedIn {
			if wrong[h.Rule.ID] += h.Fresh; !h.Rule.Approved { // it ends by them, whenever they were met
				wrong[h.Rule.ID] = max(wrong[h.Rule.ID], h.Lines)
			}
		}
		if h.Rule.State == analyze.RuleActive && (standing == nil || !standing.LoggedIn && !standing.Benign) {
			out = append(out, h)
		}
	}
	for _, r := range m.learned.watch.Rules() {
		m.learned.rules = append(m.learned.rules, rule.After(r, hits[r.ID], wrong[r.ID], in.To))
	}
	return out
}

// byParties orders kinds of line by how many parties they name, the most first.
func byParties(lines []analyze.NovelLine) []analyze.NovelLine {
	return slices.SortedStableFunc(slices.Values(lines), func(a, b analyze.NovelLine) int {
		return cmp.Or(cmp.Compare(b.Clients, a.Clients), cmp.Compare(b.Lines, a.Lines), strings.Compare(a.ID, b.ID))
	})
}

// keep remembers it, of a run that is complete.
func (l *learned) keep(ctx context.Context, book *casebook.Book, at time.Time) error {
	if book == nil {
		return nil
	}
	if err := book.KeepRules(ctx, l.rules); err != nil {
		return fmt.Errorf("the learned rules: %w", err)
	}
	if err := book.KeepShapes(ctx, l.shapes, at.Add(-knownFor)); err != nil {
		return fmt.Errorf("the new kinds of line: %w", err)
	}
	return nil
}

// unasked are the kinds of line of which nobody has said what they are, and that show
// plainly whose they are.
func (s *sight) unasked(ctx context.Context) ([]analyze.NovelLine, error) {
	if s.past == nil || s.past.cases.book == nil {
		return nil, nil
	}
	known, err := s.past.cases.book.Shapes(ctx)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(s.in.Novel)
	for _, k := range known {
		if k.Verdict == "" && !slices.ContainsFunc(list, func(n analyze.NovelLine) bool { return n.ID == k.ID }) {
			list = append(list, k.NovelLine)
		}
		if k.Verdict != "" {
			list = slices.DeleteFunc(list, func(n analyze.NovelLine) bool { return n.ID == k.ID })
		}
	}
	list = slices.DeleteFunc(list, func(n analyze.NovelLine) bool { return len(rule.Samples(n.Program, n.Samples)) == 0 })
	return byParties(list), nil
}

// consultNovel asks about new kinds of line, once: the answer is remembered, and for
// a threat the rule that was proposed, if it stands the checks. used is what the run
// has spent, and gets what this costs.
func (a *app) consultNovel(ctx context.Context, s *sight, adviser *judge.Adviser, used *analyze.Consultation) error {
	list, err := s.unasked(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	rulings, spent := adviser.AskNovel(ctx, list, s.cases, used.Run)
	used.Run, used.Month, used.Failed = spent.Run, spent.Month, used.Failed || spent.Failed
	used.Notes = append(used.Notes, spent.Notes...)
	return s.learn(ctx, list, rulings, used.Model)
}

// learn remembers rulings and makes rules of them.
func (s *sight) learn(ctx context.Context, list []analyze.NovelLine, rulings []judge.Ruling, model string) error {
	book := s.past.cases.book
	benign, err := s.benignLines(ctx)
	if err != nil {
		return err
	}
	have, err := book.Rules(ctx)
	if err != nil {
		return err
	}
	var shapes []analyze.UnknownShape
	var rules []analyze.Rule
	for _, r := range rulings {
		n := &list[slices.IndexFunc(list, func(n analyze.NovelLine) bool { return n.ID == r.ID })]
		shape := analyze.UnknownShape{NovelLine: *n, Verdict: analyze.Harmless, By: model, Met: s.to}
		if r.Threat {
			shape.Verdict = analyze.Threat
			made := rule.Propose(n, r.Pattern, model, benign, s.to)
			if !slices.ContainsFunc(have, func(r analyze.Rule) bool { return r.ID == made.ID }) {
				rules = append(rules, made)
			}
		}
		shapes = append(shapes, shape)
	}
	if proposed := countState(rules, analyze.RuleProposed); proposed > 0 {
		s.logs.told = append(s.logs.told, fmt.Sprintf("the AI takes %d new kinds of line for a threat; the rules that it proposes are tried for %d runs: gumshoe rules list", proposed, rule.ShadowRuns))
	}
	if err := book.KeepRules(ctx, rules); err != nil {
		return err
	}
	return book.KeepShapes(ctx, shapes, s.to.Add(-knownFor))
}

func countState(rules []analyze.Rule, state analyze.RuleState) (n int) {
	for i := range rules {
		if rules[i].State == state {
			n++
		}
	}
	return n
}

// benignLines are messages that no rule may match: those of the kinds of line that
// were met before and are no threat as far as anybody knows.
func (s *sight) benignLines(ctx context.Context) ([]string, error) {
	known, err := s.past.cases.book.Shapes(ctx)
	if err != nil {
		return nil, err
	}
	open := map[string]bool{} // may be a threat
	var out []string
	for _, k := range known {
		if k.Verdict != analyze.Harmless {
			open[k.ID] = true
			continue
		}
		for _, line := range k.Samples {
			out = append(out, rule.Message(k.Program, line))
		}
	}
	for _, n := range s.in.Novel {
		open[n.ID] = true
	}
	for i := range s.logs.shapes {
		t := &s.logs.shapes[i]
		if open[idOf(t)] {
			continue
		}
		for _, line := range t.Samples {
			out = append(out, rule.Message(t.Program, line))
		}
	}
	return out, nil
}
