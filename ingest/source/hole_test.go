package source

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"gumshoe/ingest"
)

// copytruncate leaves zero bytes before the lines of a writer that kept its
// position in the file.
func TestHoleBeforeLines(t *testing.T) {
	for name, size := range map[string]int{"short": 40, "longer than any sample": 3 << 20} {
		path := write(t, t.TempDir(), "truncated.log", strings.Repeat("\x00", size)+"log line\n")
		if f := open1(t, path, options); f.Format() == nil {
			t.Errorf("%s: no format", name)
		}
	}
}

// A hole in the middle of the first bytes makes no binary file of a log, and the
// line behind it is found as evidence, without its zero bytes.
func TestHoleBetweenLines(t *testing.T) {
	before, hole, behind := strings.Repeat("log line\n", 100), strings.Repeat("\x00", 100<<10), "log behind\nlog ta\x00\x00rn\n"
	f := open1(t, write(t, t.TempDir(), "truncated.log", before+hole+behind), options)
	h, err := ingest.Scan(t.Context(), []ingest.Source{f}, ingest.Options{NewSink: func() ingest.Sink { return nowhere{} }})
	if err != nil || h[0].Lines != 102 {
		t.Errorf("%d lines, %v; want 102", h[0].Lines, err)
	}
	at := ingest.Origin{Offset: int64(len(before))}
	if p := h[0].Problems; len(p) == 0 || p[0] != (ingest.Problem{Offset: at.Offset, Text: "a hole of 102400 zero bytes: the log was truncated under its writer"}) {
		t.Errorf("problems %v", p)
	}
	torn := ingest.Origin{Offset: int64(len(before) + len(hole) + len("log behind\n"))}
	got := Lines([]ingest.Source{f}, []ingest.Origin{at, torn})
	if got[at] != "log behind" || got[torn] != "log ta[zero bytes]rn" {
		t.Errorf("evidence %q and %q", got[at], got[torn])
	}
}

// What is no text stays binary, holes or not.
func TestBinaryIsNoLog(t *testing.T) {
	record := "\x07\x00\x00\x00" + strings.Repeat("\x00", 28) + "pts/0" + strings.Repeat("\x00", 27) + "ts/0anna" + strings.Repeat("\x00", 312)
	for name, content := range map[string]string{
		"login records":             strings.Repeat(record, 20),
		"last logins":               strings.Repeat("\x00", 292) + "\x01\x02\x03\x60" + "pts/0" + strings.Repeat("\x00", 283),
		"an image":                  "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + strings.Repeat("\x01\x9f\x00\x03\xf1\n\x02\x80", 200),
		"nothing but a hole":        strings.Repeat("\x00", 4096),
		"counters between newlines": strings.Repeat("\x00\x01\x00\x02\n", 400),
	} {
		_, err := Open(write(t, t.TempDir(), "some.log", content), options)
		if !errors.Is(err, ErrNotLog) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The lines behind a hole are read, and found again as evidence, however long the
// hole is in the compressed file.
func TestLinesBehindHole(t *testing.T) {
	content := strings.Repeat("\x00", 10<<20) + "log behind\nlog last\n"
	dir := t.TempDir()
	for name, packed := range map[string]string{
		"a.log.gz":  gz(t, content, evening),
		"a.log.zst": zst(t, content),
	} {
		f := open1(t, write(t, dir, name, packed), options)
		h, err := ingest.Scan(t.Context(), []ingest.Source{f}, ingest.Options{NewSink: func() ingest.Sink { return nowhere{} }})
		if err != nil {
			t.Fatal(err)
		}
		if h[0].Lines != 2 || h[0].TooLong != 0 || h[0].Error != "" {
			t.Errorf("%s: %d lines, %d too long, error %q; want 2 and none", name, h[0].Lines, h[0].TooLong, h[0].Error)
		}
		behind := ingest.Origin{} // where the text begins without its hole
		if got := Lines([]ingest.Source{f}, []ingest.Origin{behind})[behind]; got != "log behind" {
			t.Errorf("%s: evidence %.40q", name, got)
		}
	}
}

// Zero bytes go where a line begins with them, wherever reads happen to end.
func TestDense(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"a\nb\n":                       "a\nb\n",
		"\x00\x00a\n\x00\x00b":         "a\nb",
		"in\x00side\n":                 "in\x00side\n",
		"end\x00\x00\n\x00\nafter\x00": "end\x00\x00\n\nafter\x00",
		"\x00\x00\x00":                 "",
	} {
		for name, in := range map[string]io.Reader{
			"at once":      strings.NewReader(text),
			"byte by byte": iotest.OneByteReader(strings.NewReader(text)),
			"in halves":    iotest.HalfReader(strings.NewReader(text)),
			"with its end": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got, err := io.ReadAll(&dense{ReadCloser: io.NopCloser(in)})
			if err != nil || string(got) != want {
				t.Errorf("%q %s: %q, %v; want %q", text, name, got, err, want)
			}
		}
	}
}
