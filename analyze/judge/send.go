package judge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gumshoe/analyze"
)

// How a server in trouble is asked.
const (
	tries     = 4               // of one request
	firstWait = 2 * time.Second // doubled by each further try, unless the server says how long
	breaker   = 5               // failures in a row after which it is left alone
	maxAudit  = 64 << 10        // bytes of an answer that are kept
)

// result is what an exchange brought.
type result struct {
	complaint string // what is wrong with the answer; "" for nothing
	truncated bool
}

// send makes the exchange of a question, in another form if the server does not know
// the first, again if it is in trouble. why says that no answer came.
func (s *session) send(ctx context.Context, q question, complaint string) (out result, why string) {
	pause := firstWait
	for try := 1; ; try++ {
		out, f := s.exchange(ctx, q, complaint)
		if f == nil {
			s.broken = 0
			return out, ""
		}
		if s.over(ctx) {
			return out, f.reason
		}
		if s.client.settle(f) {
			try--
			continue
		}
		if s.broken++; s.broken >= breaker || !f.again && !f.spent {
			s.ended = f.reason // a wrong key or model, or a server that is down, will not change now
			return out, f.reason
		}
		wait := max(pause, f.after)
		if !f.again || try == tries {
			return out, f.reason
		}
		if outlasts(ctx, wait) {
			s.ended = f.reason + ", and there is no time to ask again"
			return out, s.ended
		}
		select {
		case <-s.set.wait(wait):
		case <-ctx.Done():
		}
		pause *= 2
	}
}

// over reports whether nothing more is to be asked.
func (s *session) over(ctx context.Context) bool {
	switch {
	case s.ended != "":
	case errors.Is(ctx.Err(), context.Canceled):
		s.ended = "the run was interrupted"
	case ctx.Err() != nil:
		s.ended = fmt.Sprintf("it may take %s, and they are over", s.set.Within)
	}
	return s.ended != ""
}

// exchange sends one request: reserved before, paid and audited after, whatever
// comes of it.
func (s *session) exchange(ctx context.Context, q question, complaint string) (out result, f *failure) {
	request := s.client.request(q, complaint)
	in, room := s.estimate(q, complaint)
	if cap := s.budget.refuses(in, room); cap != "" {
		s.ended, s.capped = cap, true
		return out, &failure{reason: cap}
	}
	began := s.set.now()
	cards, _ := q.about()
	reserved := analyze.Exchange{At: began.UTC(), Endpoint: s.set.endpoint(), Model: s.set.Model, Mode: s.client.mode, Request: string(body(request)),
		Decision: "not ended", Cards: cards, TokensIn: in, TokensOut: room, Micros: s.set.cost(in, room)}
	entry, err := s.budget.reserve(context.WithoutCancel(ctx), &reserved)
	if err != nil {
		s.ended = "the casebook cannot be written, and what is not entered is not asked"
		return out, &failure{reason: s.ended}
	}
	r, err := s.client.ask(ctx, request)
	errors.As(err, &f)
	if f == nil {
		out = judgeReply(&r, q)
		s.mode = s.client.mode
	}
	done := reserved
	done.Elapsed, done.Answer, done.Decision = s.set.now().Sub(began), r.content[:min(len(r.content), maxAudit)], decision(out, f)
	switch {
	case f == nil && r.in+r.out > 0:
		done.TokensIn, done.TokensOut = r.in, r.out
	case f == nil:
		done.TokensOut = tokens(len(r.content))
	case !f.spent:
		done.TokensIn, done.TokensOut = 0, 0
	}
	done.Micros = s.set.cost(done.TokensIn, done.TokensOut)
	if err := s.budget.settle(context.WithoutCancel(ctx), entry, &reserved, &done); err != nil {
		s.note("What the AI was asked could not be entered into the casebook.")
	}
	return out, f
}

// judgeReply takes a reply apart.
func judgeReply(r *reply, q question) (out result) {
	switch {
	case r.refused:
		out.complaint = "the model refused"
	case r.truncated:
		out.truncated = true
	default:
		if err := q.read(r.content); err != nil {
			out.complaint = err.Error()
		}
	}
	return out
}

func decision(out result, f *failure) string {
	switch {
	case f != nil:
		return f.reason
	case out.truncated:
		return "cut off; asked again in halves"
	case out.complaint != "":
		return "dropped: " + out.complaint
	}
	return "taken"
}
