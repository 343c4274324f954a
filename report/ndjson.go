package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
)

// CaseJSON is one case as programs read it, one line each. Text is verbatim:
// whoever shows it escapes it.
type CaseJSON struct {
	Schema      int              `json:"schema"`
	ID          string           `json:"id"`
	Kind        string           `json:"kind"`
	Severity    analyze.Level    `json:"severity"`
	Confidence  float64          `json:"confidence"` // rounded to four decimals
	Impact      analyze.Impact   `json:"impact"`
	Course      string           `json:"course,omitempty"`      // new, continuing or returning; over files nothing
	Began       string           `json:"began,omitempty"`       // first event in any run
	Ban         string           `json:"ban"`                   // none, planned, held, banned
	BanTargets  []string         `json:"ban_targets,omitempty"` // only when the ban covers part of the sources
	Sources     []string         `json:"sources"`               // the accused: addresses bare, networks as prefixes
	Identities  []IdentityJSON   `json:"identities,omitempty"`  // who is behind them, as far as it is known
	Fail2ban    *Fail2banJSON    `json:"fail2ban,omitempty"`    // what fail2ban did; nothing where neither its log nor its database was read
	Detections  []string         `json:"detections"`
	Techniques  []string         `json:"techniques"` // MITRE ATT&CK ids
	Headline    string           `json:"headline"`
	Summary     string           `json:"summary"`
	Explanation string           `json:"explanation"`
	Do          []string         `json:"do"`
	Targets     []analyze.Target `json:"targets"`
	Services    []string         `json:"services"`
	Events      uint64           `json:"events"`
	FirstSeen   string           `json:"first_seen,omitempty"` // RFC 3339, UTC
	LastSeen    string           `json:"last_seen,omitempty"`
	Evidence    []EvidenceJSON   `json:"evidence"`
	Families    []FamilyJSON     `json:"families"`
	Prior       float64          `json:"prior"`      // log-odds before any evidence
	Visitors    []string         `json:"visitors"`   // seen, not accused
	Prefix      string           `json:"prefix"`     // the network that explains the sources, "" if none does
	Collateral  int              `json:"collateral"` // honest units inside prefix
	Verdict     analyze.Verdict  `json:"verdict"`
	Word        *analyze.Saying  `json:"word,omitempty"` // what a person said of it, while that holds
	AI          *Opinion         `json:"ai,omitempty"`   // the second opinion; it decides nothing
}

// Fail2banJSON is what fail2ban did about the sources of a case.
type Fail2banJSON struct {
	Seen   bool `json:"seen"`   // it banned at least one of them
	Banned int  `json:"banned"` // how many of them
	Bans   int  `json:"bans"`   // in all
}

// EvidenceJSON is one log line that shows the case.
type EvidenceJSON struct {
	Time   string `json:"time,omitempty"`
	Source string `json:"source"`
	Line   string `json:"line"`
}

// FamilyJSON is what one family of evidence weighs.
type FamilyJSON struct {
	Family  analyze.Family `json:"family"`
	LogOdds float64        `json:"log_odds"`
	Fact    string         `json:"fact"`
}

// RunJSON closes a saved file: what the cases were drawn from and what would be
// done about them.
type RunJSON struct {
	Version string          `json:"version"`
	Host    string          `json:"host"`
	AdHoc   bool            `json:"ad_hoc"`
	From    string          `json:"from"`
	To      string          `json:"to"`
	History string          `json:"history,omitempty"`
	Cases   int             `json:"cases"`
	Units   int             `json:"units"` // distinct sources seen
	Plan    ban.Plan        `json:"plan"`
	Sources []ingest.Health `json:"sources"`
	Notes   []string        `json:"notes"`

	Degraded bool `json:"degraded,omitempty"` // something that was configured could not be read or done

	Learning []LearningJSON `json:"learning,omitempty"` // services whose anomalies are not judged yet

	Run       string     `json:"run,omitempty"` // its name, for the command that undoes it
	Done      *DoneJSON  `json:"done,omitempty"`
	AI        *AI        `json:"ai,omitempty"`
	Beyond    *Beyond    `json:"beyond_fail2ban,omitempty"`
	Heartbeat *Heartbeat `json:"heartbeat,omitempty"`
	Gaps      []Gap      `json:"gaps,omitempty"` // spans that a log should cover and does not
}

