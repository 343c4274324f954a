package detect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Forms finds passwords guessed at a web site's own login forms. An access log
// does not say whether a login failed; the answer does. An API refuses with a
// 4xx; the forms of the well-known content systems show themselves again with a
// 200 and redirect whoever got in, and so does any form that is seen to lead people
// elsewhere (see knownForms), whatever it is called. Where a login answers 200 to
// everything, the size of the answer may tell (see sizedNo); else a 200 proves nothing,
// for it may be the welcome.
//
// Against whom never hurries a refusal counts half as much. Programs that renew
// their right to come in, and applications' own clients, ask on for days when it is
// over: that is a guard, and so is a visitor who reads pages. An address with browsers of
// which most are led on, and read, is a proxy's, or of many people.
type Forms struct{}

// Name implements analyze.Detector.
func (Forms) Name() string { return "form_guessing" }

// byChance is the chance, if it were a person, at which what a form answered a
// source is told: Fisher's exact test of its answers against those to people.
const byChance = 1e-3

// shownAgain are forms that answer a wrong password with 200 and a right one
// with a redirect. XML-RPC answers 200 to both, but people do not call it.
var shownAgain = []string{"wp-login.php", "/administrator/index.php", "/user/login", "/users/sign_in", "xmlrpc.php"}

// Detect implements analyze.Detector.
func (d Forms) Detect(in *analyze.Input) []*analyze.Finding {
	return eachSign(in, analyze.Current|analyze.Troubled, eager, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		if f, ok := d.judge(in, u, in.Standing(i)); ok {
			out = append(out, new(f))
		}
		return out
	})
}

func (d Forms) judge(in *analyze.Input, u *window.Unit, st *analyze.Standing) (analyze.Finding, bool) {
	tried, sure, at, bySize := refusedForms(in, u)
	if len(tried) < guessLeast || !in.Contains(uint32(tried[len(tried)-1].Time.Unix()/3600)) {
		return analyze.Finding{}, false
	}
	let, inRow := letOn(in, u, tried, at)
	if let >= perWrong*len(tried) && inRow < guessLeast && partsLoaded(in, u) >= let && person(in, u) {
		return analyze.Finding{}, false
	}
	odds := oddsOfForms(tried)
	if len(bySize) > 0 {
		odds = max(oddsOfForms(sure), min(odds, sizeOdds))
	}
	if odds < softFlag {
		return analyze.Finding{}, false
	}
	var paths []string
	for _, id := range at {
		paths = append(paths, in.Set.Name(id).Text)
	}
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001"}, Key: u.Prefix().String() + " forms", Sources: sources(u), Service: ingest.ServiceWeb,
		Impact: analyze.Generic, First: tried[0].Time, Last: tried[len(tried)-1].Time, Events: uint64(len(tried)), Marks: analyze.Spread(tried, 3),
	}
	for _, m := range tried {
		f.Times = append(f.Times, m.Time)
	}
	for _, p := range paths {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: p})
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Guessing, LogOdds: odds, Trials: len(tried),
		Fact: fmt.Sprintf("%s at %s", count(len(tried), "refused login"), some(paths, 2))}}
	if e, ok := asksOn(in, u, f.Times, paths); ok {
		f.Evidence = append(f.Evidence, e)
	} else if st.Benign {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: 1,
			Fact: "it also reads pages as a person does: somebody may have forgotten a password"})
	}
	f.Story = formStory(u, &f, len(tried), let, paths, knownForms(in)[at[0]])
	for _, id := range bySize {
		sizedAt(in, id).tell(in, u, &f, id)
	}
	return f, true
}

// oddsOfForms weighs refused logins, in order of time: half as much of one who never
// hurries.
func oddsOfForms(tried []analyze.Mark) float64 {
	odds := guessEach / 2 * float64(len(tried))
	if n := densestTimes(tried, guessWindow); n >= guessLeast {
		odds = max(odds, guessEach*float64(n))
	}
	return odds
}

// perWrong is how many logins of many people are right for each that is mistyped, at the
// least.
const perWrong = 2

