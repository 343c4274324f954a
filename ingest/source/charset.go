package source

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// A charset is told by the byte order mark at the head of a text: programs on
// Windows write UTF-16, or UTF-8 with a mark. Offsets are those of the decoded
// text.
type charset struct {
	mark  []byte
	order binary.ByteOrder // of UTF-16; nil: UTF-8
}

var charsets = []charset{
	{mark: []byte{0xff, 0xfe}, order: binary.LittleEndian},
	{mark: []byte{0xfe, 0xff}, order: binary.BigEndian},
	{mark: []byte{0xef, 0xbb, 0xbf}},
}

// markedCodecs make a plain file with a mark one that is read as a stream.
func markedCodecs() (out []*codec) {
	for _, c := range charsets {
		out = append(out, &codec{magic: c.mark, open: openPlainText})
	}
	return out
}

// decoded returns a text as UTF-8 without its mark. What has none is passed on as
// it is: a single buffer is all that stands between.
func decoded(in io.Reader) io.Reader {
	buffered := bufio.NewReader(in)
	head, _ := buffered.Peek(3) // a shorter text, or an error, is told by Read
	for _, c := range charsets {
		if !bytes.HasPrefix(head, c.mark) {
			continue
		}
		buffered.Discard(len(c.mark))
		if c.order != nil {
			return &utf16Text{in: buffered, order: c.order}
		}
		break
	}
	return buffered
}

// utf16Text decodes UTF-16 unit by unit. Halves of pairs, and a last odd byte,
// become U+FFFD; a text grows by half at most.
type utf16Text struct {
	in    *bufio.Reader
	order binary.ByteOrder
	rest  []byte // decoded bytes that did not fit
	space [utf8.UTFMax]byte
	err   error
}

// Read implements io.Reader.
func (u *utf16Text) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(u.rest) == 0 {
			if u.err != nil || n > 0 && u.in.Buffered() < 4 { // do not wait with what is there
				break
			}
			var r rune
			if r, u.err = u.next(); u.err != nil {
				break
			}
			u.rest = utf8.AppendRune(u.space[:0], r)
		}
		m := copy(p[n:], u.rest)
		n, u.rest = n+m, u.rest[m:]
	}
	if n == 0 && len(p) > 0 {
		return 0, u.err
	}
	return n, nil
}

func (u *utf16Text) next() (rune, error) {
	b, err := u.in.Peek(2)
	if len(b) < 2 {
		u.in.Discard(len(b))
		if len(b) == 1 && err == io.EOF {
			return utf8.RuneError, nil
		}
		return 0, err
	}
	r := rune(u.order.Uint16(b))
	u.in.Discard(2)
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if b, _ = u.in.Peek(2); len(b) == 2 {
		if pair := utf16.DecodeRune(r, rune(u.order.Uint16(b))); pair != utf8.RuneError {
			u.in.Discard(2)
			return pair, nil
		}
	}
	return utf8.RuneError, nil
}
