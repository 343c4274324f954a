package judge

import (
	"context"
	"slices"

	"gumshoe/analyze"
)

// Preview is what a consultation would send now.
type Preview struct {
	Endpoint   string
	Model      string
	Mode       string
	Requests   []PreviewRequest
	Names      []Name // what the pseudonyms stand for; this stays here
	Remembered int    // cases that need not be asked about
	Unasked    int    // cases that no budget is left for
	Why        string // they are not asked about
}

// PreviewRequest is one request, byte for byte.
type PreviewRequest struct {
	Body      []byte // of the HTTP request
	Cards     []byte // the text in it that tells of cases
	Count     int    // cases in it, canaries not counted
	Kinds     int    // kinds of line in it
	TokensIn  int    // by estimate
	TokensOut int    // at most
	Micros    int64  // at most, in millionths of the currency
}

// Preview makes the requests that Consult would begin with, and sends nothing. An
// endpoint that does not know the form of the first is asked again in another.
func (a *Adviser) Preview(ctx context.Context, cases []analyze.Case, labels map[string]string) Preview {
	s := a.open(cases)
	list := s.recall(ctx, a.memory, s.cardsOf(cases, labels))
	p := Preview{Endpoint: a.set.endpoint(), Model: a.set.Model, Mode: s.client.mode, Remembered: s.advice.Used.Remembered}
	s.budget, _ = openBudget(ctx, &a.set, a.ledger) // it refuses everything when it cannot be read, and says so
	for list = fold(list); len(list) > 0; {
		b, rest := s.fill(list)
		if b == nil {
			break
		}
		list = rest
		in, out := s.estimate(b, "")
		r := PreviewRequest{Body: body(s.client.request(b, "")), Cards: []byte(b.content()), Count: len(b.asked), TokensIn: in, TokensOut: out, Micros: a.set.cost(in, out)}
		s.budget.add(&analyze.Exchange{TokensIn: in, TokensOut: out, Micros: r.Micros}, 1)
		p.Requests = append(p.Requests, r)
	}
	p.Unasked, p.Why = casesIn(list), s.ended
	p.Names = slices.Clone(s.masker.names)
	return p
}
