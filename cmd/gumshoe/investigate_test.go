package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whoever got in is told as a story: the guesses, the login, and what the account
// did then, whose lines name no address.
func TestInvestigateABreakIn(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"203.0.113.77", "tomas"} {
		text := unwrapped(gumshoe(t, "investigate", who, filepath.Join(scenarios, "breakin", "log")).out)
		at := 0
		for _, f := range []string{"02:40 Guesses at sshd", "◆ 03:00 In: a password of tomas is accepted on sshd, from 203.0.113.77", "◆ 03:01 Acts on sudo as tomas",
			"useradd -m -s /bin/bash support", "◆ 03:02 Acts on sudo", "usermod -aG sudo support"} {
			i := strings.Index(text[at:], f)
			if i < 0 {
				t.Fatalf("%s: no %q, or not in order:\n%s", who, f, text)
			}
			at += i
		}
	}
}

// What a log says of itself reaches neither the terminal nor the page.
func TestInvestigateHostileText(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	for i := range 30 {
		at := time.Date(2026, 11, 14, 3, i, 0, 0, time.UTC).Format("02/Jan/2006:15:04:05 -0700")
		fmt.Fprintf(&log, "203.0.113.9 - - [%s] \"GET /\x1b[2J<script>alert(%d)</script>\u202e HTTP/1.1\" 404 12 \"-\" \"<img src=x>\x1b]0;owned\x07\"\n", at, i)
	}
	file := put(t, t.TempDir(), "access.log", log.String())
	for _, form := range []string{"", "--html", "--json"} {
		o := gumshoe(t, slices.DeleteFunc([]string{"investigate", form, "203.0.113.9", file}, func(s string) bool { return s == "" })...)
		if o.code != 0 || !strings.Contains(o.out, "203.0.113.9") {
			t.Fatalf("%s: code %d: %s", form, o.code, o.err)
		}
		if strings.ContainsAny(o.out, "\x1b\x07\u202e") {
			t.Errorf("%s: a control character of the log comes through", form)
		}
		if form == "--html" && (strings.Contains(o.out, "<script") || strings.Contains(o.out, "<img")) {
			t.Errorf("an element of the log comes through")
		}
	}
}

// Who guesses at an account that is called after an address, or asks for a path that is,
// brings nobody into his case.
func TestInvestigateNobodyIsFramed(t *testing.T) {
	t.Parallel()
	var auth, web strings.Builder
	for i := range 20 {
		at := time.Date(2026, 11, 14, 3, i, 0, 0, time.UTC)
		fmt.Fprintf(&auth, "%s web1 sshd[%d]: Failed password for invalid user x from 192.0.2.8 from 203.0.113.9 port %d ssh2\n", at.Format(time.RFC3339), 9000+i, 5000+i)
		fmt.Fprintf(&web, "203.0.113.9 - - [%s] \"GET /admin/192.0.2.8/%d' HTTP/1.1\" 404 12 \"-\" \"192.0.2.8\"\n", at.Format("02/Jan/2006:15:04:05 -0700"), i)
	}
	dir := t.TempDir()
	put(t, dir, "auth.log", auth.String())
	put(t, dir, "access.log", web.String())
	if o := gumshoe(t, "investigate", "203.0.113.9", dir); o.code != 0 || !strings.Contains(o.out, "x from 192.0.2.8") {
		t.Fatalf("code %d: the case does not quote the account: %s%s", o.code, o.out, o.err)
	}
	o := gumshoe(t, "investigate", "192.0.2.8", dir)
	if o.code != 0 || !strings.Contains(o.out, "Nothing is known of it.") || strings.Contains(o.out, "203.0.113.9") {
		t.Errorf("code %d: the innocent is told to be\n%s", o.code, o.out)
	}
}

// A subject is read as mail writes it, and as logs do; a mistyped address is nobody's name.
func TestSubjects(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.7":             "address 203.0.113.7",
		"203.0.113[.]7":           "address 203.0.113.7",
		"198.51.100[.]0/24":       "network 198.51.100.0/24",
		"2001:db8[::]9":           "address 2001:db8::9",
		"::ffff:203.0.113.7":      "address 203.0.113.7",
		"anna@example[.]org":      "account anna@example.org",
		"who[.]ever":              "account who[.]ever", // no mail program makes a link of it
		"host/web1.example.org@R": "account host/web1.example.org@R",
		"<b>x</b>":                "account <b>x</b>",
		"101":                     "account 101",               // of a telephone
		"00:1a:2b:3c:4d:5e":       "account 00:1a:2b:3c:4d:5e", // of a device
		"0010.2030.4050":          "account 0010.2030.4050",
		"123.456.789-00":          "account 123.456.789-00", // of a person
		"DOMAIN\\anna":            "account DOMAIN\\anna",
		"203.0.113.300":           "",
		"203.0.113.7:443":         "",
		"203.0.113.*":             "",
		"203.0.113.1-203.0.113.9": "",
		"203.0.113.1-9":           "",
		"203.0.113.7/33":          "",
		"2001:db8::g":             "account 2001:db8::g",
		"2001:db8:::1":            "",
	} {
		got := ""
		if s, err := parseSubject(text); err == nil {
			got = s.about + " " + s.text
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
		if _, err := forgotten([]string{text}); (err == nil) != (want != "") {
			t.Errorf("%s is to be forgotten: %v", text, err)
		}
	}
}

func TestInvestigateUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"203.0.113.300"}, {"203.0.113.1/24"}, {"anna", "--weeks", "0"}, {"anna", "--lines", "-1"}, {"anna", "--json", "--html"}} {
		if o := gumshoe(t, append([]string{"investigate"}, args...)...); o.code != exitUsage || o.err == "" {
			t.Errorf("%q: code %d: %s", args, o.code, o.err)
		}
	}
}

// Of many lines the first, the last and those between are chosen: of those that
// tell something, if there are enough.
func TestChooseLines(t *testing.T) {
	var all []sought
	for i := range 100 {
		all = append(all, sought{milli: int64(i), telling: i%10 == 0})
	}
	milliOf := func(list []sought) (out []int64) {
		for _, s := range list {
			out = append(out, s.milli)
		}
		return out
	}
	for n, want := range map[int][]int64{0: nil, 1: {0}, 2: {0, 90}, 4: {0, 30, 60, 90}, 11: {0, 9, 19, 29, 39, 49, 59, 69, 79, 89, 99}} {
		if got := milliOf(choose(all, n)); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
	if got := choose(all[:3], 12); len(got) != 3 {
		t.Errorf("all that there are: %v", got)
	}
}
