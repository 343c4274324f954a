package source

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// A codec is one way to compress a log, or a charset that is told by its mark.
type codec struct {
	extension string // "": none
	magic     []byte
	open      func(io.Reader) (in io.ReadCloser, written time.Time, err error)
}

var codecs = append([]*codec{
	{extension: ".gz", magic: []byte{0x1f, 0x8b}, open: openGzip},
	{extension: ".bz2", magic: []byte("BZh"), open: openBzip2},
	{extension: ".zst", magic: []byte{0x28, 0xb5, 0x2f, 0xfd}, open: openZstd},
	{extension: ".xz", magic: []byte{0xfd, '7', 'z', 'X', 'Z', 0}, open: openXZ},
}, markedCodecs()...)

// codecOf recognizes a compressed file by its first bytes; nil: plain.
func codecOf(magic []byte) *codec {
	for _, c := range codecs {
		if bytes.HasPrefix(magic, c.magic) {
			return c
		}
	}
	return nil
}

// openPlainText leaves what there is to decode to stream.
func openPlainText(r io.Reader) (io.ReadCloser, time.Time, error) {
	return io.NopCloser(r), time.Time{}, nil
}

func openGzip(r io.Reader) (io.ReadCloser, time.Time, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, time.Time{}, err
	}
	return z, z.ModTime, nil
}

func openBzip2(r io.Reader) (io.ReadCloser, time.Time, error) {
	return io.NopCloser(bzip2.NewReader(r)), time.Time{}, nil
}

// maxZstdWindow is what `zstd --long` asks of its reader at most by default.
const maxZstdWindow = 128 << 20

func openZstd(r io.Reader) (io.ReadCloser, time.Time, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
	if err != nil {
		return nil, time.Time{}, err
	}
	return z.IOReadCloser(), time.Time{}, nil
}

// maxXZDictionary is what `xz -9` makes twice over. The reader allocates what a
// file asks for, which may be 4 GiB.
const maxXZDictionary = 128 << 20

func openXZ(r io.Reader) (io.ReadCloser, time.Time, error) {
	buffered := bufio.NewReader(r)
	head, _ := buffered.Peek(xzHead) // too short a file is told by the reader
	if n := xzDictionary(head); n > maxXZDictionary {
		return nil, time.Time{}, fmt.Errorf("xz: a dictionary of %d MiB, more than %d", n>>20, maxXZDictionary>>20)
	}
	z, err := xz.NewReader(buffered)
	if err != nil {
		return nil, time.Time{}, err
	}
	return io.NopCloser(z), time.Time{}, nil
}

// xzHead is how far into a file the size of its dictionary can stand.
const xzHead = xz.HeaderLen + 2 + 2*binary.MaxVarintLen64 + 3

// xzDictionary finds the size of the dictionary of the first block, all blocks
// being made alike; 0 where the reader is left to say what is wrong. The header
// of a block has two optional numbers and then the filters, of which the reader
// knows one: LZMA2, whose one property is the size (The .xz File Format 1.2.1,
// sections 3.1 and 5.3.1).
func xzDictionary(head []byte) int64 {
	const compressed, uncompressed, lzma2 = 0x40, 0x80, 0x21
	if len(head) < xz.HeaderLen+2 {
		return 0
	}
	flags, rest := head[xz.HeaderLen+1], head[xz.HeaderLen+2:]
	for _, present := range []byte{compressed, uncompressed} {
		if flags&present != 0 {
			_, n := binary.Uvarint(rest)
			rest = rest[max(n, 0):]
		}
	}
	if len(rest) < 3 || rest[0] != lzma2 {
		return 0
	}
	n, err := lzma.DecodeDictCap(rest[2])
	if err != nil {
		return 0
	}
	return n
}

// The bounds on what a compressed file may become. Text does not reach them:
// deflate ends at 1032:1.
const (
	maxLength  = 200 << 30
	maxRatio   = 2000
	ratioGrace = 64 << 20 // the ratio counts from here
)

// stream is the uncompressed text of a file, bounded if it was compressed.
type stream struct {
	io.ReadCloser
	written time.Time // from the compressed file's header; zero: unknown
	packed  *counter  // nil: not compressed
	out     int64
}

func (c *codec) stream(raw io.Reader) (*stream, error) {
	packed := &counter{in: raw}
	in, written, err := c.open(packed)
	if err != nil {
		return nil, err
	}
	return &stream{ReadCloser: plainText{decoded(in), in}, written: written, packed: packed}, nil
}

// plainText is the decoded text of what is closed with it.
type plainText struct {
	io.Reader
	io.Closer
}

func (s *stream) Read(p []byte) (int, error) {
	if s.packed != nil && (s.out > maxLength || s.out > ratioGrace && s.out > maxRatio*s.packed.n) {
		return 0, fmt.Errorf("decompression stopped: %d bytes have become %d", s.packed.n, s.out)
	}
	n, err := s.ReadCloser.Read(p)
	s.out += int64(n)
	return n, err
}

// counter counts the bytes that are read.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}
