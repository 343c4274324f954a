//go:build !race

// These stories take dozens of jobs each. The race detector makes them ten times as
// long and has seen the same code in shorter ones: make test plays them without it.

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
	"gumshoe/ban/ledger"
	"gumshoe/ingest/archive"
	"gumshoe/report"
)

// The neighbourhood of the rehearsals, in some days of an access log: people read
// the site, a partner's program checks its links, and a scanner knocks once in
// twenty minutes, from the second day on.
const (
	slowScanner = "203.0.113.45"
	linkChecker = "198.51.100.200"
	rehearsed   = 3 // days
)

// visit is one line of that log.
type visit struct {
	at   time.Time
	line string
}

func neighbourhood(end time.Time) (all []visit) {
	start := end.AddDate(0, 0, -rehearsed)
	say := func(at time.Time, src, target string, status int, agent string) {
		all = append(all, visit{at, fmt.Sprintf("%s - - [%s] \"GET %s HTTP/1.1\" %d 512 \"-\" \"%s\"\n", src, at.Format("02/Jan/2006:15:04:05 -0700"), target, status, agent)})
	}
	const browser, program = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "LinkChecker/10.4 (+https://partner.example)"
	for h := range rehearsed * 24 {
		hour := start.Add(time.Duration(h) * time.Hour)
		for k := range 6 {
			at := hour.Add(time.Duration(k)*9*time.Minute + time.Minute)
			for i, page := range []string{"/", "/news", "/about", "/contact", "/style.css", "/logo.png"} {
				say(at.Add(time.Duration(i)*time.Second), fmt.Sprintf("198.51.100.%d", 1+(h*6+k)%90), page, 200, browser)
			}
		}
		for k := range 4 {
			target, status := []string{"/news", "/about", "/old-shop/" + fmt.Sprint(h%7), "/"}[k], []int{200, 200, 404, 200}[k]
			say(hour.Add(time.Duration(k)*15*time.Minute+30*time.Second), linkChecker, target, status, program)
		}
	}
	doors := []string{"/admin/", "/wp-login.php", "/.env", "/phpmyadmin/", "/backup.zip", "/.git/config", "/manager/html", "/administrator/", "/cgi-bin/test.cgi",
		"/wp-admin/setup-config.php", "/config.php.bak", "/cpanel/", "/adminer.php", "/.aws/credentials", "/xmlrpc.php", "/solr/admin/", "/server-status", "/old/backup.sql"}
	for i := range 2 * 24 * 3 {
		at := start.Add(24*time.Hour + time.Duration(i)*20*time.Minute + time.Duration(i*i%7)*time.Second)
		say(at, slowScanner, doors[i%len(doors)]+strings.Repeat("x", i/len(doors)), 404, browser)
	}
	slices.SortStableFunc(all, func(a, b visit) int { return a.at.Compare(b.at) })
	return all
}

// logAt is the log as it stood at a moment.
func logAt(all []visit, at time.Time) string {
	var b strings.Builder
	for _, v := range all {
		if v.at.Before(at) {
			b.WriteString(v.line)
		}
	}
	return b.String()
}