// all are the cases for programs: those that people said a word about come last.
func (r Report) all() (out []*analyze.Case) {
	for _, list := range [][]analyze.Case{r.Cases, r.Known} {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	return out
}

// NDJSON writes one object a case, one line each, worst first.
func NDJSON(w io.Writer, r Report) error {
	planned := r.Plan.Outcomes()
	for _, c := range r.all() {
		if err := writeJSON(w, r.caseJSON(c, planned[c.ID])); err != nil {
			return fmt.Errorf("writing case %q: %w", c.ID, err)
		}
	}
	return nil
}

// archiveNDJSON is NDJSON with a last line about the run.
func archiveNDJSON(w io.Writer, r Report) error {
	if err := NDJSON(w, r); err != nil {
		return err
	}
	return writeJSON(w, struct {
		Schema int     `json:"schema"`
		Run    RunJSON `json:"run"`
	}{Schema, r.runJSON()})
}

// Whole writes the same as one object, for a webhook.
func Whole(w io.Writer, r Report) error {
	planned := r.Plan.Outcomes()
	cases := make([]CaseJSON, 0, len(r.Cases))
	for _, c := range r.all() {
		cases = append(cases, r.caseJSON(c, planned[c.ID]))
	}
	return writeJSON(w, struct {
		Schema  int        `json:"schema"`
		Subject string     `json:"subject"`
		Run     RunJSON    `json:"run"`
		Cases   []CaseJSON `json:"cases"`
	}{Schema, Subject(r), r.runJSON(), cases})
}

func (r Report) runJSON() RunJSON {
	return RunJSON{
		Version: r.Version, Host: r.Host, AdHoc: r.AdHoc, From: instant(r.From), To: instant(r.To), History: instant(r.History),
		Cases: len(r.Cases) + len(r.Known), Units: r.Units, Plan: r.Plan, Sources: list(r.Sources), Notes: list(r.Notes), Degraded: r.degraded(),
		Learning: learningJSON(r.Learning), Run: r.Run, Done: doneJSON(r.Done), AI: r.AI, Beyond: r.Beyond, Heartbeat: r.Heartbeat, Gaps: r.Gaps,
	}
}

// caseJSON is the case with what the plan says of it and what was done.
func (r Report) caseJSON(c *analyze.Case, plan ban.Outcome) CaseJSON {
	j := CaseJSON{
		Schema: Schema, ID: c.ID, Kind: c.Kind, Severity: c.Level, Confidence: decimals(c.Confidence),
		Impact: c.Impact, Course: c.Course.String(), Began: instant(c.Began), Ban: plan.String(), Sources: addresses(c.Accused()), Identities: identitiesJSON(c), Detections: list(c.Detections), Techniques: list(c.Techniques),
		Headline: c.Headline, Summary: c.Summary, Explanation: strings.Join(c.Explanation, " "), Do: list(c.Do),
		Targets: list(c.Targets), Services: list(c.Services), Events: c.Events, FirstSeen: instant(c.First), LastSeen: instant(c.Last),
		Evidence: []EvidenceJSON{}, Families: []FamilyJSON{}, Prior: decimals(c.Prior), Visitors: addresses(c.Visitors),
		Collateral: c.Collateral, Verdict: c.Verdict, Word: c.Word,
	}
	if len(plan.Targets) > 0 && !covers(plan.Targets, c.Accused()) {
		j.BanTargets = addresses(plan.Targets)
	}
	if r.Done != nil && len(r.Done.of(c.ID)) > 0 {
		j.Ban = "banned"
	}
	if o, ok := r.opinion(c.ID); ok {
		j.AI = &o
	}
	if g := c.Guarded; g != nil {
		j.Fail2ban = &Fail2banJSON{Seen: g.Banned > 0, Banned: g.Banned, Bans: g.Bans}
	}
	if c.Prefix.IsValid() {
		j.Prefix = c.Prefix.String()
	}
	for _, l := range c.Evidence {
		j.Evidence = append(j.Evidence, EvidenceJSON{Time: instant(l.Time), Source: l.Source, Line: l.Text})
	}
	for _, e := range c.Families {
		j.Families = append(j.Families, FamilyJSON{Family: e.Family, LogOdds: decimals(e.LogOdds), Fact: e.Fact})
	}
	return j
}

// decimals rounds to four, so that the last bit of a floating sum, which differs
// between processors, does not show. JSON has no infinity and no NaN.
func decimals(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return math.Round(max(-1e9, min(1e9, x))*1e4) / 1e4
}

// covers reports whether every source lies in one of the targets.
func covers(targets, sources []netip.Prefix) bool {
	for _, s := range sources {
		in := false
		for _, t := range targets {
			in = in || t.Bits() <= s.Bits() && t.Contains(s.Addr())
		}
		if !in {
			return false
		}
	}
	return true
}

// instant writes a time for programs; "" for none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// list is s, or an empty list instead of null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// writeJSON writes one line. What does not show itself is written as \uXXXX, so
// that a terminal that prints the line obeys nothing in it; readers of JSON get
// the same string either way.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	line := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	out := make([]byte, 0, len(line)+1)
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		switch hi, lo := utf16.EncodeRune(r); {
		case visible(r):
			out = append(out, line[:n]...)
		case r > 0xffff:
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		line = line[n:]
	}
	_, err := w.Write(append(out, '\n'))
	return err
}
