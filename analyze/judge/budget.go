package judge

import (
	"context"
	"fmt"
	"time"

	"gumshoe/analyze"
)

// Ledger keeps what was asked, answered and paid, from run to run. An exchange is
// entered before it is made, with what it may cost at most, so that a run that is
// killed has not asked for nothing.
type Ledger interface {
	Spent(ctx context.Context, since time.Time) (analyze.Spend, error)
	Begin(ctx context.Context, e *analyze.Exchange) (entry int64, err error)
	End(ctx context.Context, entry int64, e *analyze.Exchange) error
}

// budget counts what a run may still spend.
type budget struct {
	set    *Settings
	ledger Ledger
	run    analyze.Spend
	month  analyze.Spend // with the run
	blind  bool          // the ledger cannot be read or written: nothing more is spent
}

func openBudget(ctx context.Context, set *Settings, ledger Ledger) (*budget, error) {
	b := &budget{set: set, ledger: ledger}
	if ledger == nil {
		return b, nil
	}
	now := set.now()
	spent, err := ledger.Spent(ctx, Month(now))
	b.month, b.blind = spent, err != nil
	return b, err
}

// Month is when the calendar month of a moment began.
func Month(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
}

// refuses says which cap a request of so many tokens would break; "" for none.
func (b *budget) refuses(in, out int) string {
	cost := b.set.cost(in, out)
	over := func(limit, spent float64, more float64) bool { return limit > 0 && spent+more > limit }
	all := float64(in + out)
	switch {
	case b.blind:
		return "what was spent is not known, because the casebook cannot be used"
	case b.run.Tokens()+in+out > b.set.RunTokens:
		return fmt.Sprintf("a run may use %d tokens", b.set.RunTokens)
	case over(float64(b.set.MonthTokens), float64(b.month.Tokens()), all):
		return fmt.Sprintf("a month may use %d tokens", b.set.MonthTokens)
	case over(1e6*b.set.RunCost, float64(b.run.Micros), float64(cost)):
		return fmt.Sprintf("a run may cost %g", b.set.RunCost)
	case over(1e6*b.set.MonthCost, float64(b.month.Micros), float64(cost)):
		return fmt.Sprintf("a month may cost %g", b.set.MonthCost)
	}
	return ""
}

// reserve takes what a request may cost at most, before it is made.
func (b *budget) reserve(ctx context.Context, e *analyze.Exchange) (entry int64, err error) {
	if b.ledger != nil {
		if entry, err = b.ledger.Begin(ctx, e); err != nil {
			b.blind = true
			return 0, err
		}
	}
	b.add(e, 1)
	return entry, nil
}

// settle replaces what was reserved by what was spent.
func (b *budget) settle(ctx context.Context, entry int64, reserved, e *analyze.Exchange) error {
	b.add(reserved, -1)
	b.add(e, 1)
	if b.ledger == nil {
		return nil
	}
	if err := b.ledger.End(ctx, entry, e); err != nil {
		b.blind = true
		return err
	}
	return nil
}

func (b *budget) add(e *analyze.Exchange, sign int) {
	for _, s := range []*analyze.Spend{&b.run, &b.month} {
		s.Requests += sign
		s.TokensIn += sign * e.TokensIn
		s.TokensOut += sign * e.TokensOut
		s.Micros += int64(sign) * e.Micros
	}
}