// armed is a machine whose job bans, without a firewall.
func armed(t *testing.T) (*watched, *Settings) {
	m := newMachine(t, "access.log")
	program := put(t, m.dir, "router", "#!/bin/sh\ncat >/dev/null\n")
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	text := read(t, m.config) + "timezone: UTC\ndns: false\ngeo:\n  databases: [none]\nban:\n  mode: critical\nactions:\n  - name: router\n    command: [" + program + "]\n"
	if err := os.WriteFile(m.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := defaults()
	if err := s.readFiles(m.config, true); err != nil {
		t.Fatal(err)
	}
	s.StateDir = m.state
	return m, s
}

// deeds are the bans of a ledger, each with all that prolonged it.
func deeds(t *testing.T, s *Settings) (out []string) {
	l, close, err := openLedger(t.Context(), s.StateDir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer close()
	list, err := l.List(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	at, whole := map[int64]int{}, []ban.Ban{}
	for _, b := range list {
		i, ok := at[b.Extends]
		if !ok || b.Extends == 0 {
			i, whole = len(whole), append(whole, b)
		}
		at[b.ID] = i
		whole[i].Until = b.Until
	}
	for i := range whole {
		out = append(out, deedOf(&whole[i]))
	}
	slices.Sort(out)
	return out
}

func deedOf(b *ban.Ban) string {
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return fmt.Sprintf("%s %s %s for %s, %s to %s, offence %d", b.Prefix, b.Jail, b.Ports, b.Case, stamp(b.From), stamp(b.Until), b.Offence)
}

// rehearsal runs the command for programs.
func rehearsal(t *testing.T, args ...string) (r report.RehearsalJSON) {
	t.Helper()
	var out, talk bytes.Buffer
	code := run(t.Context(), &app{out: &out, err: &talk}, append([]string{"bans", "rehearse", "--json", "--tz", "UTC"}, args...))
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || code != 0 {
		t.Fatalf("code %d, %v: %s", code, err, &talk)
	}
	return r
}

// A rehearsal over the archive tells of the same bans as the armed jobs that made
// it: the same addresses for the same cases, from and until the same second. Nobody
// else is banned, and the rehearsal leaves no trace.
func TestRehearsalEqualsTheDeed(t *testing.T) {
	t.Parallel()
	m, s := armed(t)
	l, close, err := openLedger(t.Context(), s.StateDir, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Confirm(t.Context(), "anna", thisHour.AddDate(0, 0, -rehearsed)); err != nil {
		t.Fatal(err)
	}
	close()
	log := neighbourhood(thisHour)
	var talk bytes.Buffer
	a := &app{out: &bytes.Buffer{}, err: &talk, config: m.config, quiet: true}
	for at := thisHour.AddDate(0, 0, -rehearsed).Add(rehearsalPace); !at.After(thisHour); at = at.Add(rehearsalPace) {
		touch(t, put(t, m.dir, "access.log", logAt(log, at)), at)
		if err := a.analyze(t.Context(), &job{Settings: s, Span: span{Last: rehearsalPace}, Started: at}); err != nil {
			t.Fatalf("%s: %v\n%s", at, err, &talk)
		}
	}
	want := deeds(t, s)
	if len(want) != 1 || !strings.HasPrefix(want[0], slowScanner) {
		t.Fatalf("the jobs banned %q", want)
	}
	before := tree(t, m.state)
	r, err := a.rehearse(t.Context(), &job{Settings: s, DryRun: true, Started: thisHour}, 8)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range r.Bans {
		got = append(got, deedOf(&r.Bans[i].Ban))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("rehearsed\n%s\nthe jobs did\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if r.Runs != rehearsed*4 {
		t.Errorf("%d runs", r.Runs)
	}
	after := tree(t, m.state)
	for name := range after {
		if after[name] != before[name] {
			t.Errorf("the rehearsal changed %s", name)
		}
	}
	overFiles(t, m, want)
	sparesAllowed(t, a, *s, m.dir)
}

// sparesAllowed rehearses with an allowlist that names the scanner by its country or by
// a host name, whose last good answer holds though nobody is asked.
func sparesAllowed(t *testing.T, a *app, s Settings, dir string) {
	s.Databases = []Database{{Path: put(t, dir, "geoip", "3405803776,3405804031,NZ\n")}} // 203.0.113.0/24
	put(t, s.StateDir, allowNamesFile, `{"scan.example.org":["`+slowScanner+`"]}`)
	for _, allow := range []Allowed{{Country: "NZ"}, {Host: "scan.example.org"}} {
		s.AllowWho = []Allowed{{Country: "AU"}, {Host: "other.example.org"}, allow}
		r, err := a.rehearse(t.Context(), &job{Settings: &s, DryRun: true, Started: thisHour}, 8)
		if err != nil || len(r.Bans) != 0 {
			t.Errorf("%+v: %d bans, %v", allow, len(r.Bans), err)
		}
	}
}

// overFiles rehearses on the log itself: the same again, but without the jitter of
// hashes that have another key.
func overFiles(t *testing.T, m *watched, want []string) {
	r := rehearsal(t, "--config", os.DevNull, m.dir+"/access.log")
	if len(r.Bans) != len(want) || len(r.Hits) != 0 || r.Honest < 80 {
		t.Fatalf("%+v", r)
	}
	b := r.Bans[0]
	if began := cmp.Or(b.From, "never"); b.Target != slowScanner || b.Kind != "slow_scan" || !strings.Contains(want[0], began) || len(b.Families) < 2 || b.Evidence == "" {
		t.Errorf("%+v", b)
	}
	text := gumshoe(t, "bans", "rehearse", m.dir+"/access.log")
	for _, say := range []string{"Would it have hit others? No.", "1 ban.", "Week by week", "gumshoe bans rehearse --case", b.Case, "gumshoe bans confirm"} {
		if text.code != 0 || !strings.Contains(unwrapped(text.out), say) {
			t.Errorf("code %d, %s: not told %q:\n%s", text.code, text.err, say, text.out)
		}
	}
	one := gumshoe(t, "bans", "rehearse", "--case", b.Case, m.dir+"/access.log")
	if one.code != 0 || !strings.Contains(one.out, slowScanner) || !strings.Contains(one.out, "GET /admin/") {
		t.Errorf("code %d, %s: %s", one.code, one.err, one.out)
	}
	if o := gumshoe(t, "bans", "rehearse", "--case", "nosuch", m.dir+"/access.log"); o.code != exitFailed || !strings.Contains(o.err, `"nosuch"`) {
		t.Errorf("code %d, %s", o.code, o.err)
	}
}

// Honest is who looks at pages with their pictures, on the services that a ban
// closes; a scanner is not, and neither is a program that loads no picture.
func TestHonestVisitors(t *testing.T) {
	t.Parallel()
	j := &job{Settings: defaults(), Args: []string{put(t, t.TempDir(), "access.log", logAt(neighbourhood(thisHour), thisHour))}, Started: time.Now()}
	a := &app{out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	past, _, err := a.archiveOf(t.Context(), j, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer past.close()
	r, err := a.newReplay(t.Context(), j, past, t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	h, err := r.everybody(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		who, ports string
		action     ban.Action
		visitors   int
	}{
		{"198.51.100.7/32", "80,443", ban.Drop, 1},
		{"198.51.100.7/32", "all", ban.Reject, 1},
		{"198.51.100.7/32", "22", ban.Drop, 0},   // it does not close the site
		{"198.51.100.7/32", "all", ban.Alert, 0}, // it closes nothing
		{"198.51.100.0/29", "80,443", ban.Drop, 7},
		{linkChecker + "/32", "80,443", ban.Drop, 0},
		{slowScanner + "/32", "all", ban.Drop, 0},
	} {
		b := ban.Ban{Prefix: netip.MustParsePrefix(test.who), Action: test.action}
		if b.Ports, err = ban.ParsePorts(test.ports); err != nil {
			t.Fatal(err)
		}
		if good := h.good(&b, time.Time{}, thisHour); len(good) != test.visitors {
			t.Errorf("%s %s %s: %+v, want %d", test.action, test.who, test.ports, good, test.visitors)
		}
	}
	if good := h.good(&ban.Ban{Prefix: netip.MustParsePrefix("198.51.100.0/24")}, thisHour, thisHour.Add(time.Hour)); len(good) != 0 {
		t.Errorf("after the log ended: %+v", good)
	}
}

// Without a past there is nothing to rehearse on, and the command says what to do.
func TestRehearsalWithoutPast(t *testing.T) {
	t.Parallel()
	o := gumshoe(t, "bans", "rehearse")
	if o.code != exitFailed || !strings.Contains(o.err, "the archive is empty") || !strings.Contains(o.err, "name log files") {
		t.Errorf("code %d: %s", o.code, o.err)
	}
}

// A folded day of visits is of the step in which it begins: no step counts it twice,
// and none before it knows of it.
func TestFoldedDayBegins(t *testing.T) {
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	const dayLong, hourLong = 86400, 3600
	for _, test := range []struct {
		span, hours uint32
		from, to    int // hours of the day
		loaded      bool
	}{
		{dayLong, 1<<9 | 1<<20, 6, 12, true},
		{dayLong, 1<<9 | 1<<20, 0, 6, false},   // it is not known yet
		{dayLong, 1<<9 | 1<<20, 18, 24, false}, // it was counted
		{dayLong, 1 << 6, 0, 6, false},
		{dayLong, 1 << 6, 6, 12, true},
		{hourLong, 1 << 9, 6, 12, true},
	} {
		q := archive.Query{From: day.Add(time.Duration(test.from) * time.Hour), To: day.Add(time.Duration(test.to) * time.Hour)}
		r := remembering{apart: true}
		if got := r.begun(q, []archive.Address{{Start: archive.MilliOf(day), Span: test.span, Hours: test.hours}}); (len(got) == 1) != test.loaded {
			t.Errorf("%+v: %d rows", test, len(got))
		}
	}
}
