package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// glyphs are the marks of the levels; colour is never alone in telling them.
var glyphs = [...]string{analyze.Info: "·", analyze.Low: "○", analyze.Medium: "●", analyze.High: "▲", analyze.Critical: "◆"}

// familyNames say the families of evidence in plain words.
var familyNames = map[analyze.Family]string{
	analyze.Probing: "probing", analyze.Timing: "timing", analyze.Fanin: "one account, many sources",
	analyze.Subnet: "one network", analyze.Guessing: "guessing", analyze.Payload: "payload",
	analyze.Response: "changed answers", analyze.Agent: "user agent", analyze.Seasonal: "against the season",
	analyze.Crosslog: "several services", analyze.History: "history", analyze.Stranger: "new network", analyze.Campaign: "campaign",
	analyze.Dictionary: "word list", analyze.Intrusion: "login after failures", analyze.Guard: "honest signs",
}

// has reports whether a family speaks for the case.
func has(c analyze.Case, f analyze.Family) bool {
	return slices.ContainsFunc(c.Families, func(e analyze.Evidence) bool { return e.Family == f && e.LogOdds > 0 })
}

// breakIn reports whether the case says that someone may have got in.
func breakIn(c analyze.Case) bool {
	return c.Impact == analyze.Success && has(c, analyze.Intrusion) && c.Level >= analyze.High
}

// injectable reports whether the case says that an endpoint gave way to a payload.
func injectable(c analyze.Case) bool {
	return c.Impact == analyze.Success && has(c, analyze.Response) && c.Level >= analyze.High
}

// anomaly reports whether the case is about an hour and not about a culprit.
func anomaly(c analyze.Case) bool {
	return len(c.Sources) == 0 && has(c, analyze.Seasonal)
}

// silence reports whether the case is about missing events.
func silence(c analyze.Case) bool { return anomaly(c) && c.Events == 0 }

// routine reports what every server on the internet gets all day: probing of
// nothing in particular that is not critical. A person need not read each.
func routine(c analyze.Case) bool {
	return len(c.Sources) > 0 && c.Impact == analyze.Generic && c.Level < analyze.Critical
}

// idle reports whether a case asks nothing of a person. Detectors advise so on probing
// that met nothing, however patient it is.
func idle(c analyze.Case) bool { return len(c.Do) > 0 && strings.HasPrefix(c.Do[0], "Nothing to do.") }

// tally counts cases by level in words, worst first: "4 critical, 3 high".
func tally(cases []analyze.Case) string {
	var n [analyze.Critical + 1]int
	for _, c := range cases {
		n[c.Level]++
	}
	var parts []string
	for l := analyze.Critical; ; l-- {
		if n[l] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(n[l]), l))
		}
		if l == analyze.Info {
			return strings.Join(parts, ", ")
		}
	}
}

// How many cases are told at length, and how many more by a line each.
const (
	fullCases = 20 // of medium and above
	fullLow   = 12
	lineCases = 40 // of medium and above, after those at length
	lineInfo  = 12

	fullRoutine = 3
	lineRoutine = 10
)

// What a case is where room is dealt out.
const (
	serious = iota // of medium and above
	low
	info
	daily // routine
)

func rankOf(c *analyze.Case) int {
	switch {
	case routine(*c):
		return daily
	case c.Level == analyze.Info:
		return info
	case c.Level == analyze.Low:
		return low
	}
	return serious
}

// digest is what of a list of cases is shown, and how.
type digest struct {
	full   []analyze.Case // at length
	brief  []line
	hidden []string // one sentence a level: "and 9 more of level low: …"
}

