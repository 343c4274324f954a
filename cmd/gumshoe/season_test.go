//go:build !race

// These stories take dozens of jobs each. The race detector makes them ten times as
// long and has seen the same code in shorter ones: make test plays them without it.

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The clock of the job is the machine's, and so these logs end now: at the beginning
// of the hour in which the tests began, whatever hour it is when one is played.
var thisHour = time.Now().UTC().Truncate(time.Hour)

// requests writes an access log from one hour to before another, counted from this
// one, with as many requests an hour as rhythm says.
func requests(from, to int, rhythm func(hour int) int) string {
	var b strings.Builder
	for h := from; h < to; h++ {
		at := thisHour.Add(time.Duration(h) * time.Hour)
		n := rhythm(h)
		for i := range n {
			fmt.Fprintf(&b, "198.51.100.%d - - [%s] \"GET /news/%d HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\"\n",
				1+(1e6+h*7+i*3)%200, at.Add(time.Duration(i)*time.Hour/time.Duration(n)).Format("02/Jan/2006:15:04:05 -0700"), i%9)
		}
	}
	return b.String()
}

// steady is some fifty requests an hour, never quite the same.
func steady(h int) int { return 45 + (h*h+3*h)%11 }

// nightly is a job that runs once a day.
func nightly(h int) int {
	if thisHour.Add(time.Duration(h)*time.Hour).Hour() == 2 {
		return 120
	}
	return 0
}

// watched is a machine whose job runs now and then.
type watched struct {
	t             *testing.T
	dir           string
	config, state string
}

func newMachine(t *testing.T, logs ...string) *watched {
	s := &watched{t: t, dir: t.TempDir(), state: stateDir(t)}
	text := "host: web1\nsources:\n"
	for _, l := range logs {
		text += "  - path: " + filepath.Join(s.dir, l) + "\n    optional: true\n"
	}
	s.config = put(t, t.TempDir(), "gumshoe.yaml", text)
	return s
}

// log replaces a log, which was last written to now.
func (s *watched) log(name, text string) {
	touch(s.t, put(s.t, s.dir, name, text), thisHour)
}

// run is a job over the hours from one to before another; 0 is this one, and stands
// for now: only a job that ends now bans and keeps what it found.
func (s *watched) run(from, to int) outcome {
	s.t.Helper()
	if to == 0 {
		return s.job(from)
	}
	return s.job(from, "--until", stamp(to))
}

// look is what a run would say, which leaves no trace and so is much quicker. It ends
// with the logs: an hour that began since then would be one more without a line.
func (s *watched) look(from, to int) outcome {
	s.t.Helper()
	return s.job(from, "--dry-run", "--until", stamp(to))
}

func stamp(hour int) string {
	return thisHour.Add(time.Duration(hour) * time.Hour).Format(time.RFC3339)
}

func (s *watched) job(from int, flags ...string) outcome {
	s.t.Helper()
	args := []string{"analyze", "--json", "--state-dir", s.state, "--since", stamp(from)}
	o := configured(s.t, s.config, nil, append(args, flags...)...)
	if o.code != 0 {
		s.t.Fatalf("code %d: %s", o.code, o.err)
	}
	return o
}

// silences are the logs that a run calls silent, and for how long.
func silences(t *testing.T, o outcome) (out []string) {
	for _, c := range o.cases(t) {
		if c.Kind == "silent_source" {
			out = append(out, filepath.Base(c.Headline))
		}
	}
	slices.Sort(out)
	return out
}

// history is how many hours these logs go back: enough for the hour of the day.
const history = 10 * 24

// A log whose lines of three days are lost, and with them the file: nobody knows
// what happened then, so that it is neither a silence nor part of the season. The
// first file is gone when the second one is read.
func TestLostDays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		rotate bool // the first file is still there, rotated
	}{{"thrown away", false}, {"rotated", true}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newMachine(t, "access.log")
			s.log("access.log", requests(-history-5*24, -8*24, steady))
			touch(t, filepath.Join(s.dir, "access.log"), thisHour.Add(-8*24*time.Hour))
			s.run(-history-5*24, -8*24)
			if test.rotate {
				move(t, filepath.Join(s.dir, "access.log"), filepath.Join(s.dir, "access.log.1"))
			}
			s.log("access.log", requests(-5*24, 0, steady))
			if got := silences(t, s.look(-9*24, 0)); len(got) > 0 {
				t.Errorf("told %q of days that nobody has seen", got)
			}
		})
	}
}

