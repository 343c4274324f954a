package detect

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Carding finds stolen cards, and codes of vouchers and gift cards, that are tried out: a
// payment is sent again and again and refused nearly each time (OWASP OAT-001 and 002).
// A 402 says that it was a payment; of other refusals the path has to say so.
//
// A card is refused honestly, too: some people try three, a till or a ticket machine is
// refused all day between its sales, and whoever collects what is due at night half of
// the time. So at least thirty refusals are asked for, four of them for each good answer;
// and that of the others, in the same hours, two are let in for each who is not: else
// the payments are out of order, or what everybody wants is sold out.
// Left alone are customers of earlier days, who sold more than was refused, applications'
// own clients, programs that repeat one payment every so many minutes, and those that never
// show a browser and sold something: a merchant's own, which collects what is overdue.
type Carding struct{}

// Name implements analyze.Detector.
func (Carding) Name() string { return "card_testing" }

const (
	fewestCards  = 30
	fewestBuyers = 10 // others whom the path let in
	buyersToOne  = 2  // of them in the hours of the tries, for each other who was nothing but refused
	cardingOdds  = 10 // log-odds at the most: it informs, and bans nobody by itself

	paymentNeeded = 402
)

// Detect implements analyze.Detector.
func (d Carding) Detect(in *analyze.Input) []*analyze.Finding {
	return eachSign(in, analyze.Current|analyze.Troubled, eager, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		for _, p := range paymentsRefused(in, u) {
			if f, ok := d.judge(in, u, p, in.Standing(i).Benign); ok {
				out = append(out, new(f))
			}
		}
		return out
	})
}

// paymentsRefused lists what was refused of a source's payments by their paths, in the
// order in which the paths first did.
func paymentsRefused(in *analyze.Input, u *window.Unit) (out [][]*window.Touch) {
	at := map[uint64]int{} // index in out + 1; -1: no payment
	eachSent(in, u, func(r *window.Row, t *window.Touch) {
		if t.Status != paymentNeeded && t.Status != 400 && t.Status != 403 && t.Status != 422 || r.Flags&window.Authenticated != 0 {
			return
		}
		n := at[t.Name]
		switch {
		case n == 0 && (t.Status == paymentNeeded || pays(in.Set.Name(t.Name).Text)):
			out = append(out, nil)
			n = len(out)
			at[t.Name] = n
		case n == 0:
			n = -1
			at[t.Name] = n
		}
		if n > 0 {
			out[n-1] = append(out[n-1], t)
		}
	})
	return slices.DeleteFunc(out, func(all []*window.Touch) bool { return len(all) < fewestCards })
}

// paymentParts are what the names of payments hold, paymentWords are whole ones.
var (
	paymentParts = []string{"payment", "checkout", "creditcard", "giftcard", "voucher", "coupon", "redeem", "donat"}
	paymentWords = []string{"pay", "charge", "charges", "card", "cards", "billing", "purchase", "gift"}
)

// pays reports a path, after the name of its site, that takes payments or codes.
func pays(text string) bool {
	_, path, _ := strings.Cut(strings.ToLower(text), "/")
	if slices.ContainsFunc(paymentParts, func(p string) bool { return strings.Contains(path, p) }) {
		return true
	}
	for word := range strings.FieldsFuncSeq(path, func(c rune) bool { return c < 'a' || c > 'z' }) {
		if slices.Contains(paymentWords, word) {
			return true
		}
	}
	return false
}

func (d Carding) judge(in *analyze.Input, u *window.Unit, refused []*window.Touch, visitor bool) (analyze.Finding, bool) {
	id, times, n := refused[0].Name, timesSent(refused), len(refused)
	path := in.Set.Name(id).Text
	if !in.Contains(uint32(times[n-1].Unix()/3600)) || ticks(times) {
		return analyze.Finding{}, false
	}
	if _, own := asksOn(in, u, times, []string{path}); own {
		return analyze.Finding{}, false
	}
	paid, customer := paidBy(in, u, id, times[n-1])
	let, others, sound := buyersAt(in, u, id, times[0], times[n-1])
	if customer || paid*dialogue > refusedIn(in, u, id) || !sound || paid > 0 && !anyRow(u, func(r *window.Row) bool { return r.Has(ingest.ClientBrowser) }) {
		return analyze.Finding{}, false
	}
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1657"}, Key: u.Prefix().String() + " cards " + path, Sources: sources(u), Service: ingest.ServiceWeb, Impact: analyze.Generic,
		First: times[0], Last: times[n-1], Events: uint64(n), Times: times, Targets: []analyze.Target{{Kind: analyze.Endpoint, Value: path}},
	}
	var marks []analyze.Mark
	for i, t := range refused {
		marks = append(marks, analyze.Mark{Origin: t.Origin(), Time: times[i]})
	}
	f.Marks = analyze.Spread(marks, 3)
	f.Evidence = []analyze.Evidence{{Family: analyze.Guessing, LogOdds: min(cardingOdds, guessEach/2*float64(n)), Trials: n,
		Fact: fmt.Sprintf("%s by %s; of others %d were let in and %d never", count(n, "refusal"), path, let, others)}}
	if visitor {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: 1,
			Fact: "it also reads pages as a person does: there may be many who share the address"})
	}
	f.Story = d.story(u, &f, refused, path, paid, let, others)
	return f, true
}

