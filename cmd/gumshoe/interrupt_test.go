package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/source"
	"gumshoe/report"
)

// impatient is a log at whose opening a person presses Ctrl-C.
type impatient struct {
	ingest.Source
	press func()
}

func (i impatient) ReaderAt() io.ReaderAt { return nil }
func (i impatient) Size() int64           { return -1 }
func (i impatient) Open() (io.ReadCloser, error) {
	i.press()
	return i.Source.Open()
}

// The first Ctrl-C over old logs ends the reading, and what was read until then is
// told as what it is: a part. Of the second file nobody knows: with one thread the
// first is read when its last piece is taken.
func TestInterruptedReadingIsTold(t *testing.T) {
	dir := t.TempDir()
	var talk bytes.Buffer
	a := &app{out: io.Discard, err: &talk, reading: new(reading)}
	var args []string
	for _, name := range []string{"first", "second", "third"} { // none a copy of another
		args = append(args, put(t, dir, name+".log", strings.ReplaceAll(guessing(), "web1", name)))
	}
	sources, _, err := source.Expand(t.Context(), args, source.Options{Detect: defaults().detector(nil), Location: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	pressed := false
	l := &logs{sources: []ingest.Source{sources[0], sources[1], impatient{sources[2], func() {
		pressed = a.reading.stop() || pressed
	}}}}
	defer l.close()
	if _, err := l.read(t.Context(), a, &job{Settings: defaults(), Args: args, Workers: 1, Started: time.Now()}, nil); err != nil {
		t.Fatal(err)
	}
	if !pressed || !l.partial || !l.degraded {
		t.Fatalf("pressed %v, partial %v, degraded %v", pressed, l.partial, l.degraded)
	}
	if l.health[0].Lines == 0 || l.health[2].Lines > 0 {
		t.Errorf("read %d lines of the first log, %d of the last", l.health[0].Lines, l.health[2].Lines)
	}
	if !strings.Contains(talk.String(), "interrupted: ") || !strings.Contains(strings.Join(l.told, "\n"), "interrupted: ") {
		t.Errorf("nobody is told: %q, %q", talk.String(), l.told)
	}
	if hours := l.wholeHours(); hours == nil || hours(nil, 0) {
		t.Error("an hour that was not read counts as a quiet one")
	}
	if exitCode(errors.Join(errCutShort, errDegraded, errFindings)) != exitInterrupted {
		t.Error("a script takes a part for the whole")
	}
}

// Who has enough while the lines of a dossier are looked for gets those that were met,
// and a script is told that they are a part.
func TestInterruptedQuoteIsTold(t *testing.T) {
	dir := t.TempDir()
	a := &app{out: io.Discard, err: io.Discard, reading: new(reading)}
	var args []string
	for _, name := range []string{"first", "second", "third"} {
		args = append(args, put(t, dir, name+".log", strings.ReplaceAll(guessing(), "web1", name)))
	}
	sources, _, err := source.Expand(t.Context(), args, source.Options{Detect: defaults().detector(nil), Location: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	l := &logs{sources: []ingest.Source{sources[0], sources[1], impatient{sources[2], func() { a.reading.stop() }}}, health: []ingest.Health{{Lines: 1}}}
	defer l.close()
	who, err := parseSubject(attacker.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var d report.Dossier
	if err := a.quoteSoFar(t.Context(), &job{Settings: defaults(), Args: args, Workers: 1, Started: time.Now()}, l, &question{who, 12}, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Lines) == 0 || !l.partial || exitCode(l.outcome()) != exitInterrupted {
		t.Errorf("%d lines, partial %v, exit code %d", len(d.Lines), l.partial, exitCode(l.outcome()))
	}
}

// Who presses before anything is read, or while the regular job runs, ends the command.
func TestInterruptWithoutReading(t *testing.T) {
	var r reading
	if r.stop() {
		t.Error("a reading ended that never began")
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, done := r.begin(ctx)
	cancel()
	if done() {
		t.Error("a command that was ended counts as a reading cut short")
	}
	if r.stop() {
		t.Error("a reading ended twice")
	}
}
