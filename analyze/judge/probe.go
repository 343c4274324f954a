package judge

import (
	"context"
	"slices"

	"gumshoe/analyze"
)

// Probed is what an endpoint showed when it was tried.
type Probed struct {
	Endpoint string
	Models   []string // as the server lists them; nil: it lists none
	Listed   bool     // the configured model is among them
	Mode     string   // the form of answer that works; "" for none
	Limit    string   // how it wants the longest answer named
	Tried    []string // what was tried and what came of it, one sentence each
	Spent    analyze.Spend
}

// Probe asks the endpoint for its models, and about three cards of our own making,
// in one form after the other until one works. Nothing of a log leaves the machine.
func (a *Adviser) Probe(ctx context.Context) Probed {
	ctx, cancel := context.WithTimeout(ctx, a.set.Within)
	defer cancel()
	s := a.open(nil)
	p := Probed{Endpoint: a.set.endpoint()}
	tell := func(what, came string) { p.Tried = append(p.Tried, what+": "+came) }
	models, err := s.client.models(ctx)
	if err != nil {
		tell("models", err.Error())
	}
	p.Models, p.Listed = models, slices.Contains(models, a.set.Model)
	s.budget, _ = openBudget(ctx, &a.set, a.ledger)
	b := newBatch(nil)
	for range 4 { // three forms, and the other name of the limit
		mode := s.client.mode
		out, f := s.exchange(ctx, b, "")
		switch {
		case f != nil:
			tell(mode, f.reason)
			if s.ended == "" && s.client.settle(f) {
				continue
			}
		case out.truncated:
			tell(mode, "the answer was cut off")
		case out.complaint != "":
			tell(mode, out.complaint)
			if !s.client.fixed && mode != plainText && s.client.settle(&failure{form: true}) {
				continue
			}
		default:
			tell(mode, "works")
			p.Mode = mode
		}
		break
	}
	p.Limit, p.Spent = s.client.limit, s.budget.run
	return p
}
