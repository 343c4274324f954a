package source

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"gumshoe/ingest"
)

// entry is one entry of a journal: the fields that a line is made of. A field
// whose name begins with an underscore is journald's word, the others are the
// writer's. A field is nil where the entry has none; all are valid until the
// next entry.
type entry struct {
	time       []byte // microseconds since 1970, when journald received it
	message    []byte
	identifier []byte // name that the writer gave itself
	ownPID     []byte // process id that the writer gave itself
	host       []byte
	transport  []byte // syslog, journal, stdout, kernel, audit, driver
	pid        []byte
	uid        []byte
	comm       []byte // name of the process
	exe        []byte // path of its executable
	stream     []byte // of a writer to standard output
	lineBreak  []byte // why a line of standard output ended, if not by its end
}

// journalFields are asked of journalctl; the time comes unasked.
var journalFields = []string{"MESSAGE", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_HOSTNAME", "_TRANSPORT", "_PID", "_UID", "_COMM", "_EXE", "_STREAM_ID", "_LINE_BREAK"}

// field returns where the entry keeps a field, nil for one it does not keep.
func (e *entry) field(name []byte) *[]byte {
	switch string(name) {
	case "__REALTIME_TIMESTAMP":
		return &e.time
	case "MESSAGE":
		return &e.message
	case "SYSLOG_IDENTIFIER":
		return &e.identifier
	case "SYSLOG_PID":
		return &e.ownPID
	case "_HOSTNAME":
		return &e.host
	case "_TRANSPORT":
		return &e.transport
	case "_PID":
		return &e.pid
	case "_UID":
		return &e.uid
	case "_COMM":
		return &e.comm
	case "_EXE":
		return &e.exe
	case "_STREAM_ID":
		return &e.stream
	case "_LINE_BREAK":
		return &e.lineBreak
	}
	return nil
}

// maxField is how much of a field is kept: of a message so much that its line
// is longer than any that is parsed. A message cut elsewhere would end where its
// writer wants it to.
const maxField = ingest.MaxLine + 1

// exportReader reads the Journal Export Format (systemd, "Journal Export
// Formats"). An entry is a field a line and ends with an empty line:
//
//	NAME=text without control characters
//	NAME
//	<length of 64 bits, little-endian><data>
//
// Export costs journalctl a quarter of what JSON does, and JSON turns data that
// is not UTF-8 into an array of numbers.
type exportReader struct {
	in  *bufio.Reader
	buf []byte // holds the fields of the entry
}

func newExportReader(in io.Reader) *exportReader {
	return &exportReader{in: bufio.NewReaderSize(in, 256<<10)}
}

var errExport = errors.New("not the export format of a journal")

// next reads an entry. It returns io.EOF behind the last one, and
// io.ErrUnexpectedEOF where the stream ends within one, which is dropped.
func (r *exportReader) next(e *entry) error {
	*e, r.buf = entry{}, r.buf[:0]
	for begun := false; ; begun = true {
		line, err := r.line()
		switch {
		case err == io.EOF && !begun && len(line) == 0:
			return io.EOF
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case len(line) == 0 && begun:
			return nil
		case len(line) == 0:
			return fmt.Errorf("%w: an entry without fields", errExport)
		}
		name, value, text := bytes.Cut(line, []byte("="))
		at := e.field(name)
		if at != nil && *at != nil {
			at = nil // the first of several stands
		}
		switch {
		case !text:
			if err := r.data(at); err != nil {
				return err
			}
		case at != nil:
			*at = r.keep(value)
		}
	}
}

// keep copies a value to where it stays until the next entry.
func (r *exportReader) keep(value []byte) []byte {
	start := len(r.buf)
	r.buf = append(r.buf, value[:min(len(value), maxField)]...)
	return r.buf[start:len(r.buf):len(r.buf)]
}

// line reads up to a newline and returns what precedes it, of an over-long line
// the beginning. It is valid until the next read.
func (r *exportReader) line() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line = bytes.Clone(line)
		for err == bufio.ErrBufferFull {
			_, err = r.in.ReadSlice('\n')
		}
		return line, err
	}
	return bytes.TrimSuffix(line, []byte("\n")), err
}

// data reads a value with its length before it, into *at unless at is nil.
func (r *exportReader) data(at *[]byte) error {
	var length [8]byte
	if _, err := io.ReadFull(r.in, length[:]); err != nil {
		return cutShort(err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > math.MaxInt64 {
		return fmt.Errorf("%w: a field of %d bytes", errExport, n)
	}
	left := int64(n)
	if at != nil {
		start := len(r.buf)
		kept := min(left, maxField)
		r.buf = append(r.buf, make([]byte, kept)...)
		*at = r.buf[start:len(r.buf):len(r.buf)]
		if _, err := io.ReadFull(r.in, *at); err != nil {
			return cutShort(err)
		}
		left -= kept
	}
	if _, err := io.CopyN(io.Discard, r.in, left); err != nil {
		return cutShort(err)
	}
	end, err := r.in.ReadByte()
	if err == nil && end != '\n' {
		return fmt.Errorf("%w: a field longer than it says", errExport)
	}
	return cutShort(err)
}

// cutShort tells the end of the stream within an entry from that behind the last.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