// A log in which no line falls any more, whether its daemon died or writes into a
// file that was rotated away, is silent; what is usual is known from the archive
// alone. That of a nightly job is quiet most hours, and that is no news.
func TestSilentFromArchive(t *testing.T) {
	t.Parallel()
	s := newMachine(t, "access.log", "backup/access.log")
	if err := os.Mkdir(filepath.Join(s.dir, "backup"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.log("access.log", requests(-history, -24, steady))
	s.log("backup/access.log", requests(-history, 0, nightly))
	if got := silences(t, s.run(-history, -24)); len(got) > 0 {
		t.Errorf("told %q before anything happened", got)
	}
	known := s.state
	for _, test := range []struct {
		name string
		last string // what the log holds at last
		want []string
	}{
		{"written", requests(-24, 0, steady), nil},
		{"dead", requests(-24, -5, steady), []string{"access.log fell silent for 5 hours"}},
		{"rotated and not told", "", []string{"access.log fell silent for 6 hours"}},
		{"a hole", requests(-24, -9, steady) + requests(-5, 0, steady), []string{"access.log fell silent for 4 hours"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.t, s.state = t, t.TempDir()
			if err := os.CopyFS(s.state, os.DirFS(known)); err != nil {
				t.Fatal(err)
			}
			if test.last == "" {
				s.log("access.log", requests(-24, -6, steady))
				s.run(-24, -6)
			}
			s.log("access.log", test.last)
			if test.last == "" {
				touch(t, filepath.Join(s.dir, "access.log"), thisHour.Add(-6*time.Hour))
			}
			if got := silences(t, s.look(-24, 0)); !slices.Equal(got, test.want) {
				t.Errorf("told %q, want %q", got, test.want)
			}
		})
	}
}

// A clock that was set back since the last run is told of in the report, and the
// run goes on: the next one begins where this one ended.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	s := newMachine(t, "access.log")
	s.log("access.log", requests(-24, 0, steady))
	future := thisHour.AddDate(0, 0, 3)
	put(t, s.state, lastRunFile, `{"schema_version":1,"until":"`+future.Format(time.RFC3339)+`"}`)
	want := "before the end of the last run at " + future.Format(time.RFC3339)
	text := func() outcome {
		return configured(t, s.config, nil, "analyze", "--state-dir", s.state)
	}
	o := text()
	if told := strings.Join(strings.Fields(o.out), " "); o.code != 0 || !strings.Contains(told, want) || !strings.Contains(o.err, want) {
		t.Errorf("code %d, not told: %s\n%s", o.code, o.err, o.out)
	}
	if o := text(); o.code != 0 || strings.Contains(o.err, "the clock stands") {
		t.Errorf("told again by the next run: code %d: %s", o.code, o.err)
	}
}

// The same load at the same hour of every night. Made by a scanner it is flagged by
// the run that told of it, and the next run knows what the hour is without it; made
// by readers it is what the hour is like.
func TestFlaggedIsNotUsual(t *testing.T) {
	t.Parallel()
	const load = 400
	loaded := func(from, to int, line string) string { // at three in the night
		var b strings.Builder
		for h := from; h < to; h++ {
			at := thisHour.Add(time.Duration(h) * time.Hour)
			if at.Hour() != 3 {
				continue
			}
			for i := range load {
				fmt.Fprintf(&b, line, 1+i%250, at.Add(time.Duration(i)*time.Hour/load).Format("02/Jan/2006:15:04:05 -0700"), i)
			}
		}
		return b.String()
	}
	const (
		reader  = "198.51.100.%d - - [%s] \"GET /news/%d HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\"\n"
		scanner = "203.0.113.66 - - [%[2]s] \"GET /wp-content/plugins/p%[1]d/readme.txt?%[3]d HTTP/1.1\" 404 153 \"-\" \"Mozilla/5.0\"\n"
	)
	for _, test := range []struct {
		name, before string
		told         bool
	}{
		{"a scanner", scanner, true},
		{"readers", reader, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newMachine(t, "access.log")
			before := requests(-history, -25, steady) + loaded(-history, -25, test.before)
			s.log("access.log", before)
			s.run(-history, 0)
			s.log("access.log", before+requests(-25, 0, steady)+loaded(-25, 0, reader)) // nobody is to be accused of the last one
			var told []string
			for _, c := range s.look(-25, 0).cases(t) {
				if c.Kind == "traffic_anomaly" {
					told = append(told, c.Headline)
				}
			}
			if (len(told) > 0) != test.told {
				t.Errorf("told %q", told)
			}
		})
	}
}

