package judge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gumshoe/analyze"
)

// Adviser asks a language model for a second opinion on the cases of a run.
//
//	cases ──▶ cards ──mask──▶ batches ──budget──▶ client ──▶ strict answers ──▶ Opinions
//	              └─ remembered behaviour ──────────────────────────────────────▶┘
//
// It takes cases to read and returns opinions beside them; nothing that it returns
// can raise, lower, ban or lift. It never fails a run: where it cannot speak, the
// rules' verdict stands alone, and a note says why.
type Adviser struct {
	set    Settings
	ledger Ledger // nil: nothing is kept, only the caps of a run hold
	memory Memory // nil: nothing is remembered
}

// New returns an adviser, or what is wrong with its settings.
func New(set Settings, ledger Ledger, memory Memory) (*Adviser, error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	return &Adviser{set: set, ledger: ledger, memory: memory}, nil
}

// Advice is what a consultation brought.
type Advice struct {
	Opinions map[string]analyze.Opinion // by the case's ID
	Doubts   map[string]string          // for the policy of bans: see doubt
	Used     analyze.Consultation
}

// Consult asks about cases of level low or above. labels are a person's words on
// cases, by ID: acked, muted, closed. It returns within Settings.Within.
func (a *Adviser) Consult(ctx context.Context, cases []analyze.Case, labels map[string]string) Advice {
	ctx, cancel := context.WithTimeout(ctx, a.set.Within)
	defer cancel()
	s := a.open(cases)
	list := s.recall(ctx, a.memory, s.cardsOf(cases, labels))
	var err error
	if s.budget, err = openBudget(ctx, &a.set, a.ledger); err != nil {
		s.note("What was spent before could not be read, so nothing more is.")
	}
	s.askAll(ctx, fold(list))
	s.keep(ctx, a.memory)
	s.advice.Used.Mode = s.mode
	s.advice.Used.Run, s.advice.Used.Month = s.budget.run, s.budget.month
	return s.advice
}

func (a *Adviser) open(cases []analyze.Case) *session {
	return &session{set: &a.set, client: newClient(&a.set), masker: newMasker(cases, a.set.Hosts),
		advice: Advice{Opinions: map[string]analyze.Opinion{}, Doubts: map[string]string{}, Used: analyze.Consultation{Model: a.set.Model}}}
}

// session is one consultation.
type session struct {
	set     *Settings
	client  *client
	masker  *masker
	budget  *budget
	advice  Advice
	learnt  []analyze.Judged
	rulings []Ruling
	mode    string // of the last answer that was taken
	broken  int    // requests in a row that the server failed
	ended   string // why no more is asked; "" while it is
	capped  bool   // because of a cap
}

// cardsOf makes the cards of the cases worth asking about, the most useful first.
func (s *session) cardsOf(cases []analyze.Case, labels map[string]string) []asked {
	var list []asked
	for i := range cases {
		if c := &cases[i]; c.Level >= analyze.Low {
			list = append(list, asked{id: c.ID, level: c.Level, impact: c.Impact, doubted: c.Weight(analyze.Guard) < 0,
				card: card{Confidence: c.Confidence}, behaviour: behaviourOf(c, labels[c.ID])})
		}
	}
	byUse(list)
	list = list[:min(len(list), mostAsked)]
	at := make(map[string]*analyze.Case, len(cases))
	for i := range cases {
		at[cases[i].ID] = &cases[i]
	}
	for i := range list {
		list[i].card = newCard(at[list[i].id], labels[list[i].id], s.masker)
	}
	return list
}

// mostAsked is how many cases of a run are looked at: no budget reaches further.
const mostAsked = 200

// askAll asks about the list, batch by batch, until it or a budget ends.
func (s *session) askAll(ctx context.Context, list []asked) {
	for len(list) > 0 && !s.over(ctx) {
		b, rest := s.fill(list)
		if b == nil {
			break
		}
		list = rest
		s.ask(ctx, b)
	}
	s.advice.Used.Unasked += casesIn(list)
	if len(list) > 0 {
		s.say(fmt.Sprintf("The AI was asked no more: %s.", s.ended))
		s.advice.Used.Failed = s.advice.Used.Failed || !s.capped
	}
}

