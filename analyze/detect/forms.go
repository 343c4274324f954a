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
// 200 and redirect whoever got in. Other forms answered 200 prove nothing, for
// there a 200 may be the welcome.
type Forms struct{}

// Name implements analyze.Detector.
func (Forms) Name() string { return "form_guessing" }

// shownAgain are forms that answer a wrong password with 200 and a right one
// with a redirect. XML-RPC answers 200 to both, but people do not call it.
var shownAgain = []string{"wp-login.php", "/administrator/index.php", "/user/login", "/users/sign_in", "xmlrpc.php"}

// Detect implements analyze.Detector.
func (d Forms) Detect(in *analyze.Input) []analyze.Finding {
	return analyze.EachUnit(in, analyze.Current|analyze.Troubled, func(i int, u *window.Unit, out []analyze.Finding) []analyze.Finding {
		if f, ok := d.judge(in, u, in.Standing(i)); ok {
			out = append(out, f)
		}
		return out
	})
}

func (d Forms) judge(in *analyze.Input, u *window.Unit, st *analyze.Standing) (analyze.Finding, bool) {
	tried, paths := refusedForms(in, u)
	n := densestTimes(tried, guessWindow)
	if len(tried) < guessLeast || !in.Contains(uint32(tried[len(tried)-1].Time.Unix()/3600)) {
		return analyze.Finding{}, false
	}
	odds := guessEach / 2 * float64(len(tried)) // of one who never hurries
	if n >= guessLeast {
		odds = max(odds, guessEach*float64(n))
	}
	if odds < softFlag {
		return analyze.Finding{}, false
	}
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001"}, Key: u.Prefix.String() + " forms", Sources: sources(u), Service: ingest.ServiceWeb,
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
	if st.Benign {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Guard, LogOdds: -4, Trials: 1,
			Fact: "it also reads pages as a person does: somebody may have forgotten a password"})
	}
	lasted := f.Last.Sub(f.First)
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("%s at a login form, one every %s", upper(count(len(tried), "guess")), span(lasted/time.Duration(len(tried)-1))),
		Body:     []string{fmt.Sprintf("%s sent a login to %s %s over %s, and was refused each time.", bare(u.Prefix), some(paths, 3), count(len(tried), "time"), span(lasted))},
		Why:      []string{"Nobody forgets a password that often, and none of these tries led to a page behind the form."},
		Not:      []string{"An access log does not name the accounts that were tried."},
		Do:       []string{"See the application's own log for the accounts, and give them a second factor; limit how often the form may be sent."},
	}
	return f, true
}

// refusedForms lists the logins that were refused, in order of time, and the
// forms they were sent to.
func refusedForms(in *analyze.Input, u *window.Unit) (tried []analyze.Mark, paths []string) {
	for _, t := range posted(in, u) {
		if path := in.Set.Name(t.Name).Text; refusedLogin(t.Status, path) {
			tried = append(tried, analyze.Mark{Origin: t.Origin(), Time: moment(t.Milli)})
			paths = append(paths, path)
		}
	}
	return tried, analyze.Unique(paths)
}

// posted lists what a source sent to login forms, in order of time.
func posted(in *analyze.Input, u *window.Unit) (out []*window.Touch) {
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb || r.Flags&window.Wrote == 0 {
			continue
		}
		touches := u.Touches(r)
		for k := range touches {
			if t := &touches[k]; t.Post && in.Set.Name(t.Name).Path&ingest.PathLogin != 0 {
				out = append(out, t)
			}
		}
	}
	return out
}

func refusedLogin(status uint16, path string) bool {
	switch status {
	case 400, 401, 403, 422, 429:
		return true
	case 200:
		return again(path)
	}
	return false
}

// again reports a form that shows itself again after a wrong password.
func again(path string) bool {
	return slices.ContainsFunc(shownAgain, func(end string) bool { return strings.HasSuffix(path, end) })
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
