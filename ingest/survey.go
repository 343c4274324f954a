package ingest

import (
	"errors"
	"io"
	"math"
	"time"
)

// headLines is how many stamps at the head of a source contradict its anchor.
const headLines = 32

// survey decides, before a source is read, up to when its stamps are believed
// and from which anchors the years of year-less ones follow. A stream whose last line
// is older than from by its anchor is not read on: it has no eras.
func survey(r *reading, now time.Time, from int64, cut lengths) error {
	at, size, err := openSurvey(r.source)
	if err != nil {
		return err
	}
	if c, ok := at.(io.Closer); ok {
		defer c.Close()
	}
	l := &lines{from: at, size: size, end: size, max: cut.line, step: cut.buffer, buf: make([]byte, cut.buffer)}
	l.fill()

	anchor := r.source.Anchor()
	parser := func() Parser {
		return r.format.NewParser(Context{Location: r.source.Location(), Anchor: anchor})
	}
	yearless := r.format.Yearless(l.buf[:l.w])
	switch {
	case anchor.UnixMilli() < earliestStamp, !now.IsZero() && contradicted(l.head(), parser(), anchor):
		anchor = now
	case r.source.ReaderAt() == nil && anchor.Add(Disorder).UnixMilli() < from:
		r.outside(int64(l.w), 0) // at least: how long the stream is shows when it is read
		return nil
	}
	r.bound = math.MaxInt64
	if !anchor.IsZero() {
		r.bound = anchor.Add(time.Hour).UnixMilli()
	}
	if !yearless {
		r.eras = []era{{anchor: anchor}}
		return nil
	}
	r.eras = eras(resolveYears(l.allSamples(parser), r.source.Location(), anchor), anchor)
	return nil
}

// openSurvey gives reading access to the source, forwards only if it is a
// stream.
func openSurvey(s Source) (io.ReaderAt, int64, error) {
	if at := s.ReaderAt(); at != nil && s.Size() >= 0 {
		return io.NewSectionReader(at, 0, s.Size()), s.Size(), nil
	}
	in, err := s.Open()
	if err != nil {
		return nil, 0, err
	}
	return &forward{in: in}, unknownSize, nil
}

// forward is an io.ReaderAt over a stream. Offsets must not decrease.
type forward struct {
	in io.ReadCloser
	at int64
}

var errBackwards = errors.New("a stream cannot be read backwards")

func (f *forward) ReadAt(p []byte, offset int64) (int, error) {
	if offset < f.at {
		return 0, errBackwards
	}
	n, err := io.CopyN(io.Discard, f.in, offset-f.at)
	f.at += n
	if err != nil {
		return 0, err
	}
	m, err := io.ReadFull(f.in, p)
	f.at += int64(m)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return m, err
}

func (f *forward) Close() error { return f.in.Close() }

// head returns the lines that the first buffer holds, without reading on.
func (l *lines) head() *lines {
	return &lines{end: l.end, max: l.max, buf: l.buf[:l.w], w: l.w}
}

// contradicted reports whether all of the first stamps are later than the
// anchor: no log is written before its own last change.
func contradicted(l *lines, p Parser, anchor time.Time) bool {
	latest := anchor.Add(time.Hour).UnixMilli()
	n := 0
	for n < headLines && l.next() {
		if t := stampOf(l, p); t > latest {
			n++
		} else if t != 0 {
			return false
		}
	}
	return n > 0
}
