package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// small makes every edge happen often: chunks of 64 bytes, lines of at most 40,
// a buffer of 50.
var small = lengths{chunk: 64, warm: 32, line: 40, buffer: 50}

// memory is a source of bytes: random access, or a stream that may break.
type memory struct {
	text   string
	stream bool
	broken error // after text
	format Format
	anchor time.Time
}

var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

func (m *memory) Name() string             { return "memory" }
func (m *memory) Format() Format           { return m.format }
func (m *memory) Location() *time.Location { return time.UTC }

func (m *memory) Anchor() time.Time {
	if m.anchor.IsZero() {
		return noon
	}
	return m.anchor
}

func (m *memory) Size() int64 {
	if m.stream {
		return -1
	}
	return int64(len(m.text))
}

func (m *memory) ReaderAt() io.ReaderAt {
	if m.stream {
		return nil
	}
	return strings.NewReader(m.text)
}

func (m *memory) Open() (io.ReadCloser, error) {
	in := io.Reader(strings.NewReader(m.text))
	if m.broken != nil {
		in = io.MultiReader(in, failing{m.broken})
	}
	return io.NopCloser(in), nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// verbatim is a format whose events carry the line as user: the line itself, or, where
// its length is a multiple of three, what the parser keeps to the next line only. A line
// that begins with "?" is unparsed and one that begins with "#" ignored. One that is
// stateful tells the line before as well.
type verbatim struct{ stateful bool }

func (verbatim) Name() string               { return "verbatim" }
func (verbatim) Yearless([]byte) bool       { return false }
func (f verbatim) Stateful() bool           { return f.stateful }
func (f verbatim) NewParser(Context) Parser { return &verbatimParser{verbatim: f} }

type verbatimParser struct {
	verbatim
	before []byte
	copied []byte
}

func (p *verbatimParser) Parse(line []byte, ev *Event) Result {
	ev.Reset()
	switch line[0] {
	case '?':
		return Unparsed
	case '#':
		return Ignored
	}
	ev.Time, ev.User = noon.UnixMilli(), line
	if len(line)%3 == 0 {
		p.copied = append(p.copied[:0], line...)
		ev.User = p.copied
	}
	if p.stateful {
		ev.Host = p.before
		p.before = slices.Clone(line)
	}
	return Parsed
}

// kept is what a recording sink has seen, by chunk.
type kept struct {
	mu     sync.Mutex
	chunks map[uint32][]string
}

type recorder struct {
	into  *kept
	chunk uint32
}

func (r *recorder) Begin(chunk uint32) { r.chunk = chunk }

func (r *recorder) Add(ev *Event, at Origin) {
	r.into.mu.Lock()
	defer r.into.mu.Unlock()
	r.into.chunks[r.chunk] = append(r.into.chunks[r.chunk],
		fmt.Sprintf("%d:%d %s %q", at.Source, at.Offset, ev.Stamp().Format("2006-01-02T15:04:05"), ev.User))
}

// all lists the events in file order.
func (k *kept) all() []string {
	var out []string
	var chunks []uint32
	for c := range k.chunks {
		chunks = append(chunks, c)
	}
	slices.Sort(chunks)
	for _, c := range chunks {
		out = append(out, k.chunks[c]...)
	}
	return out
}

func record(t *testing.T, workers int, cut lengths, sources ...Source) (*kept, []Health) {
	t.Helper()
	k := &kept{chunks: map[uint32][]string{}}
	h, err := scan(t.Context(), sources, Options{Workers: workers, NewSink: func() Sink { return &recorder{into: k} }}, cut)
	if err != nil {
		t.Fatal(err)
	}
	return k, h
}

// plainly reads text the obvious way and says what the scan should.
func plainly(text string, index, max int) (events []string, h Health) {
	h.Bytes = int64(len(text))
	in := bufio.NewReader(strings.NewReader(text))
	for at := 0; ; {
		line, err := in.ReadString('\n')
		body := strings.TrimLeft(line, "\x00")
		if body == "" {
			return events, h
		}
		h.Lines++
		body = strings.TrimSuffix(body, "\n")
		switch long := len(body) > max; {
		case long:
			h.TooLong++
			h.Unparsed++
		default:
			body = strings.TrimSuffix(body, "\r")
			switch {
			case body == "" || body[0] == '#':
				h.Ignored++
			case body[0] == '?':
				h.Unparsed++
			default:
				h.Parsed++
				if h.Hours == nil {
					h.Hours = []HourSpan{{Hour: noon.Unix() / 3600, From: int64(at)}}
				}
				h.Hours[0].To, h.Hours[0].Lines = int64(at+len(line)), h.Parsed
				events = append(events, fmt.Sprintf("%d:%d %s %q", index, at, noon.Format("2006-01-02T15:04:05"), body))
			}
		}
		at += len(line)
		if err != nil {
			return events, h
		}
	}
}

// check scans text as a file and as a stream, with one worker and with eight,
// and compares with plainly.
func check(t *testing.T, text string) {
	t.Helper()
	wantEvents, want := plainly(text, 1, small.line)
	var first *kept
	for _, stream := range []bool{false, true} {
		for _, workers := range []int{1, 8} {
			// The source before it makes chunk numbers and indexes non-trivial.
			k, hs := record(t, workers, small, &memory{text: "#\n", format: verbatim{}},
				&memory{text: text, stream: stream, format: verbatim{}})
			name := fmt.Sprintf("stream %t, %d workers", stream, workers)
			if diff := cmp.Diff(wantEvents, k.all()); diff != "" {
				t.Fatalf("%s: events of %q (-plain +scan):\n%s", name, text, diff)
			}
			got := hs[1]
			want.Source, want.Format, want.First, want.Last, want.Problems = got.Source, got.Format, got.First, got.Last, got.Problems
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: health of %q (-plain +scan):\n%s", name, text, diff)
			}
			if first == nil {
				first = k
			}
			if diff := cmp.Diff(first.chunks, k.chunks); diff != "" {
				t.Fatalf("%s: chunks of %q differ:\n%s", name, text, diff)
			}
		}
	}
}

