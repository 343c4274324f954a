package report

import (
	"encoding/json"
	"io"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// RehearsalJSON is a rehearsal as programs read it: one object.
type RehearsalJSON struct {
	SchemaVersion int                 `json:"schema_version"`
	Host          string              `json:"host,omitempty"`
	From          string              `json:"from"`
	To            string              `json:"to"`
	Known         string              `json:"known"` // from when on anything is known
	Runs          int                 `json:"runs"`
	GoodLogins    uint64              `json:"good_logins"`
	LoginsLost    int                 `json:"logins_lost"` // of these, from banned addresses
	Honest        int                 `json:"honest"`      // sources
	Unseen        *int                `json:"unseen"`      // bans of whom fail2ban never banned; null: there is no fail2ban
	Bans          []RehearsedJSON     `json:"bans"`
	Hits          []RehearsedHitJSON  `json:"hits"`
	Held          []RehearsedHoldJSON `json:"held"`
	Weeks         []RehearsedWeekJSON `json:"weeks"`
	Notes         []string            `json:"notes"`
}

// RehearsedJSON is one ban with all its extensions.
type RehearsedJSON struct {
	BanJSON
	Kind       string             `json:"kind"`
	Headline   string             `json:"headline"`
	Severity   analyze.Level      `json:"severity"`
	Confidence float64            `json:"confidence"`
	Began      string             `json:"began"` // the case
	Ports      string             `json:"ports"`
	Extensions int                `json:"extensions"`
	Families   []analyze.Evidence `json:"families"`
	Evidence   string             `json:"evidence"` // log lines, verbatim: hostile
}

// GoodJSON is what an honest visitor did in a span.
type GoodJSON struct {
	Logins int `json:"logins"`
	Visits int `json:"visits"` // pages with their pictures
}

// RehearsedHitJSON is an honest visitor whom a ban would have reached.
type RehearsedHitJSON struct {
	Source string   `json:"source"`
	Ban    int      `json:"ban"` // index into bans
	Before GoodJSON `json:"before"`
	During GoodJSON `json:"during"`
}

// RehearsedHoldJSON is a ban that a guard prevented, at the first run that did.
type RehearsedHoldJSON struct {
	At     string `json:"at"`
	Target string `json:"target"`
	Case   string `json:"case"`
	Guard  string `json:"guard"`
	Reason string `json:"reason"`
}

// RehearsedWeekJSON is one line of the course.
type RehearsedWeekJSON struct {
	From         string `json:"from"`
	Cases        int    `json:"cases"`
	Bans         int    `json:"bans"`
	Hits         int    `json:"hits"`
	HistoryHours int    `json:"history_hours"` // that its first run had to compare with
}

// RehearsalObject writes a rehearsal as one JSON object on one line.
func RehearsalObject(w io.Writer, r Rehearsal) error {
	out := RehearsalJSON{SchemaVersion: Schema, Host: r.Host, From: instant(r.From), To: instant(r.To), Known: instant(r.Known), Runs: r.Runs, GoodLogins: r.Logins,
		LoginsLost: r.lost(), Honest: r.People, Bans: []RehearsedJSON{}, Hits: []RehearsedHitJSON{}, Held: []RehearsedHoldJSON{}, Weeks: []RehearsedWeekJSON{}, Notes: append([]string{}, r.Notes...)}
	if r.Guarded {
		out.Unseen = &r.Unseen
	}
	for i := range r.Bans {
		b := &r.Bans[i]
		out.Bans = append(out.Bans, RehearsedJSON{bansJSON([]ban.Ban{b.Ban})[0], r.Kinds[b.Case], b.Headline, b.Level, b.Confidence, instant(r.Began[b.Case]),
			b.Ports.String(), b.Extensions, b.Families, b.Evidence})
	}
	for _, h := range r.reached() {
		out.Hits = append(out.Hits, RehearsedHitJSON{address(h.Source), h.Ban, goodJSON(h.Before), goodJSON(h.During)})
	}
	for _, h := range r.Held {
		out.Held = append(out.Held, RehearsedHoldJSON{instant(h.At), address(h.Prefix), h.Case, h.Guard, h.Reason})
	}
	for _, k := range r.weeks() {
		out.Weeks = append(out.Weeks, RehearsedWeekJSON{instant(k.from), k.cases, k.bans, k.hits, max(0, int(k.history.Hours()))})
	}
	return json.NewEncoder(w).Encode(out)
}

func goodJSON(g ban.Good) GoodJSON { return GoodJSON{g.Logins, g.Visits} }
