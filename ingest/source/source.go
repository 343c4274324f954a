// Package source finds log files and opens them as ingest.Sources.
//
//	arguments ──Expand──▶ File, File, ... (and Notes on what is left out)
//	systemd's journal ──OpenJournal──▶ File
//	/var/log/auth.log ──Siblings──▶ its rotated files too
//	Origins ──Lines──▶ the lines themselves, read again as evidence
//
// A directory is taken with its rotated and compressed siblings, oldest first.
// Compression is told by content, not by name. The same lines are never taken
// twice, whatever names a rotation gave them. What is not a log is passed over
// with a reason; nothing here fails a run.
package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"gumshoe/ingest"
)

// Options say how files are read.
type Options struct {
	// Detect names the format of a file from its path and the first bytes of
	// its uncompressed text; nil: none.
	Detect   func(name string, sample []byte) ingest.Format
	Location *time.Location // of stamps without an offset; nil: UTC
	Year     int            // of the last stamp without a year; 0: from the file
	Since    time.Time      // where journals begin; files are whole; zero: at their beginning
	Until    time.Time      // where journals end; zero: now
	Stdin    io.Reader      // what "-" reads
	TempDir  string         // where streams are spooled; "": the system's
	Spooling func(n int64)  // told the bytes of a journal that are spooled so far; may be nil
}

// ErrNotLog is the cause when a file can be read but is no log.
var ErrNotLog = errors.New("not a log")

var (
	errBinary        = fmt.Errorf("%w: binary", ErrNotLog)
	errUnknownFormat = fmt.Errorf("%w: no format known here", ErrNotLog)
)

// sampleSize is how much text Detect gets to see.
const sampleSize = 256 << 10

// headSize is how much of a file's beginning tells it from others.
const headSize = 1 << 10

// File is a log file, plain or compressed. It keeps its file open, so that a
// rotation while it is read does no harm.
type File struct {
	name     string
	file     *os.File
	info     fs.FileInfo
	codec    *codec // nil: plain
	format   ingest.Format
	location *time.Location
	anchor   time.Time
	size     int64  // of the uncompressed text, -1: unknown
	head     []byte // first uncompressed bytes, at most headSize
	journal  bool   // lines of systemd's journal
}

var _ ingest.Source = (*File)(nil)

// Open opens one file. A named pipe and a journal are spooled to a temporary
// file first. The error names the path; it wraps ErrNotLog where the content is to blame.
func Open(path string, opt Options) (*File, error) {
	f, err := open(context.Background(), path, opt)
	if err != nil && f != nil {
		f.Close()
		return nil, err
	}
	return f, err
}

// open is Open for a caller who can do with a part: a stream that breaks off
// gives a file together with the error.
func open(ctx context.Context, path string, opt Options) (*File, error) {
	f, err := openRaw(ctx, path, opt)
	return f.ready(path, err, opt)
}

// ready prepares what could be opened. err is why it ends early, or why f is
// nil.
func (f *File) ready(name string, err error, opt Options) (*File, error) {
	if f != nil {
		if bad := f.prepare(opt); bad != nil {
			f.Close()
			f = nil
			if err == nil {
				err = bad
			}
		}
	}
	if err != nil {
		err = fmt.Errorf("reading %q: %w", name, cause(err))
	}
	return f, err
}

// cause drops the path from an error of package os: it is told once.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// openRaw opens a file, a journal, or what journalctl exported of one.
func openRaw(ctx context.Context, path string, opt Options) (*File, error) {
	f, err := openBytes(ctx, path, opt)
	if err != nil || !f.exported() {
		return f, err
	}
	defer f.Close()
	in, err := f.open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	entries, err := spool(ctx, path, &capped{in: newJournalLines(in), left: maxJournal}, opt.TempDir)
	if entries != nil {
		entries.journal, entries.anchor = true, f.anchor
	}
	return entries, err
}

func openBytes(ctx context.Context, path string, opt Options) (*File, error) {
	if path == Stdin {
		if opt.Stdin == nil {
			return nil, errors.New("no standard input")
		}
		return spool(ctx, path, opt.Stdin, opt.TempDir)
	}
	info, err := os.Stat(path) // before opening: that of a pipe would wait for its writer
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return nil, errors.New("is a directory")
	case mode&fs.ModeNamedPipe != 0:
		return spool(ctx, path, &namedPipe{path: path}, opt.TempDir)
	case !mode.IsRegular():
		return nil, fmt.Errorf("%w: not a regular file", ErrNotLog)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var magic [8]byte
	if n, _ := file.ReadAt(magic[:], 0); isJournal(magic[:n]) {
		file.Close()
		return spoolJournal(ctx, Journal{Path: path}, opt)
	}
	info, err = file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &File{name: path, file: file, info: info, anchor: info.ModTime()}, nil
}

