package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// Cases that would be told in the same words are told at length once, in what is read
// in one go; the page has them all.
func TestToldOnce(t *testing.T) {
	probe := func(id, headline string, level analyze.Level) analyze.Case {
		c := slowScanCase()
		c.ID, c.Headline, c.Level = id, headline, level
		return c
	}
	r := quietNight()
	r.Cases = []analyze.Case{injectionCase(), injectionCase(), probe("a1", "4 paths in 2 days", analyze.Critical), probe("a2", "6 paths in 8 days", analyze.Critical),
		probe("a3", "Another story", analyze.Critical), probe("a4", "6 paths in 8 days", analyze.High)}
	page := &r.Cases[1]
	page.ID, page.Sources, page.Headline = "h5page", nil, "/product may be injectable"

	m := mail(t, r)
	var text, whole bytes.Buffer
	if err := Text(&text, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := HTML(&whole, r); err != nil {
		t.Fatal(err)
	}
	for id, atLength := range map[string]bool{"h5vbc": true, "h5page": false, "a1": true, "a2": false, "a3": true, "a4": true} {
		if got := strings.Contains(m.Text, ", "+id+", "); got != atLength {
			t.Errorf("mail: %s at length: %v\n%s", id, got, m.Text)
		}
		if got := strings.Contains(text.String(), "  "+id+"  "); got != atLength {
			t.Errorf("text: %s at length: %v", id, got)
		}
		if !strings.Contains(m.Text, id) || !strings.Contains(whole.String(), `<article id="case-`+id+`"`) {
			t.Errorf("%s is left out", id)
		}
	}
}

// Hundreds of bots that each do the same are a line, not hundreds, and leave room for
// what stands alone. The page finds each of them.
func TestManyOfAKindShareALine(t *testing.T) {
	r := quietNight()
	for i := range 320 {
		c := slowScanCase()
		c.ID, c.Headline, c.Level, c.Impact = fmt.Sprintf("b%d", i), fmt.Sprintf("%d guesses on sshd, one every %d %s", 30+i%5, 2+i%7, []string{"minutes", "seconds"}[i%2]), analyze.High, analyze.Targeted
		c.Sources = prefixes(fmt.Sprintf("198.18.%d.%d/32", i/250, i%250))
		r.Cases = append(r.Cases, c)
	}
	hole := injectionCase()
	for i := range 30 {
		c := hole
		c.ID, c.Headline, c.Level = fmt.Sprintf("h%d", i), "Hostile content "+strings.Repeat("i", i), analyze.High
		r.Cases = append(r.Cases, c)
	}
	odd := slowScanCase()
	odd.ID, odd.Headline, odd.Level, odd.Impact = "odd", "A knock", analyze.High, analyze.Targeted
	r.Cases = append(r.Cases, odd)

	var text, page bytes.Buffer
	if err := Text(&text, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := HTML(&page, r); err != nil {
		t.Fatal(err)
	}
	m := mail(t, r)
	for _, want := range []string{"▲ 319 cases 198.18.0.1, 198.18.0.2 and 317 more: 31 guesses on sshd, one every…", "▲ HIGH  odd  "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text has no %q:\n%s", want, &text)
		}
	}
	if n := strings.Count(text.String(), "guesses on sshd, one every"); n > 6 { // picture, story, line
		t.Errorf("the text says it %d times", n)
	}
	if !strings.Contains(m.Text, "HIGH, 27 cases] ") || !strings.Contains(m.Text, "HIGH, odd, ") {
		t.Errorf("the mail:\n%s", m.Text)
	}
	for _, c := range r.Cases {
		if !strings.Contains(page.String(), `id="case-`+c.ID+`"`) {
			t.Errorf("the page does not find %s", c.ID)
		}
	}
}

// A case gives its ban's reason; the list of bans does not repeat it. What differs in
// nothing but the address is one line of that list.
func TestBansAreBrief(t *testing.T) {
	rows := []banRow{
		{State: "Ban", ID: "a", Who: "192.0.2.1", For: "1 day", Reason: "probing"},
		{State: "Ban", ID: "b", Who: "192.0.2.2", For: "1 day", Reason: "probing"},
		{State: "Ban", ID: "c", Who: "192.0.2.3", For: "1 day", Reason: "probing"},
		{State: "Held back", ID: "d", Who: "192.0.2.4", Reason: "probing"},
	}
	got := briefBans(rows, []letterSection{{Cases: []letterCase{{ID: "a"}}}})
	if len(got) != 3 || got[0].Reason != "" || got[1].Who != "192.0.2.2, 192.0.2.3" || got[1].ID != "b, c" || got[1].Reason != "probing" || got[2].State != "Held back" {
		t.Errorf("%+v", got)
	}
}

// An hour of too many errors is drawn among errors, not among requests.
func TestSeasonOfErrors(t *testing.T) {
	r := fiveAttacks()
	requests := weekOf("http", midnight.Add(-7*24*time.Hour), 2847)
	requests.Case = "other"
	failures := weekOf("http", midnight.Add(-7*24*time.Hour), 512)
	failures.Case, failures.What = "n9gte", "server errors"
	r.Season = []Season{requests, failures}
	want := "erver errors an hour of http over 7 days. Shaded: where 98 of 100 such hours lie; this one has 512 where 33 to 159 are usual."
	m := mail(t, r)
	var page, text bytes.Buffer
	if err := HTML(&page, r); err != nil {
		t.Fatal(err)
	}
	if err := Text(&text, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(m.HTML, want) != 2 || strings.Count(page.String(), want) != 2 { // beneath the picture, and for who cannot see it
		t.Errorf("mail %d times, page %d times", strings.Count(m.HTML, want), strings.Count(page.String(), want))
	}
	if !strings.Contains(text.String(), "server errors an hour of http, the busiest ") {
		t.Errorf("%s", text.String())
	}
}

// What did not work stands at the head, where nobody misses it; what is merely worth
// knowing does not alarm, and does not spoil a quiet week.
func TestNotes(t *testing.T) {
	r := quietWeek()
	r.Notes = []string{"countries of addresses are unknown"}
	m := mail(t, r)
	if !strings.Contains(m.Text, "A quiet week. Nothing needs you.") || strings.Index(m.Text, "countries of") < strings.Index(m.Text, "WHAT WAS READ") || strings.Contains(m.Text, strings.ToUpper(trouble)) {
		t.Errorf("a note alarms:\n%s", m.Text)
	}
	r.Degraded, r.Notes = true, []string{"the casebook: disk I/O error"}
	if m = mail(t, r); strings.Contains(m.Text, "A quiet week") || strings.Contains(m.Text, calm) ||
		strings.Index(m.Text, "disk I/O error") > strings.Index(m.Text, "WHAT WAS READ") || !strings.Contains(m.Text, "web1 was quiet, but not everything worked.") {
		t.Errorf("trouble does not alarm:\n%s", m.Text)
	}
	r.Sources = append(r.Sources, ingest.Health{Source: "/var/log/mail.log", Error: "permission denied"})
	r.Notes = []string{"/var/log/mail.log: permission denied"}
	if m = mail(t, r); strings.Count(m.Text, "permission denied") != 1 {
		t.Errorf("a log that cannot be read is told twice:\n%s", m.Text)
	}
}

// The mail of the first run is no quiet week; a week in which many runs are missing is
// not called one either.
func TestHeartbeatSpeaksForWhatWasSeen(t *testing.T) {
	for _, tt := range []struct {
		what     string
		of       time.Duration
		runs     int
		headline string
		subject  string
	}{
		{"a week", 7 * 24 * time.Hour, 28, "A quiet week. Nothing needs you.", "quiet week, nothing for you (15 Nov to 22 Nov)"},
		{"the first run", 6 * time.Hour, 1, "All quiet on web1.", "all quiet, nothing for you"},
		{"half of the runs", 7 * 24 * time.Hour, 14, "A quiet week as far as it was watched; many runs are missing.", "quiet week, nothing for you (15 Nov to 22 Nov)"},
	} {
		r := quietWeek()
		r.Heartbeat.From, r.Heartbeat.Runs = r.Heartbeat.To.Add(-tt.of), tt.runs
		if got := r.headline(); got != tt.headline {
			t.Errorf("%s: %q", tt.what, got)
		}
		if got := Subject(r); got != "[gumshoe] web1: "+tt.subject {
			t.Errorf("%s: %q", tt.what, got)
		}
	}
}

// Statistics stand with their case, not in the first sentence.
func TestPlainly(t *testing.T) {
	for in, want := range map[string]string{
		"It grew sharper on id (Kendall's tau 0.74, about one in 1,920), 12 times.": "It grew sharper on id, 12 times.",
		"The chance (one in 100,000) is small.":                                     "The chance is small.",
		"20 addresses (of 33 networks) tried anna (one inbox).":                     "20 addresses (of 33 networks) tried anna (one inbox).",
	} {
		if got := plainly(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A mail shown in a browser holds its pictures.
func TestPreview(t *testing.T) {
	m := mails()["five"]
	page := m.Preview()
	if strings.Contains(page, "cid:") || strings.Count(page, `src="data:image/png;base64,iVBOR`) != len(m.Images) || len(m.Images) == 0 {
		t.Errorf("%d pictures, %d shown", len(m.Images), strings.Count(page, "data:image/png"))
	}
}
