package report

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
)

var dossierBegin = time.Date(2026, 11, 9, 3, 12, 0, 0, time.UTC)

// onSSH is what an address did on ssh within one hour.
func onSSH(source string, after, took time.Duration, good, bad uint64, names ...string) Stretch {
	s := Stretch{Source: netip.MustParsePrefix(source), Service: ingest.ServiceSSH, First: dossierBegin.Add(after), Events: good + bad, Good: good, Bad: bad, Failed: bad}
	s.Last = s.First.Add(took)
	if bad > 0 {
		s.Refused = names
	} else {
		s.Well = names
	}
	return s
}

// The story joins what belongs together, tells silence, and tells friends and
// strangers apart.
func TestDossierStory(t *testing.T) {
	const stranger, friend = "203.0.113.7/32", "192.0.2.10/32"
	const day = 24 * time.Hour
	for _, about := range []struct {
		name string
		seen []Stretch
		want []string // from when, after which silence, what; ◆ where it alarms
	}{
		{"nothing", nil, nil},
		{"hours in a row are one part", []Stretch{onSSH(stranger, 0, 50*time.Minute, 0, 4, "root"), onSSH(stranger, time.Hour, 10*time.Minute, 0, 3, "admin", "root")},
			[]string{"9 Nov 03:12 Guesses at sshd: 7 failures on root, admin. In 1 h 10 min, one every 11 min 40 s on average."}},
		{"days apart are two, with the silence between", []Stretch{onSSH(stranger, 0, 0, 0, 1, "root"), onSSH(stranger, 3*day, 0, 0, 1, "deploy")},
			[]string{"9 Nov 03:12 Guesses at sshd: 1 failure on root.", "12 Nov 03:12 (3 days) Guesses at sshd: 1 failure on deploy."}},
		{"who signs in there is not mixed with who guesses", []Stretch{onSSH(friend, 0, 0, 2, 0, "deploy"), onSSH(stranger, time.Minute, 0, 0, 5, "deploy")},
			[]string{"9 Nov 03:12 Signs in to sshd 2 times as deploy.", "9 Nov 03:13 Guesses at sshd: 5 failures on deploy."}},
		{"who belongs there comes and goes in one part", []Stretch{onSSH(friend, 0, 0, 2, 0, "deploy"), onSSH(friend, 5*day, 0, 3, 0, "deploy"), onSSH(friend, 40*day, 0, 1, 0, "deploy")},
			[]string{"9 Nov 03:12 Signs in to sshd 5 times as deploy. In 5 days.", "19 Dec 03:12 (35 days) Signs in to sshd 1 time as deploy."}},
		{"a payload that got through alarms", []Stretch{{Source: netip.MustParsePrefix(stranger), Service: "http", Web: true, First: dossierBegin, Last: dossierBegin, Events: 1, Probes: 1,
			Failed: 1, Aimed: []string{"/item (id)"}, Classes: []string{"SQL injection"}, Steps: []Step{{dossierBegin, ingest.StageExtract, "/item (id)", 500, true}}}},
			[]string{"9 Nov 03:12 ◆ Attacks http: 1 request with hostile content (SQL injection), aimed at /item (id).",
				"9 Nov 03:12 ◆ Tries to read data on /item (id): answered 500, the first time that the server fails on it."}},
		{"an apostrophe in a search does not", []Stretch{{Source: netip.MustParsePrefix(stranger), Service: "http", Web: true, First: dossierBegin, Last: dossierBegin, Events: 9, Good: 9, Probes: 1,
			Well: []string{"/search"}, Aimed: []string{"/search (q)"}, Classes: []string{"SQL injection"}, Steps: []Step{{dossierBegin, ingest.StageSyntax, "/search (q)", 200, false}}}},
			[]string{"9 Nov 03:12 Reads on http: 9 requests, 9 answered well: /search. 1 of them with hostile content (SQL injection), aimed at /search (q)."}},
		{"and of who does nothing else it is a word", []Stretch{{Source: netip.MustParsePrefix(stranger), Service: "http", Web: true, First: dossierBegin, Last: dossierBegin, Events: 9, Good: 9, Quotes: 2,
			Well: []string{"/search"}, Quoted: []string{"/search (q)"}}},
			[]string{"9 Nov 03:12 Reads on http: 9 requests, 9 answered well: /search. 2 of them with a quote or a bracket, as words have, too: /search (q)."}},
		{"one answer to all is told once", []Stretch{{Source: netip.MustParsePrefix(stranger), Service: "http", Web: true, First: dossierBegin, Last: dossierBegin, Events: 3, Bad: 3, Failed: 3,
			Refused: []string{"/admin/", "/pma/"}, Statuses: map[uint16]uint64{404: 3}}},
			[]string{"9 Nov 03:12 Asks http for what is not there: 3 requests: /admin/, /pma/. All answered 404."}},
		{"and so is the answer to one", []Stretch{{Source: netip.MustParsePrefix(stranger), Service: "http", Web: true, First: dossierBegin, Last: dossierBegin, Events: 1, Bad: 1, Failed: 1,
			Refused: []string{"/admin/"}, Statuses: map[uint16]uint64{404: 1}}},
			[]string{"9 Nov 03:12 Asks http for what is not there: 1 request: /admin/. Answered 404."}},
		{"answers of several kinds are counted", []Stretch{{Source: netip.MustParsePrefix(stranger), Service: "http", Web: true, First: dossierBegin, Last: dossierBegin, Events: 3, Bad: 3, Failed: 3,
			Refused: []string{"/admin/"}, Statuses: map[uint16]uint64{403: 1, 404: 2}}},
			[]string{"9 Nov 03:12 Asks http for what is not there: 3 requests: /admin/. What failed or was hostile was answered 403 1 time, 404 2 times."}},
	} {
		d := Dossier{About: AboutNetwork, Stretches: about.seen}
		var got []string
		for _, e := range d.story() {
			silence, mark := "", ""
			if e.silence > 0 {
				silence = fmt.Sprintf("(%s) ", span(e.silence))
			}
			if e.alarming {
				mark = "◆ "
			}
			got = append(got, e.first.Format("2 Jan 15:04 ")+silence+mark+e.sentence)
		}
		if strings.Join(got, "\n") != strings.Join(about.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", about.name, strings.Join(got, "\n"), strings.Join(about.want, "\n"))
		}
	}
}