// fold keeps a report readable on a bad night: the worst cases at length, then
// one line each, then a number with the command that lists the rest. For reading in one go
// (once) only the first of the cases that would be told in the same words is told at
// length, and the first few of a kind: fifty of a kind are one story.
func fold(cases []analyze.Case, once bool) digest {
	var d digest
	var hidden [analyze.Critical + 1]int
	brief, of := newLines(), map[kind]int{}
	full := [...]int{serious: fullCases, low: fullLow, daily: fullRoutine} // that may still be told
	lines := [...]int{serious: lineCases, info: lineInfo, daily: lineRoutine}
	for i := range cases {
		c := &cases[i]
		n, k, again := rankOf(c), kindOf(c), false
		if once {
			again = of[k] >= ofKind || of[k] > 0 && slices.ContainsFunc(d.full, func(told analyze.Case) bool { return alike(told, *c) })
			of[k]++
		}
		switch {
		case full[n] > 0 && !again && (n != daily || c.Level >= analyze.Medium):
			full[n]--
			d.full = append(d.full, *c)
		case brief.share(k, c):
		case lines[n] > 0:
			lines[n]--
			brief.begin(k, c)
		default:
			hidden[c.Level]++
		}
	}
	d.brief = brief.all
	for l := int(analyze.Critical); l >= 0; l-- {
		if hidden[l] > 0 {
			d.hidden = append(d.hidden, fmt.Sprintf("and %s more of level %s: gumshoe analyze --json lists them", count(hidden[l]), analyze.Level(l)))
		}
	}
	return d
}

// AtLength returns those of the cases that are told at length. Of the others a reader
// gets a line at most.
func AtLength(cases []analyze.Case) (out []*analyze.Case) {
	full := map[string]bool{}
	for _, s := range (Report{Cases: cases}).sections() {
		for _, once := range []bool{false, true} {
			for _, c := range fold(s.cases, once).full {
				full[c.ID] = true
			}
		}
	}
	for i := range cases {
		if full[cases[i].ID] {
			out = append(out, &cases[i])
		}
	}
	return out
}

// light is the report without what only a case told at length shows: of thousands of
// others it would be most of the text, and every word of it is looked at to be escaped.
func (r Report) light() Report {
	all, long := r.Cases, AtLength(r.Cases)
	r.Cases = slices.Clone(all)
	for i := range all {
		if len(long) > 0 && long[0] == &all[i] {
			long = long[1:]
			continue
		}
		c := &r.Cases[i]
		c.Explanation, c.Evidence, c.Findings = nil, nil, nil
	}
	return r
}

// alike reports whether a case retells another: its headline differs in numbers alone,
// or it is the page through which the other went.
func alike(told, c analyze.Case) bool {
	if told.Level != c.Level || told.Impact != c.Impact || breakIn(c) || anomaly(c) {
		return false
	}
	if c.Headline != "" && wordsOf(told.Headline) == wordsOf(c.Headline) {
		return true
	}
	return injectable(told) && injectable(c) && len(c.Sources) == 0 && len(c.Do) > 0 && slices.Equal(told.Do, c.Do)
}

// chapter is a part of the report that tells cases.
type chapter struct {
	title string
	cases []analyze.Case
}

