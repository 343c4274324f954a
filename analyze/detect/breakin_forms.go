package detect

import (
	"fmt"
	"net/netip"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// atForms finds the login at a web form that comes after guesses. The access log
// has no names; what it has is the form's answers: after a run of refusals (a 4xx,
// or the form again) one answer is another, a redirect, or where refusals are a
// 4xx a 2xx. What a form is called matters little: one that is seen to lead people
// elsewhere is known by that, and of any other it is taken for a sign, if not for
// proof, that it showed the same page twenty times and then led on. Behind an address that many people share good and bad logins take
// turns, so there is no long run.
func (d BreakIn) atForms(in *analyze.Input) []*analyze.Finding {
	return eachSign(in, analyze.Current|analyze.Troubled, eager, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		for _, e := range entries(in, u) {
			if f, ok := d.atForm(in, u, e, in.Standing(i).Benign); ok {
				out = append(out, new(f))
			}
		}
		return out
	})
}

// entry is the first good answer of a form to a source in the window, and the run
// of refusals before it.
type entry struct {
	path    uint64
	refused []*window.Touch
	good    *window.Touch
	known   bool // it had been let in before
	unnamed bool // nothing but its answers says that it is a login
}

// entries lists the forms that let a source in after refusing it.
func entries(in *analyze.Input, u *window.Unit) (out []entry) {
	out = turned(in, u)
	posts := posted(in, u)
	if len(posts) <= typos {
		return out
	}
	known := knownForms(in)
	forms := map[uint64]*entry{}
	for _, t := range posts {
		e := forms[t.Name]
		if e == nil {
			e = &entry{path: t.Name}
			forms[t.Name] = e
		}
		switch again := shownAgainBy(in.Set.Name(t.Name).Text) || known[t.Name].leadsOn(); {
		case t.Status >= 400 && t.Status < 500:
			if len(e.refused) > 0 && !e.saysNo() && !again { // what it had answered 200 were welcomes
				e.refused, e.known = nil, true
			}
			e.refused = append(e.refused, t)
		case t.Status == 200 && (again || !e.saysNo()):
			e.refused = append(e.refused, t)
		case t.Status >= 200 && t.Status < 400:
			if len(e.refused) >= fewestFails && in.Contains(uint32(t.Milli/3_600_000)) {
				done := *e
				done.good = t
				out = append(out, done)
			}
			e.refused, e.known = nil, true
		}
	}
	return out
}

// turned lists the paths of which nothing is known that showed a source, which
// reads nothing else, pages of one size, led it on once, and were not asked again.
// A page that asks its server for news as a clock strikes is led to the login when
// its session is over, and asks on.
func turned(in *analyze.Input, u *window.Unit) (out []entry) {
	if person(in, u) {
		return nil
	}
	known := knownForms(in)
	paths := map[uint64]*entry{}
	var order []*entry
	eachSent(in, u, func(r *window.Row, t *window.Touch) {
		if in.Set.Name(t.Name).Path&ingest.PathLogin != 0 || known[t.Name].leadsOn() || stale(r) {
			return
		}
		e := paths[t.Name]
		if e == nil {
			e = &entry{path: t.Name, unnamed: true}
			paths[t.Name] = e
			order = append(order, e)
		}
		switch {
		case e.good != nil || t.Status != 200 && (t.Status < 300 || t.Status >= 400):
			e.known = true // not one change of the answer
		case t.Status == 200:
			e.refused = append(e.refused, t)
		default:
			e.good = t
		}
	})
	for _, e := range order {
		if e.good == nil || e.known || len(e.refused) < manyFails || !alike(e.refused) || !in.Contains(uint32(e.good.Milli/3_600_000)) || polls(e.refused) {
			continue
		}
		out = append(out, *e)
	}
	return out
}

// shortPoll is the shortest pause after which pages ask their server for news.
const shortPoll = 10 * time.Second

// polls reports a page that asks for news by itself.
func polls(all []*window.Touch) bool {
	times := timesSent(all)
	return clockwork(times) && median(gaps(times)) >= shortPoll
}

