package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// road is a transport that a test opens and closes.
type road struct {
	fail func(l Letter, to string) (Outcome, error) // nil: everybody gets everything
	sent []string                                   // "key to", in order
}

func (r *road) Send(ctx context.Context, l Letter) []Failure {
	var failures []Failure
	for _, to := range l.To {
		if r.fail != nil {
			if outcome, err := r.fail(l, to); err != nil {
				failures = append(failures, Failure{to, outcome, err})
				continue
			}
		}
		r.sent = append(r.sent, l.Key+" "+to)
	}
	return failures
}

var (
	saturday = time.Date(2026, 11, 21, 6, 10, 0, 0, time.UTC)
	errBusy  = errors.New("451 busy")
	errGone  = errors.New("550 gone")
	errDown  = errors.New("network is down")
)

func busy(Letter, string) (Outcome, error) { return Deferred, errBusy }
func down(Letter, string) (Outcome, error) { return Unreachable, errDown }

// run is the letter of the nth run.
func run(n int) Letter {
	return Letter{Key: fmt.Sprintf("run-%d", n), From: "g@example.org", To: []string{"anna@example.org"}, Data: []byte("hello")}
}

func newOutbox(t *testing.T) (Outbox, *road) {
	r := new(road)
	return Outbox{Dir: filepath.Join(t.TempDir(), "spool"), Transport: r}, r
}

