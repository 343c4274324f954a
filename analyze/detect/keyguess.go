package detect

import (
	"fmt"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// KeyGuess finds keys of an API, tokens and passwords that show in the access log
// only as a 401, or as the 403 of a POST: no login form was sent, and the server wrote
// down no name. (A 401 with a name is a failed login of that account, which Guess and
// its kin see; see window.) For people and programs a 401 is part of every dialogue, so
// a good deal is asked for: one path, more than thirty refusals within ten minutes, by a source
// that was let in nowhere before and that reads no pages.
//
// Expected is what the path answers others. Where others who ask are let in, the
// refusals count like failed logins; where nobody else asks, a client that lost its
// key cannot be told from a guess, and it stays at that; where others are refused
// as well, as by the page that asks whether somebody is logged in, it means nothing.
// Left alone are clients that repeat themselves as evenly as a clock, applications'
// own, monitors and crawlers, and those for whom every request is refused first and
// answered then, as NTLM, Docker and git do.
type KeyGuess struct{}

// Name implements analyze.Detector.
func (KeyGuess) Name() string { return "key_guessing" }

const (
	alikeUnsure = 7.5 // log-odds of refusals where nobody else asks
	alsoRefused = 3   // others who are, from which it is what the path does
	dialogue    = 4   // refusals for each good answer, at the least, that no dialogue explains
)

// Detect implements analyze.Detector.
func (d KeyGuess) Detect(in *analyze.Input) []*analyze.Finding {
	return eachSign(in, analyze.Current|analyze.Troubled, denied, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		if in.Standing(i).Benign || person(in, u) {
			return out
		}
		for _, k := range keysTried(in, u) {
			if f, ok := d.judge(in, u, &k); ok {
				out = append(out, new(f))
			}
		}
		return out
	})
}

// tryingKeys is what one path refused a source.
type tryingKeys struct {
	path    uint64
	refused []*window.Touch
	times   []time.Time
}

// keysTried lists the paths that refused a source often, without a name and without
// a form, by the order in which they first did.
func keysTried(in *analyze.Input, u *window.Unit) (out []tryingKeys) {
	at := map[uint64]int{}
	var named map[ingest.Origin]bool
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb || u.Trouble(r).Bad == 0 {
			continue
		}
		if r.Flags&window.Authenticated != 0 || stale(r) {
			return nil
		}
		touches := u.Touches(r)
		for k := range touches {
			t := &touches[k]
			if t.Status != 401 && !(t.Status == 403 && t.Post) || t.Name == 0 || t.Kind != ingest.KindHTTPRequest || t.Post && in.Set.Name(t.Name).Path&ingest.PathLogin != 0 {
				continue
			}
			if named == nil {
				named = withName(in, u)
			}
			if named[t.Origin()] {
				continue
			}
			n, ok := at[t.Name]
			if !ok {
				n = len(out)
				at[t.Name] = n
				out = append(out, tryingKeys{path: t.Name})
			}
			out[n].refused = append(out[n].refused, t)
			out[n].times = append(out[n].times, moment(t.Milli))
		}
	}
	return out
}

// withName lists where the requests stand that came with a name.
func withName(in *analyze.Input, u *window.Unit) map[ingest.Origin]bool {
	out := map[ingest.Origin]bool{}
	for i := range u.Rows {
		if r := &u.Rows[i]; in.Set.Service(r.Service) == ingest.ServiceApp {
			for _, t := range u.Touches(r) {
				out[t.Origin()] = true
			}
		}
	}
	return out
}