func TestLineEnds(t *testing.T) {
	for name, text := range map[string]string{
		"empty":                 "",
		"one newline":           "\n",
		"no final newline":      "one\ntwo",
		"CRLF":                  "one\r\ntwo\r\n\r\n",
		"CR inside":             "a\rb\n",
		"NUL and invalid UTF-8": "a\x00b\n\xff\xfe\n\x00\x00\n",
		"hole of copytruncate":  strings.Repeat("\x00", 60) + "after\n\x00\x00more\n",
		"nothing but a hole":    "before\n" + strings.Repeat("\x00", 30),
		"unparsed and ignored":  "?what\n#nothing\nthing\n",
		"as long as allowed":    strings.Repeat("x", 40) + "\nafter\n",
		"one longer":            strings.Repeat("x", 41) + "\nafter\n",
		"over many chunks":      "before\n" + strings.Repeat("x", 1000) + "\nafter\n",
		"long without an end":   "before\n" + strings.Repeat("x", 1000),
		"ends with its chunk":   strings.Repeat("x", 31) + "\n" + strings.Repeat("y", 31) + "\nz\n",
		"exactly one chunk":     strings.Repeat("x", 31) + "\n" + strings.Repeat("y", 31) + "\n",
		"newline begins chunk":  strings.Repeat("x", 30) + "\n" + strings.Repeat("y", 33) + "\nz\n",
	} {
		t.Run(name, func(t *testing.T) { check(t, text) })
	}
}