// fill makes the largest batch that the budget allows, of the first of a list.
func (s *session) fill(list []asked) (*batch, []asked) {
	why := ""
	for n := min(len(list), s.set.Cards); n > 0; n-- {
		b := newBatch(list[:n])
		in, out := s.estimate(b, "")
		if why = s.budget.refuses(in, out); why == "" {
			return b, list[n:]
		}
	}
	s.ended, s.capped = why, true
	return nil, list
}

// estimate is what a request may take at most, in tokens.
func (s *session) estimate(q question, complaint string) (in, out int) {
	return tokens(len(body(s.client.request(q, complaint)))) + frameTokens, q.answerRoom() + s.set.Think
}

// ask asks a question, once more with the complaint if the answer is no good, in
// halves if it does not fit.
func (s *session) ask(ctx context.Context, q question) {
	complaint := ""
	for try := range 2 {
		r, err := s.send(ctx, q, complaint)
		switch {
		case err != "":
			s.drop(q, err)
			return
		case r.truncated:
			halves := q.halves()
			if halves == nil {
				s.drop(q, "the answer was cut off")
				return
			}
			for _, h := range halves {
				s.ask(ctx, h)
			}
			return
		case r.complaint == "":
			q.take(s)
			return
		}
		if complaint = r.complaint; try > 0 {
			s.drop(q, complaint)
		}
	}
}

// take turns the answers to a batch into opinions.
func (b *batch) take(s *session) {
	now := s.set.now().UTC()
	for id, k := range b.byID {
		a := b.answers[id]
		own := k.card.names()
		o := analyze.Opinion{Verdict: a.Verdict, Category: a.Category, SeverityStep: a.Step, GuardSuspected: a.Guard, Model: s.set.Model, When: now}
		o.Explanation = general(a.Explanation, own)
		s.learnt = append(s.learnt, analyze.Judged{Behaviour: k.behaviour, Opinion: o})
		s.advice.Used.Asked++
		s.give(k, o)
		for i := range k.alike {
			s.give(&k.alike[i], o)
		}
		s.advice.Used.Alike += len(k.alike)
	}
	slices.SortFunc(s.learnt, func(a, b analyze.Judged) int {
		return cmp.Or(cmp.Compare(a.Traits, b.Traits), cmp.Compare(a.Conduct, b.Conduct))
	})
}

// give attaches an opinion, as it is remembered, to a case.
func (s *session) give(k *asked, o analyze.Opinion) {
	o.Explanation = s.masker.restore(particular(o.Explanation, k.card.names()))
	if k.card.Ask == "explain" {
		o.SeverityStep, o.GuardSuspected = 0, ""
	}
	if up, down := k.level == analyze.Medium, k.level == analyze.High; o.SeverityStep > 0 && !up || o.SeverityStep < 0 && !down {
		o.SeverityStep = 0 // only between medium and high
	}
	s.advice.Opinions[k.id] = o
	if d := doubt(k, o); d != "" {
		s.advice.Doubts[k.id] = d
	}
}

// doubt is the honest cause for which a ban of the case's sources may be held: only
// where a guard of the rules already doubts, and never of a critical case or of one
// that succeeded. Otherwise text that an attacker wrote could buy him immunity. The
// policy of bans has to ask, besides, that the guard rests on facts older than the case.
func doubt(k *asked, o analyze.Opinion) string {
	if !k.doubted || k.level >= analyze.Critical || k.impact >= analyze.Success || o.Verdict != "benign" {
		return ""
	}
	return o.GuardSuspected
}

func (s *session) drop(q question, why string) {
	n, of := q.about()
	s.advice.Used.Unasked += n
	s.note(fmt.Sprintf("The AI's answer on %d %s is not used: %s.", n, of, why))
}

// note tells of something that failed.
func (s *session) note(text string) {
	s.advice.Used.Failed = true
	s.say(text)
}

func (s *session) say(text string) {
	if !slices.Contains(s.advice.Used.Notes, text) {
		s.advice.Used.Notes = append(s.advice.Used.Notes, text)
	}
}

// outlasts reports whether a pause ends before the run's time for all of it does.
func outlasts(ctx context.Context, d time.Duration) bool {
	end, ok := ctx.Deadline()
	return ok && time.Until(end) <= d
}
