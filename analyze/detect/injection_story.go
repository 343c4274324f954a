package detect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

func classWords(c ingest.Class) string {
	names := c.Titles()
	if len(names) == 0 {
		return "hostile content"
	}
	return some(names, 3)
}

func injectionStory(in *analyze.Input, a *attack, f *analyze.Finding, targets []analyze.Target, class ingest.Class, work effort) analyze.Story {
	kind, source := classWords(class), bare(a.unit.Prefix())
	sent := source + " sent " + count(len(a.shots), "request") + " with hostile content"
	if len(a.shots) > 1 {
		sent += " in " + span(f.Last.Sub(f.First))
	}
	if len(work.words) > 0 {
		sent += ", " + strings.Join(work.words, ", ")
	}
	s := analyze.Story{}
	if len(a.flips)+len(a.proofs) > 0 {
		s.Headline = fmt.Sprintf("%s on %s, and the answers changed", upper(kind), changed(a.flips, a.proofs)[0].text(in))
		s.Body = []string{fmt.Sprintf("%s: %s.", sent, kind)}
		tellAnswers(in, &s, a.flips, a.proofs)
		return s
	}
	s.Headline = upper(kind) + " against " + targets[0].Value
	if len(targets) > 3 {
		s.Headline = upper(kind) + " against " + strconv.Itoa(len(targets)) + " paths"
	}
	s.Body = []string{sent + " (" + kind + "), to " + some(values(targets), 3) + "."}
	s.Why = []string{upper(count(a.distinct, "distinct payload")) + ": no browser and no honest link writes them."}
	if f.Impact == analyze.Targeted {
		s.Not = []string{"The endpoint exists and answered, but its answers did not change: no sign that it let anything in."}
		s.Do = []string{"Look at the input handling of the endpoint when there is time; nothing shows that it is open."}
	} else {
		s.Not = []string{"Nothing that exists here answered: the requests were refused or met no page."}
	}
	return s
}

// changed lists the inputs whose answers tell, each once.
func changed(flips []flip, proofs []proof) (out []spot) {
	for _, p := range proofs {
		out = append(out, p.spot)
	}
	for _, f := range flips {
		out = append(out, f.spot)
	}
	return analyze.Unique(out)
}

// tellAnswers says what the answers show, and what to do about it.
func tellAnswers(in *analyze.Input, s *analyze.Story, flips []flip, proofs []proof) {
	for _, p := range proofs {
		s.Body = append(s.Body, "The answers show it: "+p.fact+". It very likely did what the payload says.")
	}
	for _, f := range flips[:min(len(flips), 3)] {
		s.Body = append(s.Body, fmt.Sprintf("%s; from %s on, %d of them got an error %d. The input very likely reaches the interpreter behind %s unescaped: it may be injectable.",
			f.answeredWell(), f.first.In(in.Location).Format("15:04:05"), f.hit, f.status, f.text))
		s.Why = append(s.Why, fmt.Sprintf("%s failed %d of %d times on these payloads, and %d times in %s other requests.", f.text, f.hit, f.tried, f.cleanErrors, number(f.clean)))
	}
	if len(flips) > 0 {
		s.Not = append(s.Not, "An outage is ruled out: other requests to it were answered in the same hours.")
	}
	var open, shells []string
	for _, p := range proofs {
		if p.shell {
			shells = append(shells, p.text(in))
		}
	}
	for _, at := range changed(flips, proofs) {
		if text := at.text(in); !slices.Contains(shells, text) {
			open = append(open, text)
		}
	}
	if len(shells) > 0 {
		s.Do = append(s.Do, fmt.Sprintf("Take %s off the server, keep a copy, and find out how it got there: it runs what it is sent.", some(shells, 4)))
	}
	if len(open) > 0 {
		s.Do = append(s.Do, fmt.Sprintf("Mend the code behind %s (bind parameters, never paste them into a statement). Banning the source does not close the hole.", some(open, 4)))
	}
	if len(proofs) > 0 {
		s.Do = append(s.Do, "Take it for open: look at what else this source asked for since, and change the secrets that the code behind it can read.")
	}
}

func values(ts []analyze.Target) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Value
	}
	return out
}