// Lines of every length, with those around the edges of chunk, buffer and the
// longest line drawn more often.
func TestChunkEdges(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	edges := []int{0, 1, 31, 39, 40, 41, 49, 50, 51, 62, 63, 64, 65, 127, 128, 129}
	for range 500 {
		var b strings.Builder
		for n := range rnd.IntN(40) {
			length := rnd.IntN(140)
			if rnd.IntN(2) == 0 {
				length = edges[rnd.IntN(len(edges))]
			}
			line := strconv.Itoa(n) + strings.Repeat(".", length)
			b.WriteString(line[:length])
			if n%7 == 0 {
				b.WriteByte('\r')
			}
			b.WriteByte('\n')
		}
		check(t, b.String())
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("one\r\ntwo\n\nthree"))
	f.Add(bytes.Repeat([]byte("x"), 300))
	f.Add(bytes.Repeat([]byte("abc\n"), 100))
	f.Add([]byte("one\n\x00\x00two"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			if bare := bytes.TrimLeft(line, "\x00"); len(bare) < len(line) && len(line) >= small.line {
				t.Skip("a stream's block may end in the hole that makes this line too long")
			}
		}
		check(t, string(text))
	})
}

// A parser that needs earlier lines has them at every chunk's beginning.
func TestWarmUp(t *testing.T) {
	var b strings.Builder
	for n := range 100 {
		fmt.Fprintf(&b, "line %03d\n", n)
	}
	for _, stream := range []bool{false, true} {
		missing := 0
		h, err := scan(t.Context(), []Source{&memory{text: b.String(), stream: stream, format: verbatim{stateful: true}}},
			Options{NewSink: func() Sink {
				return sinkFunc(func(ev *Event) {
					if len(ev.Host) == 0 {
						missing++
					}
				})
			}, Workers: 1}, small)
		if err != nil || h[0].Parsed != 100 {
			t.Fatalf("parsed %d lines, %v", h[0].Parsed, err)
		}
		if missing != 1 {
			t.Errorf("stream %t: %d lines did not know the line before, want the first alone", stream, missing)
		}
	}
}

type sinkFunc func(*Event)

func (sinkFunc) Begin(uint32)              {}
func (f sinkFunc) Add(ev *Event, _ Origin) { f(ev) }

