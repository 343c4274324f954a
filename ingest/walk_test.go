package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// walked lists what Walk shows of a source.
func walked(t *testing.T, s Source) (out []string, err error) {
	t.Helper()
	err = Walk(context.Background(), s, time.Time{}, func(l Line) error {
		if l.Event != nil {
			out = append(out, fmt.Sprintf("%d %s %s", l.Number, l.Event.Stamp().Format(time.DateTime), l.Event.User))
		} else {
			out = append(out, fmt.Sprintf("%d %s", l.Number, l.Reason))
		}
		return nil
	})
	return out, err
}

// Every line is shown, numbered, in order; the year turns where it turned.
func TestWalk(t *testing.T) {
	text := "Dec 31 23:59:58 | old\r\n\n" + strings.Repeat("x", MaxLine+1) + "\nwhat\nJan  1 00:00:02 | new"
	want := []string{
		"1 2025-12-31 23:59:58 old",
		"2 empty line",
		"3 line longer than 65536 bytes",
		"4 not a line of format almanac",
		"5 2026-01-01 00:00:02 new",
	}
	for _, stream := range []bool{false, true} {
		got, err := walked(t, &memory{text: text, stream: stream, format: almanac{}, anchor: date(2026, 1, 2)})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("stream %v: %v\n%s", stream, err, diff)
		}
	}
}

// A source that breaks off shows its whole lines, then why.
func TestWalkBroken(t *testing.T) {
	cause := errors.New("unexpected end")
	got, err := walked(t, &memory{text: "Jan  1 00:00:02 | whole\nJan  1 00:00:03 | cu", stream: true, broken: cause, format: almanac{}, anchor: date(2026, 1, 2)})
	if !errors.Is(err, cause) || len(got) != 1 {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWalkStops(t *testing.T) {
	enough := errors.New("enough")
	err := Walk(context.Background(), &memory{text: "a\nb\n", format: almanac{}}, time.Time{}, func(Line) error { return enough })
	if err != enough {
		t.Errorf("got %v, want what visit said", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err = Walk(ctx, &memory{text: strings.Repeat("a\n", 5000), format: almanac{}}, time.Time{}, func(Line) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
}
