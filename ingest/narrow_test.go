package ingest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// dated is a format of lines that begin with a stamp in seconds.
type dated struct{}

func (dated) Name() string             { return "dated" }
func (dated) Yearless([]byte) bool     { return false }
func (dated) NewParser(Context) Parser { return dated{} }

func (dated) Parse(line []byte, ev *Event) Result {
	var sec int64
	if _, err := fmt.Sscanf(string(line), "%d", &sec); err != nil {
		return Unparsed
	}
	ev.Time, ev.User = sec*1000, line
	return Parsed
}

// counted counts the bytes that are read of a source.
type counted struct {
	*memory
	read atomic.Int64
}

func (c *counted) ReaderAt() io.ReaderAt { return c }

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := strings.NewReader(c.text).ReadAt(p, at)
	c.read.Add(int64(n))
	return n, err
}

// minutely writes n lines a minute apart up to noon, each late by up to late,
// with rubbish now and then.
func minutely(r *rand.Rand, n int, late time.Duration) string {
	var b strings.Builder
	for i := range n {
		if r.IntN(9) == 0 {
			b.WriteString("rubbish of a daemon that lost its clock\n")
		}
		at := noon.Add(-time.Duration(n-1-i) * time.Minute)
		if late > 0 {
			at = at.Add(-rand.N(late))
		}
		fmt.Fprintf(&b, "%d line %d\n", at.Unix(), i)
	}
	return b.String()
}

func window(t *testing.T, s Source, from, until time.Time) ([]string, Health) {
	t.Helper()
	opt := Options{Workers: 2, From: from.UnixMilli(), Until: until.UnixMilli()}
	k := &kept{chunks: map[uint32][]string{}}
	opt.NewSink = func() Sink { return &recorder{into: k} }
	h, err := scan(t.Context(), []Source{s}, opt, small)
	if err != nil {
		t.Fatal(err)
	}
	return k.all(), h[0]
}

// A part of the time gives what a scan of everything gives of it, however the
// lines are out of order within Disorder.
func TestNarrowMissesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		n := 1 + r.IntN(2000)
		m := &memory{text: minutely(r, n, time.Duration(r.IntN(2))*Disorder/2), format: dated{}}
		from := noon.Add(-time.Duration(r.IntN(n+200)) * time.Minute)
		until := from.Add(time.Duration(r.IntN(600)) * time.Minute)
		got, h := window(t, m, from, until)
		var want []string
		for _, line := range everything(t, m) {
			if line.at >= from.UnixMilli() && line.at < until.UnixMilli() {
				want = append(want, line.text)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("from %v until %v of %d lines (-want +got):\n%s", from, until, n, d)
		}
		if h.Bytes+h.Outside != m.Size() {
			t.Fatalf("%d bytes read and %d outside, of %d", h.Bytes, h.Outside, m.Size())
		}
	}
}

type told struct {
	at   int64
	text string
}

func everything(t *testing.T, m *memory) (out []told) {
	t.Helper()
	at := int64(0)
	for line := range strings.Lines(m.text) {
		var ev Event
		if (dated{}).Parse([]byte(strings.TrimSuffix(line, "\n")), &ev) == Parsed {
			out = append(out, told{ev.Time, fmt.Sprintf("0:%d %s %q", at, ev.Stamp().Format("2006-01-02T15:04:05"), strings.TrimSuffix(line, "\n"))})
		}
		at += int64(len(line))
	}
	return out
}

// The last six hours of four weeks are found by a few reads.
func TestNarrowReadsLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := &counted{memory: &memory{text: minutely(r, 40320, 0), format: dated{}}}
	_, h := window(t, s, noon.Add(-6*time.Hour), noon)
	if h.Parsed < 360 || h.Parsed > 500 {
		t.Errorf("%d lines parsed, want the 360 of the window and an hour around", h.Parsed)
	}
	if n := s.read.Load(); n > s.Size()/20 {
		t.Errorf("%d of %d bytes read", n, s.Size())
	}
}

// A log that lies before the window costs a look at its ends.
func TestNarrowLeavesOldLogs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := &counted{memory: &memory{text: minutely(r, 5000, 0), format: dated{}}}
	got, h := window(t, s, noon.Add(2*time.Hour), noon.Add(8*time.Hour))
	if len(got) != 0 || h.Bytes != 0 || h.Outside != s.Size() || h.Earlier != s.Size() {
		t.Errorf("%d events, %d bytes read, %d outside, %d of them earlier, of %d", len(got), h.Bytes, h.Outside, h.Earlier, s.Size())
	}
	got, h = window(t, s, noon.Add(-5000*time.Hour), noon.Add(-4000*time.Hour))
	if len(got) != 0 || h.Outside != s.Size() || h.Earlier != 0 {
		t.Errorf("of a log that lies behind the window: %d events, %d bytes outside, %d of them earlier, of %d", len(got), h.Outside, h.Earlier, s.Size())
	}
}

// A compressed log cannot be read from behind. One whose last change lies before the
// window is opened for a look at its first lines and left; where those show that the
// stamp of its change is wrong, it is read.
func TestNarrowLeavesOldStreams(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := minutely(r, 5000, 0)
	read := func(changed time.Time, from, now time.Time) (events int, h Health) {
		k := &kept{chunks: map[uint32][]string{}}
		opt := Options{Workers: 2, From: from.UnixMilli(), Now: now, NewSink: func() Sink { return &recorder{into: k} }}
		all, err := scan(t.Context(), []Source{&memory{text: text, stream: true, format: dated{}, anchor: changed}}, opt, small)
		if err != nil {
			t.Fatal(err)
		}
		return len(k.all()), all[0]
	}
	for _, tt := range []struct {
		what          string
		changed, from time.Time
		events        int
		left          bool
	}{
		{"before the window", noon, noon.Add(2 * time.Hour), 0, true},
		{"within what lines may be late", noon, noon.Add(Disorder / 2), 0, false},
		{"in the window", noon, noon.Add(-time.Hour), 61, false},
		{"by its stamp before its first line", noon.AddDate(0, 0, -10), noon.Add(-time.Hour), 61, false},
	} {
		events, h := read(tt.changed, tt.from, noon.AddDate(0, 0, 1))
		if events != tt.events || (h.Outside > 0) != tt.left || (h.Lines == 0) != tt.left || h.Outside != h.Earlier || h.Error != "" {
			t.Errorf("%s: %d events of %d lines, %d bytes outside, %d of them earlier (%s); want %d events, left: %v", tt.what, events, h.Lines, h.Outside, h.Earlier, h.Error, tt.events, tt.left)
		}
	}
}

// Several logs put together in one file do not ascend: all is read.
func TestNarrowReadsDisorderWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := &memory{text: minutely(r, 2000, 0) + minutely(r, 2000, 0), format: dated{}}
	got, h := window(t, m, noon.Add(-90*time.Minute), noon)
	if len(got) != 2*90 || h.Outside != 0 {
		t.Errorf("%d events and %d bytes outside, want 180 and none", len(got), h.Outside)
	}
}