// A clock that is years ahead makes nothing old: the archive is left as it is, and
// the run says so, until somebody prunes it by hand.
func TestClockFarAhead(t *testing.T) {
	t.Parallel()
	const year = 365 * 24
	s := newMachine(t, "access.log")
	s.log("access.log", requests(-year-24, -year, steady))
	s.run(-year-24, -year)
	kept := tree(t, filepath.Join(s.state, "archive"))
	s.log("access.log", requests(-3, 0, steady))
	today := func() outcome { return configured(t, s.config, nil, "analyze", "--state-dir", s.state) }
	for range 2 { // the second run finds what the first one archived of these days
		if o := today(); o.code != exitDegraded || !strings.Contains(o.err, "clock is or was wrong") {
			t.Errorf("code %d: %s", o.code, o.err)
		}
	}
	after := tree(t, filepath.Join(s.state, "archive"))
	for name := range kept {
		if after[name] != kept[name] {
			t.Errorf("%s was removed or changed", name)
		}
	}
	var talk bytes.Buffer
	if code := run(t.Context(), &app{out: io.Discard, err: &talk}, []string{"archive", "prune", "--config", s.config, "--state-dir", s.state}); code != 0 || strings.Contains(talk.String(), "removed 0 files") {
		t.Errorf("code %d: %s", code, &talk)
	}
	if o := today(); o.code != 0 {
		t.Errorf("after it was pruned: code %d: %s", o.code, o.err)
	}
}

// In the week after the clocks were changed, a service with sharp office hours is
// as usual for the job as in any other: its season follows the local clock.
func TestJobOverDaylightSaving(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	change := lastChange(berlin, thisHour)
	office := func(h int) int {
		if at := thisHour.Add(time.Duration(h) * time.Hour).In(berlin); at.Hour() >= 9 && at.Hour() < 17 {
			return 3 * steady(h)
		}
		return 2
	}
	from := int(change.Sub(thisHour)/time.Hour) - 10*24
	until := from + 14*24
	s := newMachine(t, "access.log")
	s.log("access.log", requests(from, until, office))
	alarms := func(zone string) int {
		o := configured(t, s.config, nil, "analyze", "--json", "--dry-run", "--tz", zone, "--state-dir", t.TempDir(),
			"--since", change.Format(time.RFC3339), "--until", thisHour.Add(time.Duration(until)*time.Hour).Format(time.RFC3339))
		if o.code != 0 {
			t.Fatalf("code %d: %s", o.code, o.err)
		}
		return len(o.cases(t))
	}
	if n := alarms("Europe/Berlin"); n > 0 {
		t.Errorf("%d alarms", n)
	}
	if alarms("UTC") == 0 {
		t.Error("by a clock that nobody there lives by the shift is no surprise: the test shows nothing")
	}
}

// lastChange is the last time before now, less a week, that the offset of a zone changed.
func lastChange(zone *time.Location, now time.Time) time.Time {
	offset := func(t time.Time) int { _, n := t.In(zone).Zone(); return n }
	at := now.AddDate(0, 0, -7)
	for offset(at) == offset(at.Add(-time.Hour)) {
		at = at.Add(-time.Hour)
	}
	return at
}

// One probe a day, and a log that is thrown away every night: only the archive
// can know that it is the same visitor each time.
func TestOneProbeADay(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "access.log")
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n")
	state := stateDir(t)
	paths := []string{"/wp-login.php", "/admin/", "/.env", "/phpmyadmin/", "/backup.zip", "/.git/config", "/manager/html", "/wp-admin/setup-config.php", "/cgi-bin/test.cgi"}
	start := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	var last outcome
	for day, path := range paths {
		var text strings.Builder
		at := start.AddDate(0, 0, day)
		line := func(hour int, src, target string, status int) {
			fmt.Fprintf(&text, "%s - - [%s] \"GET %s HTTP/1.1\" %d 512 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\"\n",
				src, at.Add(time.Duration(hour)*time.Hour).Format("02/Jan/2006:15:04:05 -0700"), target, status)
		}
		for hour := range 24 { // people read the site
			src := fmt.Sprintf("198.51.100.%d", 1+hour)
			for _, page := range []string{"/", "/news", "/about", "/style.css", "/logo.png"} {
				line(hour, src, page, 200)
			}
			if hour == 5+day {
				line(hour, "203.0.113.66", path, 404)
			}
		}
		put(t, filepath.Dir(log), filepath.Base(log), text.String())
		touch(t, log, at.AddDate(0, 0, 1))
		last = configured(t, config, nil, "analyze", "--json", "--state-dir", state,
			"--since", at.Format(time.DateOnly), "--until", at.AddDate(0, 0, 1).Format(time.DateOnly))
		if last.code != 0 {
			t.Fatalf("day %d: code %d: %s", day, last.code, last.err)
		}
		if day == 0 && failures(t, last) != "" {
			t.Errorf("accused after one request: %s", failures(t, last))
		}
	}
	if got := failures(t, last); !strings.Contains(got, "9") {
		t.Errorf("told %q after %d days, want all of them in one story", got, len(paths))
	}
	for _, c := range last.cases(t) {
		for _, src := range c.Sources {
			if strings.HasPrefix(src, "198.51.100.") {
				t.Errorf("a reader of the site is accused: %s", c.Summary)
			}
		}
	}
}
