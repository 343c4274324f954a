package detect

import (
	"fmt"
	"math"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Regulars finds the stranger who comes back day after day, does one or two odd
// things, and never sees a page: the survey of somebody who waits for this server
// to become vulnerable. It often asks for the same thing every time, so that the
// walk over distinct paths does not see it.
//
// Each day counts once, with its oddest request: hostile content or a broken
// protocol, and doors that only scanners know, weigh 1.5; a form that is sent to no
// form, a nameless request that the server calls broken, and a path that is not here
// and was not asked for before weigh 1. Their sum times ln(t1/t0) halves in a
// fortnight, as the walk's does.
type Regulars struct{}

// Name implements analyze.Detector.
func (Regulars) Name() string { return "returning_stranger" }

const (
	fewestDays    = 5
	mostKnocksDay = 24 // who asks more often is seen by other means
	oddWeight     = 1.5
	strangeWeight = 1
)

// oddDay is a day's oddest request.
type oddDay struct {
	day    int64
	weight float64
	contact
}

// Detect implements analyze.Detector.
func (d Regulars) Detect(in *analyze.Input) []*analyze.Finding {
	return analyze.EachUnit(in, analyze.Current|analyze.Visitor|analyze.Troubled, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		if st := in.Standing(i); st.Success || st.LoginDays > 0 || !onDays(u, fewestDays) {
			return out
		}
		if f, ok := d.judge(in, u); ok {
			out = append(out, new(f))
		}
		return out
	})
}

// onDays reports whether a source was seen on at least n days.
func onDays(u *window.Unit, n int) bool {
	var last uint32
	for i := range u.Rows {
		if day := u.Rows[i].Hour/24 + 1; day != last {
			last = day
			if n--; n == 0 {
				return true
			}
		}
	}
	return false
}

func (d Regulars) judge(in *analyze.Input, u *window.Unit) (analyze.Finding, bool) {
	days, active, events := oddDays(in, u)
	if len(days) < fewestDays || 2*len(days) < active || events > mostKnocksDay*active || !in.Contains(uint32(days[len(days)-1].at().Unix()/3600)) {
		return analyze.Finding{}, false
	}
	sum := 0.0
	for i, at := range days {
		if i > 0 {
			sum *= math.Exp2(-float64(at.at().Sub(days[i-1].at())) / float64(halfLife))
		}
		sum += at.weight * math.Log(failHostile/failHonest)
	}
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1595.002"}, Key: u.Prefix().String(), Sources: sources(u), Impact: analyze.Nuisance,
		Service: ingest.ServiceWeb, First: days[0].at(), Last: days[len(days)-1].at(), Events: uint64(events)}
	var asked []string
	for _, x := range days {
		f.Times = append(f.Times, x.at())
		f.Marks = append(f.Marks, x.mark())
		if text := in.Set.Name(x.name).Text; text != "" {
			asked = append(asked, text)
		}
	}
	f.Marks = analyze.Spread(f.Marks, 5)
	asked = analyze.Unique(asked)
	for _, path := range asked {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: path})
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Probing, LogOdds: sum, Trials: len(days),
		Fact: fmt.Sprintf("on %d of %d days it sent what no visitor sends, and was never shown a page", len(days), active)}}
	what := "requests that are no HTTP, or hold hostile content"
	if len(asked) > 0 {
		what = some(asked, 3)
	}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("The same stranger on %d days, never for a page", active),
		Body: []string{fmt.Sprintf("%s came on %d days since %s, %s in all, for %s.",
			bare(u.Prefix()), active, days[0].at().In(in.Location).Format("2 January"), count(events, "request"), what)},
		Why: []string{"It never hurries and never reads anything. Somebody looks, again and again, whether this server has become vulnerable."},
		Not: []string{"A forgotten check of your own may look the same; it asks for something of yours."},
		Do:  []string{doNothing},
	}
	return f, true
}

// oddDays lists the days on which a source did something odd, how many it was
// seen on, and how often it asked for anything.
func oddDays(in *analyze.Input, u *window.Unit) (odd []oddDay, active, events int) {
	doors := knocksOf(in, u, nil)
	lastDay := int64(-1)
	asked := map[uint64]bool{}
	add := func(x oddDay) {
		at, found := slices.BinarySearchFunc(odd, x.day, func(o oddDay, day int64) int { return int(o.day - day) })
		switch {
		case !found:
			odd = slices.Insert(odd, at, x)
		case x.weight > odd[at].weight:
			odd[at] = x
		}
	}
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		if day := int64(r.Hour / 24); day != lastDay {
			lastDay = day
			active++
		}
		events += int(r.Events)
		if r.Flags&window.Authenticated != 0 || stale(r) {
			continue
		}
		for _, t := range u.Touches(r) {
			weight := 0.0
			switch {
			case t.Kind == ingest.KindProbe || t.Stage >= ingest.StageSyntax:
				weight = oddWeight
			case strangeRequest(in, r, &t), fresh(in, r, &t, asked):
				weight = strangeWeight
			}
			if weight > 0 {
				add(oddDay{t.Milli / dayMilli, weight, contact{milli: t.Milli, name: t.Name, origin: t.Origin(), status: t.Status}})
			}
		}
	}
	for _, c := range doors {
		add(oddDay{c.at().Unix() / 86400, oddWeight, c})
	}
	return odd, active, events
}

// strangeRequest reports a failed request that no browser sends: a form to the front page,
// or one without a name that is not even well formed.
func strangeRequest(in *analyze.Input, r *window.Row, t *window.Touch) bool {
	switch {
	case !refusal(t.Status) && t.Status < 500:
		return false
	case t.Post:
		return in.Set.Name(t.Name).Path&ingest.PathNeutral != 0
	}
	return t.Status == 400 && r.Has(ingest.ClientEmpty)
}

// fresh reports a path that is not here and that the source asks for the first
// time: whoever follows an old link asks for the same every day.
func fresh(in *analyze.Input, r *window.Row, t *window.Touch, asked map[uint64]bool) bool {
	if asked[t.Name] || t.Name == 0 || !refusal(t.Status) || in.Set.Name(t.Name).Path&(ingest.PathNeutral|ingest.PathStatic) != 0 {
		return false
	}
	asked[t.Name] = true
	return weight(in, r, t.Name) >= strangeWeight
}
