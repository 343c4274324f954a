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

// Several logs put together in one file do not ascend: all is read.
func TestNarrowReadsDisorderWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := &memory{text: minutely(r, 2000, 0) + minutely(r, 2000, 0), format: dated{}}
	got, h := window(t, m, noon.Add(-90*time.Minute), noon)
	if len(got) != 2*90 || h.Outside != 0 {
		t.Errorf("%d events and %d bytes outside, want 180 and none", len(got), h.Outside)
	}
}