// partsLoaded counts the pictures, scripts and style sheets that a source loaded.
func partsLoaded(in *analyze.Input, u *window.Unit) (n int) {
	for i := range u.Rows {
		if r := &u.Rows[i]; in.Set.Service(r.Service) == ingest.ServiceWeb {
			n += int(r.Parts)
		}
	}
	return n
}

// letOn counts what a source sent to some forms and was led elsewhere by, and the most
// refusals between: of many people's logins not so many in a row are wrong.
func letOn(in *analyze.Input, u *window.Unit, tried []analyze.Mark, at []uint64) (n, inRow int) {
	refused := 0
	for _, t := range posted(in, u) {
		if t.Status < 300 || t.Status >= 400 || !slices.Contains(at, t.Name) {
			continue
		}
		n++
		before := refused
		for refused < len(tried) && tried[refused].Time.UnixMilli() <= t.Milli {
			refused++
		}
		inRow = max(inRow, refused-before)
	}
	return n, max(inRow, len(tried)-refused)
}

func formStory(u *window.Unit, f *analyze.Finding, tried, let int, paths []string, known *form) analyze.Story {
	lasted := f.Last.Sub(f.First)
	each, led := ", and was refused each time.", "Nobody forgets a password that often, and none of these tries led to a page behind the form."
	if let > 0 {
		each = " and was refused; " + count(let, "time") + " it was led on."
		led = "Nobody forgets a password that often."
	}
	s := analyze.Story{
		Headline: fmt.Sprintf("%s at a login form, one every %s", upper(count(tried, "guess")), span(lasted/time.Duration(tried-1))),
		Body:     []string{fmt.Sprintf("%s sent a login to %s %s over %s", bare(u.Prefix()), some(paths, 3), count(tried, "time"), span(lasted)) + each},
		Why:      []string{led},
		Not:      []string{"An access log does not name the accounts that were tried."},
		Do:       []string{"See the application's own log for the accounts, and give them a second factor; limit how often the form may be sent."},
	}
	if known.leadsOn() {
		s.Headline = fmt.Sprintf("A form sent %s and never filled in well, one every %s", count(tried, "time"), span(lasted/time.Duration(tried-1)))
		s.Body = []string{fmt.Sprintf("%s sent the form %s %s over %s, and was shown it again each time.", bare(u.Prefix()), some(paths, 3), count(tried, "time"), span(lasted))}
		s.Why = []string{fmt.Sprintf("Of %s that people sent to it, %s led them on; of these none did, where %.0f were to be expected.",
			count(known.on+known.answered, "form"), number(known.on), float64(tried)*known.share())}
		s.Not = []string{"What the form asks for is not in an access log: a password most likely, else somebody fills in what is not for programs."}
	}
	if slices.ContainsFunc(u.Rows, func(r window.Row) bool { return u.TouchesFull(&r) }) {
		s.Body = append(s.Body, "There were more than that: of an hour only the first are counted singly.")
	}
	return s
}

// refusedForms lists the logins that were refused, in order of time, those of them that
// were for sure, the forms they were sent to, and those of these that refuse by the size
// of their answers.
func refusedForms(in *analyze.Input, u *window.Unit) (tried, sure []analyze.Mark, at, bySize []uint64) {
	posts := posted(in, u)
	if len(posts) < guessLeast {
		return nil, nil, nil, nil
	}
	again, no := shownTo(in, posts), deniedTo(in, u, posts)
	for _, t := range posts {
		mark := analyze.Mark{Origin: t.Origin(), Time: moment(t.Milli)}
		switch {
		case refusedLogin(t.Status) || t.Status == 200 && (shownAgainBy(in.Set.Name(t.Name).Text) || again[t.Name]):
			sure = append(sure, mark)
		case no[t.Name] && sizedAt(in, t.Name).says(t):
			bySize = append(bySize, t.Name)
		default:
			continue
		}
		tried = append(tried, mark)
		at = append(at, t.Name)
	}
	return tried, sure, analyze.Unique(at), analyze.Unique(bySize)
}

