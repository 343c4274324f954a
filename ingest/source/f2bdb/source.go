package f2bdb

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"iter"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"gumshoe/ingest"
)

// Source is the database as a log with one line a ban: seconds since 1970,
// address, jail, separated by tabs.
type Source struct {
	ctx    context.Context
	name   string
	db     *sql.DB
	since  time.Time
	anchor time.Time
}

var _ ingest.Source = (*Source)(nil)

// NewSource returns the bans since a time as a log that is called name. now is
// the latest time that they can be of. Reading ends with ctx. It wraps
// ErrNotFail2ban for a database of something else.
func NewSource(ctx context.Context, name string, db *sql.DB, since, now time.Time) (*Source, error) {
	if _, err := queryFor(ctx, db); err != nil {
		return nil, err
	}
	return &Source{ctx, name, db, since, now}, nil
}

// Name implements ingest.Source.
func (s *Source) Name() string { return s.name }

// Format implements ingest.Source.
func (s *Source) Format() ingest.Format { return banFormat{} }

// Location implements ingest.Source.
func (s *Source) Location() *time.Location { return time.UTC }

// Anchor implements ingest.Source.
func (s *Source) Anchor() time.Time { return s.anchor }

// Size implements ingest.Source: it is not known.
func (s *Source) Size() int64 { return -1 }

// ReaderAt implements ingest.Source: rows come in order.
func (s *Source) ReaderAt() io.ReaderAt { return nil }

// Open implements ingest.Source.
func (s *Source) Open() (io.ReadCloser, error) {
	next, stop := iter.Pull2(Bans(s.ctx, s.db, s.since))
	return &rowReader{next: next, stop: stop}, nil
}

// rowReader writes bans as lines while they are read.
type rowReader struct {
	next func() (Ban, error, bool)
	stop func()
	buf  []byte
	left []byte
}

// oneLine keeps the name of a jail from ending its line.
var oneLine = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

func (r *rowReader) Read(p []byte) (int, error) {
	for len(r.left) == 0 {
		b, err, ok := r.next()
		if !ok {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		r.buf = strconv.AppendInt(r.buf[:0], b.Time.Unix(), 10)
		r.buf = append(r.buf, '\t')
		r.buf = b.Prefix.Addr().AppendTo(r.buf)
		r.buf = append(append(append(r.buf, '\t'), oneLine.Replace(b.Jail)...), '\n')
		r.left = r.buf
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (r *rowReader) Close() error {
	r.stop()
	return nil
}

// banFormat reads the lines of a Source.
type banFormat struct{}

func (banFormat) Name() string                           { return "fail2ban_db" }
func (banFormat) Yearless([]byte) bool                   { return false }
func (banFormat) NewParser(ingest.Context) ingest.Parser { return banParser{} }

type banParser struct{}

// Parse implements ingest.Parser. A banned network is told by its first address.
func (banParser) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	stamp, rest, ok := bytes.Cut(line, []byte("\t"))
	addr, jail, named := bytes.Cut(rest, []byte("\t"))
	seconds, err := strconv.ParseInt(string(stamp), 10, 40)
	src, bad := netip.ParseAddr(string(addr))
	if !ok || !named || err != nil || bad != nil {
		return ingest.Unparsed
	}
	ev.Time, ev.Src = seconds*1000, src.Unmap().WithZone("")
	ev.Kind, ev.Service, ev.Program = ingest.KindBan, ingest.ServiceFail2ban, jail
	return ingest.Parsed
}