// A file that was truncated under a daemon that does not append begins with as
// many NUL bytes as it had been long; the line behind them is read.
func TestHole(t *testing.T) {
	text := strings.Repeat("\x00", 10<<20) + "after\nlast\n"
	k, h := record(t, 4, standard, &memory{text: text, format: verbatim{}})
	want := []string{`0:0 2026-11-20T12:00:00 "after"`, fmt.Sprintf(`0:%d 2026-11-20T12:00:00 "last"`, len(text)-5)}
	if diff := cmp.Diff(want, k.all()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if h[0].Lines != 2 || h[0].TooLong != 0 {
		t.Errorf("%d lines, %d too long, want 2 and none", h[0].Lines, h[0].TooLong)
	}
}

// A line of 10 MB is told and passed over; the lines around it are read.
func TestHugeLine(t *testing.T) {
	text := "before\n" + strings.Repeat("x", 10<<20) + "\nafter\n"
	for _, stream := range []bool{false, true} {
		k, h := record(t, 4, standard, &memory{text: text, stream: stream, format: verbatim{}})
		want := []string{`0:0 2026-11-20T12:00:00 "before"`, fmt.Sprintf(`0:%d 2026-11-20T12:00:00 "after"`, len(text)-6)}
		if diff := cmp.Diff(want, k.all()); diff != "" {
			t.Errorf("stream %t (-want +got):\n%s", stream, diff)
		}
		if h[0].TooLong != 1 || h[0].Lines != 3 {
			t.Errorf("stream %t: %d too long of %d lines, want 1 of 3", stream, h[0].TooLong, h[0].Lines)
		}
		if diff := cmp.Diff([]Problem{{Offset: 7, Text: "line longer than 65536 bytes"}}, h[0].Problems); diff != "" {
			t.Error(diff)
		}
	}
}

// What comes before a break is analyzed, except the line that it cut.
func TestBrokenStream(t *testing.T) {
	for _, length := range []int{10, 63, 64, 65, 100, 150} {
		text := strings.Repeat("123456\n", 40)[:length]
		whole := text[:strings.LastIndexByte(text, '\n')+1]
		want, _ := plainly(whole, 0, small.line)
		k, h := record(t, 2, small, &memory{text: text, stream: true, broken: errors.New("flood"), format: verbatim{}})
		if diff := cmp.Diff(want, k.all()); diff != "" {
			t.Errorf("%d bytes (-want +got):\n%s", length, diff)
		}
		if want := fmt.Sprintf("at byte %d: flood", length); h[0].Error != want {
			t.Errorf("error %q, want %q", h[0].Error, want)
		}
	}
}

// shrinking is a file that was truncated after it was opened.
type shrinking struct{ memory }

func (s *shrinking) Size() int64 { return int64(len(s.text)) + 100 }

// The line that the truncation cut is not believed.
func TestShrunkFile(t *testing.T) {
	_, h := record(t, 2, small, &shrinking{memory{text: "one\ntwo\nthr", format: verbatim{}}})
	if want := "shrank to 11 of 111 bytes while it was read"; h[0].Error != want {
		t.Errorf("error %q, want %q", h[0].Error, want)
	}
	if h[0].Parsed != 2 {
		t.Errorf("parsed %d lines, want 2", h[0].Parsed)
	}
}

func TestProblemsAreTheFirst(t *testing.T) {
	text := strings.Repeat("?no\nyes\n", 100)
	for _, workers := range []int{1, 8} {
		_, h := record(t, workers, small, &memory{text: text, format: verbatim{}})
		var want []Problem
		for i := range int64(5) {
			want = append(want, Problem{Offset: 8 * i, Text: "not a line of format verbatim"})
		}
		if diff := cmp.Diff(want, h[0].Problems); diff != "" {
			t.Errorf("%d workers (-want +got):\n%s", workers, diff)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	_, h := record(t, 1, small, &memory{text: "x\n"})
	if h[0].Error != "no known log format" {
		t.Errorf("error %q", h[0].Error)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var seen int64
	_, err := scan(ctx, []Source{
		&memory{text: strings.Repeat("line\n", 100000), format: verbatim{}},
		&memory{text: strings.Repeat("line\n", 100000), stream: true, format: verbatim{}},
	}, Options{Workers: 2, NewSink: func() Sink { return sinkFunc(func(*Event) {}) }, Progress: func(n int64) {
		seen = n
		cancel()
	}}, small)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if seen == 0 || seen > 10*small.chunk {
		t.Errorf("read %d bytes, want a few chunks of %d", seen, small.chunk)
	}
}

func TestWindowAndEnricher(t *testing.T) {
	at := noon.UnixMilli()
	for _, c := range []struct {
		name        string
		from, until int64
		want        int
	}{
		{"no bounds", 0, 0, 1},
		{"from is included", at, at + 1, 1},
		{"until is not", 0, at, 0},
		{"before", at + 1, 0, 0},
	} {
		added, enriched := 0, 0
		h, err := Scan(t.Context(), []Source{&memory{text: "line\n", format: verbatim{}}}, Options{
			From: c.from, Until: c.until,
			NewSink:     func() Sink { return sinkFunc(func(*Event) { added++ }) },
			NewEnricher: func() Enricher { return enrichFunc(func(*Event) { enriched++ }) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if added != c.want || enriched != c.want || h[0].Parsed != 1 {
			t.Errorf("%s: %d added, %d enriched, %d parsed; want %d, %d, 1", c.name, added, enriched, h[0].Parsed, c.want, c.want)
		}
	}
}

type enrichFunc func(*Event)

func (f enrichFunc) Enrich(ev *Event) { f(ev) }
