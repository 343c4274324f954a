package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// server is what the headline calls the machine.
func (r Report) server() string {
	if r.Host == "" {
		return "the server"
	}
	return r.Host
}

// headline is one sentence about the server, never a count. It claims no more
// than the cases do.
func (r Report) headline() string {
	name := r.server()
	first := func(is func(analyze.Case) bool) (analyze.Case, bool) {
		i := slices.IndexFunc(r.Cases, is)
		if i < 0 {
			return analyze.Case{}, false
		}
		return r.Cases[i], true
	}
	if h := r.Heartbeat; h.week() && len(r.Cases) == 0 && !r.degraded() {
		if (h.Due-h.Runs)*4 > h.Due {
			return "A quiet week as far as it was watched; many runs are missing."
		}
		return "A quiet week. Nothing needs you."
	}
	if _, ok := first(breakIn); ok {
		return fmt.Sprintf("Someone may be inside %s.", name)
	}
	if c, ok := first(injectable); ok {
		return fmt.Sprintf("%s on %s looks injectable.", endpoint(c), name)
	}
	if _, ok := first(func(c analyze.Case) bool { return c.Level >= analyze.High && !anomaly(c) }); ok {
		return capital(fmt.Sprintf("%s was attacked; nobody seems to have got in.", name))
	}
	if _, ok := first(func(c analyze.Case) bool { return c.Level >= analyze.High }); ok {
		return capital(fmt.Sprintf("%s did not keep its usual rhythm.", name))
	}
	if _, ok := first(func(c analyze.Case) bool { return c.Level == analyze.Medium }); ok {
		return fmt.Sprintf("Something on %s deserves a look.", name)
	}
	switch {
	case r.mute():
		return fmt.Sprintf("The logs of %s are silent, so nothing is known about it.", name)
	case r.understood() == 0 && r.lines() > 0:
		return fmt.Sprintf("Nothing that was read could be understood, so nothing is known about %s.", name)
	case r.understood() == 0:
		return fmt.Sprintf("Nothing could be read, so nothing is known about %s.", name)
	case r.unread():
		return fmt.Sprintf("What could be read of %s is quiet; part of it could not.", name)
	case r.Degraded:
		return capital(fmt.Sprintf("%s was quiet, but not everything worked.", name))
	}
	return fmt.Sprintf("All quiet on %s.", name)
}

// endpoint is the first web target of a case.
func endpoint(c analyze.Case) string {
	for _, t := range c.Targets {
		if t.Kind == analyze.Endpoint {
			return cut(t.Value, 60)
		}
	}
	return "A page"
}

// capital raises the first letter of a sentence that begins with a word of
// ours; the name of a host is left as it is.
func capital(s string) string {
	if rest, ok := strings.CutPrefix(s, "the "); ok {
		return "The " + rest
	}
	return s
}

// upperFirst raises the first letter of a sentence or a label.
func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// lead is the paragraph beneath the headline: the worst case in a sentence, or
// how quiet it was.
func (r Report) lead() string {
	if len(r.Cases) > 0 && r.Cases[0].Level >= analyze.Medium {
		return strings.TrimSpace(plainly(r.Cases[0].Summary) + r.likewise())
	}
	if r.Heartbeat.week() {
		return r.pulse()
	}
	switch {
	case r.understood() > 0:
	case len(r.Sources) == 0:
		return "There was no log to read."
	case r.mute():
		return "There are logs, and not one line of this time in them."
	case r.lines() == 0:
		return "There is not one line in the logs."
	default:
		return fmt.Sprintf("%s, and not one in a known format.", counted(r.lines(), "line", "lines"))
	}
	s := counted(r.lines(), "line", "lines")
	if r.Units > 0 {
		s += " about " + counted(r.Units, "source", "sources")
	}
	if len(r.Cases) > 0 {
		return s + ", and only the usual background noise."
	}
	return s + ", and nobody worth a case."
}

// likewise counts those who did what the worst case tells, if they are several.
func (r Report) likewise() string {
	n, story := 0, kindOf(&r.Cases[0])
	for i := range r.Cases[1:] {
		if kindOf(&r.Cases[1+i]) == story {
			n++
		}
	}
	if n < 2 || r.Cases[0].Headline == "" {
		return ""
	}
	return " " + count(n) + " more cases are like it."
}

