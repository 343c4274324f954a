package report

import (
	"io"
	"time"

	"gumshoe/analyze"
)

// DossierJSON is a dossier as programs read it. Text is verbatim: whoever shows it
// escapes it.
type DossierJSON struct {
	SchemaVersion int              `json:"schema_version"`
	Subject       string           `json:"subject"`
	About         string           `json:"about"` // address, network, account or case
	Known         bool             `json:"known"` // whether anything is
	Host          string           `json:"host"`
	AdHoc         bool             `json:"ad_hoc"`
	Since         string           `json:"since,omitempty"` // how far back anything is known
	Now           string           `json:"now"`
	FirstSeen     string           `json:"first_seen,omitempty"`
	LastSeen      string           `json:"last_seen,omitempty"`
	Identities    []IdentityJSON   `json:"identities,omitempty"`
	Cases         []CaseJSON       `json:"cases"`      // worst first, as the last report told them
	PastCases     []PastCaseJSON   `json:"past_cases"` // of which no report is kept
	Words         []analyze.Saying `json:"words"`
	Story         []EpisodeJSON    `json:"story"`
	Touched       []Touched        `json:"touched"`
	Sources       []VisitorJSON    `json:"sources"`
	Alike         []AlikeJSON      `json:"alike"`
	Around        *AroundJSON      `json:"around,omitempty"`
	Fail2ban      *int             `json:"fail2ban_bans,omitempty"`
	Bans          []BanJSON        `json:"bans"`
	Lines         []EvidenceJSON   `json:"lines"`
	AllLines      int              `json:"all_lines"` // of which these are a selection
	Notes         []string         `json:"notes"`
}

// PastCaseJSON is a case that only the casebook remembers.
type PastCaseJSON struct {
	ID       string        `json:"id"`
	Kind     string        `json:"kind"`
	Severity analyze.Level `json:"severity"`
	Headline string        `json:"headline"`
	Began    string        `json:"began"`
	Last     string        `json:"last"`
	Open     bool          `json:"open"`
}

// EpisodeJSON is one sentence of the story.
type EpisodeJSON struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Sentence string `json:"sentence"`
	Alarming bool   `json:"alarming"`
}

// VisitorJSON is one source of the subject.
type VisitorJSON struct {
	Source   string   `json:"source"`
	From     string   `json:"from"`
	To       string   `json:"to"`
	Services []string `json:"services"`
	Events   uint64   `json:"events"`
	Good     uint64   `json:"good"`
	Failed   uint64   `json:"failed"`
	Cases    []string `json:"cases"`
	Honest   bool     `json:"honest"`
	Country  string   `json:"country,omitempty"`
}

// AlikeJSON is an accused source that did the same.
type AlikeJSON struct {
	Source string   `json:"source"`
	Share  float64  `json:"share"`
	Common []string `json:"common"`
	Cases  []string `json:"cases"`
}

// AroundJSON is the network around an address.
type AroundJSON struct {
	Prefix  string `json:"prefix"`
	Seen    int    `json:"seen"`
	Accused int    `json:"accused"`
	Honest  int    `json:"honest"`
}

// DossierObject writes a dossier as one JSON object on one line.
func DossierObject(w io.Writer, d Dossier) error {
	first, last := d.seen()
	out := DossierJSON{
		SchemaVersion: Schema, Subject: d.Subject, About: d.About, Known: d.Known(), Host: d.Host, AdHoc: d.AdHoc, Since: instant(d.Since), Now: instant(d.Now),
		FirstSeen: instant(first), LastSeen: instant(last), Identities: identitiesJSON(&analyze.Case{Identities: d.Who}), Cases: []CaseJSON{}, PastCases: []PastCaseJSON{},
		Words: list(d.Words), Story: []EpisodeJSON{}, Touched: list(d.Touched), Sources: []VisitorJSON{}, Alike: []AlikeJSON{}, Fail2ban: d.Fail2ban,
		Bans: list(bansJSON(d.Bans)), Lines: []EvidenceJSON{}, AllLines: d.AllLines, Notes: list(d.Notes),
	}
	for _, r := range d.Cases {
		c := &r.Cases[0]
		out.Cases = append(out.Cases, r.caseJSON(c, r.Plan.Outcomes()[c.ID]))
	}
	for _, c := range d.Past {
		out.PastCases = append(out.PastCases, PastCaseJSON{c.ID, c.Kind, c.Level, c.Headline, instant(c.Began), instant(c.Last), c.Open})
	}
	for _, e := range d.story() {
		out.Story = append(out.Story, EpisodeJSON{precise(e.first), precise(e.last), e.sentence, e.alarming})
	}
	for _, v := range d.Sources {
		out.Sources = append(out.Sources, VisitorJSON{address(v.Source), instant(v.First), instant(v.Last), list(v.Services), v.Events, v.Good, v.Failed, list(v.Cases), v.Honest, v.Country})
	}
	for _, a := range d.Alike {
		out.Alike = append(out.Alike, AlikeJSON{address(a.Source), decimals(a.Share), list(a.Common), list(a.Cases)})
	}
	if a := d.Around; a != nil {
		out.Around = &AroundJSON{a.Prefix.String(), a.Seen, a.Accused, a.Honest}
	}
	for _, l := range d.Lines {
		out.Lines = append(out.Lines, EvidenceJSON{instant(l.Time), l.Source, l.Text})
	}
	return writeJSON(w, out)
}

// precise is instant with the second's parts, by which the story is ordered.
func precise(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
