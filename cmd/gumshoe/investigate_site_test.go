//go:build !race

// These stories read weeks of logs, which the race detector makes ten times as long:
// it sees the same code in those of investigate_test.go.

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/report"
)

const theSite = "../../testdata/site"

// The five attacks of the site, and what an analyst who read its logs would tell
// of each. The dossier has to tell the same.
func TestInvestigateTheSite(t *testing.T) {
	for _, about := range []struct {
		subject string
		facts   []string
		not     []string
	}{
		{"203.0.113.45", []string{ // a knock every twenty minutes
			"CRITICAL", "Asks http for what is not there: 18 requests: /admin/,", "/phpmyadmin/", "/wp-login.php", "All answered 404.", "one every 19 min 48 s", "Sun 15 Nov 00:06", "05:42",
			"GET /admin/ HTTP/1.1", "People are not that regular", "203.0.113.0/24", "0 honest", "203.0.113.45 for 7 days",
		}, []string{"answered well", "nobody else seen"}},
		{"198.51.100.0/24", []string{ // one list, shared out
			"20 addresses, one account: anna.berger@example.org", "Guesses at imap: 50 failures on anna.berger@example.org", "From 20 addresses", "50 events, 50 of them failures",
			"198.51.100.7", "3 failures on imap", "20 accused, 0 honest", "rip=198.51.100.7", "none of them got in", "second factor", "Until Sun 15 Nov 04:48",
		}, []string{"Signs in"}},
		{"198.51.100.7", []string{ // one of them
			"on anna.berger@example.org", "198.51.100.19 like it: 100 %", "20 sources seen here, 20 accused", "07:06", "15:55", "00:48",
		}, nil},
		{"203.0.113.118", []string{ // an injection, from the first quote on
			"SQL injection on id of /shop/item", "14 with hostile content (SQL injection)", "01:13 Tries whether a quote or a bracket breaks something on /shop/item (id): answered 200",
			"01:20 Tries a condition of its own", "01:23 Keeps at /shop/item (id): answered 500, the first time that the server fails on it", "01:28 Tries to read data",
			"UNION%20ALL%20SELECT%20user,password", "0 times in 11,515 other requests", "Mend the code",
		}, nil},
		{"203.0.113.201", []string{ // a script that copies the catalogue
			"LOW", "50 requests, 50 answered well: /api/v1/products", "python-requests/2.28.0", "1 min 58 s", "one every 2 s", "page=1 HTTP", "page=50 HTTP", "A machine, not an attack so far",
		}, []string{"failures or hostile", " ban "}},
		{"203.0.113.140", []string{ // one of the busiest of an unusual hour, whom a number does not accuse
			"Sunday 03:00: 2,847 requests where 92 are usual", "435 requests, 435 answered well", "A number accuses nobody", "203.0.113.151", "203.0.113.162",
			"2 of them with a quote or a bracket, as words have, too: /search (q).", "Chrome/148.0.0.0 Safari/537.36. In 59 min", // o'neill
		}, []string{"deserves a ban", "failures or hostile", "hostile content"}},
		{"267sq", []string{"Case 267sq", "2,847", "03:00", "203.0.113.140 (435)", "sigma"}, nil},
		{"anna.berger@example.org", []string{ // their victim, and her own logins apart from theirs
			"Account anna.berger@example.org", "Sat 14 Nov 07:06 Guesses at imap: 50 failures", "From 20 addresses", "Signs in to imap 533 times, with 11 failures between", "Signs in to smtp 115 times",
			"198.19.8.20", "honest", "accused in 14frm",
		}, []string{"In: "}},
		{"198.19.9.31", []string{ // a phone with an old password
			"No case accuses it", "Signs in to imap 939 times as jonas.weber@example.org, with 189 failures between",
		}, []string{"◆"}},
		{"192.0.2.99", []string{"Nothing is known of it", "since Sat 17 Oct 2026, 28 days 23 h"}, []string{"──"}},
		{"nobody.at.all", []string{"Nothing is known of an account or a case of that name"}, []string{"──"}},
	} {
		t.Run(filepath.Base(about.subject), func(t *testing.T) {
			t.Parallel()
			o := gumshoe(t, "investigate", about.subject, theSite)
			if o.code != 0 || o.err != "" {
				t.Fatalf("code %d: %s", o.code, o.err)
			}
			text := unwrapped(o.out)
			for _, f := range about.facts {
				if !strings.Contains(text, f) {
					t.Errorf("does not tell %q", f)
				}
			}
			for _, f := range about.not {
				if strings.Contains(text, f) {
					t.Errorf("tells %q", f)
				}
			}
			if t.Failed() {
				t.Logf("\n%s", o.out)
			}
		})
	}
}

// On a machine the state directory answers, with or without the log, and is left
// as it was.
func TestInvestigateWhatIsKept(t *testing.T) {
	t.Parallel()
	m, s := armed(t)
	m.log("access.log", logAt(neighbourhood(thisHour), thisHour))
	m.run(-rehearsed*24, 0)
	before := tree(t, m.state)
	ask := func(args ...string) outcome {
		o := configured(t, m.config, nil, append([]string{"investigate", "--state-dir", s.StateDir}, args...)...)
		if o.code != 0 {
			t.Fatalf("%q: code %d: %s", args, o.code, o.err)
		}
		return o
	}
	wants := func(o outcome, facts ...string) {
		t.Helper()
		for _, f := range facts {
			if !strings.Contains(unwrapped(o.out), f) {
				t.Errorf("does not tell %q:\n%s", f, o.out)
			}
		}
	}
	facts := []string{"144 requests", "144 refused", "one every 20 min", "GET /", "Nobody has spoken yet", "gumshoe bans remove " + slowScanner, "by auto"}
	wants(ask(slowScanner), facts...)
	wants(ask(linkChecker), "No case accuses it", "/old-shop/", "LinkChecker/10.4")
	wants(ask("198.18.1.1"), "Nothing is known of it. Known here is what happened since")
	var d report.DossierJSON
	dec := json.NewDecoder(strings.NewReader(ask(slowScanner, "--json").out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if len(d.Cases) != 1 || len(d.Bans) != 1 || !d.Known || d.About != report.AboutAddress {
		t.Fatalf("%+v", d)
	}
	wants(ask(d.Cases[0].ID), "Case "+d.Cases[0].ID, slowScanner, "404")
	if err := os.Remove(filepath.Join(m.dir, "access.log")); err != nil {
		t.Fatal(err)
	}
	wants(ask(slowScanner), facts...) // the archive has its lines
	for path, text := range tree(t, m.state) {
		if before[path] != text && !strings.HasSuffix(path, "-shm") { // SQLite's locks for readers
			t.Errorf("%s was changed", path)
		}
	}
}