// statistic is an aside for who wants to reckon. It stands with its case; who reads the
// first sentence before coffee wants to know what happened.
var statistic = lazyregexp.New(` \([^()]*(?:\btau\b|\bsigma\b|σ|z-score|\bone in \d)[^()]*\)`)

// plainly is a sentence without its statistics.
func plainly(s string) string { return statistic().ReplaceAllString(s, "") }

// lines counts those that were read.
func (r Report) lines() (n uint64) {
	for _, h := range r.Sources {
		n += h.Lines
	}
	return n
}

// understood counts the lines that were.
func (r Report) understood() (n uint64) {
	for _, h := range r.Sources {
		n += h.Parsed + h.Ignored
	}
	return n
}

// unread reports whether a log could not be read.
func (r Report) unread() bool {
	return slices.ContainsFunc(r.Sources, func(h ingest.Health) bool { return h.Error != "" })
}

// mute reports whether there are logs and nothing was written to them: they were read,
// and have lines of other times alone.
func (r Report) mute() bool {
	return r.lines() == 0 && !r.unread() && slices.ContainsFunc(r.Sources, func(h ingest.Health) bool { return h.Outside > 0 })
}

// degraded reports whether something could not be read or done.
func (r Report) degraded() bool { return r.Degraded || r.unread() }

// notes parts what is said of how the run went: where something failed it stands at
// the head, else beside what was read. What a source says of itself is not said twice.
func (r Report) notes() (urgent, others []string) {
	list := slices.DeleteFunc(slices.Clone(r.Notes), func(note string) bool {
		return slices.ContainsFunc(r.Sources, func(h ingest.Health) bool { return h.Error != "" && note == h.Source+": "+h.Error })
	})
	if r.degraded() {
		return list, nil
	}
	return nil, list
}

// need is one thing that a person must see to.
type need struct {
	level analyze.Level
	what  string // the headline of its case, without the final stop
	do    string // the first step
	id    string // of the case, "" for a log that could not be read
}

// maxNeeds is how many things are asked of a person at once.
const maxNeeds = 5

// needs lists what a person must do now besides the break-in, which has its own
// question: cases of level high and above that a ban alone does not settle, and
// logs that could not be read.
func (r Report) needs() (list []need, more int) {
	if r.Done != nil {
		for _, v := range r.Done.broken() {
			list = append(list, need{level: analyze.Critical, what: v.shortfall(r.Done.Active)})
		}
	}
	asked, seen := false, map[kind]bool{}
	planned := r.Plan.Outcomes()
	for _, c := range r.Cases {
		if breakIn(c) && !asked {
			asked = true
			continue
		}
		if c.Level < analyze.High || routine(c) || idle(c) || len(planned[c.ID].Targets) > 0 && !injectable(c) {
			continue
		}
		n := need{level: c.Level, what: strings.TrimRight(c.Headline, ". "), id: c.ID}
		if len(c.Do) > 0 {
			n.do = c.Do[0]
		}
		if n.do != "" && slices.ContainsFunc(list, func(have need) bool { return have.do == n.do }) {
			continue // one hole, and who went through it, ask for one deed
		}
		if n.do == "" {
			k := kindOf(&c)
			if seen[k] {
				continue
			}
			seen[k] = true
		}
		list = append(list, n)
	}
	for _, h := range r.Sources {
		if h.Error != "" {
			what := h.Source + " could not be read"
			if h.Lines > 0 {
				what += " to its end"
			}
			list = append(list, need{level: analyze.High, what: what, do: strings.TrimRight(h.Error, ".") + "."})
		}
	}
	if len(list) > maxNeeds {
		more, list = len(list)-maxNeeds, list[:maxNeeds]
	}
	return list, more
}

// question is the break-in that a person is asked about, if there is one.
func (r Report) question() (analyze.Case, bool) {
	if i := slices.IndexFunc(r.Cases, breakIn); i >= 0 {
		return r.Cases[i], true
	}
	return analyze.Case{}, false
}