// shownTo lists the forms that lead people elsewhere and that were shown to this
// source again and again: pages of one size, and by Fisher's exact test far more
// often than to people.
func shownTo(in *analyze.Input, posts []*window.Touch) map[uint64]bool {
	known := knownForms(in)
	var out map[uint64]bool
	pages, on := map[uint64][]*window.Touch{}, map[uint64]int{}
	for _, t := range posts {
		switch {
		case !known[t.Name].leadsOn():
		case t.Status == 200:
			pages[t.Name] = append(pages[t.Name], t)
		case t.Status >= 300 && t.Status < 400:
			on[t.Name]++
		}
	}
	for id, all := range pages {
		k := known[id]
		if len(all) < fewestFails || !alike(all) || fisher(len(all), on[id], k.answered, k.on) >= byChance {
			continue
		}
		if out == nil {
			out = map[uint64]bool{}
		}
		out[id] = true
	}
	return out
}

// posted lists what a source sent to login forms and to forms that people use, in
// order of time.
func posted(in *analyze.Input, u *window.Unit) (out []*window.Touch) {
	known := knownForms(in)
	eachSent(in, u, func(_ *window.Row, t *window.Touch) {
		if in.Path(t.Name)&ingest.PathLogin != 0 || known[t.Name].leadsOn() {
			out = append(out, t)
		}
	})
	return out
}

func refusedLogin(status uint16) bool {
	switch status {
	case 400, 401, 403, 422, 429:
		return true
	}
	return false
}

// shownAgainBy reports a form that shows itself again after a wrong password.
func shownAgainBy(path string) bool {
	return slices.ContainsFunc(shownAgain, func(end string) bool { return strings.HasSuffix(path, end) })
}

// asksOn is the guard for programs whose right to come in is over: an application's
// own client, and what asks for a token, if they never hurry.
func asksOn(in *analyze.Input, u *window.Unit, times []time.Time, paths []string) (analyze.Evidence, bool) {
	e := analyze.Evidence{Family: analyze.Guard, LogOdds: -6, Trials: 1}
	switch {
	case !slices.ContainsFunc(paths, func(p string) bool { return !forTokens(p) }) && unhurried(times):
		e.Fact = "programs whose right to come in is over ask for a new token like that"
	case slices.ContainsFunc(u.Rows, func(r window.Row) bool { return in.Set.Service(r.Service) == ingest.ServiceWeb && stale(&r) }) && unhurried(times):
		e.Fact = "an application's own client whose password or key is no good any more asks on like that"
	default:
		return e, false
	}
	return e, true
}

// Programs that repeat themselves wait in between; who guesses in a hurry does not.
const (
	fewestBeats = 8
	shortBeat   = 2 * time.Second
	evenBeats   = 1e-3 // chance of gaps that even, by Greenwood's statistic
	calmPace    = 30   // requests in inOneGo that a program makes which waits in between
)

// clockwork reports times with pauses as even as a clock's. Of a busy hour only the
// first are kept, so that the pause between two hours says nothing where there are
// enough within.
func clockwork(times []time.Time) bool {
	pauses := gaps(times)
	var within []time.Duration
	for i, p := range pauses {
		if times[i].Unix()/3600 == times[i+1].Unix()/3600 {
			within = append(within, p)
		}
	}
	if len(within) >= fewestBeats-1 {
		pauses = within
	}
	return len(pauses) >= fewestBeats-1 && median(pauses) >= shortBeat && tooRegular(len(pauses), greenwood(pauses)) < evenBeats
}

// unhurried reports times of which nowhere many lie close together.
func unhurried(times []time.Time) bool {
	lo := 0
	for hi := range times {
		for times[hi].Sub(times[lo]) > inOneGo {
			lo++
		}
		if hi-lo+1 > calmPace {
			return false
		}
	}
	return true
}

// densestTimes returns the most marks in any span of w. They are sorted.
func densestTimes(all []analyze.Mark, w time.Duration) (best int) {
	lo := 0
	for hi := range all {
		for all[hi].Time.Sub(all[lo].Time) >= w {
			lo++
		}
		best = max(best, hi-lo+1)
	}
	return best
}