// deliver posts a letter, expects the spool to be sound, and returns the troubles.
func deliver(t *testing.T, o Outbox, l Letter, now time.Time) []Dispatch {
	t.Helper()
	told, err := o.Deliver(t.Context(), l, now)
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// spooled counts the files that wait.
func spooled(t *testing.T, o Outbox) int {
	t.Helper()
	names, err := o.names()
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// TestOutboxOnce: a run posted again, by a retry or by mistake, is one mail.
func TestOutboxOnce(t *testing.T) {
	o, r := newOutbox(t)
	told := deliver(t, o, run(1), saturday)
	if len(told) != 1 || !slices.Equal(told[0].Got, run(1).To) || told[0].Trouble() != "" {
		t.Errorf("%+v", told)
	}
	if told := deliver(t, o, run(1), saturday.Add(time.Hour)); len(told) != 0 {
		t.Errorf("posted again: %+v", told)
	}
	if len(r.sent) != 1 || spooled(t, o) != 0 {
		t.Errorf("sent %q, %d wait", r.sent, spooled(t, o))
	}
	r.fail = busy
	deliver(t, o, run(2), saturday)
	deliver(t, o, run(2), saturday.Add(time.Hour)) // waits already
	if n := spooled(t, o); n != 1 {
		t.Errorf("%d wait", n)
	}
}

// TestOutboxOrder: what could not go waits, and goes in order, before what is new.
func TestOutboxOrder(t *testing.T) {
	o, r := newOutbox(t)
	r.fail = busy
	for n := range 11 {
		told := deliver(t, o, run(n), saturday.Add(time.Duration(n)*6*time.Hour))
		if len(told) != n+1 {
			t.Fatalf("run %d: %d told", n, len(told))
		}
	}
	const want = "report of 2026-11-21 06:10 UTC waits for the next run: anna@example.org: 451 busy"
	told, err := o.Flush(t.Context(), saturday.Add(66*time.Hour))
	if err != nil || told[0].Trouble() != want {
		t.Errorf("%v, %q", err, told[0].Trouble())
	}
	r.fail = nil
	deliver(t, o, run(11), saturday.Add(72*time.Hour))
	for n, sent := range r.sent {
		if sent != fmt.Sprintf("run-%d anna@example.org", n) {
			t.Errorf("%d: %s", n, sent)
		}
	}
	if len(r.sent) != 12 || spooled(t, o) != 0 {
		t.Errorf("%d went, %d wait", len(r.sent), spooled(t, o))
	}
}

// TestOutboxRecipients: nobody gets a mail twice because of somebody else.
func TestOutboxRecipients(t *testing.T) {
	o, r := newOutbox(t)
	r.fail = func(_ Letter, to string) (Outcome, error) {
		switch to {
		case "bob@example.org":
			return Deferred, errBusy
		case "carl@example.net":
			return Refused, errGone
		}
		return 0, nil
	}
	told := deliver(t, o, letter(), saturday)
	const want = "report of 2026-11-21 06:10 UTC waits for the next run: bob@example.org: 451 busy; lost: carl@example.net: 550 gone"
	if len(told) != 1 || told[0].Trouble() != want {
		t.Errorf("%+v", told)
	}
	r.fail = nil
	if _, err := o.Flush(t.Context(), saturday.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if want := []string{"run-1 anna@example.org", "run-1 bob@example.org"}; !slices.Equal(r.sent, want) || spooled(t, o) != 0 {
		t.Errorf("sent %q", r.sent)
	}
}

// TestOutboxClosedWay: when the network is down, one attempt shows it for all;
// a letter that is merely put off does not hold up the others.
func TestOutboxClosedWay(t *testing.T) {
	o, r := newOutbox(t)
	tries := 0
	r.fail = func(l Letter, to string) (Outcome, error) { tries++; return down(l, to) }
	for n := range 5 {
		deliver(t, o, run(n), saturday.Add(time.Duration(n)*time.Hour))
	}
	if tries != 5 {
		t.Errorf("%d tries in five rounds", tries)
	}
	r.fail = func(l Letter, _ string) (Outcome, error) {
		if l.Key == "run-0" {
			return Deferred, errBusy
		}
		return 0, nil
	}
	if _, err := o.Flush(t.Context(), saturday.Add(5*time.Hour)); err != nil || len(r.sent) != 4 || spooled(t, o) != 1 {
		t.Errorf("%v; sent %q", err, r.sent)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.fail = nil
	told, err := o.Flush(ctx, saturday.Add(6*time.Hour))
	if err != nil || len(r.sent) != 4 || !errors.Is(told[0].Waiting[0], context.Canceled) {
		t.Errorf("after the end: %v, %+v", err, told)
	}
}

// TestOutboxGivesUp: after a week, or when newer mail needs the room, a letter is
// given up, and that is told.
func TestOutboxGivesUp(t *testing.T) {
	o, r := newOutbox(t)
	r.fail = down
	deliver(t, o, run(1), saturday)
	for _, tt := range []struct {
		after time.Duration
		want  string
	}{
		{7*24*time.Hour - time.Second, "report of 2026-11-21 06:10 UTC waits for the next run: anna@example.org: network is down"},
		{7 * 24 * time.Hour, "report of 2026-11-21 06:10 UTC lost: anna@example.org: given up after 168 hours: network is down"},
	} {
		told, err := o.Flush(t.Context(), saturday.Add(tt.after))
		if err != nil || len(told) != 1 || told[0].Trouble() != tt.want {
			t.Errorf("%v, %+v", err, told)
		}
	}
	if spooled(t, o) != 0 {
		t.Error("it still waits")
	}

	big := func(n int) Letter {
		l := run(n)
		l.Data = bytes.Repeat([]byte("x"), 3000) // 4,000 bytes in the spool, and the envelope
		return l
	}
	o.MaxBytes = 10_000
	var told []Dispatch
	for n := range 3 {
		told = deliver(t, o, big(10+n), saturday.Add(time.Duration(n)*time.Hour))
	}
	if len(told) != 3 || len(told[0].Lost) != 1 || !strings.Contains(told[0].Trouble(), "the spool is full: network is down") || spooled(t, o) != 2 {
		t.Errorf("%d wait; %+v", spooled(t, o), told)
	}
	r.fail = nil // a letter that nobody got may be posted again
	deliver(t, o, big(10), saturday.Add(4*time.Hour))
	if want := []string{"run-11 anna@example.org", "run-12 anna@example.org", "run-10 anna@example.org"}; !slices.Equal(r.sent, want) {
		t.Errorf("sent %q", r.sent)
	}
}

// TestOutboxCrashes: a process may die between any two steps.
func TestOutboxCrashes(t *testing.T) {
	o, r := newOutbox(t)
	r.fail = busy
	deliver(t, o, run(1), saturday)
	r.fail = nil

	// It died after the server had taken the letter and the key was noted.
	h := o.readHistory()
	h.Done["run-1"] = saturday
	if err := o.writeHistory(h, saturday); err != nil {
		t.Fatal(err)
	}
	told, err := o.Flush(t.Context(), saturday)
	if err != nil || len(r.sent) != 0 || spooled(t, o) != 0 || told[0].Trouble() != "" {
		t.Errorf("%v, sent %q, %+v", err, r.sent, told)
	}

	// It died while it wrote, or the disk did.
	for name, content := range map[string]string{
		tempPrefix + "123":                      "{",
		"20261121T061000.000000000Z-00.json":    `{"Key":"half`,
		"20261121T061000.000000001Z-00.json":    `{}`,
		historyName:                             "\x00\x00",
		"20261121T061000.000000002Z-00.json.bk": "not ours",
	} {
		if err := os.WriteFile(filepath.Join(o.Dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	told, err = o.Deliver(t.Context(), run(2), saturday)
	if err == nil || strings.Count(err.Error(), "the spooled letter") != 2 {
		t.Errorf("two letters are broken: %v", err)
	}
	if len(told) != 1 || len(r.sent) != 1 {
		t.Errorf("the good one: %+v", told)
	}
	told, err = o.Flush(t.Context(), saturday) // told once, kept for a person
	if err != nil || len(told) != 0 {
		t.Errorf("%v, %+v", err, told)
	}
	if bad, _ := filepath.Glob(filepath.Join(o.Dir, "*.bad")); len(bad) != 2 {
		t.Errorf("set aside: %q", bad)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, tempPrefix+"123")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a half written file stays")
	}
}

// TestOutboxWithoutDisk: on a full disk the mail goes all the same.
func TestOutboxWithoutDisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := new(road)
	o := Outbox{Dir: filepath.Join(file, "spool"), Transport: r}
	told, err := o.Deliver(t.Context(), run(1), saturday)
	if err == nil || len(r.sent) != 1 || len(told) != 1 || told[0].Trouble() != "" {
		t.Errorf("%v, sent %q, %+v", err, r.sent, told)
	}
	r.fail = busy
	told, err = o.Deliver(t.Context(), run(2), saturday)
	if err == nil || len(told) != 1 || len(told[0].Lost) != 1 || !errors.Is(told[0].Lost[0], errBusy) {
		t.Errorf("%v, %+v", err, told)
	}
}

// TestOutboxPrivate: reports name accounts and attackers.
func TestOutboxPrivate(t *testing.T) {
	o, r := newOutbox(t)
	r.fail = busy
	deliver(t, o, run(1), saturday)
	err := filepath.WalkDir(o.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestHistoryForgets: the memory does not grow for ever.
func TestHistoryForgets(t *testing.T) {
	o, _ := newOutbox(t)
	deliver(t, o, run(1), saturday)
	deliver(t, o, run(2), saturday.Add(remember+time.Hour))
	h := o.readHistory()
	if len(h.Done) != 1 || h.Done["run-2"].IsZero() {
		t.Errorf("%v", h.Done)
	}
}

// TestDue: what is mailed, and that a week of silence is broken.
func TestDue(t *testing.T) {
	const hour = time.Hour
	for _, tt := range []struct {
		when               When
		findings, critical bool
		ago                time.Duration // since the last letter; 0: there was none
		want               Reason
	}{
		{Always, false, false, 6 * hour, Asked},
		{OnFindings, true, false, 6 * hour, Found},
		{OnFindings, true, true, 6 * hour, Found},
		{OnFindings, false, false, 6 * hour, Silence},
		{OnCritical, true, false, 6 * hour, Silence},
		{OnCritical, true, true, 6 * hour, Found},
		{OnCritical, false, false, 162 * hour, Silence},
		{OnCritical, false, false, 168*hour - 15*time.Minute, Heartbeat}, // the timer's jitter
		{OnFindings, false, false, 168 * hour, Heartbeat},
		{OnFindings, false, false, 0, Heartbeat},
		{OnFindings, false, false, -time.Minute, Silence},   // two clocks
		{OnFindings, false, false, -1000 * hour, Heartbeat}, // a clock that was wrong
	} {
		last := saturday.Add(-tt.ago)
		if tt.ago == 0 {
			last = time.Time{}
		}
		if got := tt.when.Due(tt.findings, tt.critical, last, saturday); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
	for _, s := range []string{"always", "findings", "critical"} {
		if w, err := ParseWhen(s); err != nil || string(w) != s {
			t.Errorf("%q: %v", s, err)
		}
	}
	if _, err := ParseWhen("never"); err == nil {
		t.Error("never: silence for ever is no setting")
	}
}

// TestLast: the heartbeat counts from what was posted, delivered or not, or a
// broken server would get a heartbeat on every run.
func TestLast(t *testing.T) {
	o, r := newOutbox(t)
	if !o.Last().IsZero() {
		t.Errorf("before the first: %v", o.Last())
	}
	r.fail = down
	deliver(t, o, run(1), saturday)
	if !o.Last().Equal(saturday) {
		t.Errorf("%v", o.Last())
	}
}