// A story of years is told in few parts.
func TestDossierLongStory(t *testing.T) {
	d := Dossier{About: AboutAddress}
	for i := range 400 {
		d.Stretches = append(d.Stretches, onSSH("203.0.113.7/32", time.Duration(i)*17*time.Hour, 0, 0, 1, "root"))
	}
	if n := len(d.story()); n == 0 || n > maxEpisodes {
		t.Errorf("%d parts", n)
	}
}

// No text of a dossier reaches a terminal, a page or a program's screen as it is.
func TestDossierEscapes(t *testing.T) {
	evil := "\x1b[31m\u202e<script>x</script>"
	c := analyze.Case{ID: evil, Headline: evil, Level: analyze.High, Explanation: []string{evil}, Sources: []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")}}
	s := onSSH("203.0.113.7/32", 0, 0, 0, 1, evil)
	s.Service, s.Agents = evil, []string{evil}
	d := Dossier{Subject: evil, About: AboutAccount, Host: evil, Now: dossierBegin, Cases: []Report{{Cases: []analyze.Case{c}}}, Past: []analyze.PastCase{{ID: evil, Headline: evil}},
		Words: []analyze.Saying{{Case: evil, Reason: evil, By: evil}}, Stretches: []Stretch{s}, Touched: []Touched{{Kind: "path", Service: evil, Name: evil, Failed: 1}},
		Sources: []Visitor{{Services: []string{evil}, Cases: []string{evil}, Country: evil}}, Alike: []Alike{{Common: []string{evil}, Cases: []string{evil}}},
		Bans: []ban.Ban{{Reason: evil, By: evil}}, Lines: []analyze.Line{{Source: evil, Text: evil}}, Credits: []string{evil}, Notes: []string{evil}}
	for name, render := range map[string]func(io.Writer, Dossier) error{
		"text": func(w io.Writer, d Dossier) error { return DossierText(w, d, TextOptions{}) },
		"HTML": DossierHTML, "JSON": DossierObject,
	} {
		var out bytes.Buffer
		if err := render(&out, d); err != nil {
			t.Fatal(name, err)
		}
		if strings.ContainsAny(out.String(), "\x1b\u202e") || name == "HTML" && strings.Contains(out.String(), "<script") {
			t.Errorf("%s passes it on:\n%s", name, &out)
		}
	}
	var ascii bytes.Buffer
	if err := DossierText(&ascii, d, TextOptions{ASCII: true}); err != nil || strings.ContainsFunc(ascii.String(), func(r rune) bool { return r >= 0x80 }) {
		t.Errorf("%v: beyond ASCII:\n%s", err, &ascii)
	}
}

// What is not known is said, with how far back it would be.
func TestDossierUnknown(t *testing.T) {
	for _, about := range []struct {
		since time.Time
		want  string
	}{
		{dossierBegin, "Nothing is known of it. Known here is what happened since Mon 9 Nov 2026, 2 days."},
		{time.Time{}, "Nothing is known of it. Nothing at all is known yet: no log was read."},
	} {
		var out bytes.Buffer
		d := Dossier{Subject: "192.0.2.1", About: AboutAddress, Since: about.since, Now: dossierBegin.Add(48 * time.Hour)}
		if err := DossierText(&out, d, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(text, about.want) || strings.Contains(text, "──") {
			t.Errorf("%q does not tell %q, or more", text, about.want)
		}
	}
}