func (d KeyGuess) judge(in *analyze.Input, u *window.Unit, k *tryingKeys) (analyze.Finding, bool) {
	n := len(k.refused)
	if n <= calmPace || unhurried(k.times) || clockwork(k.times) || in.BenignBad(k.path) >= brokenForMany || !in.Contains(uint32(k.times[n-1].Unix()/3600)) {
		return analyze.Finding{}, false
	}
	before, answered, denied := goodAnswers(in, u, k)
	let, refused := othersAt(in, k.path)
	if before || answered*dialogue > denied || refused >= alsoRefused && refused > let {
		return analyze.Finding{}, false
	}
	path := in.Set.Name(k.path).Text
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1110.001"}, Key: u.Prefix().String() + " " + path, Sources: sources(u), Service: ingest.ServiceWeb, Impact: analyze.Generic,
		First: k.times[0], Last: k.times[n-1], Events: uint64(n), Times: k.times, Targets: []analyze.Target{{Kind: analyze.Endpoint, Value: path}},
	}
	var marks []analyze.Mark
	for i, t := range k.refused {
		marks = append(marks, analyze.Mark{Origin: t.Origin(), Time: k.times[i]})
	}
	f.Marks = analyze.Spread(marks, 3)
	e := analyze.Evidence{Family: analyze.Guessing, LogOdds: alikeUnsure, Trials: 1, Fact: fmt.Sprintf("%s by %s, at most %d of them within ten minutes", count(n, "refusal"), path, densestTimes(marks, inOneGo))}
	if let > 0 {
		e.LogOdds, e.Trials = guessEach*float64(n), n
		e.Fact += fmt.Sprintf("; %s that asked were let in", count(let, "other source"))
	}
	if answered > 0 { // in the hour of the refusals or after: none before
		e.LogOdds, e.Trials = familyOfOne, 1
		f.Impact = analyze.Success
	}
	f.Evidence = []analyze.Evidence{e}
	f.Story = keyStory(u, &f, path, let, answered)
	return f, true
}

// familyOfOne makes a case of which nothing else is known four fifths sure.
const familyOfOne = 8

// goodAnswers counts what a source was answered well in the hours of its refusals
// and after, and what it was denied, and reports whether anything was answered well
// before.
func goodAnswers(in *analyze.Input, u *window.Unit, k *tryingKeys) (before bool, n, denied int) {
	first := uint32(k.times[0].Unix() / 3600)
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		if r.Hour < first && u.GoodCount(r) > 0 {
			return true, 0, 0
		}
		n += int(r.Good)
		denied += int(u.Trouble(r).Bad)
	}
	return false, n, denied
}

// othersAt counts the other sources that a path let in and refused, in the hour in
// which there were most of them. Which a part of a page let in only the archive tells:
// what is said of a log does not depend on it.
func othersAt(in *analyze.Input, path uint64) (let, refused int) {
	t := in.Thing(path)
	if t == nil {
		return 0, 0
	}
	for i := range t.Hours {
		o := &t.Hours[i]
		refused = max(refused, t.BadCount(o))
		if t.Name.Path&ingest.PathStatic == 0 {
			let = max(let, t.GoodCount(o))
		}
	}
	return let, max(0, refused-1)
}

func keyStory(u *window.Unit, f *analyze.Finding, path string, let, answered int) analyze.Story {
	n, lasted := int(f.Events), f.Last.Sub(f.First)
	s := analyze.Story{
		Headline: fmt.Sprintf("%s by one endpoint, one every %s", upper(count(n, "refusal")), span(lasted/time.Duration(n-1))),
		Body:     []string{fmt.Sprintf("%s asked for %s %s over %s, and was refused each time. It was let in nowhere before, and reads no pages.", bare(u.Prefix()), path, count(n, "time"), span(lasted))},
		Why:      []string{"A client that knows its key is refused once, if at all: keys or passwords are tried out."},
		Not:      []string{"What was tried is not in an access log; a client that has lost its key and is in a hurry looks the same."},
		Do:       []string{"If the address is none of your clients', there is nothing to do but to limit how often the endpoint may be asked."},
	}
	if let > 0 {
		s.Why[0] = fmt.Sprintf("%s others who ask there are let in; of %s nobody expects more than one or two refusals.", upper(number(let)), bare(u.Prefix()))
	}
	if answered > 0 {
		s.Headline = fmt.Sprintf("Someone may have found a key after %s", count(n, "refusal"))
		s.Body = append(s.Body, fmt.Sprintf("In the same hour or after it had %s.", count(answered, "good answer")))
		s.Do = []string{"See in the application whose key that was, and change it if the address is none of its owner's."}
	}
	return s
}