// paidBy counts, at the most, what a path answered a source well, and reports a
// customer: who on a day before the last try was answered well as often as not.
func paidBy(in *analyze.Input, u *window.Unit, path uint64, last time.Time) (n int, customer bool) {
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb || !answersWell(u, r, path) {
			continue
		}
		n += int(r.Good)
		customer = customer || int64(r.Hour/24) < last.Unix()/86400 && r.Good >= u.Trouble(r).Bad
	}
	return n, customer
}

// refusedIn counts what a path refused a source. Of a busy hour only the first requests are
// kept singly: the others are taken to be like those.
func refusedIn(in *analyze.Input, u *window.Unit, path uint64) (n int) {
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		here, bad := 0, 0
		touches := u.Touches(r)
		for k := range touches {
			if t := &touches[k]; refusal(t.Status) {
				if bad++; t.Name == path {
					here++
				}
			}
		}
		if here > 0 && u.TouchesFull(r) {
			here = max(here, int(u.Trouble(r).Bad)*here/bad)
		}
		n += here
	}
	return n
}

// answersWell reports whether a path may have answered a source well in an hour.
func answersWell(u *window.Unit, r *window.Row, path uint64) bool {
	names, few := u.GoodNames(r)
	return !few || slices.Contains(names, path)
}

// buyersAt counts the other sources that a path let in and that it did nothing but
// refuse, and reports whether payments went well for them, over all and in the hours of
// the tries.
func buyersAt(in *analyze.Input, u *window.Unit, path uint64, first, last time.Time) (let, refused int, sound bool) {
	t := in.Thing(path)
	if t == nil {
		return 0, 0, false
	}
	from, to := uint32(first.Unix()/3600)-1, uint32(last.Unix()/3600)+1
	self := func(r *window.Row) bool {
		return in.Set.Service(r.Service) == ingest.ServiceWeb && answersWell(u, r, path)
	}
	ever := analyze.Fact(in, buyersAllDays(path), func(*analyze.Input) buyersCount { return buyersOf(t, 0, math.MaxUint32).count() })
	now := buyersOf(t, from, to).count()
	let, refused = ever.but(anyRow(u, self))
	nowLet, nowRefused := now.but(anyRow(u, func(r *window.Row) bool { return r.Hour >= from && r.Hour <= to && self(r) }))
	return let, refused, let >= fewestBuyers && refused <= let && (nowRefused < alsoRefused || nowRefused*buyersToOne <= nowLet)
}

// buyers are the sources that some hours of a path let in and refused.
type buyers struct {
	let, refused distinct
	more         int // let in in hours with too many to be told apart, and refused then
	moreRefused  int
}

// buyersOf lists those of the hours from one to another.
func buyersOf(t *window.Thing, from, to uint32) *buyers {
	var b buyers
	for i := range t.Hours {
		if o := &t.Hours[i]; o.Hour >= from && o.Hour <= to {
			b.add(t, o)
		}
	}
	return &b
}

func (b *buyers) add(t *window.Thing, o *window.Object) {
	good, few := t.GoodUnits(o)
	bad, alsoFew := t.BadUnits(o)
	if !few || !alsoFew {
		b.more, b.moreRefused = b.more+t.GoodCount(o), b.moreRefused+t.BadCount(o)
		return
	}
	for _, id := range good {
		b.let.add(id)
	}
	for _, id := range bad {
		b.refused.add(id)
	}
}

// buyersCount is how many were let in, and refused and never let in. Of all hours of a path
// it is counted once, and not for each who tries cards there.
type buyersCount struct{ let, refused int }

// buyersAllDays is the key of that.
type buyersAllDays uint64

func (b *buyers) count() buyersCount {
	n := buyersCount{len(b.let.ids) + b.more, b.moreRefused}
	for _, id := range b.refused.ids {
		if b.let.add(id) {
			n.refused++
		}
	}
	return n
}

// but leaves out one who was refused, and let in or not.
func (n buyersCount) but(selfLet bool) (let, refused int) {
	if selfLet {
		return max(0, n.let-1), n.refused
	}
	return n.let, max(0, n.refused-1)
}

func (Carding) story(u *window.Unit, f *analyze.Finding, refused []*window.Touch, path string, paid, let, others int) analyze.Story {
	n, lasted := int(f.Events), f.Last.Sub(f.First)
	s := analyze.Story{
		Headline: fmt.Sprintf("%s refused at %s, one every %s", upper(count(n, "payment")), path, span(lasted/time.Duration(n-1))),
		Body:     []string{fmt.Sprintf("%s sent something to %s %s over %s, and was refused (%s).", bare(u.Prefix()), path, count(n, "time"), span(lasted), saidOf(refused))},
		Why:      []string{fmt.Sprintf("So are stolen cards, or codes of vouchers, tried out. Of the others who came there %s were let in, and %s never.", number(let), number(others))},
		Not:      []string{"What was sent is not in an access log. A program with an error of its own looks the same: see whether the address is a customer's."},
		Do:       []string{"See at your payment provider which cards those were; ask for a second factor (3-D Secure) or a CAPTCHA, and limit how often one address may try."},
	}
	if slices.ContainsFunc(u.Rows, func(r window.Row) bool { return u.TouchesFull(&r) }) {
		s.Body = append(s.Body, "There were more than that: of an hour only the first are counted singly.")
	}
	if paid > 0 {
		s.Body = append(s.Body, fmt.Sprintf("It had at most %s there as well.", count(paid, "good answer")))
		s.Do = append([]string{"Look at what was paid from this address, before it is delivered."}, s.Do...)
	}
	return s
}