// prepare finds out what is in the file.
func (f *File) prepare(opt Options) error {
	f.location = opt.Location
	if f.location == nil {
		f.location = time.UTC
	}
	f.size = f.info.Size()
	if err := f.findCodec(); err != nil {
		return err
	}
	if f.codec != nil {
		f.size = -1
	}
	sample, written, err := f.sample()
	if len(sample) == 0 {
		if err != nil {
			return err
		}
		f.codec, f.size = nil, 0
		return nil
	}
	f.head = bytes.Clone(sample[:min(len(sample), headSize)])
	f.date(written, opt.Year)
	if looksBinary(sample) {
		return errBinary
	}
	if opt.Detect != nil {
		f.format = opt.Detect(f.name, sample)
	}
	if f.format == nil {
		return errUnknownFormat
	}
	if opt.Year != 0 {
		f.format = yearFormat{f.format, opt.Year}
	}
	return nil
}

// findCodec finds out how the file is compressed.
func (f *File) findCodec() error {
	var magic [8]byte
	n, err := f.file.ReadAt(magic[:], 0)
	if err != nil && err != io.EOF {
		return err
	}
	f.codec = codecOf(magic[:n])
	return nil
}

// sample reads the first uncompressed bytes without their holes, and the time in
// the compressed file's header. The error says why there are none.
func (f *File) sample() (sample []byte, written time.Time, err error) {
	in, err := f.open()
	if err != nil {
		return nil, time.Time{}, err
	}
	defer in.Close()
	text := &dense{ReadCloser: in, most: maxHole}
	size := int64(sampleSize)
	if f.size > 0 {
		size = min(size, f.size)
	}
	sample = make([]byte, size)
	n, err := io.ReadFull(text, sample)
	if sample = sample[:n]; n > 0 || err == io.EOF {
		err = nil
	}
	if len(sample) == 0 && text.holes > 0 {
		sample = []byte{0} // nothing but a hole is no empty file
	}
	return sample, in.written, err
}

// covered is the longest time that a log is written under the name of its
// first day.
const covered = 32 * 24 * time.Hour

// date sets the anchor: by the day in a rotated name, which ends in a zone that
// nobody knows; by the compressed file's header; by the mtime. The day is that
// of the rotation, or the first of the month that the file holds: then the
// mtime is soon after it, and counts.
func (f *File) date(written time.Time, year int) {
	rotated := parseName(f.name)
	switch {
	case year != 0:
		f.anchor = time.Date(year, time.December, 31, 23, 59, 59, 0, f.location)
	case !rotated.date.IsZero():
		y, m, d := rotated.date.Date()
		end := time.Date(y, m, d+2, 0, 0, 0, 0, f.location)
		if f.anchor.Before(end) || f.anchor.Sub(end) > covered {
			f.anchor = end
		}
	case written.Unix() > 0 && (f.anchor.IsZero() || written.Before(f.anchor.Add(24*time.Hour))):
		f.anchor = written // later than the mtime it is none: some writers leave nonsense there
	}
}

// Name implements ingest.Source.
func (f *File) Name() string { return f.name }

// Log names the log that the file is a part of: its path without the marks of
// rotation and compression.
func (f *File) Log() string { return LogName(f.name) }

// Head returns the first bytes of the text, at most 1 KiB: whatever happens to
// its name and compression, a file is known by them.
func (f *File) Head() []byte { return f.head }

// Journal reports whether the lines are those of systemd's journal.
func (f *File) Journal() bool { return f.journal }

// Format implements ingest.Source. It is nil for an empty file.
func (f *File) Format() ingest.Format { return f.format }

// Location implements ingest.Source.
func (f *File) Location() *time.Location { return f.location }

// Anchor implements ingest.Source. It is zero for standard input.
func (f *File) Anchor() time.Time { return f.anchor }

// Size implements ingest.Source.
func (f *File) Size() int64 { return f.size }

// ReaderAt implements ingest.Source.
func (f *File) ReaderAt() io.ReaderAt {
	if f.codec != nil {
		return nil
	}
	return f.file
}

// Open implements ingest.Source. What was compressed comes without holes, which
// may be longer than what a reader of streams keeps.
func (f *File) Open() (io.ReadCloser, error) {
	s, err := f.open()
	switch {
	case err != nil:
		return nil, err // a nil *stream in an interface would not be nil
	case f.codec != nil:
		return &dense{ReadCloser: s}, nil
	}
	return s, nil
}

func (f *File) open() (*stream, error) {
	raw := io.NewSectionReader(f.file, 0, f.info.Size())
	if f.codec == nil {
		return &stream{ReadCloser: io.NopCloser(raw)}, nil
	}
	return f.codec.stream(raw)
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// yearFormat is a format whose last stamp is of a given year.
type yearFormat struct {
	ingest.Format
	year int
}

// NewParser implements ingest.Format. A parser takes stamps up to a day after
// its anchor, so that one on 30 December keeps the year's first day and last.
func (f yearFormat) NewParser(c ingest.Context) ingest.Parser {
	loc := c.Location
	if loc == nil {
		loc = time.UTC
	}
	if last := time.Date(f.year, time.December, 30, 23, 59, 59, 0, loc); c.Anchor.After(last) {
		c.Anchor = last
	}
	return f.Format.NewParser(c)
}

// Stateful implements ingest.Stateful.
func (f yearFormat) Stateful() bool {
	s, ok := f.Format.(ingest.Stateful)
	return ok && s.Stateful()
}
