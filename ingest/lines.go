package ingest

import (
	"bytes"
	"fmt"
	"io"
	"math"
)

// unknownSize is the size of a stream that ends when it ends; a position can be
// added to it.
const unknownSize = math.MaxInt64 / 2

// lines steps through the lines that begin in [a position, end) of a source.
// It needs a buffer just longer than the longest line allowed: what is longer
// is skipped as it streams by.
type lines struct {
	from io.ReaderAt // nil: buf holds all there is
	size int64       // where the source ends
	end  int64       // no line that begins here or later is returned
	max  int         // longest line
	step int         // bytes to read at once
	err  error       // why reading ended early

	buf   []byte // buf[r:w] is unread
	r, w  int
	base  int64  // offset of buf[0]
	leave func() // called before buf changes; may be nil

	line []byte // the current line, without its end; valid until buf changes
	at   int64  // its offset
	long bool   // it is longer than max; line is nil
	gap  int    // zero bytes that were passed over before it
	read *Event // what stampOf reads into
}

// seek goes to the first line that begins at offset or later. It does not go
// back before what the buffer holds unless from can.
func (l *lines) seek(offset int64) {
	if offset <= 0 {
		l.move(0)
		return
	}
	l.move(offset - 1)
	l.skip()
}

// move puts the next byte to read at offset, within the buffer where possible.
func (l *lines) move(offset int64) {
	if offset >= l.base && offset <= l.base+int64(l.w) {
		l.r = int(offset - l.base)
		return
	}
	l.base, l.r, l.w = offset, 0, 0
}

// next goes to the next line and reports whether there is one.
func (l *lines) next() bool {
	l.at, l.line, l.long, l.gap = l.base+int64(l.r), nil, false, 0
	if l.at >= l.end {
		return false
	}
	for seen := 0; ; {
		if seen == 0 {
			l.hole()
		}
		if i := bytes.IndexByte(l.buf[l.r+seen:l.w], '\n'); i >= 0 {
			l.take(seen+i, 1)
			return true
		}
		seen = l.w - l.r
		if seen > l.max {
			l.long = true
			l.skip()
			return true
		}
		if l.fill() {
			continue
		}
		// The end without a newline. After an error the line may be cut
		// anywhere, inside an address even, and is not to be believed.
		if seen == 0 || l.err != nil {
			return false
		}
		l.take(seen, 0)
		return true
	}
}

// take makes the next n bytes the current line and passes over its newline.
func (l *lines) take(n, newline int) {
	l.line = l.buf[l.r : l.r+n]
	l.r += n + newline
	if n > l.max {
		l.line, l.long = nil, true
		return
	}
	if n > 0 && l.line[n-1] == '\r' {
		l.line = l.line[:n-1]
	}
}

// hole passes over NUL bytes at the beginning of a line: where logrotate
// truncated a file under a daemon that does not append, they fill it up to where
// the daemon writes on, megabytes of them at times.
func (l *lines) hole() {
	for l.r < l.w && l.buf[l.r] == 0 {
		l.r++
		l.gap++
	}
}

// skip drops all up to and with the next newline, but stops at the end: where
// no line can begin any more, its place does not matter.
func (l *lines) skip() {
	for {
		if i := bytes.IndexByte(l.buf[l.r:l.w], '\n'); i >= 0 {
			l.r += i + 1
			return
		}
		l.r = l.w
		if l.base+int64(l.w) >= l.end || !l.fill() {
			return
		}
	}
}

// overhang is read beyond the end along with the last bytes before it, because
// the last line nearly always goes on there.
const overhang = 4 << 10

// fill reads on and reports whether it got anything.
func (l *lines) fill() bool {
	if l.from == nil || l.err != nil {
		return false
	}
	if l.leave != nil {
		l.leave()
	}
	l.w = copy(l.buf, l.buf[l.r:l.w])
	l.base += int64(l.r)
	l.r = 0
	at := l.base + int64(l.w)
	want := min(int64(len(l.buf)-l.w), int64(l.step), l.size-at, max(l.end-at, 0)+overhang)
	if want <= 0 {
		return false
	}
	n, err := l.from.ReadAt(l.buf[l.w:l.w+int(want)], at)
	l.w += n
	if int64(n) < want {
		l.err = l.short(at+int64(n), err)
	}
	return n > 0
}

// short explains a read that ended at offset at, before the source's size.
func (l *lines) short(at int64, err error) error {
	switch {
	case err == io.EOF && l.size == unknownSize:
		l.size = at
		return nil
	case err == io.EOF:
		return fmt.Errorf("shrank to %d of %d bytes while it was read", at, l.size)
	}
	return fmt.Errorf("at byte %d: %w", at, err)
}