// sections are the cases with a culprit, then what stood out against the season.
func (r Report) sections() (out []chapter) {
	culprits, hours := chapter{"Cases: ", r.Cases}, chapter{title: "Against the season: "}
	if slices.ContainsFunc(r.Cases, anomaly) {
		culprits.cases = nil
		for _, c := range r.Cases {
			if anomaly(c) {
				hours.cases = append(hours.cases, c)
			} else {
				culprits.cases = append(culprits.cases, c)
			}
		}
	}
	for _, s := range []chapter{culprits, hours} {
		if len(s.cases) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// row is one labelled fact of a case.
type row struct {
	Label string
	Items []string // one paragraph each
}

// telling is a case arranged for reading.
type telling struct {
	body []string // what happened
	rows []row    // from, target, why, not, plan, to do; none is empty
}

// tell arranges a case. The judge's paragraphs that retell the findings' reasons
// or doubts go into the rows of those names, the others stand as the story.
func (r Report) tell(c analyze.Case) telling {
	var t telling
	var why, not []string
	for _, p := range c.Explanation {
		switch {
		case retells(p, c, func(s analyze.Story) []string { return s.Why }):
			why = append(why, p)
		case retells(p, c, func(s analyze.Story) []string { return s.Not }):
			not = append(not, p)
		default:
			t.body = append(t.body, p)
		}
	}
	if len(t.body) == 0 && c.Summary != "" {
		t.body = []string{c.Summary}
	}
	if len(why) == 0 {
		why = facts(c)
	}
	add := func(label string, items ...string) {
		if len(items) > 0 && strings.Join(items, "") != "" {
			t.rows = append(t.rows, row{label, items})
		}
	}
	add("from", append([]string{from(c)}, behind(&c)...)...)
	add("seen", fewest(addresses(c.Visitors), 4))
	add("when", nonempty(r.period(c.First, c.Last), r.course(c))...)
	add("why", why...)
	add("not", not...)
	add("fail2ban", guarded(&c))
	label, plan := r.planned(c)
	add(label, plan)
	add("AI", nonempty(r.second(c))...)
	add("to do", c.Do...)
	if label == "done" {
		add("undo", "`gumshoe bans remove --case "+c.ID+"`")
	}
	return t
}

// guarded says what fail2ban did, or "" where that is not known.
func guarded(c *analyze.Case) string {
	g := c.Guarded
	switch {
	case g == nil:
		return ""
	case g.Banned == 0:
		return "seen by fail2ban: no"
	case len(c.Sources) == 1:
		return fmt.Sprintf("seen by fail2ban: yes, banned %s", counted(g.Bans, "time", "times"))
	}
	return fmt.Sprintf("seen by fail2ban: yes, %d of the %d sources banned", g.Banned, len(c.Sources))
}

func nonempty(items ...string) []string {
	return slices.DeleteFunc(items, func(s string) bool { return s == "" })
}

// retells reports whether paragraph p repeats a sentence that part picks from
// the stories of the case's findings.
func retells(p string, c analyze.Case, part func(analyze.Story) []string) bool {
	for _, f := range c.Findings {
		for _, s := range part(f.Story) {
			if s = strings.TrimRight(s, ". "); s != "" && strings.Contains(p, s) {
				return true
			}
		}
	}
	return false
}

// facts are the sentences behind the weights, for a case that nobody explained.
func facts(c analyze.Case) []string {
	var out []string
	for _, e := range c.Families {
		if e.LogOdds > 0 && e.Fact != "" && len(out) < 3 {
			out = append(out, upperFirst(strings.TrimRight(e.Fact, ". "))+".")
		}
	}
	return out
}

// from names the accused, the few or the network.
func from(c analyze.Case) string {
	s := fewest(addresses(c.Sources), 4)
	if len(c.Sources) < 2 || !c.Prefix.IsValid() {
		return s
	}
	s += ", all of " + c.Prefix.String()
	if c.Collateral > 0 {
		s += fmt.Sprintf(", where %s too", counted(c.Collateral, "honest visitor lives", "honest visitors live"))
	}
	return s
}

// planned says what was done about a case, or what the plan holds for it, under
// its label.
func (r Report) planned(c analyze.Case) (label, sentence string) {
	if s := r.doneWith(c); s != "" {
		return "done", s
	}
	if add := groupEntries(entriesOf(c, r.Plan.Add)); len(add) > 0 {
		return "ban", strings.TrimRight(add[0].banLine()+": "+add[0].Reason, ".: ") + "."
	}
	if hold := entriesOf(c, r.Plan.Hold); len(hold) > 0 {
		return "held", strings.TrimRight(hold[0].Reason, ".") + "."
	}
	return "", ""
}

// entriesOf picks the entries of a case.
func entriesOf(c analyze.Case, entries []ban.Entry) (out []ban.Entry) {
	for _, e := range entries {
		if e.Case == c.ID {
			out = append(out, e)
		}
	}
	return out
}

// deed is what became of a case in a word or two, for the picture.
func (r Report) deed(c analyze.Case, plan ban.Outcome) string {
	switch {
	case r.Done != nil && len(r.Done.of(c.ID)) > 0:
		return "banned"
	case len(plan.Targets) > 0:
		return "ban"
	case plan.Held:
		return "held"
	case c.Level >= analyze.High && !routine(c) && !idle(c):
		return "your call"
	}
	return "-"
}

// weights are a case's reckoning: the doubt at the start, what each family adds,
// and the sum that makes it sure. The families are capped, so the bars need not
// add up to more than they show.
func weights(c analyze.Case) []analyze.Evidence {
	out := []analyze.Evidence{{Family: "doubt at the start", LogOdds: c.Prior}}
	for _, e := range c.Families {
		if math.Abs(e.LogOdds) >= 0.05 {
			if name, ok := familyNames[e.Family]; ok {
				e.Family = analyze.Family(name)
			}
			out = append(out, e)
		}
	}
	return out
}