func timesSent(all []*window.Touch) (out []time.Time) {
	for _, t := range all {
		out = append(out, moment(t.Milli))
	}
	return out
}

// saysNo reports a form that refuses with a 4xx, so that a 200 is its welcome.
func (e *entry) saysNo() bool {
	n := len(e.refused)
	return n > 0 && e.refused[n-1].Status >= 400
}

func (d BreakIn) atForm(in *analyze.Input, u *window.Unit, e entry, visitor bool) (analyze.Finding, bool) {
	for len(e.refused) > 0 && e.good.Milli-e.refused[0].Milli > guessedWithin.Milliseconds() {
		e.refused = e.refused[1:]
	}
	fails := len(e.refused)
	if fails <= typos {
		return analyze.Finding{}, false
	}
	path, at, prior := in.Set.Name(e.path).Text, moment(e.good.Milli), -2.0
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001", "T1078"}, Key: fmt.Sprintf("form %s %s", path, u.Prefix()), Sources: []netip.Prefix{u.Prefix()},
		Impact: analyze.Success, Own: true, Prior: &prior, Service: ingest.ServiceWeb, First: moment(e.refused[0].Milli), Last: at, Events: uint64(fails) + 1, Failures: fails,
		Targets: []analyze.Target{{Kind: analyze.Endpoint, Value: path}},
	}
	odds := 1 + 2*min(1, float64(fails-typos)/(manyFails-typos)) // a password, no key
	switch {
	case e.unnamed:
		odds = 4
	case fails >= manyFails && !e.known:
		odds = 7
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Intrusion, LogOdds: odds, Trials: fails,
		Fact: fmt.Sprintf("%s at %s before it answered %d", count(fails, "refused login"), path, e.good.Status)}}
	program, asks := asksOn(in, u, timesSent(e.refused), []string{path})
	switch {
	case e.known:
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: 1, Fact: "the form had let this address in before"})
	case asks:
		f.Evidence = append(f.Evidence, program)
	case visitor && fails < 2*manyFails:
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: 1,
			Fact: "it also reads pages as a person does: somebody may have forgotten a password"})
	}
	sum := prior
	for _, x := range f.Evidence {
		sum += x.LogOdds
	}
	if sum < 0 {
		return analyze.Finding{}, false
	}
	for _, t := range e.refused {
		f.Times = append(f.Times, moment(t.Milli))
	}
	last := e.refused[fails-1]
	f.Times = append(f.Times, at)
	f.Marks = []analyze.Mark{{Origin: last.Origin(), Time: moment(last.Milli)}, {Origin: e.good.Origin(), Time: at}}
	f.Story = analyze.Story{
		Headline: "Someone may have guessed the way in at " + path,
		Body: []string{fmt.Sprintf("%s sent a login to %s %s and was refused (%s); at %s the form answered %d: that one was right.",
			bare(u.Prefix()), path, count(fails, "time"), saidOf(e.refused), at.In(in.Location).Format("15:04 on Mon 2 Jan"), e.good.Status)},
		Why: []string{"The answer changed after a long run of refusals, and this address had never been let in before."},
		Not: []string{"An access log does not name the account: the application's own log may."},
		Do:  []string{"See in the application who logged in at that minute, end that session, and have the password changed; limit how often the form may be sent."},
	}
	if e.known {
		f.Story.Why = []string{"The answer changed after a long run of refusals."}
	}
	if e.unnamed {
		f.Story.Why = []string{fmt.Sprintf("%s were answered with one and the same page, then one led on, and the address, which reads no pages as people do, did not send it again.", upper(count(fails, "form")))}
		f.Story.Not = append(f.Story.Not, "Nothing but its answers says that "+path+" is a login: what it is for, you know better.")
	}
	return f, true
}

// saidOf lists the answers to some requests: "401", "200 and 403".
func saidOf(all []*window.Touch) string {
	var codes []string
	for _, t := range all {
		codes = append(codes, fmt.Sprint(t.Status))
	}
	return and(analyze.Unique(codes))
}
